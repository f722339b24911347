"""How a form shows one property of a node type: the `x-field` in the JSON Schema of its properties.

Most properties need none: the widget follows from the annotation. One is given inside Annotated:

    text: Annotated[str, Widget("template-textarea", rows=4, placeholder="Hello {{ name }}!")]
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Literal

WidgetKind = Literal[
    "template-input",
    "template-textarea",
    "text",
    "number",
    "checkbox",
    "select",
    "combobox",
    "multi-select",
    "list",
    "map",
    "object",
    "json",
    "schema-builder",
    "match-builder",
    "single-row-update",
    "password",
]
# What people read for the types of values.
VALUE_LABELS: Mapping[str, str] = MappingProxyType(
    {"text": "A text", "integer": "A whole number", "number": "A number", "boolean": "True or false", "date": "A date"}
)


@dataclass(frozen=True, slots=True, eq=False)  # a part of annotations, which are compared and hashed
class Widget:
    """The widget of a property; `kind` None leaves it to the annotation.

    `label` is what people read instead of the property's name. `options` are the values that a select or a combobox
    offers, with their labels; `source` names a list that is not known here (see SOURCES), and what that offers may
    depend on the properties in `depends_on`. `show_when` shows the property only while others have one of these values;
    the value True stands for any that is not empty. `mode` is what a single-row-update does. Names of properties are
    those of documents.
    """

    kind: WidgetKind | None = None
    label: str = ""
    placeholder: str = ""
    rows: int | None = None
    group: str = ""
    options: Mapping[str, str] = field(default_factory=dict)
    source: str = ""
    depends_on: tuple[str, ...] = ()
    show_when: Mapping[str, Any] = field(default_factory=dict)
    mode: Literal["", "update", "insert", "delete"] = ""
    example: Any = None
