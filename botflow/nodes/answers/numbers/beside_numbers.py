"""The words and signs that may stand beside a number.

Some that are harmless beside a day or a time are not so here: "con 4" may add to what stands before it. Signs and names
of money are harmless where the question may ask for money, and another unit than the one asked for never is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from botflow.nodes.answers.accounting import Harmless, longest, question_stems, stem, units_asked
from botflow.nodes.answers.lexicons import LEXICONS
from botflow.nodes.answers.lexicons.lexicon import Lexicon
from botflow.nodes.answers.lexicons.measures import WEIGHTS
from botflow.nodes.answers.tokens import Token, tokenize

_MONEY_SIGNS = frozenset("€$£¥")


@dataclass(frozen=True, slots=True)
class BesideNumber:
    """Skips what `harmless` skips, but for words that change a number."""

    harmless: Harmless

    def __call__(self, tokens: Sequence[Token], at: int) -> int:
        """Return how many tokens from `at` on are harmless beside a number, 0 if the first one is not."""
        if longest(tokens, at, self.harmless.lexicon.judging):
            return 0
        length = self.harmless(tokens, at)
        return 0 if length == 1 and self._changes(tokens, at) else length

    def _changes(self, tokens: Sequence[Token], at: int) -> bool:
        if tokens[at].text == "in":  # inches
            return at > 0 and tokens[at - 1].kind == "digits"
        return at > 0 and tokens[at].text in self.harmless.lexicon.and_words


def harmless_signs(question: str, lexicon: Lexicon) -> frozenset[str]:
    """Return the signs that change no number: "50%" is none of a count, "$5" none of kilograms."""
    signs = {"#"}
    if not question or _asks_for_money(question, lexicon.language):
        signs |= _MONEY_SIGNS
    if not question or not _asks_for_unit_or_count(question, lexicon.language):
        signs |= _MONEY_SIGNS | {"%"}
    return frozenset(signs)


def harmless_currencies(question: str, lexicon: Lexicon) -> frozenset[str]:
    """Return the names of currencies that change no number; "pounds" may be a weight where money is not asked for."""
    currencies = frozenset(lexicon.currencies)
    if not question or _asks_for_money(question, lexicon.language):
        return currencies
    is_other = _asks_for_unit_or_count(question, lexicon.language)
    return frozenset() if is_other else currencies - WEIGHTS


@lru_cache(maxsize=256)
def _asks_for_money(question: str, language: str) -> bool:
    lexicon = LEXICONS[language]
    names = lexicon.money | (lexicon.currencies.keys() - WEIGHTS)
    is_named = not question_stems(question, language).isdisjoint(map(stem, names))
    return is_named or not _MONEY_SIGNS.isdisjoint(question)


@lru_cache(maxsize=256)
def _asks_for_unit_or_count(question: str, language: str) -> bool:
    lexicon = LEXICONS[language]
    said = tokenize(question, elides=lexicon.elides)
    counts = any(longest(said, at, lexicon.how_many) or longest(said, at, lexicon.counted) for at in range(len(said)))
    return counts or bool(units_asked(question, language))
