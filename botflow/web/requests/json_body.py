"""JSON bodies as pydantic models: strict, without unknown fields; each refusal has its own code.

orjson refuses lone surrogates, invalid UTF-8 and NaN, and nesting beyond 1,024 levels. Parsing and the bound of depth
take time in proportion to the body's length: strangers send bodies. A model's own rules raise `Wrong`; pydantic's
errors are rewritten by `_refusal`.
"""

from __future__ import annotations

import json
import re
from codecs import BOM_UTF8
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, TypeVar

import orjson
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from botflow.errors import RejectedInbound, did_you_mean
from botflow.flow.whole_numbers import LONGEST, is_storable
from botflow.service.models import Body

DEEPEST = 16
# Nineteen digits in a row, possibly in a text: a shorter number has at most 64 bits, and so needs no second look.
_MANY_DIGITS = re.compile(rb"\d{19}")
_WRONG_TYPE = {
    "string": ("a string", "put it in quotes"),
    "int": ("a whole number", "write it without quotes"),
    "float": ("a number", "write it without quotes"),
    "bool": ("true or false", "write it without quotes"),
    "dict": ("an object", "write it as {...}"),
    "model": ("an object", "write it as {...}"),
    "tuple": ("a list", "write it as [...]"),
}
_LONGEST_PATH = 80


M = TypeVar("M", bound=Body)


def parse_body(body: bytes, model: type[M], deepest: int = DEEPEST) -> M:
    """Return the body as a model; RejectedInbound says which field is wrong, and how to correct it."""
    return parse_fields(parse_object(body, deepest, model.example), model)


def parse_fields(fields: Mapping[str, Any], model: type[M]) -> M:
    """Return what a body holds as a model; RejectedInbound as of `parse_body`."""
    try:
        return model.model_validate(fields)
    except ValidationError as failure:
        found = failure.errors(include_url=False, include_input=False)
        first = min(found, key=lambda error: error["type"] != "extra_forbidden")  # a misspelt name explains the others
        raise _refusal(first, model) from None


def parse_object(body: bytes, deepest: int, example: str) -> dict[str, Any]:
    """Return the body's JSON object; see `parse_json`."""
    value = parse_json(body, deepest, example)
    if not isinstance(value, dict):
        raise RejectedInbound(
            "the body is not a JSON object", code="body.not_object", hint=f"send an object, as {example}"
        )
    return value


def parse_json(body: bytes, deepest: int = DEEPEST, example: str = Body.example) -> Any:
    """Return the body's JSON value, nested at most `deepest` levels. A refusal shows `example` as a right body."""
    body = without_mark(body)
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError as failure:
        raise _not_json(body, failure, deepest, example) from None
    # A value cannot be deeper than the body has brackets; a chat message has one or two.
    if body.count(b"{") + body.count(b"[") > deepest and _is_deeper(value, deepest):
        raise _too_deep(deepest)
    if _MANY_DIGITS.search(body):
        json.loads(body, parse_int=_whole)
    return value


def without_mark(body: bytes) -> bytes:
    """Return the body without a byte order mark, which some programs on Windows write before UTF-8 (RFC 8259, 8.1)."""
    return body.removeprefix(BOM_UTF8)


def _refusal(error: ErrorDetails, model: type[Body]) -> RejectedInbound:
    """Return the refusal of one field: it names the field by its path, the code by the outermost field."""
    names = [str(name)[:40] for name in error["loc"]]
    field, path = names[0] if names else "body", ".".join(names)[:_LONGEST_PATH] or "the body"
    context = error.get("ctx", {})
    match error["type"]:
        case "extra_forbidden" | "missing" as kind:
            known = list(_part(model, names[:-1]).get("properties", ()))
            owner = ".".join(names[:-1]) or "the body"
            may_have = f"{'it may have' if len(names) < 2 else f'{owner} has'} {', '.join(known)}"
            if kind == "missing":
                return _wrong("body.missing_field", f"{owner} has no {names[-1]}", may_have)
            hint = did_you_mean(names[-1], known, may_have)
            return _wrong("body.unknown_field", f"{owner} has an unknown field {names[-1]!r}", hint)
        case "string_too_long":
            return _wrong(
                f"{_snake(field)}.too_long",
                f"{path} is longer than {context['max_length']:,} characters",
                "send less at once",
            )
        case "less_than_equal":
            return _wrong("body.wrong_type", f"{path} is more than {context['le']:.15g}", _bounds(_part(model, names)))
        case "greater_than_equal":
            return _wrong("body.wrong_type", f"{path} is less than {context['ge']:.15g}", _bounds(_part(model, names)))
        case "union_tag_invalid":
            known_tags = f"it is one of {context['expected_tags']}"
            return _wrong("body.wrong_type", f"{path} has an unknown {context['discriminator']}", known_tags)
        case "union_tag_not_found":
            return _wrong("body.missing_field", f"{path} has no {context['discriminator']}", f"as in {model.example}")
        case code if code.startswith("*"):
            return _wrong(code.replace("*", _snake(field), 1), f"{path} {error['msg']}", str(context.get("hint", "")))
        case code if "." in code:
            return _wrong(code, error["msg"], str(context.get("hint", "")))
        case kind:
            words, hint = _WRONG_TYPE.get(kind.partition("_")[0], ("of the right kind", "see the reference"))
            return _wrong("body.wrong_type", f"{path} is not {words}", hint)


