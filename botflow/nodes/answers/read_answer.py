"""Reading an answer of any kind. Free text, patterns and places are read here; each other kind has a file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from botflow.engine.inbound import Inbound
from botflow.flow.pattern import full_match
from botflow.nodes.answers.calendar.dates import read_date
from botflow.nodes.answers.calendar.durations import read_duration
from botflow.nodes.answers.calendar.moments import read_datetime
from botflow.nodes.answers.calendar.times import read_time
from botflow.nodes.answers.choosing.choice import read_choice
from botflow.nodes.answers.choosing.choices import read_choices
from botflow.nodes.answers.choosing.yes_no import read_yes_no
from botflow.nodes.answers.contacts.emails import read_email
from botflow.nodes.answers.contacts.phones import read_phone
from botflow.nodes.answers.contacts.web_addresses import read_url
from botflow.nodes.answers.expectation import Accepted, Expectation, Kind, Reading, Refused
from botflow.nodes.answers.files import read_file, read_media
from botflow.nodes.answers.numbers.money import read_money
from botflow.nodes.answers.numbers.numbers import read_integer, read_number
from botflow.nodes.answers.numbers.ratings import read_rating
from botflow.nodes.answers.tokens import LONGEST, is_too_long

Reader = Callable[[Expectation, Inbound, str, str | None], Reading]
WORDLESS = ("location", "media", "file")
FREE = ("text", "regex", *WORDLESS)  # kinds that take any words
LONGEST_URL = 2_048  # characters; a web address alone may be that long


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


READERS: Mapping[Kind, Reader] = MappingProxyType(
    {
        "text": read_text,
        "integer": read_integer,
        "number": read_number,
        "yes_no": read_yes_no,
        "choice": read_choice,
        "choices": read_choices,
        "date": read_date,
        "time": read_time,
        "datetime": read_datetime,
        "duration": read_duration,
        "money": read_money,
        "rating": read_rating,
        "email": read_email,
        "phone": read_phone,
        "url": read_url,
        "regex": read_regex,
        "location": read_location,
        "media": read_media,
        "file": read_file,
    }
)


def read(expectation: Expectation, inbound: Inbound, language: str, region: str | None) -> Reading:
    """Read `inbound` as an answer. `language` is the flow's (a BCP 47 tag), `region` its country or None.

    "Tomorrow" is relative to when the inbound was received. A photo without words is refused as `not_words` where
    words are expected.
    """
    if expectation.kind not in WORDLESS and not inbound.text.strip() and not inbound.payload:
        return Refused("not_words" if inbound.media or inbound.location else "empty")
    longest = LONGEST_URL if expectation.kind == "url" else LONGEST
    if expectation.kind not in FREE and is_too_long(inbound.text, longest):
        return Refused("too_long")
    return READERS[expectation.kind](expectation, inbound, language, region)
