"""The bodies that a visitor may post."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from botflow.web.json_body import Body, Wrong

LARGEST_BODY = 64 * 1024
LONGEST_TEXT = 8_000
LONGEST_ID = 200
LONGEST_PAYLOAD = 1_000


def _without_nul(text: str) -> str:
    if "\x00" in text:
        raise Wrong("*.nul", "contains the character NUL", "leave it out")
    return text


def _id(text: str) -> str:
    if not text:
        raise Wrong("*.invalid", "is empty", "leave it out, or give it a value")
    if not text.isprintable():
        raise Wrong("*.invalid", "contains control characters", "use letters and digits")
    return text


Text = Annotated[str, Field(max_length=LONGEST_TEXT), AfterValidator(_without_nul)]
Payload = Annotated[str, Field(max_length=LONGEST_PAYLOAD), AfterValidator(_without_nul)]
Id = Annotated[str, Field(max_length=LONGEST_ID), AfterValidator(_without_nul), AfterValidator(_id)]


class Posted(Body):
    """A message. `payload` is a pressed quick reply's; a message with a payload may have no text."""

    text: Text | None = None
    payload: Payload | None = None
    message_id: Id | None = None
    external_id: Id | None = None

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not self.text and not self.payload:
            raise Wrong("text.missing", "the message has no text", 'send {"text": "hello"}')
        if not self.payload and not (self.text or "").strip():
            raise Wrong("text.empty", "the message's text is blank", "send at least one character")
        return self


class Opening(Body):
    """The body of a request for a session; it may not name a person."""

    external_id: object = None
