"""The bodies that a visitor may post."""

from __future__ import annotations

import re
from typing import Annotated, Self

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from botflow.engine.inbound import Location
from botflow.engine.speech.buttons import is_question, marked, question_of
from botflow.service.models import Body, Wrong

LARGEST_BODY = 64 * 1024
LONGEST_TEXT = 8_000
LONGEST_ID = 200
LONGEST_PAYLOAD = 1_000
LONGEST_LABEL = 200
LONGEST_TOKEN = 8_000
MOST_FILES = 10
# What Unicode calls "default ignorable": a message of nothing else is one that nobody sees.
_UNSEEN = re.compile(
    r"[\s\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164"
    r"\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufff8\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]*"
)
_FILE = {"id", "name", "contentType", "size", "url"}


def without_nul(text: str) -> str:
    """Return a text that every database takes; `nul` of its field otherwise."""
    if "\x00" in text:
        raise Wrong("*.nul", "contains the character NUL", "leave it out")
    return text


def _id(text: str) -> str:
    if not text:
        raise Wrong("*.invalid", "is empty", "leave it out, or give it a value")
    if not text.isprintable():
        raise Wrong("*.invalid", "contains control characters", "use letters and digits")
    return text


Text = Annotated[str, Field(max_length=LONGEST_TEXT), AfterValidator(without_nul)]
Payload = Annotated[str, Field(max_length=LONGEST_PAYLOAD), AfterValidator(without_nul)]
Label = Annotated[str, Field(max_length=LONGEST_LABEL), AfterValidator(without_nul)]
Id = Annotated[str, Field(max_length=LONGEST_ID), AfterValidator(without_nul), AfterValidator(_id)]
Token = Annotated[str, Field(min_length=1, max_length=LONGEST_TOKEN)]


def _file_ids(given: object) -> tuple[str, ...]:
    """Read files that were sent before: objects as the server answered them, of which only the id counts."""
    if not isinstance(given, list) or not all(isinstance(file, dict) and file.keys() <= _FILE for file in given):
        raise Wrong("media.invalid", "media is not a list of files", 'send the file first, then name it: [{"id": "…"}]')
    ids = tuple(file.get("id") for file in given)
    if not all(isinstance(id, str) and id.isprintable() and 0 < len(id) <= LONGEST_ID for id in ids):
        raise Wrong(
            "media.invalid", "a file of the message has no id", 'send the file first, then name it: [{"id": "…"}]'
        )
    if len(ids) > MOST_FILES:
        raise Wrong("media.too_many", f"the message has more than {MOST_FILES} files", "send several messages")
    if len(set(ids)) < len(ids):
        raise Wrong("media.repeated", "the message names a file twice", "name each file once")
    return ids


def _question(text: str) -> str:
    if not is_question(text):
        raise Wrong("question.invalid", "is no question", "send the question of the message with the button, or none")
    return text


class Place(Body):
    """A place that the person shares; degrees."""

    latitude: Annotated[float, Field(ge=-90, le=90)]
    longitude: Annotated[float, Field(ge=-180, le=180)]
    label: Label | None = None

    def place(self) -> Location:
        return Location(latitude=self.latitude, longitude=self.longitude, label=self.label or "")


class Posted(Body):
    """A message. `payload` is a pressed quick reply's, and `question` that of the message with the button; a message
    with a payload, files or a place may have no text."""

    example = '{"text": "hello"}'

    text: Text | None = None
    payload: Payload | None = None
    question: Annotated[str, Field(max_length=LONGEST_ID), AfterValidator(_question)] | None = None
    message_id: Id | None = None
    external_id: Id | None = None
    media: Annotated[tuple[str, ...], BeforeValidator(_file_ids)] = ()
    location: Place | None = None

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if self.media or self.location:
            return self
        if not self.text and not self.payload:
            raise Wrong("text.missing", "the message has no text", 'send {"text": "hello"}')
        if not self.payload and _UNSEEN.fullmatch(self.text or ""):
            raise Wrong("text.empty", "the message's text is blank", "send at least one character")
        return self

    def pressed(self) -> str:
        """The payload, marked with the question of its button: then it is no answer to another question."""
        if not self.payload or not self.question or question_of(self.payload):
            return self.payload or ""
        return marked(self.question, self.payload)


class Opening(Body):
    """The body of a request for a session: nothing for an anonymous visitor. `identity` is a token of the site's that
    says who the person is, and `token` the session token of the anonymous visitor that they were until now."""

    example = '{"identity": "eyJhbGciOiJFUzI1NiJ9...", "token": "..."}'

    identity: Token | None = Field(default=None, repr=False)
    token: Token | None = Field(default=None, repr=False)
    external_id: object = None

    @model_validator(mode="after")
    def _is_of_a_user(self) -> Self:
        if self.token is not None and self.identity is None:
            raise Wrong(
                "identity.missing", "a token is taken along by a signed user only", 'send {"identity": "..."} too'
            )
        return self
