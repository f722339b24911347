"""The JSON Schema (2020-12) of a node type's properties, as a form needs it: each property, of nested models too, has a
label, a description (its docstring) and its widget, `x-field`."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic.json_schema import DEFAULT_REF_TEMPLATE, GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from botflow.flow.forms.docstrings import field_docstrings
from botflow.flow.forms.property_widgets import field_widget, label_of, part_widget, widget_of
from botflow.flow.forms.schema_words import object_name
from botflow.flow.translating.spoken_texts import is_by_language

DIALECT = GenerateJsonSchema.schema_dialect


def form_schema(model: type[BaseModel]) -> dict[str, Any]:
    """Return the schema of a node type's properties, by the names that documents use."""
    generator = _FormSchema(by_alias=True, ref_template=DEFAULT_REF_TEMPLATE)
    return {"$schema": DIALECT, **generator.generate(model.__pydantic_core_schema__, mode="validation")}


class _FormSchema(GenerateJsonSchema):
    """Adds to each model what its fields say of themselves."""

    def model_schema(self, schema: core_schema.ModelSchema) -> JsonSchemaValue:
        found = super().model_schema(schema)
        model: type[BaseModel] = schema["cls"]
        found["title"] = label_of(object_name(model.__name__))
        said = field_docstrings(model)
        defaults = _defaults(model)
        for name, field in model.model_fields.items():
            written = field.alias or name
            _describe(found["properties"][written], written, field, said.get(name, ""))
            if written in defaults:
                found["properties"][written]["default"] = defaults[written]
        return found


def _describe(schema: JsonSchemaValue, name: str, field: FieldInfo, description: str) -> None:
    schema["title"] = widget_of(field).label or label_of(name)
    if description:
        schema["description"] = description
    schema["x-field"] = field_widget(name, field, schema)
    _describe_parts(schema, name, field)


def _describe_parts(schema: JsonSchemaValue, name: str, field: FieldInfo) -> None:
    for kind in schema.get("anyOf", [schema]):
        for part in ("items", "additionalProperties"):
            if not isinstance(kind.get(part), dict):
                continue
            kind[part] = dict(kind[part])
            if is_by_language(kind):  # each is what the property is without languages
                kind[part]["x-field"] = field_widget(name, field, kind[part])
                _describe_parts(kind[part], name, field)
            else:
                kind[part]["x-field"] = part_widget(field, kind[part])


def _defaults(model: type[BaseModel]) -> dict[str, Any]:
    """Return the defaults as documents write them: `5m`, and not 300 seconds."""
    given = {
        name: field.get_default(call_default_factory=True)
        for name, field in model.model_fields.items()
        if not field.is_required()
    }
    written: dict[str, Any] = model.model_construct(**given).model_dump(mode="json", by_alias=True)
    return written
