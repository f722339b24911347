"""Schemas as Python's types, and the dataclasses of answers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from keyword import iskeyword
from textwrap import dedent, fill, indent
from typing import Any

from docs.generate.clients.description import Schema, is_moment, name_of

_PLAIN = {"string": "str", "integer": "int", "number": "float", "boolean": "bool", "null": "None"}


def snake(name: str) -> str:
    """Return a name of JSON as Python has it: `external_id`, and `from_` for a word of the language."""
    written = re.sub(r"(?<=[a-z0-9])([A-Z])", lambda found: f"_{found[1].lower()}", name)
    return f"{written}_" if iskeyword(written) else written


def type_of(schema: Schema, *, taken: bool = False) -> str:
    """Return a schema's type: of an answer, or with `taken` of a parameter, which may be any mapping or sequence."""
    match schema:
        case {"$ref": str()}:
            name = name_of(schema)
            return "Any" if name == "JsonValue" else f"inputs.{name}" if taken else name
        case {"anyOf": parts} | {"oneOf": parts}:
            return _union(type_of(each, taken=taken) for each in parts)
        case {"const": value}:
            return f"Literal[{value!r}]"
        case {"enum": values}:
            return f"Literal[{', '.join(map(repr, values))}]"
        case {"type": "array"}:
            kept = "Sequence" if taken else "list"
            return f"{kept}[{type_of(schema.get('items', {}), taken=taken)}]"
        case {"type": "object"}:
            values = schema.get("additionalProperties")
            inner = type_of(values, taken=taken) if isinstance(values, dict) else "Any"
            return f"{'Mapping' if taken else 'dict'}[str, {inner}]"
        case {"type": "string", "format": "date-time"}:
            return "datetime"
        case {"type": "string"} if taken and is_moment(schema):
            return "str | datetime"
        case {"type": str(kind)}:
            return _PLAIN[kind]
    return "Any"


def _union(parts: Iterator[str]) -> str:
    found = list(dict.fromkeys(parts))
    if "Any" in found:
        return "Any"
    return " | ".join(sorted(found, key=lambda each: each == "None"))


def docstring(text: str, depth: int) -> str:
    """Return a docstring, wrapped; every line of it is indented by `depth` spaces."""
    text = dedent(text).replace("\\", "\\\\").replace('"""', "'''").strip()
    if len(text) + depth + 6 < 120 and "\n" not in text:
        return f'{" " * depth}"""{text}"""\n'
    paragraphs = re.split(r"\n\s*\n", text)
    paragraphs[0] = f'"""{paragraphs[0]}'
    wrapped = "\n\n".join(fill(" ".join(each.split()), 117 - depth, break_long_words=False) for each in paragraphs)
    return indent(f'{wrapped}\n"""', " " * depth, lambda line: bool(line.strip())) + "\n"


def written_model(name: str, schema: Schema) -> str:
    """Return the source of an answer's type."""
    if "properties" not in schema:
        return f"{name}: TypeAlias = {type_of(schema)}\n"
    needed = schema.get("required", ())
    lines = ["@dataclass(frozen=True, slots=True, kw_only=True)\n", f"class {name}:\n"]
    lines.append(docstring(schema.get("description", f"{name}."), 4) + "\n")
    for field, described in schema["properties"].items():
        default = "" if field in needed else f" = {_default(described)}"
        optional = " | None" if default == " = None" and "None" not in type_of(described).split(" | ") else ""
        optional = "" if type_of(described) == "Any" else optional
        lines.append(f"    {snake(field)}: {type_of(described)}{optional}{default}\n")
        if "description" in described:
            lines.append(docstring(described["description"], 4))
    return "".join(lines)


def _default(described: Schema) -> str:
    value: Any = described.get("default")
    if isinstance(value, int | float) and not isinstance(value, bool) and described.get("type") == "string":
        return "None"  # a duration, which JSON has as a text
    if isinstance(value, list | dict):
        return f"field(default_factory={type(value).__name__})"
    return repr(value)


def written_input(name: str, schema: Schema) -> str:
    """Return the source of an object within a body: a TypedDict with the names of JSON."""
    if "properties" not in schema:
        return f"{name}: TypeAlias = {type_of(schema, taken=True).replace('inputs.', '')}\n"
    lines = [f"class {name}(TypedDict):\n", docstring(schema.get("description", f"{name}."), 4) + "\n"]
    for field, described in schema["properties"].items():
        found = type_of(described, taken=True).replace("inputs.", "")
        is_needed = field in schema.get("required", ()) or "const" in described
        lines.append(f"    {field}: {found if is_needed else f'NotRequired[{found}]'}\n")
    return "".join(lines)
