"""Reads a typed answer without a flow, as `chatbot.ask` would store it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import cast, get_args

from pydantic import JsonValue

from botflow.engine.inbound import Inbound
from botflow.errors import UsageError, did_you_mean
from botflow.nodes.answers.expectation import Accepted, Expectation, Kind, Option
from botflow.nodes.answers.read_answer import WORDLESS, read
from botflow.testing.virtual_clock import START

KINDS: tuple[str, ...] = get_args(Kind)


def read_answer(
    kind: str,
    text: str,
    *,
    language: str = "en",
    region: str | None = None,
    received_at: datetime = START,
    choices: Sequence[str | Mapping[str, object]] = (),
    pattern: str | None = None,
    question: str = "",
) -> JsonValue:
    """Return the value that `text` has as an answer of `kind`, None when a question would refuse it.

    `kind` is what `chatbot.ask` calls `expect`. `received_at` is when it was written, by the person's own clock:
    "tomorrow" is relative to it. `choices` are labels, or objects with `id`, `label`, `match`, for the kinds `choice`
    and `choices`; `pattern` is for `regex`. `question` is what was asked: its own words may stand beside the value.
    UsageError `answer.kind` for a kind that is not read from text.
    """
    if kind not in KINDS or kind in WORDLESS:
        known = [name for name in KINDS if name not in WORDLESS]
        there_are = f"there are: {', '.join(known)}"
        raise UsageError(
            f"{kind!r} is no kind of typed answer",
            code="answer.kind",
            hint=there_are if kind in WORDLESS else did_you_mean(kind, known, there_are),
        )
    expected = Expectation(
        kind=cast(Kind, kind), choices=tuple(map(_option, choices)), pattern=pattern, question=question
    )
    inbound = Inbound(kind="message", key="m", received_at=received_at, seed=0, channel="chat", text=text)
    reading = read(expected, inbound, language, region)
    return cast(JsonValue, reading.value) if isinstance(reading, Accepted) else None


def _option(choice: str | Mapping[str, object]) -> Option:
    if isinstance(choice, str):
        return Option(id=choice, label=choice)
    name = str(choice["id"])
    words = cast(Sequence[str], choice.get("match", ()))
    return Option(id=name, label=str(choice.get("label", name)), match=tuple(words))
