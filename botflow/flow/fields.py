"""Node type properties: the class to derive from, and annotations that tell the checker what a string is.

A string that holds `{{` or `{%` is a template; a Condition is a bare expression such as `qty >= 5`; a Pattern is a
regular expression in RE2's syntax; a WorkflowId names another workflow, which is then compiled into the bundle. NAME
marks a string that is taken as it is written, such as a VariableName.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Annotated, Any, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel
from pydantic.fields import FieldInfo

from botflow.flow.duration import Duration
from botflow.flow.widgets import Widget

__all__ = [
    "CAMEL_CASE",
    "Condition",
    "Duration",
    "HandleName",
    "Pattern",
    "Properties",
    "Text",
    "VariableName",
    "WorkflowId",
    "WrongProperty",
    "texts",
]

CAMEL_CASE = ConfigDict(extra="forbid", frozen=True, alias_generator=to_camel, populate_by_name=True)
# The fields of a message, as templates read them in `$message`; it has `channel` besides.
MESSAGE_FIELDS = ("text", "payload", "media", "location", "token", "consent", "address", "parameters")
# The fields of a request to a webhook, as its key reads them in `$request`.
REQUEST_FIELDS = ("headers", "query")
ITEM = "item"  # what a template about one element of a list reads
LONGEST_ITEM_TEXT = 2_000  # such a template
Pace = Literal["human", "instant"]
TextKind = Literal["template", "condition", "pattern", "workflow", "name"]
Speech = Literal["", "text", "words", "choice"]


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
    """Says, inside Annotated, what the strings of a field are.

    `reads`: the only names that they may read, as `$name`; None for all that a node of the flow may. `also`: names that
    they may read besides, such as `item`. `longest`: how many characters a template may have that
    `Scene.render_escaped` renders. `spoken`: a document may have them in several languages (`spoken_texts.py`): a text
    that people read, words that they write, or a choice, which is a text that is its own id.
    """

    kind: TextKind
    reads: tuple[str, ...] | None = None
    also: tuple[str, ...] = ()
    longest: int | None = None
    spoken: Speech = ""


Condition = Annotated[str, Field(min_length=1, max_length=2_000), Marker("condition")]
Pattern = Annotated[str, Field(min_length=1, max_length=1_000), Marker("pattern")]
NAME = Marker("name")  # of a string that is taken as it is written
VariableName = Annotated[str, Field(min_length=1, max_length=64), NAME, Widget("combobox", source="variables")]
HandleName = Annotated[
    str, Field(min_length=1, max_length=64), NAME, Widget("text", label="Leave by", placeholder="large")
]
ItemText = Annotated[str, Field(max_length=LONGEST_ITEM_TEXT), Marker("template", also=(ITEM,))]
WorkflowId = Annotated[str, Field(min_length=1, max_length=64), Marker("workflow")]


@dataclass(frozen=True, slots=True)
class Text:
    """One string in a node's properties; `path` leads to it by the names used in documents. For the rest see Marker."""

    path: tuple[str | int, ...]
    kind: TextKind
    text: str
    reads: tuple[str, ...] | None = None
    also: tuple[str, ...] = ()
    longest: int | None = None
    spoken: Speech = ""


def texts(properties: BaseModel) -> Iterator[Text]:
    """Yield every string in `properties`, nested models included, with the kind that its field declares."""
    for name, field in type(properties).model_fields.items():
        yield from _strings(getattr(properties, name), (field.alias or name,), _marked(type(properties), name))
    for name, value in (properties.model_extra or {}).items():
        yield from _strings(value, (name,), _TEMPLATE)


_TEMPLATE = Marker("template")


def _strings(value: Any, path: tuple[str | int, ...], marker: Marker) -> Iterator[Text]:
    if isinstance(value, str):
        yield Text(path, marker.kind, value, marker.reads, marker.also, marker.longest, marker.spoken)
    elif isinstance(value, BaseModel):
        for inner in texts(value):
            yield replace(inner, path=(*path, *inner.path))
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from _strings(item, (*path, str(key)), marker)
    elif isinstance(value, list | tuple):
        for position, item in enumerate(value):
            yield from _strings(item, (*path, position), marker)


@lru_cache(maxsize=1_000)
def _marked(model: type[BaseModel], name: str) -> Marker:
    field: FieldInfo = model.model_fields[name]
    return _marker(field.metadata) or _marker_within(field.annotation) or _TEMPLATE


def _marker(metadata: Any) -> Marker | None:
    return next((item for item in metadata if isinstance(item, Marker)), None)


def _marker_within(annotation: Any) -> Marker | None:
    """Find the marker inside `Condition | None`, `tuple[Condition, ...]` and the like."""
    found = _marker(getattr(annotation, "__metadata__", ()))
    if found is not None:
        return found
    return next((inner for argument in get_args(annotation) if (inner := _marker_within(argument))), None)
