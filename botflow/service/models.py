"""The bases of what the service takes and answers: pydantic models with camelCase names on the wire."""

from __future__ import annotations

from typing import ClassVar, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel
from pydantic_core import PydanticCustomError


class Body(BaseModel):
    """The base of request bodies: camelCase names, strict types, no unknown fields. `example` is one, for people."""

    example: ClassVar[str] = "{}"
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, alias_generator=to_camel)


class Wrong(PydanticCustomError):
    """A field that breaks a rule of its model. `*` at the beginning of a code stands for the field's name, which also
    precedes the words: `Wrong("*.nul", "contains the character NUL", ...)` of the field `text` is `text.nul`."""

    def __new__(cls, code: str, words: str, hint: str) -> Wrong:
        return super().__new__(cls, code, words, {"hint": hint})


def printable_name(text: str) -> str:
    """Return a name that people read, for a field of a Body."""
    if not text.strip() or not text.isprintable():
        raise Wrong("*.invalid", "is empty, or has control characters", "give it a name that people recognise")
    return text.strip()


class Shown(BaseModel):
    """The base of answers: camelCase names on the wire, snake_case in Python."""

    model_config = ConfigDict(
        frozen=True, alias_generator=to_camel, populate_by_name=True, serialize_by_alias=True, from_attributes=True
    )


Item = TypeVar("Item", bound=Shown)


class Page(Shown, Generic[Item]):
    """A part of a list. `next` is the `cursor` of the part after it, null at the end."""

    items: list[Item]
    next: str | None = Field(default=None)
