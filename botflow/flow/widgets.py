"""How a form shows one property of a node type: what stands as `x-field` in the JSON Schema of its properties.

Most properties need none: the widget follows from the annotation. One is given inside Annotated:

    text: Annotated[str, Widget("template-textarea", rows=4, placeholder="Hello {{ name }}!")]
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

WidgetKind = Literal[
    "template-input",
    "template-textarea",
    "text",
    "number",
    "select",
    "combobox",
    "multi-select",
    "schema-builder",
    "match-builder",
    "single-row-update",
    "password",
]


@dataclass(frozen=True, slots=True, eq=False)  # a member of Annotated must have a hash
class Widget:
    """The widget of a property; `kind` None leaves it to the annotation.

    `source` names the list that a combobox or a multi-select offers, such as `variables`, `workflows` or
    `credentials:webhook`; what it offers may depend on the properties in `depends_on`. `show_when` shows the property
    only while others have one of these values. Names of properties are those of documents.
    """

    kind: WidgetKind | None = None
    placeholder: str = ""
    rows: int | None = None
    group: str = ""
    source: str = ""
    depends_on: tuple[str, ...] = ()
    show_when: Mapping[str, Any] = field(default_factory=dict)
    example: Any = None
