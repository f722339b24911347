"""Lengths of time, in seconds: two weeks, half an hour, 1h30. A month counts 30 days and a year 365."""

from __future__ import annotations

from collections.abc import Sequence

from botflow.engine.inbound import Inbound
from botflow.nodes.answers.accounting import Grammar, Harmless, Match, longest, only_value
from botflow.nodes.answers.calendar.calendar_days import seconds_of
from botflow.nodes.answers.calendar.span_grammar import parts_at
from botflow.nodes.answers.expectation import Accepted, Expectation, Reading, Refused
from botflow.nodes.answers.lexicons import lexicon_of
from botflow.nodes.answers.lexicons.lexicon import Lexicon
from botflow.nodes.answers.numbers.number_sum import Number
from botflow.nodes.answers.tokens import Token, tokenize


def read_duration(expectation: Expectation, inbound: Inbound, language: str, region: str | None) -> Reading:
    """Accept one length of time, in seconds."""
    seconds = find_duration(inbound.text, language, expectation.question)
    return Refused("not_a_duration") if seconds is None else Accepted(seconds)


def find_duration(text: str, language: str, question: str = "") -> Number | None:
    """Return the one length of time in `text`, in seconds; None without one, with several, or with a word that may
    change it."""
    lexicon = lexicon_of(language)
    tokens = tokenize(text, elides=lexicon.elides)
    harmless = Harmless(lexicon, (lexicon.spans,), question=question)
    return only_value(tokens, length_grammar(language), harmless, lexicon)


def length_grammar(language: str) -> Grammar[Number]:
    """Return what reads the length of time that begins at a token."""
    lexicon = lexicon_of(language)
    return lambda tokens, at: length_at(tokens, at, lexicon)


def length_at(tokens: Sequence[Token], at: int, lexicon: Lexicon) -> Match[Number] | None:
    """Return the seconds of the length of time that begins at `at`: "2 weeks and 3 days", "an hour and a half"."""
    parts = parts_at(tokens, at, lexicon)
    if parts is None:
        return None
    found, end = list(parts.value), parts.end
    last = found[-1][1]
    half = longest(tokens, end, lexicon.numbers.halves) if end < len(tokens) else 0
    if half:
        found, end = [*found, (0.5, last)], end + half
    elif last == "hour" and _is_minutes(tokens, end):
        found, end = [*found, (int(tokens[end].text), "minute")], end + 1
    seconds = seconds_of(found)
    return Match(int(seconds) if float(seconds).is_integer() else seconds, end)


def _is_minutes(tokens: Sequence[Token], at: int) -> bool:
    """Say whether the minutes of 1h30 stand at `at`."""
    return at < len(tokens) and tokens[at].glued and len(tokens[at].text) == 2 and "00" <= tokens[at].text < "60"
