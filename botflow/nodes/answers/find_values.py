"""The values in a message that has several answers, for forms.

The kind's grammar says where a value is, and the kind's reader reads these words: they mean what they mean as an
answer of their own. A value that the reader refuses is none, and its words are left over.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any, NamedTuple

from botflow.engine.inbound import Inbound
from botflow.nodes.answers.expectation import Accepted, Expectation
from botflow.nodes.answers.fitting import fit_of_option
from botflow.nodes.answers.message import Message
from botflow.nodes.answers.read_answer import read
from botflow.nodes.answers.value_places import ValuePlace, places_of


class Found(NamedTuple):
    """A value, and where it is. It is None for words that may be an answer, and are asked again: "friday", after a day
    that is weeks away, or "a week later", after none."""

    place: ValuePlace
    value: Any | None


def find_values(expectation: Expectation, message: Message, region: str | None, received_at: datetime) -> list[Found]:
    """Return the values of the message as answers of the expected kind.

    A yes, a free text and a file are found only where a question asks for them, so not here. `received_at` is by the
    person's own clock.
    """
    found: list[Found] = []
    anew = replace(expectation, former=None)
    for place in places_of(expectation, message, region, received_at):
        reading = _read(expectation, place, message.language, region, received_at)
        if reading is not None:
            found.append(Found(place, reading.value))
        elif place.is_shift or (anew != expectation and _read(anew, place, message.language, region, received_at)):
            found.append(Found(place, None))
    return found


def _read(
    expectation: Expectation, place: ValuePlace, language: str, region: str | None, received_at: datetime
) -> Accepted | None:
    inbound = Inbound(kind="message", key="", received_at=received_at, seed=0, channel="", text=place.said)
    reading = read(expectation, inbound, language, region)
    if not isinstance(reading, Accepted):
        return None
    is_option = expectation.kind == "choice"
    if is_option and fit_of_option(expectation.choices, inbound, language, region) != "literally":
        return None  # a position in the list, or a typing error, counts only where it was asked for
    return reading
