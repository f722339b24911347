"""Lengths of time, in seconds: two weeks, half an hour, 1h30. A month counts 30 days and a year 365."""

from __future__ import annotations

from collections.abc import Sequence

from botflow.engine.inbound import Inbound
from botflow.nodes.answers.accounting import Grammar, Harmless, Match, longest, looked_up, only_value
from botflow.nodes.answers.calendar.calendar_days import seconds_of
from botflow.nodes.answers.calendar.span_grammar import parts_at
from botflow.nodes.answers.expectation import Accepted, Expectation, Reading, Refused
from botflow.nodes.answers.lexicons import lexicon_of
from botflow.nodes.answers.lexicons.lexicon import Lexicon
from botflow.nodes.answers.numbers.number_sum import Number
from botflow.nodes.answers.tokens import Token, tokenize

_MOMENTS = (1, 2, 60, 120)  # seconds that people ask each other to wait


def read_duration(expectation: Expectation, inbound: Inbound, language: str, region: str | None) -> Reading:
    """Accept one length of time, in seconds."""
    seconds = find_duration(inbound.text, language, expectation.question)
    return Refused("not_a_duration") if seconds is None else Accepted(seconds)


def find_duration(text: str, language: str, question: str = "") -> Number | None:
    """Return the one length of time in `text`, in seconds; None without one, with several, or with a word that may
    change it."""
    lexicon = lexicon_of(language)
    tokens = tokenize(text, elides=lexicon.elides)
    more = (lexicon.spans, lexicon.elapsed) if _asks_what_has_passed(question, lexicon) else (lexicon.spans,)
    harmless = Harmless(lexicon, more, question=question)

    def skip(tokens: Sequence[Token], at: int) -> int:
        return 0 if longest(tokens, at, lexicon.to_wait) else harmless(tokens, at)

    found = only_value(tokens, length_grammar(language), skip, lexicon, adds_up=True)
    return None if found in _MOMENTS and _may_ask_to_wait(tokens) else found


def length_grammar(language: str) -> Grammar[Number]:
    """Return what reads the length of time that begins at a token."""
    lexicon = lexicon_of(language)

    def read(tokens: Sequence[Token], at: int) -> Match[Number] | None:
        return None if longest(tokens, at, lexicon.calendar.loose_spans) else length_at(tokens, at, lexicon)

    return read


def _asks_what_has_passed(question: str, lexicon: Lexicon) -> bool:
    """Say whether "I've been waiting 20 minutes" answers the question: not how long somebody will stay."""
    said = tokenize(question, elides=lexicon.elides)
    return any(longest(said, at, lexicon.elapsed) for at in range(len(said)))


def _may_ask_to_wait(tokens: Sequence[Token]) -> bool:
    """Say whether a second or a minute may be a request to wait: "one minute", "1 sec please"; "1 minute" is not."""
    said = [token for token in tokens if token.kind != "mark"]
    return len(said) > 2 or all(token.kind == "word" for token in said)


def length_at(tokens: Sequence[Token], at: int, lexicon: Lexicon) -> Match[Number] | None:
    """Return the seconds of the length of time that begins at `at`: "2 weeks and 3 days", "an hour and a half"."""
    parts = parts_at(tokens, at, lexicon)
    if parts is None:
        return None
    found, end = list(parts.value), parts.end
    last = found[-1][1]
    half = longest(tokens, end, lexicon.numbers.halves) if end < len(tokens) else 0
    quarter = looked_up(tokens, end, lexicon.numbers.quarters)
    if half:
        found, end = [*found, (0.5, last)], end + half
    elif quarter is not None:
        found, end = [*found, (quarter.value, last)], quarter.end
    elif last == "hour" and _is_minutes(tokens, end):
        found, end = [*found, (int(tokens[end].text), "minute")], end + 1
    seconds = seconds_of(found)
    return Match(int(seconds) if float(seconds).is_integer() else seconds, end)


def _is_minutes(tokens: Sequence[Token], at: int) -> bool:
    """Say whether the minutes of 1h30 stand at `at`."""
    return at < len(tokens) and tokens[at].glued and len(tokens[at].text) == 2 and "00" <= tokens[at].text < "60"
