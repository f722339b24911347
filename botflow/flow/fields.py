"""Node type properties: the class to derive from, and annotations that tell the checker what a string is.

A string that holds `{{` or `{%` is a template; a Condition is a bare expression such as `qty >= 5`; a Pattern is a
regular expression in RE2's syntax; a WorkflowId names another workflow, which is then compiled into the bundle.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated, Any, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel
from pydantic.fields import FieldInfo

from botflow.flow.duration import Duration

__all__ = [
    "CAMEL_CASE",
    "Condition",
    "Duration",
    "Pattern",
    "Properties",
    "Text",
    "WorkflowId",
    "WrongProperty",
    "texts",
]

CAMEL_CASE = ConfigDict(extra="forbid", frozen=True, alias_generator=to_camel, populate_by_name=True)
# The fields of a message, as templates read them in `$message`; it has `channel` besides.
MESSAGE_FIELDS = ("text", "payload", "media", "location", "token", "consent", "address", "parameters")
TextKind = Literal["template", "condition", "pattern", "workflow"]


class Properties(BaseModel):
    """The base of a node type's properties: frozen, camelCase in documents, unknown keys refused."""

    model_config = CAMEL_CASE


class WrongProperty(ValueError):
    """A rule that one property breaks; `at` leads from the node's properties to it: `("options", 2, "id")`."""

    def __init__(self, message: str, *at: str | int) -> None:
        super().__init__(message)
        self.at = at


@dataclass(frozen=True, slots=True)
class Marker:
    """Says, inside Annotated, what the strings of a field are."""

    kind: TextKind


Condition = Annotated[str, Field(min_length=1, max_length=2_000), Marker("condition")]
Pattern = Annotated[str, Field(min_length=1, max_length=1_000), Marker("pattern")]
WorkflowId = Annotated[str, Field(min_length=1, max_length=64), Marker("workflow")]


@dataclass(frozen=True, slots=True)
class Text:
    """One string in a node's properties; `path` leads to it by the names used in documents."""

    path: tuple[str | int, ...]
    kind: TextKind
    text: str


def texts(properties: BaseModel) -> Iterator[Text]:
    """Yield every string in `properties`, nested models included, with the kind that its field declares."""
    for name, field in type(properties).model_fields.items():
        yield from _strings(getattr(properties, name), (field.alias or name,), _kind(type(properties), name))
    for name, value in (properties.model_extra or {}).items():
        yield from _strings(value, (name,), "template")


def _strings(value: Any, path: tuple[str | int, ...], kind: TextKind) -> Iterator[Text]:
    if isinstance(value, str):
        yield Text(path, kind, value)
    elif isinstance(value, BaseModel):
        for inner in texts(value):
            yield Text((*path, *inner.path), inner.kind, inner.text)
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from _strings(item, (*path, str(key)), kind)
    elif isinstance(value, list | tuple):
        for position, item in enumerate(value):
            yield from _strings(item, (*path, position), kind)


@lru_cache(maxsize=1_000)
def _kind(model: type[BaseModel], name: str) -> TextKind:
    field: FieldInfo = model.model_fields[name]
    marker = _marker(field.metadata) or _marker_within(field.annotation)
    return marker.kind if marker else "template"


def _marker(metadata: Any) -> Marker | None:
    return next((item for item in metadata if isinstance(item, Marker)), None)


def _marker_within(annotation: Any) -> Marker | None:
    """Find the marker inside `Condition | None`, `tuple[Condition, ...]` and the like."""
    found = _marker(getattr(annotation, "__metadata__", ()))
    if found is not None:
        return found
    return next((inner for argument in get_args(annotation) if (inner := _marker_within(argument))), None)
