"""Tables of what a Pydantic model takes. A field's meaning is the docstring below it in the source."""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Iterator, Mapping
from typing import Any, get_args

from pydantic import BaseModel
from pydantic_core import PydanticUndefined

from botflow.flow.duration import write_duration
from botflow.plugins import installed_plugins
from botflow.settings import Settings

Schema = Mapping[str, Any]


def table(header: tuple[str, ...], rows: Iterator[tuple[str, ...]] | list[tuple[str, ...]]) -> str:
    """Return a Markdown table."""
    lines = [header, ("---",) * len(header), *rows]
    return "\n".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |" for line in lines)


def properties_table(model: type[BaseModel], *, linked: bool = False) -> str:
    """Return a row for each field, by the name that documents use; `linked`: objects have sections on the same page."""
    fields = model.model_json_schema(by_alias=True)["properties"]
    meanings = field_docstrings(model)
    rows = []
    for name in sorted(model.model_fields, key=lambda name: name not in model.__annotations__):  # its own ones first
        field = model.model_fields[name]
        key = field.alias or name
        default = "**required**" if field.is_required() else default_words(fields[key])
        rows.append((f"`{key}`", type_words(fields[key], linked=linked), default, meanings[name]))
    return table(("key", "type", "default", "meaning"), rows)


def settings_table() -> str:
    """Return every setting of botflow and of the integrations."""
    models = [Settings, *(plugin.settings for plugin in installed_plugins())]
    rows = []
    for model in models:
        meanings = field_docstrings(model)
        for name, field in model.model_fields.items():
            default = f"`{field.default}`" if isinstance(field.default, str) else ""
            rows.append((f"`{model.variable(name)}`", default, meanings[name]))
    return table(("variable", "default", "meaning"), rows)


def field_docstrings(model: type[BaseModel]) -> dict[str, str]:
    """Return the docstring below each field of `model` and of the models that it extends."""
    found: dict[str, str] = {}
    for each in reversed([each for each in model.__mro__ if issubclass(each, BaseModel) and each is not BaseModel]):
        [definition] = ast.parse(textwrap.dedent(inspect.getsource(each))).body
        assert isinstance(definition, ast.ClassDef)
        for field, below in zip(definition.body, definition.body[1:], strict=False):
            match field, below:
                case ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(value=ast.Constant(value=str(text))):
                    found[name] = " ".join(text.split())
    missing = model.model_fields.keys() - found.keys()
    assert not missing, f"{model.__name__}: a docstring must say what {', '.join(sorted(missing))} is for"
    return found


def nested_models(model: type[BaseModel]) -> Iterator[type[BaseModel]]:
    """Yield the models that fields of `model` are made of, outermost first."""
    for field in model.model_fields.values():
        yield from _models_in(field.annotation)


def _models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
        yield from nested_models(annotation)
    for part in get_args(annotation):
        yield from _models_in(part)


def object_name(name: str) -> str:
    """Return what the reference calls a model: `OptionProperties` is an option."""
    return name.removesuffix("Properties")


def type_words(schema: Schema, *, linked: bool = False) -> str:
    """Say in words what a JSON schema allows."""
    match schema:
        case {"$ref": str(reference)}:
            name = object_name(reference.rpartition("/")[2])
            if name == "JsonValue":
                return "any value"
            return f"[{name}](#{name.lower()})" if linked else "object"
        case {"anyOf": list(options)}:
            kinds = [type_words(option, linked=linked) for option in options if option.get("type") != "null"]
            return " or ".join(dict.fromkeys(kinds))
        case {"enum": list(values)}:
            return ", ".join(f"`{value}`" for value in values)
        case {"const": value}:
            return f"`{value}`"
        case {"type": "string"}:
            return "duration" if schema.get("format") == "duration" else "text"
        case {"type": "integer" | "number" as kind}:
            words = "whole number" if kind == "integer" else "number"
            least, most = schema.get("minimum"), schema.get("maximum")
            return words if least is None or most is None else f"{words}, {least} to {most}"
        case {"type": "boolean"}:
            return "`true`, `false`"
        case {"type": "array"}:
            return f"list of {type_words(schema.get('items', {}), linked=linked)}"
        case {"type": "object", "additionalProperties": dict(values)}:
            return f"object of {type_words(values, linked=linked)}"
        case {"type": "object"}:
            return "object"
    return "any value"


def default_words(schema: Schema) -> str:
    """Return a field's default as a document would write it; nothing for an empty one."""
    default = schema.get("default", PydanticUndefined)
    if default is PydanticUndefined or default in (None, "", []) or isinstance(default, dict):
        return ""
    if schema.get("format") == "duration" and isinstance(default, float):
        return f"`{write_duration(default)}`"
    return f"`{str(default).lower() if isinstance(default, bool) else default}`"
