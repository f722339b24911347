"""Ratings on a scale, by default from 1 to 5: 4, four stars, 4/5, ⭐⭐⭐⭐."""

from __future__ import annotations

from collections.abc import Sequence

from botflow.engine.inbound import Inbound
from botflow.nodes.answers.accounting import Grammar, Harmless, Match, longest, only_value
from botflow.nodes.answers.expectation import Accepted, Expectation, Reading, Refused
from botflow.nodes.answers.lexicons import lexicon_of
from botflow.nodes.answers.lexicons.lexicon import Lexicon, singles
from botflow.nodes.answers.numbers.number_grammar import NumberGrammar
from botflow.nodes.answers.tokens import Token, tokenize

LEAST, MOST = 1, 5
_STARS = frozenset("⭐★🌟")
_EMPTY_STARS = frozenset("☆✩")


def read_rating(expectation: Expectation, inbound: Inbound, language: str, region: str | None) -> Reading:
    """Accept one whole number of the scale."""
    least, most = scale_of(expectation)
    found = find_rating(inbound.text, language, most, expectation.question)
    if found is None:
        return Refused("not_a_rating")
    if found < least:
        return Refused("too_small")
    return Refused("too_large") if found > most else Accepted(found)


def scale_of(expectation: Expectation) -> tuple[int, int]:
    """Return the ends of the scale."""
    least = int(expectation.least) if isinstance(expectation.least, (int, float)) else LEAST
    return least, int(expectation.most) if isinstance(expectation.most, (int, float)) else max(MOST, least)


def find_rating(text: str, language: str, most: int, question: str = "") -> int | None:
    """Return the one mark in `text`; None without one, with several, of another scale ("8/10" where 5 is the best), or
    with a word that may change it."""
    lexicon = lexicon_of(language)
    stars = singles(lexicon.stars)
    harmless = Harmless(lexicon, (stars,), question=question, marks=_EMPTY_STARS)
    grammar = mark_grammar(language, most)
    return only_value(tokenize(text, elides=lexicon.elides), grammar, harmless, lexicon)


def mark_grammar(language: str, most: int) -> Grammar[int]:
    """Return what reads the mark that begins at a token; `most` is the best one."""
    lexicon = lexicon_of(language)
    return lambda tokens, at: _stars(tokens, at) or _mark(tokens, at, lexicon, most)


def _stars(tokens: Sequence[Token], at: int) -> Match[int] | None:
    end = at
    while end < len(tokens) and tokens[end].text in _STARS:
        end += 1
    return Match(end - at, end) if end > at else None


def _is_one_star(tokens: Sequence[Token], at: int) -> bool:
    """Say whether one star stands at `at`, which is the unit of "5 ⭐"."""
    return tokens[at].text in _STARS and not (at + 1 < len(tokens) and tokens[at + 1].text in _STARS)


def _mark(tokens: Sequence[Token], at: int, lexicon: Lexicon, most: int) -> Match[int] | None:
    """Read a whole number, alone or out of the best one: 4, 4/5, 4 out of 5."""
    grammar = NumberGrammar(lexicon, decimal_comma=True)
    articles = (lexicon.calendar.one - lexicon.numbers.pieces.keys()) | lexicon.numbers.weak
    has_article = tokens[at].text in articles and at + 1 < len(tokens)
    number = (grammar.whole(tokens, at + 1) if has_article else None) or grammar.whole(tokens, at)  # "un 4"
    if number is None or not isinstance(number.value, int):
        return None
    end = number.end
    if end < len(tokens) and (tokens[end].text in lexicon.stars or _is_one_star(tokens, end)):
        end += 1
    out_of = 1 if end < len(tokens) and tokens[end].text == "/" else 0
    if end < len(tokens) and not out_of:
        out_of = longest(tokens, end, lexicon.out_of)
    if out_of:
        best = NumberGrammar(lexicon).whole(tokens, end + out_of) if end + out_of < len(tokens) else None
        return Match(number.value, best.end) if best is not None and best.value == most else None
    goes_on = end < len(tokens) and tokens[end].glued and tokens[end].text not in (".", "!", ",", ")")
    return None if goes_on and tokens[end].text not in _STARS else Match(number.value, end)
