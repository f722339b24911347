"""Tables of what a Pydantic model takes. A field's meaning is the docstring below it in the source."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, get_args

from pydantic import BaseModel

from botflow.flow.forms.docstrings import field_docstrings
from botflow.flow.forms.form_schema import form_schema
from botflow.flow.forms.schema_words import default_words, object_name, type_words
from botflow.plugins import installed_plugins
from botflow.settings import Settings


def table(header: tuple[str, ...], rows: Iterator[tuple[str, ...]] | list[tuple[str, ...]]) -> str:
    """Return a Markdown table."""
    lines = [header, ("---",) * len(header), *rows]
    return "\n".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |" for line in lines)


def properties_table(model: type[BaseModel], *, linked: bool = False) -> str:
    """Return a row for each field, by the name that documents use; `linked`: objects have sections on the same page."""
    schema = form_schema(model)
    rows = []
    for name in sorted(model.model_fields, key=lambda name: name not in model.__annotations__):  # its own ones first
        key = model.model_fields[name].alias or name
        found = schema["properties"][key]
        default = "**required**" if model.model_fields[name].is_required() else default_words(found)
        rows.append((f"`{key}`", type_words(found, _link if linked else _object), default, _meaning(model, name)))
    return table(("key", "type", "default", "meaning"), rows)


def _meaning(model: type[BaseModel], name: str) -> str:
    found = field_docstrings(model).get(name, "")
    assert found, f"{model.__name__}: a docstring must say what {name} is for"
    return found


def _link(name: str) -> str:
    return f"[{object_name(name)}](#{object_name(name).lower()})"


def _object(name: str) -> str:
    return "object"


def settings_table() -> str:
    """Return every setting of botflow and of the integrations."""
    models = [Settings, *(plugin.settings for plugin in installed_plugins())]
    rows = []
    for model in models:
        for name, field in model.model_fields.items():
            default = f"`{field.default}`" if isinstance(field.default, str) else ""
            rows.append((f"`{model.variable(name)}`", default, _meaning(model, name)))
    return table(("variable", "default", "meaning"), rows)


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
