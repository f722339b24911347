"""Spans of time in tokens: "3 days", "a week", "two hours and a half", "1 year 2 months"."""

from __future__ import annotations

from collections.abc import Sequence

from botflow.nodes.answers.accounting import Match
from botflow.nodes.answers.beginnings import may_begin_number
from botflow.nodes.answers.calendar.calendar_days import Span
from botflow.nodes.answers.lexicons.lexicon import Lexicon, Unit
from botflow.nodes.answers.numbers.number_grammar import NumberGrammar
from botflow.nodes.answers.numbers.number_sum import Number
from botflow.nodes.answers.tokens import Token

_MOST_PARTS = 6
_LARGEST = 10_000
_UNITS: tuple[Unit, ...] = ("second", "minute", "hour", "day", "week", "fortnight", "month", "year")
_SIZES = {unit: size for size, unit in enumerate(_UNITS)}


def span_at(tokens: Sequence[Token], at: int, lexicon: Lexicon) -> Match[Span] | None:
    """Return the whole units that begin at `at`, such as ((2, "week"), (1, "day"))."""
    parts = parts_at(tokens, at, lexicon)
    if parts is None or not all(isinstance(count, int) for count, _ in parts.value):
        return None
    return Match(tuple((int(count), unit) for count, unit in parts.value), parts.end)


def parts_at(tokens: Sequence[Token], at: int, lexicon: Lexicon) -> Match[tuple[tuple[Number, Unit], ...]] | None:
    """Return the numbers and units that begin at `at`; the numbers may have fractions."""
    found: list[tuple[Number, Unit]] = []
    end = at
    while len(found) < _MOST_PARTS:
        is_joined = bool(found) and end < len(tokens) and (tokens[end].text in lexicon.and_words | {","})
        start = end + is_joined
        part = _part(tokens, start, lexicon)
        if part is None or (found and _SIZES[part.value[1]] >= _SIZES[found[-1][1]]):
            break  # "in 2 hours, 2 weeks" are two spans, "2 hours a day" is a rate
        found.append(part.value)
        end = part.end
    return Match(tuple(found), end) if found else None


def _part(tokens: Sequence[Token], at: int, lexicon: Lexicon) -> Match[tuple[Number, Unit]] | None:
    if at >= len(tokens):
        return None
    one = tokens[at].text in lexicon.calendar.one
    hours = lexicon.calendar.part_units
    named = at + one if at + one < len(tokens) else at
    if tokens[named].text in hours:
        return Match((hours[tokens[named].text], "hour"), named + 1)
    if not one and not may_begin_number(tokens[at], lexicon):
        return None
    number = NumberGrammar(lexicon, lexicon.language != "en", frozenset(lexicon.calendar.units))(tokens, at)
    units = lexicon.calendar.units
    if number is not None and 0 < number.value < 1:  # half an hour, une demi-heure
        number = Match(number.value, number.end + _article_or_hyphen(tokens, number.end, lexicon))
    if number is None or number.end >= len(tokens) or tokens[number.end].text not in units:
        if not one or at + 1 >= len(tokens) or tokens[at + 1].text not in units:
            return None
        number = Match(1, at + 1)
    if not 0 <= number.value <= _LARGEST:
        return None
    return Match((number.value, units[tokens[number.end].text]), number.end + 1)


def _article_or_hyphen(tokens: Sequence[Token], at: int, lexicon: Lexicon) -> int:
    """Return how many tokens stand between a fraction and its unit: "of an", "de", a hyphen."""
    end = at + (at < len(tokens) and tokens[at].text in ("of", "de", "d'"))
    return end - at + (end < len(tokens) and (tokens[end].text in lexicon.calendar.one or tokens[end].text == "-"))
