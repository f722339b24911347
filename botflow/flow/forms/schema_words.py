"""What a JSON Schema of properties allows, in words: for the reference and the terminal."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from botflow.flow.duration import DURATION_PATTERN
from botflow.flow.translating.spoken_texts import is_by_language

Schema = Mapping[str, Any]


def object_name(name: str) -> str:
    """Return what readers call a model: `OptionProperties` is an option."""
    return name.removesuffix("Properties")


def type_words(schema: Schema, name_of: Callable[[str], str] = object_name) -> str:
    """Say in words what a schema allows; `name_of` writes the name of an object that has a schema of its own."""
    match schema:
        case _ if is_by_language(schema):
            return "one for each language"
        case {"$ref": str(reference)}:
            name = reference.rpartition("/")[2]
            return "any value" if name == "JsonValue" else name_of(name)
        case {"anyOf": list(options)}:
            kinds = [type_words(option, name_of) for option in options if option.get("type") != "null"]
            return " or ".join(dict.fromkeys(kinds))
        case {"enum": list(values)}:
            return ", ".join(f"`{value}`" for value in values)
        case {"const": value}:
            return f"`{value}`"
        case {"type": "string"}:
            return "duration" if schema.get("pattern") == DURATION_PATTERN else "text"
        case {"type": "integer" | "number" as kind}:
            words = "whole number" if kind == "integer" else "number"
            least, most = schema.get("minimum"), schema.get("maximum")
            return words if least is None or most is None else f"{words}, {least} to {most}"
        case {"type": "boolean"}:
            return "`true`, `false`"
        case {"type": "array"}:
            return f"list of {type_words(schema.get('items', {}), name_of)}"
        case {"type": "object", "additionalProperties": dict(values)}:
            return f"object of {type_words(values, name_of)}"
        case {"type": "object"}:
            return "object"
    return "any value"


def default_words(schema: Schema) -> str:
    """Return a property's default as a document would write it; nothing for an empty one."""
    default = schema.get("default")
    if default in (None, "", []) or isinstance(default, dict):
        return ""
    return f"`{str(default).lower() if isinstance(default, bool) else default}`"
