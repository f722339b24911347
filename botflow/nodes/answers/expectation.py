"""What a question expects and in which language, and the result of reading an answer."""

from __future__ import annotations

from dataclasses import field
from typing import Any, Literal

from botflow.values import value

WordedKind = Literal[
    "text",
    "integer",
    "number",
    "yes_no",
    "choice",
    "choices",
    "date",
    "time",
    "datetime",
    "duration",
    "money",
    "rating",
    "email",
    "phone",
    "url",
]
Kind = Literal[WordedKind, "regex", "location", "media", "file"]


@value(frozen=True, slots=True, kw_only=True)
class Option:
    """One of several answers: `match` are other words for it. The label is rendered."""

    id: str
    label: str
    match: tuple[str, ...] = ()


@value(frozen=True, slots=True, kw_only=True)
class Expectation:
    """`least` and `most` bound a number, a text's length, how many choices, or a date or time in ISO form (text order
    is time order).

    `accept` are the kinds of files that fit, () for any; `many`: the value is the list of all files; `max_size` is that
    of each file, in bytes. `question` is what was asked: its own words beside a value do not change it. `former` is the
    stored date, time or moment that the answer corrects, or the currency of the amount: what the correction leaves out
    is as it was.
    """

    kind: Kind
    least: float | str | None = None
    most: float | str | None = None
    pattern: str | None = None
    choices: tuple[Option, ...] = ()
    accept: tuple[str, ...] = ()
    many: bool = False
    max_size: int | None = None
    question: str = ""
    former: str | None = None


@value(frozen=True, slots=True)
class Accepted:
    """The answer's value as plain JSON; `more` holds further fields of the node's output."""

    value: Any
    more: dict[str, Any] = field(default_factory=dict)


@value(frozen=True, slots=True)
class Refused:
    """Why the answer does not fit: a stable code, recorded in the log."""

    reason: str


Reading = Accepted | Refused
