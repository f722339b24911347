"""Corrections inside an answer: "pizza, no wait, pasta" are two answers, of which the last one counts.

Each of them must be understood by itself. "Pizza, no salad" is no correction: the salad is refused, not the pizza.
"""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import dataclass

from botflow.languages import base_language
from botflow.nodes.answers.accounting import longest
from botflow.nodes.answers.choosing.yes_no_words import LONGEST_PHRASE, meanings
from botflow.nodes.answers.lexicons import lexicon_of
from botflow.nodes.answers.lexicons.lexicon import words
from botflow.nodes.answers.tokens import MOST_TOKENS, Token, tokenize, unaccented

_MARKS = str.maketrans(dict.fromkeys(",.;:!?…-–—'’()", " "))
_PAUSES = frozenset(",.;:!…-")
_DENYING = {"en": ("not",), "de": ("nicht", "kein", "keine", "keinen"), "fr": ("pas",)}
_INSTEAD = frozenset(("but", "rather", "sondern", "lieber", "mais", "plutot"))
_ONLY = words("only just merely nur bloss allein seulement juste uniquement que")  # "not only pizza, pasta too"
_PARTICLES = frozenset(("halt", "doch"))  # "Pizza, halt mit Salat" corrects nothing


def between_corrections(
    text: str, language: str, *, no_is_an_answer: bool = False, names: Set[str] = frozenset()
) -> list[str]:
    """Return the answers in `text`, the whole text where nothing is corrected.

    A correction stands behind a mark, or has several words; behind one that ends in a mere "no" there is a mark too.
    Where "no" is an answer itself, no correction ends in it: "yes, actually no". None has a word of `names`.
    """
    lexicon = lexicon_of(language)
    if lexicon.corrections.reach.keys().isdisjoint(unaccented(text).translate(_MARKS).split()):
        return [text]
    tokens = tokenize(text, elides=lexicon.elides)
    if len(tokens) > MOST_TOKENS:
        return [text]
    corrections, answers, begun, at = _Corrections(tokens, language, no_is_an_answer, names), list[str](), 0, 1
    while at < len(tokens):
        end = corrections.end_at(at)
        if end is None or not _has_words(tokens[begun:at]) or not _has_words(tokens[end:]):
            at += 1
            continue
        answers.append(_written(tokens[begun:at]))
        begun = at = end
    return [*answers, _written(tokens[begun:])] if answers else [text]


def denied_first(text: str, language: str) -> tuple[str, str] | None:
    """Return what "not the pizza, the pasta" denies, and what it asks for; None for a text of another form."""
    denying = _DENYING.get(base_language(language), ())
    if not unaccented(text).startswith(denying):
        return None
    tokens = tokenize(text, elides=lexicon_of(language).elides)
    end = next((at for at, token in enumerate(tokens) if _is_pause(token)), len(tokens))
    if len(tokens) > MOST_TOKENS or not tokens or tokens[0].text not in denying:
        return None
    begin = end + 1 + sum(token.text in _INSTEAD for token in tokens[end + 1 : end + 2])
    if any(token.text in _ONLY for token in tokens[:end]) or not _has_words(tokens[begin:]):
        return None
    return _written(tokens[1:end]), _written(tokens[begin:])


@dataclass(frozen=True, slots=True)
class _Corrections:
    tokens: Sequence[Token]
    language: str
    no_is_an_answer: bool
    names: Set[str]

    def end_at(self, at: int) -> int | None:
        """Return the place behind the correction that begins at `at`, None if none does; it may be a chain of them."""
        length = self._length(at)
        word = self.tokens[at].text
        is_paused = _is_pause(self.tokens[at - 1]) or _is_no(word, self.language)  # behind "no" there is a mark
        if not length or (length == 1 and (word in _PARTICLES or not is_paused)):
            return None
        while True:
            end = at + length
            ends_in_no = _is_no(self.tokens[end - 1].text, self.language)
            at = end
            while at < len(self.tokens) and _is_pause(self.tokens[at]):
                at += 1
            length = self._length(at)
            if not length:
                return None if ends_in_no and at == end else at

    def _length(self, at: int) -> int:
        """Return how many words from `at` on are a correction."""
        if at >= len(self.tokens):
            return 0
        known = lexicon_of(self.language).corrections
        for length in range(longest(self.tokens, at, known), 0, -1):
            phrase = tuple(token.text for token in self.tokens[at : at + length])
            is_answer = self.no_is_an_answer and self._answers(at, length)
            if phrase in known and not is_answer and self.names.isdisjoint(phrase):
                return length
        return 0

    def _answers(self, at: int, length: int) -> bool:
        """Say whether the correction ends in "no", or is the beginning of a longer phrase: "lieber nicht"."""
        said = [token.text for token in self.tokens[at : at + LONGEST_PHRASE]]
        longer = range(length + 1, len(said) + 1)
        return _is_no(said[length - 1], self.language) or any(
            " ".join(said[:end]) in meanings(self.language) for end in longer
        )


def _is_no(word: str, language: str) -> bool:
    return meanings(language).get(word) == "no"


def _is_pause(token: Token) -> bool:
    return token.text in _PAUSES


def _has_words(tokens: Sequence[Token]) -> bool:
    return any(token.kind != "mark" for token in tokens)


def _written(tokens: Sequence[Token]) -> str:
    return "".join(token.raw if token.glued else f" {token.raw}" for token in tokens).strip(" ,;:")
