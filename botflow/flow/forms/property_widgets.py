"""The `x-field` of one property: what its Widget says, and for the rest what its JSON Schema and its Marker tell.

It holds `widget`, and what of the following there is: `syntax`, `group`, `placeholder`, `rows`, `min`, `max`,
`options`, `source`, `dependsOn`, `showWhen`, `mode` and `example`.
"""

from __future__ import annotations

import types
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields, replace
from typing import Any, TypeVar, Union, get_args, get_origin

from pydantic.fields import FieldInfo

from botflow.flow.duration import DURATION_PATTERN
from botflow.flow.fields import Marker, TextKind
from botflow.flow.widgets import Widget, WidgetKind

Schema = Mapping[str, Any]
T = TypeVar("T")
_SYNTAX: Mapping[TextKind, str] = {"template": "template", "condition": "condition", "pattern": "pattern"}
_WITH_SYNTAX = ("template-input", "template-textarea", "json", "map", "list")
_WORDED = ("select", "combobox", "multi-select")


def field_widget(name: str, field: FieldInfo, schema: Schema) -> dict[str, Any]:
    """Return the x-field of a property, by the name that documents use."""
    widget = widget_of(field)
    if name == "variable" and widget.kind is None and _has(schema, "string"):
        widget = replace(widget, kind="combobox", source=widget.source or "variables")  # NodeSpec.sets reads it so
    return _x_field(widget, next(_extras(_places(field), Marker), None), schema)


def widget_of(field: FieldInfo) -> Widget:
    """Return what the field's annotation says of its widget."""
    return _merged(_extras(_places(field), Widget))


def part_widget(field: FieldInfo, schema: Schema) -> dict[str, Any]:
    """Return the x-field of the items of a list, or of the values of a map."""
    places = [
        place
        for annotation in _unions(field.annotation)
        for part in get_args(annotation)[-1 if get_origin(annotation) is dict else 0 :][:1]
        for place in _alternatives(part)
    ]
    widget = _merged(_extras(places, Widget))
    if widget.kind is None and _is_anything(schema):
        widget = replace(widget, kind="template-input")  # a value that is one template keeps its type
    return _x_field(widget, next(_extras(places, Marker), None), schema)


def label_of(name: str) -> str:
    """Return a name as people read it: `invalidText` and `invalid_text` are "Invalid text"."""
    words = "".join(f" {letter.lower()}" if letter.isupper() else letter for letter in name.replace("_", " "))
    return words.strip()[:1].upper() + words.strip()[1:]


def _x_field(widget: Widget, marker: Marker | None, schema: Schema) -> dict[str, Any]:
    kind = widget.kind or _inferred(marker, schema)
    number = next((each for each in _options_of(schema) if each.get("type") in ("integer", "number")), {})
    found = {
        "widget": kind,
        "syntax": _SYNTAX.get(marker.kind if marker else "template") if kind in _WITH_SYNTAX or marker else None,
        "group": widget.group,
        "placeholder": widget.placeholder or (_PLACEHOLDER if _is_duration(schema) else ""),
        "rows": widget.rows or (3 if kind == "template-textarea" else None),
        "min": number.get("minimum"),
        "max": number.get("maximum"),
        "options": _offered(widget, schema) if kind in _WORDED else None,
        "source": widget.source or ("workflows" if marker and marker.kind == "workflow" else ""),
        "dependsOn": list(widget.depends_on),
        "showWhen": {key: _listed(value) for key, value in widget.show_when.items()},
        "mode": widget.mode,
        "example": widget.example if widget.example is not None else next(_examples(schema), None),
    }
    return {key: value for key, value in found.items() if value not in (None, "", [], {})}


_PLACEHOLDER = "30s, 5m, 24h or 3d"


def _inferred(marker: Marker | None, schema: Schema) -> WidgetKind:
    """Return the widget that fits what a property may be."""
    kinds = _options_of(schema)
    values = [value for each in kinds for value in _enum(each)]
    if marker is not None and marker.kind == "workflow":
        return "combobox"
    if values:
        return "select" if all(_enum(each) for each in kinds) else "combobox"
    if any("$ref" in each for each in kinds) and not _is_anything(schema):
        return "object"
    if _has(schema, "string"):
        return "text" if _is_duration(schema) or (marker and marker.kind == "pattern") else "template-input"
    match kinds[0].get("type"):
        case "boolean":
            return "checkbox"
        case "integer" | "number":
            return "number"
        case "array":
            return "multi-select" if _enum(kinds[0].get("items", {})) else "list"
        case "object":
            return "map"
    return "json"


def _offered(widget: Widget, schema: Schema) -> list[dict[str, Any]]:
    """Return the values to choose from, with their labels: those of the schema, and those of the widget."""
    kinds = [each.get("items", each) for each in _options_of(schema)]
    values = dict.fromkeys((*(value for each in kinds for value in _enum(each)), *widget.options))
    return [{"value": value, "label": widget.options.get(value) or label_of(str(value))} for value in values]


def _options_of(schema: Schema) -> Sequence[Schema]:
    """Return the schemas of which a value must fit one, without that of null."""
    return [each for each in schema.get("anyOf", (schema,)) if each.get("type") != "null"]


def _has(schema: Schema, kind: str) -> bool:
    return any(each.get("type") == kind and not _enum(each) for each in _options_of(schema))


def _is_duration(schema: Schema) -> bool:
    return any(each.get("pattern") == DURATION_PATTERN for each in _options_of(schema))


def _is_anything(schema: Schema) -> bool:
    return any("JsonValue" in each.get("$ref", "") or not each for each in _options_of(schema))


def _enum(schema: Schema) -> Sequence[Any]:
    return [schema["const"]] if "const" in schema else schema.get("enum", ())


def _examples(schema: Schema) -> Iterator[Any]:
    for each in (schema, *_options_of(schema)):
        yield from each.get("examples", ())


def _listed(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) else [value]


def _merged(widgets: Iterator[Widget]) -> Widget:
    """Return one widget of those around an annotation: what the outer ones say goes before the inner ones."""
    said: dict[str, Any] = {}
    for widget in widgets:
        for each in fields(Widget):
            if value := getattr(widget, each.name):
                said.setdefault(each.name, value)
    return Widget(**said)


def _places(field: FieldInfo) -> Sequence[Sequence[Any]]:
    return (field.metadata, *_alternatives(field.annotation))


def _extras(places: Sequence[Any], kind: type[T]) -> Iterator[T]:
    """Yield what is said inside Annotated, the outermost first."""
    for place in places:
        yield from (each for each in reversed(tuple(place)) if isinstance(each, kind))


def _alternatives(annotation: Any) -> Iterator[Sequence[Any]]:
    """Yield what is said beside an annotation, and beside each member of a union."""
    for each in _unions(annotation):
        yield getattr(each, "__metadata__", ())
        if hasattr(each, "__metadata__"):
            yield from _alternatives(get_args(each)[0])


def _unions(annotation: Any) -> Iterator[Any]:
    if get_origin(annotation) in (Union, types.UnionType):
        for each in get_args(annotation):
            yield from _unions(each)
    else:
        yield annotation
