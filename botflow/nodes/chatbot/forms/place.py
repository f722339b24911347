"""A form's fields, and what the reading of a message to them must know beside its words."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from botflow.engine.inbound import Inbound
from botflow.nodes.answers.expectation import Accepted, Expectation
from botflow.nodes.answers.find_values import Found, find_values
from botflow.nodes.answers.message import Message, read_message
from botflow.nodes.answers.read_answer import read
from botflow.nodes.chatbot.forms.words import greetings


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """A field to fill: `words` are its own words, folded, of one or more words each. `is_partial`: it takes a day or a
    time, and another field of the form a day with its time."""

    name: str
    expectation: Expectation
    words: tuple[str, ...] = ()
    is_partial: bool = False


@dataclass(frozen=True, slots=True)
class Place:
    """What readers must know beside the words; `received_at` is by the person's own clock; `counted` are the
    words of the fields for numbers. It keeps what was found: the parts of a message are read for several sets of
    fields."""

    language: str
    region: str | None
    received_at: datetime
    counted: tuple[str, ...] = ()
    _messages: dict[str, Message] = field(default_factory=dict, compare=False, repr=False)
    _read: dict[tuple[Expectation, str], Accepted | None] = field(default_factory=dict, compare=False, repr=False)
    _found: dict[tuple[Expectation, str], list[Found]] = field(default_factory=dict, compare=False, repr=False)

    def inbound(self, text: str) -> Inbound:
        return Inbound(kind="message", key="", received_at=self.received_at, seed=0, channel="", text=text)

    def message(self, text: str) -> Message:
        """Return the words of a text. A greeting holds no value: "guten Morgen" does not mean tomorrow."""
        if text not in self._messages:
            self._messages[text] = read_message(
                text, self.language, without=greetings(self.language), counted=self.counted
            )
        return self._messages[text]

    def find(self, expectation: Expectation, message: Message) -> list[Found]:
        """Return the values of a message as answers of this kind."""
        key = (expectation, message.text)
        if key not in self._found:
            self._found[key] = find_values(expectation, message, self.region, self.received_at)
        return self._found[key]

    def read(self, expectation: Expectation, said: str) -> Accepted | None:
        """Return the answer that words are when they are read alone; None if they are none."""
        key = (expectation, said)
        if key not in self._read:
            reading = read(expectation, self.inbound(said), self.language, self.region)
            self._read[key] = reading if isinstance(reading, Accepted) else None
        return self._read[key]
