"""Pydantic's errors as problems: with botflow's codes, sentences that authors understand, and "did you mean"."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic.alias_generators import to_snake
from pydantic_core import ErrorDetails

from botflow.errors import did_you_mean
from botflow.flow.fields import WrongProperty
from botflow.flow.problems import Path, Report, dotted

LONGEST_QUOTED = 60  # characters of a wrong value
# Pydantic's messages name Python types; authors write YAML.
_SENTENCES = {
    "tuple_type": "must be a list: [a, b], or a - before each item",
    "list_type": "must be a list: [a, b], or a - before each item",
    "dict_type": "must be a mapping",
    "model_type": "must be a mapping",
    "model_attributes_type": "must be a mapping",
    "string_type": "must be a text",
    "int_type": "must be a whole number",
    "int_parsing": "must be a whole number",
    "int_from_float": "must be a whole number",
    "float_type": "must be a number",
    "float_parsing": "must be a number",
    "bool_type": "must be true or false",
    "bool_parsing": "must be true or false",
}

# What other tools call the keys of buttons, options, cases and questions.
_ALSO_CALLED = {
    **dict.fromkeys(("title", "label", "text", "name", "caption", "content"), ("label", "title")),
    **dict.fromkeys(("id", "payload", "value", "handle", "key"), ("id", "payload", "handle")),
    **dict.fromkeys(("question", "message", "body", "prompt"), ("text",)),
    "condition": ("when",),
}


def report_invalid(
    failure: ValidationError,
    model: type[BaseModel],
    raw: Any,
    report: Report,
    *,
    family: str = "document",
    prefix: Path = (),
    node: str = "",
) -> None:
    """Add an error to `report` for each of pydantic's; codes are `family`.unknown_key, .missing_key and .invalid.

    `raw` is the validated value, `prefix` its path in the document.
    """
    errors = failure.errors(include_url=False)
    found = [
        (error, (*_in_document(error["loc"], raw), *_at(error)))
        for error in errors
        # a list that has entries, and what is wrong with them is said
        if error["type"] != "too_short" or not any(_is_below(other["loc"], error["loc"]) for other in errors)
    ]
    for code, message, hint, path in _mistakes(found, model, family):
        said = f"{node!r}: {message}" if node else message
        report.error(code, said, (*prefix, *path), hint=hint, node=node)


def _mistakes(
    errors: list[tuple[ErrorDetails, Path]], model: type[BaseModel], family: str
) -> Iterator[tuple[str, str, str, Path]]:
    """Yield code, message, hint and path of each mistake: pydantic may have several errors for one."""
    below = {path[:length] for _, path in errors for length in range(len(path))}
    told: set[object] = set()
    for error, path in errors:
        if isinstance(error["input"], Mapping) and path in below and error["type"].endswith("_type"):
            continue  # it may be a text or a mapping; it is a mapping, and what is wrong in that is said
        unknown, missing = _keys(errors, path[:-1], "extra_forbidden"), _keys(errors, path[:-1], "missing")
        if family == "property" and error["type"] in ("extra_forbidden", "missing") and unknown and missing:
            if path[:-1] not in told:
                told.add(path[:-1])
                yield _misnamed(unknown, missing, path[:-1], _keys_at(model, path[:-1]))
            continue
        alike = sum(1 for other, at in errors if _is_like(other, at, error, path))
        if alike > 1 and (kind := (error["type"], path[:-1])) in told:
            continue
        code, message, hint = _explain(error, path, model, family)
        if alike > 1:
            told.add(kind)
            hint = f"{hint}; the same goes for {alike - 1} more"
        yield code, message, hint, path


def _keys(errors: list[tuple[ErrorDetails, Path]], inside: Path, kind: str) -> list[str]:
    return [str(path[-1]) for error, path in errors if error["type"] == kind and path[:-1] == inside]


def _misnamed(unknown: list[str], missing: list[str], inside: Path, known: list[str]) -> tuple[str, str, str, Path]:
    """Return the one mistake of a mapping whose keys have names that it does not know, and which lacks others."""
    spot = f"{dotted(inside)}: " if inside else ""
    words = f"{' and '.join(unknown)} {'is no known key' if len(unknown) == 1 else 'are no known keys'}"
    message = f"{spot}{words}, and {' and '.join(missing)} {'is' if len(missing) == 1 else 'are'} missing"
    meant = [(word, other) for word in unknown for other in _ALSO_CALLED.get(word, ()) if other in known]
    hint = ", ".join(f"write {other} for {word}" for word, other in meant)
    hint = hint or did_you_mean(unknown[0], known, f"known here: {_list(known)}")
    return "property.unknown_key", message, hint, (*inside, unknown[0])


def _is_like(other: ErrorDetails, at: Path, error: ErrorDetails, path: Path) -> bool:
    """Say whether two items of a list have the same mistake: it is no mapping."""
    is_item = bool(path) and isinstance(path[-1], int) and error["type"] in ("model_type", "model_attributes_type")
    return is_item and other["type"] == error["type"] and at[:-1] == path[:-1]


def _explain(error: ErrorDetails, path: Path, model: type[BaseModel], family: str) -> tuple[str, str, str]:
    kind, spot = error["type"], dotted(path)
    if kind == "extra_forbidden":
        word = str(path[-1])
        known = _keys_at(model, path[:-1])
        if "properties" in known:  # a node: what it does not know itself is mostly meant for its type
            hint = did_you_mean(
                word, known, f"what its type needs goes under properties: {{{word}: ...}}", likeness=0.8
            )
        else:
            hint = did_you_mean(word, known, f"known here: {_list(known)}")
        return f"{family}.unknown_key", f"{spot} is no known key", hint
    if kind == "missing":
        return f"{family}.missing_key", f"{spot} is missing", _split_type(error["input"], path)
    if "." in kind:
        return kind, f"{spot}: {error['msg']}" if spot else error["msg"], str(error.get("ctx", {}).get("hint", ""))
    hint = _instead_of(error, path, model)
    message = _SENTENCES.get(kind) or error["msg"].removeprefix("Value error, ").removeprefix("Assertion failed, ")
    if kind == "literal_error" and isinstance(given := error["input"], str):
        message = f"{message}, not {given[:LONGEST_QUOTED]!r}"
        hint = did_you_mean(given[:LONGEST_QUOTED], re.findall("'([^']+)'", error["ctx"]["expected"]), "")
    return f"{family}.invalid", f"{spot}: {message[:1].lower()}{message[1:]}" if spot else message, hint


def _split_type(node: object, path: Path) -> str:
    """Return a hint for a node with `type: chatbot.ask` and no `actionType`."""
    whole = node.get("type") if isinstance(node, Mapping) and path[-1:] == ("actionType",) else None
    if not isinstance(whole, str) or "." not in whole:
        return ""
    first, _, second = whole[:64].partition(".")
    return f"write type: {first}, actionType: {second}"


def _instead_of(error: ErrorDetails, path: Path, model: type[BaseModel]) -> str:
    """Return a hint on a value of another type than it must be."""
    match error["type"]:
        case "string_type" if isinstance(error["input"], int | float):
            return "put it in quotes"
        case "string_type" if path[-1:] == ("next",):
            return (
                "a handle leads to one node; use on for several handles, and logic.parallel for several nodes at once"
            )
        case "model_type" | "model_attributes_type" | "dict_type" if isinstance(error["input"], str):
            keys = _keys_at(model, path)
            return f"such as {{{', '.join(f'{key}: ...' for key in keys[:3])}}}" if len(path) > 1 else ""
    return ""


def _at(error: ErrorDetails) -> Path:
    """Return the path that a validator of a whole model names."""
    cause = error.get("ctx", {}).get("error")
    return cause.at if isinstance(cause, WrongProperty) else ()


def _is_below(loc: tuple[int | str, ...], above: tuple[int | str, ...]) -> bool:
    return len(loc) > len(above) and loc[: len(above)] == above


def _in_document(loc: tuple[int | str, ...], raw: Any) -> Path:
    """Keep the steps of `loc` that lead through `raw`, or to a key that is missing; pydantic adds names of types."""
    path: list[int | str] = []
    for position, step in enumerate(loc):
        if isinstance(raw, dict):
            written = next((name for name in (step, to_snake(str(step))) if name in raw), None)
            if written is None and isinstance(raw.get("data"), dict) and step in raw["data"]:  # a React Flow node
                raw, written = raw["data"], step
            if written is not None:
                path.append(step)
                raw = raw[written]
            elif position == len(loc) - 1 and "[" not in str(step):
                path.append(step)
        elif isinstance(raw, list) and isinstance(step, int) and step < len(raw):
            path.append(step)
            raw = raw[step]
    return tuple(path)


def _keys_at(model: type[BaseModel], path: Path) -> list[str]:
    """Return the keys that are allowed at `path` below `model`."""
    models: list[type[BaseModel]] = [model]
    for step in path:
        if isinstance(step, int):
            continue
        below = [
            inner
            for outer in models
            for name, field in outer.model_fields.items()
            if step in (name, field.alias)
            for inner in _models_in(field.annotation)
        ]
        if not below:
            break
        models = below
    return sorted({field.alias or name for outer in models for name, field in outer.model_fields.items()})


def _models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in get_args(annotation):
        yield from _models_in(argument)


def _list(known: list[str]) -> str:
    return ", ".join(known) if known else "nothing"
