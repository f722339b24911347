"""JSON bodies as pydantic models: strict, without unknown fields; each refusal has its own code.

orjson refuses lone surrogates, invalid UTF-8 and NaN, and nesting beyond 1,024 levels. Parsing and the bound of depth
take time in proportion to the body's length: strangers send bodies. A model's own rules raise `Wrong`; pydantic's
errors are rewritten by `_refusal`.
"""

from __future__ import annotations

import json
import re
from typing import Any, TypeVar

import orjson
from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic.alias_generators import to_camel
from pydantic_core import ErrorDetails, PydanticCustomError

from botflow.errors import RejectedInbound, did_you_mean

DEEPEST = 16
M = TypeVar("M", bound=BaseModel)
_LARGEST = 2**63
_LONGEST = 20  # characters of a number of 64 bits
# Nineteen digits in a row, possibly in a text: a shorter number has at most 64 bits, and so needs no second look.
_MANY_DIGITS = re.compile(rb"\d{19}")
_WRONG_TYPE = {
    "string": ("a string", "put it in quotes"),
    "int": ("a whole number", "write it without quotes"),
    "dict": ("an object", "write it as {...}"),
    "less": ("within its bounds", "send a smaller number"),
    "greater": ("within its bounds", "send a larger number"),
}


class Body(BaseModel):
    """The base of request bodies: camelCase names, strict types, no unknown fields."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, alias_generator=to_camel)


class Wrong(PydanticCustomError):
    """A field that breaks a rule of its model. `*` at the beginning of a code stands for the field's name, which also
    precedes the words: `Wrong("*.nul", "contains the character NUL", ...)` of the field `text` is `text.nul`."""

    def __new__(cls, code: str, words: str, hint: str) -> Wrong:
        return super().__new__(cls, code, words, {"hint": hint})


def parse_body(body: bytes, model: type[M], deepest: int = DEEPEST) -> M:
    """Return the body as a model; RejectedInbound says which field is wrong, and how to correct it."""
    fields = parse_json(body, deepest)
    if not isinstance(fields, dict):
        raise RejectedInbound(
            "the body is not a JSON object", code="body.not_object", hint='send an object, as {"text": "hello"}'
        )
    try:
        return model.model_validate(fields)
    except ValidationError as failure:
        found = failure.errors(include_url=False, include_input=False)
        first = min(found, key=lambda error: error["type"] != "extra_forbidden")  # a misspelt name explains the others
        raise _refusal(first, [str(field.alias or name) for name, field in model.model_fields.items()]) from None


def parse_json(body: bytes, deepest: int = DEEPEST) -> Any:
    """Return the body's JSON value, nested at most `deepest` levels."""
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError as failure:
        raise _not_json(body, failure, deepest) from None
    # A value cannot be deeper than the body has brackets; a chat message has one or two.
    if body.count(b"{") + body.count(b"[") > deepest and _is_deeper(value, deepest):
        raise _too_deep(deepest)
    if _MANY_DIGITS.search(body):
        json.loads(body, parse_int=_whole)
    return value


def _refusal(error: ErrorDetails, known: list[str]) -> RejectedInbound:
    name = str(error["loc"][0])[:40] if error["loc"] else "the body"
    context = error.get("ctx", {})
    match error["type"]:
        case "extra_forbidden":
            hint = did_you_mean(name, known, f"it may have {', '.join(known)}")
            return _wrong("body.unknown_field", f"the body has an unknown field {name!r}", hint)
        case "string_too_long":
            return _wrong(
                f"{_snake(name)}.too_long",
                f"{name} is longer than {context['max_length']:,} characters",
                "send less at once",
            )
        case code if code.startswith("*"):
            return _wrong(code.replace("*", _snake(name), 1), f"{name} {error['msg']}", str(context.get("hint", "")))
        case code if "." in code:
            return _wrong(code, error["msg"], str(context.get("hint", "")))
        case kind:
            words, hint = _WRONG_TYPE.get(kind.partition("_")[0], ("of the right kind", "see the reference"))
            return _wrong("body.wrong_type", f"{name} is not {words}", hint)


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
    if len(digits) > _LONGEST or not -_LARGEST <= int(digits) < 2 * _LARGEST:
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


def _not_json(body: bytes, failure: orjson.JSONDecodeError, deepest: int) -> RejectedInbound:
    if failure.msg == "depth limit exceeded":
        return _too_deep(deepest)
    if not body.strip():
        return RejectedInbound("the body is empty", code="body.empty", hint='send {"text": "hello"}')
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
        hint='send JSON, as {"text": "hello"}',
    )


def _wrong(code: str, message: str, hint: str) -> RejectedInbound:
    return RejectedInbound(message, code=code, hint=hint, status=422)
