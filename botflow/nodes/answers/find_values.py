"""Where in a message a value of some kind is: for forms, which read several answers from one message.

This finds them by reading runs of words; a reader that knows the words of its kind can say it directly instead.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any, NamedTuple

import orjson

from botflow.engine.inbound import Inbound
from botflow.nodes.answers.expectation import Accepted, Expectation
from botflow.nodes.answers.fitting import fit_of_option
from botflow.nodes.answers.read_answer import read

MOST_WORDS = 20  # of a message with several answers; a longer one is not searched
LONGEST_RUN = 8  # words of one value
_TOKEN = re.compile(r"[^\s,;!?()\"“”„«»…]+(?:,[0-9]+)*")
_CLAUSE_END = re.compile(r"[,;.!?\n]")
_VALUE_END = re.compile(r"[;!?\n]")  # no value goes on behind one; "Friday, 5. March" does
_FREE = ("text", "regex", "location", "media")


class Token(NamedTuple):
    """A word of a message; `ends_clause` when a comma, a full stop or the like follows, `ends_value` for a stronger
    mark."""

    text: str
    start: int
    end: int
    ends_clause: bool
    ends_value: bool


class Found(NamedTuple):
    """A value, and the part of the text that says it."""

    start: int
    end: int
    value: Any


def tokens_of(text: str) -> list[Token]:
    """Return the words of a text, without punctuation around them."""
    spans = []
    for match in _TOKEN.finditer(text):
        word = match[0].rstrip(".:")
        if word:
            spans.append((word, match.start(), match.start() + len(word)))
    ends = [start for _, start, _ in spans[1:]] + [len(text)]
    return [
        Token(
            word,
            start,
            end,
            _CLAUSE_END.search(text, end, after) is not None,
            _VALUE_END.search(text, end, after) is not None,
        )
        for (word, start, end), after in zip(spans, ends, strict=True)
    ]


def find_values(
    expectation: Expectation, text: str, language: str, region: str | None, received_at: datetime
) -> list[Found]:
    """Return the values of `text` as answers of the expected kind, each with the fewest words that say it.

    Bounded: nothing is found in more than 20 words, and a value has up to 8. A yes and a free text are found only where
    a question asks for them, so not here. `received_at` is by the person's own clock.
    """
    tokens = tokens_of(text)
    if expectation.kind in (*_FREE, "yes_no") or len(tokens) > MOST_WORDS:
        return []
    values: dict[tuple[int, int], tuple[bytes, Any]] = {}
    for first in range(len(tokens)):
        for last in range(first + 1, min(first + LONGEST_RUN, len(tokens)) + 1):
            run = text[tokens[first].start : tokens[last - 1].end]
            read_as = _read(expectation, run, language, region, received_at)
            if read_as is not None:
                values[first, last] = (orjson.dumps(read_as.value), read_as.value)
            if tokens[last - 1].ends_value:
                break
    smallest = [
        run
        for run, (same, _) in values.items()
        if not any(value == same and _is_within(inner, run) for inner, (value, _) in values.items())
    ]
    return [
        Found(tokens[run[0]].start, tokens[run[1] - 1].end, values[run][1])
        for run in smallest
        if not any(_is_within(run, outer) for outer in smallest)
    ]


def _is_within(inner: tuple[int, int], outer: tuple[int, int]) -> bool:
    return inner != outer and outer[0] <= inner[0] and inner[1] <= outer[1]


def _read(
    expectation: Expectation, run: str, language: str, region: str | None, received_at: datetime
) -> Accepted | None:
    inbound = Inbound(kind="message", key="", received_at=received_at, seed=0, channel="", text=run)
    reading = read(expectation, inbound, language, region)
    if not isinstance(reading, Accepted):
        return None
    if expectation.choices and fit_of_option(expectation.choices, inbound, language, region) != "literally":
        return None
    return reading
