"""The one rule of reading: each word of an answer is a part of the value, or known to be harmless, or it is refused.

A grammar is a function of the tokens and a place that returns the value which begins there, or None. A word that
is in no list may change the value ("3 gross", "not 5", "last Friday"), and asking again costs less than a wrong value.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Generic, TypeVar

from botflow.nodes.answers.lexicons import lexicon_of
from botflow.nodes.answers.lexicons.lexicon import Lexicon, Phrases
from botflow.nodes.answers.lexicons.measures import SMALL_WORDS, UNITS
from botflow.nodes.answers.tokens import MOST_TOKENS, Token, tokenize

T = TypeVar("T")
_NOTHING: Phrases[None] = Phrases()
_SILENT = frozenset(".,!;:()\"'*~…¡")
_PICTURES = (("\u2600", "\u27bf"), ("\U0001f000", "\U0001faff"))
_TELLING = frozenset("👎🚫❌✖❎⛔🙅🙄🤨🤔🤷")  # pictures that say no, or doubt


@dataclass(frozen=True, slots=True)
class Match(Generic[T]):
    """A value and the place of the first token behind it. A `weak` one may be an article: "una mesa"."""

    value: T
    end: int
    weak: bool = False


@dataclass(frozen=True, slots=True)
class Said(Generic[T]):
    """A value, and the tokens that say it."""

    tokens: Sequence[Token]
    value: T


Grammar = Callable[[Sequence[Token], int], Match[T] | None]
Skip = Callable[[Sequence[Token], int], int]


def longest(tokens: Sequence[Token], at: int, known: Phrases[Any]) -> int:
    """Return the length of the longest known phrase that begins at `at`, 0 if none does."""
    if at >= len(tokens):
        return 0
    for length in range(min(known.reach.get(tokens[at].text, 0), len(tokens) - at), 0, -1):
        if tuple(token.text for token in tokens[at : at + length]) in known:
            return length
    return 0


def looked_up(tokens: Sequence[Token], at: int, known: Phrases[T]) -> Match[T] | None:
    """Return the value of the longest known phrase that begins at `at`."""
    length = longest(tokens, at, known)
    return Match(known[tuple(token.text for token in tokens[at : at + length])], at + length) if length else None


def the_second(former: Said[T], second: Said[T]) -> T | None:
    return second.value


def only_value(
    tokens: Sequence[Token],
    grammar: Grammar[T],
    skip: Skip,
    lexicon: Lexicon | None = None,
    amended: Callable[[Said[T], Said[T]], T | None] = the_second,
    *,
    adds_up: bool = False,
) -> T | None:
    """Return the one value in `tokens`; None without one, with two that differ, or with a word that is not known.

    With a correction between two values ("6, no wait, 7"), which the lexicon knows, it is what `amended` makes of them:
    the second one, or None where that lacks a part of the first one ("7 pm, no, 8"). A correction behind another number
    ("7 pm, 5 people, no, 6") may be of that one. Values that add up count once only in "two (2)": the equal ones of
    "2 adults and 2 children" are two.
    """
    corrections = lexicon.corrections if lexicon else _NOTHING
    at, begun, found = 0, 0, None
    if len(tokens) > MOST_TOKENS:
        return None
    while at < len(tokens):
        match = grammar(tokens, at)
        if match is None and found is not None and (length := longest(tokens, at, corrections)):
            marks = _marks_at(tokens, at + length)
            if lexicon is not None and not marks and tokens[at + length - 1].text in lexicon.negating:
                return None
            start = at + length + marks
            match = grammar(tokens, start) if start < len(tokens) else None
            if match is not None and lexicon is not None:
                if _holds_number(tokens[found.end : at], lexicon):
                    return None
                former = Said(tokens[begun : found.end], found.value)
                value = amended(former, Said(tokens[start : match.end], match.value))
                if value is None:
                    return None
                begun, found, at = start, Match(value, match.end), match.end
                continue
        if match is not None:
            if found is not None and found.value != match.value:
                return None
            if found is not None and adds_up and not _is_repeated(tokens, found.end, at, match.end):
                return None
            begun, found, at = at, match, match.end
        elif length := skip(tokens, at):
            at += length
        else:
            return None
    return None if found is None else found.value


def _holds_number(tokens: Sequence[Token], lexicon: Lexicon) -> bool:
    numbers = lexicon.numbers
    return any(token.kind == "digits" or (token.text in numbers.pieces.keys() - numbers.weak) for token in tokens)


def _is_repeated(tokens: Sequence[Token], former_end: int, at: int, end: int) -> bool:
    """Say whether brackets directly behind a value hold it once more: "two (2)"."""
    has_brackets = former_end == at - 1 and end < len(tokens) and tokens[end].text == ")"
    return has_brackets and tokens[at - 1].text == "("


def length_of_count(tokens: Sequence[Token], at: int, number: Grammar[T], lexicon: Lexicon) -> int:
    """Return how many tokens "4 people" takes at `at`: beside a day or a time it says nothing of it."""
    found = number(tokens, at)
    if found is None or found.end >= len(tokens):
        return 0
    counted = longest(tokens, found.end, lexicon.counted)
    return found.end + counted - at if counted else 0


def _marks_at(tokens: Sequence[Token], at: int) -> int:
    """Return how many marks of a sentence stand at `at`."""
    end = at
    while end < len(tokens) and tokens[end].kind == "mark" and tokens[end].text in _SILENT:
        end += 1
    return end - at


@lru_cache(maxsize=256)
def question_stems(question: str, language: str) -> frozenset[str]:
    lexicon = lexicon_of(language)
    return frozenset(stem(token.text) for token in tokenize(question, elides=lexicon.elides) if token.kind == "word")


@lru_cache(maxsize=256)
def units_asked(question: str, language: str) -> tuple[frozenset[str], ...]:
    """Return the units that the question asks for, each with all its names; the "in" of "in cm" is no inch."""
    said = question_stems(question, language) - SMALL_WORDS
    return tuple(names for names in UNITS if not said.isdisjoint(map(stem, names)))


def units_of(question: str, lexicon: Lexicon) -> frozenset[str]:
    """Return the names that may be glued to a number: those of the one unit that the question asks for."""
    asked = units_asked(question, lexicon.language)
    return asked[0] if len(asked) == 1 else frozenset()


def stem(word: str) -> str:
    """Return `word` without the ending of a plural, so that "persons" in a question covers "person"."""
    for ending in ("en", "es", "s", "n", "e"):
        if len(word) > len(ending) + 2 and word.endswith(ending):
            return word[: -len(ending)]
    return word


@dataclass(frozen=True, slots=True)
class Harmless:
    """Skips what cannot change a value: harmless words, marks of a sentence, smileys, the question's own words."""

    lexicon: Lexicon
    more: tuple[Phrases[None], ...] = ()
    question: str = ""
    marks: frozenset[str] = frozenset()
    names: bool = False

    def __call__(self, tokens: Sequence[Token], at: int) -> int:
        """Return how many tokens from `at` on are harmless, 0 if the first one is not."""
        token = tokens[at]
        if token.kind == "mark":
            is_known = token.text in _SILENT or token.text in self.marks or _is_picture(token.text)
            return int(is_known or self._asks_for(token))
        if token.kind == "digits":
            return 0
        length = max(longest(tokens, at, known) for known in (self.lexicon.harmless, *self.more))
        if length:
            return length
        return int(self._asks_for(token) or (self.names and self._is_name(tokens, at)))

    def _is_name(self, tokens: Sequence[Token], at: int) -> bool:
        """Say whether a capital letter marks a name: "with Jim", "Ann, can you", but not "Friday? Impossible.". What
        stands beside a value may be a part of it ("Black Friday"), so the word behind must be harmless. German writes
        every noun like that."""
        token = tokens[at]
        is_capital = token.raw[0].isupper() and token.raw[1:].islower() and len(token.raw) > 2
        if not is_capital or self.lexicon.language == "de":
            return False
        if token.text in self.lexicon.changing | self.lexicon.feasts:
            return False
        if at == 0:
            asking = 3 if len(tokens) > 3 and tokens[2].text == "¿" else 2
            return len(tokens) > asking and tokens[1].text == "," and tokens[asking].text in self.lexicon.requests
        plain = Harmless(self.lexicon, self.more, self.question, self.marks)
        is_led = tokens[at - 1].text in self.lexicon.with_words or (
            at > 1 and longest(tokens, at - 2, self.lexicon.toward)
        )
        return bool(is_led) and (at + 1 == len(tokens) or plain(tokens, at + 1) > 0)

    def _asks_for(self, token: Token) -> bool:
        if not self.question or token.text in self.lexicon.changing:
            return False
        said = question_stems(self.question, self.lexicon.language)
        if self.lexicon.calendar.units.get(token.text) == "year":  # "years" for an age
            return stem(token.text) in said or not said.isdisjoint(map(stem, self.lexicon.calendar.ages))
        units = units_asked(self.question, self.lexicon.language)
        is_unit = any(token.text in names for names in units)
        return len(units) == 1 if is_unit else stem(token.text) in said


def _is_picture(mark: str) -> bool:
    return mark not in _TELLING and any(first <= mark <= last for first, last in _PICTURES)