def _bounds(part: Mapping[str, Any]) -> str:
    match part:
        case {"minimum": least, "maximum": most}:
            return f"send a number from {least:.15g} to {most:.15g}"
        case {"minimum": least}:
            return f"send {least:.15g} or more"
        case {"maximum": most}:
            return f"send {most:.15g} or less"
    return "send a number within the bounds"


def _part(model: type[Body], names: Sequence[str]) -> Mapping[str, Any]:
    """Return the JSON schema of what `names` lead to in a body of this model; {} where they lead nowhere."""
    whole = _schema(model)
    part = whole
    for name in names:
        part = _resolved(_below(part, name), whole)
    return part


def _below(part: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """Return the schema of what `name` leads to: a field, a list's item, a choice by its tag, a value by its key."""
    found: Mapping[str, Any]
    match part:
        case {"properties": properties} if name in properties:
            found = properties[name]
        case {"items": found} if name.isdigit():
            pass
        case {"discriminator": {"mapping": mapping}} if name in mapping:
            found = {"$ref": mapping[name]}
        case {"additionalProperties": {} as found}:
            pass
        case _:
            found = {}
    return found


def _resolved(part: Mapping[str, Any], whole: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return what a part of a schema refers to; of one that may be null, the other choice."""
    for choice in part.get("anyOf", ()):
        if choice.get("type") != "null":
            return _resolved(choice, whole)
    if "$ref" in part:
        found: Mapping[str, Any] = whole["$defs"][part["$ref"].rpartition("/")[2]]
        return found
    return part


@cache
def _schema(model: type[Body]) -> Mapping[str, Any]:
    return model.model_json_schema()


def _snake(name: str) -> str:
    return "".join(f"_{letter.lower()}" if "A" <= letter <= "Z" else letter for letter in name)


def _is_deeper(value: Any, deepest: int) -> bool:
    """Say whether lists and objects are nested more than `deepest` levels; visits each value once, level by level."""
    level = [value]
    for _ in range(deepest + 1):
        nested = [each for each in level if isinstance(each, dict | list)]
        if not nested:
            return False
        level = [inner for each in nested for inner in (each.values() if isinstance(each, dict) else each)]
    return True


def _whole(digits: str) -> int:
    """Refuse a whole number beyond 64 bits: orjson makes a float of it."""
    if len(digits) > LONGEST or not is_storable(int(digits)):
        raise _wrong(
            "body.number_too_large",
            f"the number {digits[:24]} has more than 64 bits",
            "send it as a text, in quotes",
        )
    return 0


def _too_deep(deepest: int) -> RejectedInbound:
    return RejectedInbound(
        f"the JSON is nested deeper than {deepest} levels", code="body.too_deep", hint="send it flatter"
    )


def _not_json(body: bytes, failure: orjson.JSONDecodeError, deepest: int, example: str) -> RejectedInbound:
    if failure.msg == "depth limit exceeded":
        return _too_deep(deepest)
    if not body.strip():
        return RejectedInbound("the body is empty", code="body.empty", hint=f"send {example}")
    if failure.msg.endswith("surrogate in string"):
        return RejectedInbound(
            "a text holds half of a surrogate pair", code="body.lone_surrogate", hint="send whole characters"
        )
    try:
        body.decode()
    except UnicodeDecodeError:
        return RejectedInbound("the body is not UTF-8", code="body.not_utf8", hint="encode it as UTF-8")
    return RejectedInbound(
        f"the body is not JSON (line {failure.lineno}, column {failure.colno})",
        code="body.not_json",
        hint=f"send JSON, as {example}",
    )


def _wrong(code: str, message: str, hint: str) -> RejectedInbound:
    return RejectedInbound(message, code=code, hint=hint, status=422)
