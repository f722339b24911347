"""A trigger's input schema: named values, and whether an input fits them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from math import isfinite
from typing import Annotated, Any, Literal

from pydantic import Field

from botflow.flow.fields import Properties
from botflow.flow.templates.moments import is_kind
from botflow.flow.whole_numbers import is_storable
from botflow.flow.widgets import VALUE_LABELS, Widget

_LENGTH_OF_DATE = len("2026-11-21")
InputType = Literal["text", "integer", "number", "boolean", "date", "object", "list"]
InputName = Annotated[str, Field(min_length=1, max_length=64)]


class InputField(Properties):
    """One value of a run's input."""

    type: Annotated[InputType, Widget(options=VALUE_LABELS)] = "text"
    """The type. A date is ISO 8601, such as `2026-11-21`."""
    required: bool = True
    """Whether a run is refused without this value."""
    description: Annotated[str, Widget("text")] = ""
    """A note for the reader."""


_WHOLE = re.compile(r"-?(?:0|[1-9][0-9]{0,19})")
_DECIMAL = re.compile(r"-?(?:0|[1-9][0-9]{0,99})(?=[.eE])(?:\.[0-9]{1,100})?(?:[eE][+-]?[0-9]{1,3})?")

InputSchema = dict[InputName, InputField]


def misfits(schema: Mapping[str, InputField], given: Any) -> list[str]:
    """Return a sentence for each misfit of `given`; an empty list if it fits. Without a schema every input fits."""
    if not schema:
        return []
    if given is not None and not isinstance(given, Mapping):
        return [f"the input must be an object with {', '.join(schema)}"]
    return list(_misfits(schema, given or {}))


def from_form(schema: Mapping[str, InputField], fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of a form, which are texts, files or lists of them, as the schema's types.

    A number is written as in JSON, a truth as `true` or `false`; one that is not stays a text, which `misfits` refuses.
    An empty field is nothing, unless it is a text. A single value of a list is a list.
    """
    return {name: _typed(value, schema[name].type) if name in schema else value for name, value in fields.items()}


def _typed(value: Any, type: InputType) -> Any:
    if type == "list":
        return [value] if isinstance(value, str | dict) else value
    if not isinstance(value, str) or type == "text":
        return value
    if value == "":
        return None
    match type:
        case "boolean":
            return {"true": True, "false": False}.get(value, value)
        case "integer" | "number" if _WHOLE.fullmatch(value) and is_storable(int(value)):
            return int(value)
        case "number" if _DECIMAL.fullmatch(value) and isfinite(float(value)):
            return float(value)
    return value


def _misfits(schema: Mapping[str, InputField], given: Mapping[str, Any]) -> Iterator[str]:
    for name in given:
        if name not in schema:
            yield f"{str(name)[:64]!r} is not known; there are: {', '.join(schema)}"
    for name, wanted in schema.items():
        value = given.get(name)
        if value is None:
            if wanted.required:
                yield f"{name!r} is missing"
        elif not _is(value, wanted.type):
            yield f"{name!r} must be {_WORDS[wanted.type]}"


_WORDS: dict[InputType, str] = {
    "text": "a text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "date": "a date such as 2026-11-21",
    "object": "an object",
    "list": "a list",
}


def _is(value: Any, type: InputType) -> bool:
    match type:
        case "text":
            return isinstance(value, str)
        case "integer":
            return isinstance(value, int) and not isinstance(value, bool)
        case "number":
            return isinstance(value, int | float) and not isinstance(value, bool)
        case "boolean":
            return isinstance(value, bool)
        case "date":
            return isinstance(value, str) and _is_date(value)
        case "object":
            return isinstance(value, Mapping)
        case "list":
            return isinstance(value, list | tuple)


def _is_date(text: str) -> bool:
    """Say whether a text is a date as conditions and filters compare it: `20261121` would come before `2026-01-01`."""
    return len(text) == _LENGTH_OF_DATE and is_kind(text, date)
