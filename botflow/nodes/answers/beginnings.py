"""The words that a number, a date or a time may begin with: most words of an answer begin none of them.

The grammars ask here first, so that a long text costs little.
"""

from __future__ import annotations

from functools import lru_cache

from botflow.nodes.answers.lexicons import LEXICONS
from botflow.nodes.answers.lexicons.lexicon import Lexicon
from botflow.nodes.answers.tokens import Token

_NUMBER_MARKS = frozenset("+-.,$€£¥")


def may_begin_number(token: Token, lexicon: Lexicon) -> bool:
    if token.kind != "word":
        return token.kind == "digits" or token.text in _NUMBER_MARKS
    compound = lexicon.numbers.compound
    known = token.text in _number_words(lexicon.language)
    return known or (compound is not None and compound.match(token.text) is not None)


def may_begin_date(token: Token, lexicon: Lexicon) -> bool:
    if token.text in _date_words(lexicon.language):
        return True
    return token.kind != "mark" and may_begin_number(token, lexicon)


def may_begin_time(token: Token, lexicon: Lexicon) -> bool:
    if token.text in _time_words(lexicon.language):
        return True
    return token.kind != "mark" and may_begin_number(token, lexicon)


@lru_cache(maxsize=8)
def _number_words(language: str) -> frozenset[str]:
    numbers = LEXICONS[language].numbers
    words = numbers.pieces.keys() | numbers.negative | numbers.with_half.keys() | numbers.many.keys()
    return frozenset(words | numbers.wholes.reach.keys() | numbers.half_of.reach.keys())


@lru_cache(maxsize=8)
def _date_words(language: str) -> frozenset[str]:
    calendar = LEXICONS[language].calendar
    words = calendar.months.keys() | calendar.weekdays.keys() | calendar.one | calendar.before_day
    for phrases in (
        calendar.days,
        calendar.feast_days,
        calendar.orders,
        calendar.weeks,
        calendar.ordinals,
        calendar.nth,
    ):
        words |= phrases.reach.keys()
    words |= calendar.neighbours.reach.keys()
    return frozenset(words | calendar.ahead.reach.keys() | calendar.ago_before.reach.keys())


@lru_cache(maxsize=8)
def _time_words(language: str) -> frozenset[str]:
    lexicon = LEXICONS[language]
    clock = lexicon.clock
    words = clock.before | clock.shares.keys() | lexicon.calendar.one
    return frozenset(words | clock.named.reach.keys() | clock.half_to.reach.keys())
