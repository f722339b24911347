"""Reading an answer of any kind. Free text, patterns, places and files are read here; each other kind has a file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from botflow.engine.inbound import Inbound
from botflow.flow.pattern import full_match
from botflow.nodes.answers.choice import read_choice
from botflow.nodes.answers.contacts import read_email, read_phone
from botflow.nodes.answers.dates import read_date
from botflow.nodes.answers.expectation import Accepted, Expectation, Kind, Reading, Refused
from botflow.nodes.answers.numbers import read_integer, read_number
from botflow.nodes.answers.times import read_time
from botflow.nodes.answers.yes_no import read_yes_no

Reader = Callable[[Expectation, Inbound, str, str | None], Reading]
_WORDLESS = ("location", "media")
_FREE = ("text", "regex", *_WORDLESS)
LONGEST = 500  # characters; a longer text is not searched for a number, a date or an address


def read_text(expectation: Expectation, inbound: Inbound, language: str, region: str | None) -> Reading:
    """Accept any words whose length lies within the bounds."""
    text = inbound.text.strip() or inbound.payload
    if isinstance(expectation.least, (int, float)) and len(text) < expectation.least:
        return Refused("too_short")
    if isinstance(expectation.most, (int, float)) and len(text) > expectation.most:
        return Refused("too_long")
    return Accepted(text)


def read_regex(expectation: Expectation, inbound: Inbound, language: str, region: str | None) -> Reading:
    """Accept a text that the pattern matches as a whole."""
    text = inbound.text.strip()
    return Accepted(text) if full_match(expectation.pattern or "", text) else Refused("no_match")


def read_location(expectation: Expectation, inbound: Inbound, language: str, region: str | None) -> Reading:
    """Accept a shared place: {latitude, longitude, label}."""
    return Accepted(inbound.location.to_json()) if inbound.location else Refused("no_location")


def read_media(expectation: Expectation, inbound: Inbound, language: str, region: str | None) -> Reading:
    """Accept attachments: the first one's {url, contentType, ...}, or with `many` a list; all of them as `media`.

    One file of a kind that does not fit refuses the whole message, so that none is left out without a word.
    """
    if not inbound.media:
        return Refused("no_media")
    if expectation.accept and not all(file_kind(medium.content_type) in expectation.accept for medium in inbound.media):
        return Refused("wrong_file_kind")
    media = [medium.to_json() for medium in inbound.media]
    return Accepted(media if expectation.many else media[0], {"media": media})


def file_kind(content_type: str) -> str:
    """Return the kind of a file by its MIME type, as `accept` names it; "" for any other."""
    family, _, kind = content_type.partition(";")[0].strip().lower().partition("/")
    if (family, kind) == ("application", "pdf"):
        return "pdf"
    return family if family in ("image", "audio", "video") else ""


READERS: Mapping[Kind, Reader] = MappingProxyType(
    {
        "text": read_text,
        "integer": read_integer,
        "number": read_number,
        "yes_no": read_yes_no,
        "choice": read_choice,
        "date": read_date,
        "time": read_time,
        "email": read_email,
        "phone": read_phone,
        "regex": read_regex,
        "location": read_location,
        "media": read_media,
    }
)


def read(expectation: Expectation, inbound: Inbound, language: str, region: str | None) -> Reading:
    """Read `inbound` as an answer. `language` is the flow's (a BCP 47 tag), `region` its country or None.

    "Tomorrow" is relative to when the inbound was received. A photo without words is refused as `not_words` where
    words are expected.
    """
    if expectation.kind not in _WORDLESS and not inbound.text.strip() and not inbound.payload:
        return Refused("not_words" if inbound.media or inbound.location else "empty")
    if len(inbound.text) > LONGEST and expectation.kind not in _FREE:
        return Refused("too_long")
    return READERS[expectation.kind](expectation, inbound, language, region)
