"""Which function reads which kind of answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from botflow.engine.inbound import Inbound
from botflow.nodes.answers.choice import read_choice
from botflow.nodes.answers.contacts import read_email
from botflow.nodes.answers.dates import read_date
from botflow.nodes.answers.enclosures import read_location, read_media
from botflow.nodes.answers.expectation import Expectation, Kind, Reading, Refused
from botflow.nodes.answers.numbers import read_integer, read_number
from botflow.nodes.answers.phones import read_phone
from botflow.nodes.answers.texts import read_regex, read_text
from botflow.nodes.answers.times import read_time
from botflow.nodes.answers.yes_no import read_yes_no

Reader = Callable[[Expectation, Inbound, str, str | None], Reading]

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
_WORDLESS = ("location", "media")
_FREE = ("text", "regex", *_WORDLESS)
LONGEST = 500  # characters; a longer text is no number, date or address, and is not searched for one


def read(expectation: Expectation, inbound: Inbound, language: str, region: str | None) -> Reading:
    """Read `inbound` as an answer. `language` is the flow's (a BCP 47 tag), `region` its country or None.

    "Tomorrow" is relative to when the inbound was received. A photo without words is no answer to a question that
    wants words: `not_words`.
    """
    if expectation.kind not in _WORDLESS and not inbound.text.strip() and not inbound.payload:
        return Refused("not_words" if inbound.media or inbound.location else "empty")
    if len(inbound.text) > LONGEST and expectation.kind not in _FREE:
        return Refused("too_long")
    return READERS[expectation.kind](expectation, inbound, language, region)
