"""A message as words, and as the tokens that the grammars of all kinds read: split once, read by many.

For forms, which read several answers from one message. Nothing is read here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Generic, NamedTuple, TypeVar

from botflow.engine.text_folding import fold
from botflow.nodes.answers.accounting import Grammar
from botflow.nodes.answers.lexicons import lexicon_of
from botflow.nodes.answers.lexicons.lexicon import Lexicon
from botflow.nodes.answers.spelling import corrected
from botflow.nodes.answers.tokens import Token, plain, tokenize

MOST_WORDS = 20  # of a message with several answers; a longer one is not searched
_MOST_TOKENS = 80  # of all its words
_WORD = re.compile(r"[^\s,;!?()\"“”„‟«»…]+(?:,[0-9]+)*")
_CLAUSE_END = re.compile(r"[,;.!?\n]")
_VALUE_END = re.compile(r"[;!?\n]")  # no value goes on behind one; "Friday, 5. March" does

T = TypeVar("T")


class Word(NamedTuple):
    """A word of a message, without punctuation around it; `ends_clause` when a comma, a full stop or the like
    follows."""

    text: str
    start: int
    end: int
    ends_clause: bool


@dataclass(frozen=True, slots=True)
class Located(Generic[T]):
    """What a grammar read, and the words in which it did: from `first` up to `last`, which is not one of them."""

    first: int
    last: int
    value: T


@dataclass(slots=True)
class _Stretch:
    """Tokens in which a value may be, the word of each, and whether a value may begin there: not within a word, behind
    more than marks. `mended`: with the errors in words of the calendar mended. A value does not reach over its end."""

    tokens: list[Token] = field(default_factory=list)
    word_of: list[int] = field(default_factory=list)
    begins: list[bool] = field(default_factory=list)
    mended: list[Token] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Message:
    """The words of a text, and `folded` the same ones for comparisons. `is_searched`: it is short enough.
    `breaks`: the words behind which no value goes on."""

    text: str
    language: str
    lexicon: Lexicon
    words: Sequence[Word]
    folded: Sequence[str]
    is_searched: bool
    breaks: frozenset[int] = frozenset()
    _stretches: Sequence[_Stretch] = ()

    def find(self, grammar: Grammar[T], *, mended: bool = False) -> list[Located[T]]:
        """Return each value that the grammar finds, from left to right; one that begins inside of another is none."""
        found = []
        for stretch in self._stretches:
            tokens = stretch.mended if mended else stretch.tokens
            at = 0
            while at < len(tokens):
                match = grammar(tokens, at) if stretch.begins[at] else None
                if match is not None:
                    found.append(Located(stretch.word_of[at], stretch.word_of[match.end - 1] + 1, match.value))
                at = at + 1 if match is None else match.end
        return found

    def said(self, first: int, last: int) -> str:
        """Return the part of the text from one word up to another."""
        return self.text[self.words[first].start : self.words[last - 1].end]

    def places_of(self, phrases: Iterable[str]) -> list[tuple[int, int]]:
        """Return where folded phrases are: the first word of each, and the one behind it."""
        return [
            (at, at + len(phrase))
            for phrase in (phrase.split(" ") for phrase in phrases)
            for at, word in enumerate(self.folded)
            if word == phrase[0] and list(self.folded[at : at + len(phrase)]) == phrase
        ]


def read_message(text: str, language: str, *, without: Iterable[str] = (), counted: Iterable[str] = ()) -> Message:
    """Return the message as words and tokens. No value is looked for in the folded phrases `without`; a
    number beside those of `counted` belongs to no other value: "friday 4 people"."""
    lexicon = lexicon_of(language)
    words, breaks = _words(text)
    folded = [fold(word.text.replace("’", "'")) for word in words]
    unread = Message(text, language, lexicon, words, folded, False)
    if len(words) > MOST_WORDS:
        return unread
    ignored = {at for first, last in unread.places_of(without) for at in range(first, last)}
    breaks.update(_counts(unread, counted))
    stretches = _stretches(text, words, breaks, ignored, lexicon)
    if sum(len(stretch.tokens) for stretch in stretches) > _MOST_TOKENS:
        return unread
    for stretch in stretches:
        stretch.mended = corrected(stretch.tokens, lexicon)
    return Message(text, language, lexicon, words, folded, True, frozenset(breaks), stretches)


def _words(text: str) -> tuple[list[Word], set[int]]:
    """Return the words, and the positions of those behind which no value goes on."""
    spans = []
    for match in _WORD.finditer(text):
        word = match[0].rstrip(".:")
        if word:
            spans.append((word, match.start(), match.start() + len(word)))
    ends = [start for _, start, _ in spans[1:]] + [len(text)] * bool(spans)
    words, breaks = [], set()
    for at, ((word, start, end), after) in enumerate(zip(spans, ends, strict=True)):
        words.append(Word(word, start, end, _CLAUSE_END.search(text, end, after) is not None))
        if _VALUE_END.search(text, end, after):
            breaks.add(at)
    return words, breaks


def _counts(message: Message, counted: Iterable[str]) -> Iterator[int]:
    """Yield the words behind which no value goes on, since a number of "people" or of "for" follows or ends there."""
    for first, last in message.places_of(counted):
        is_before_another = last < len(message.folded) and _may_be_number(message.folded[last], message.lexicon)
        if is_before_another and message.words[last].ends_clause:  # "for 4, december 5"
            yield last
        if first < 2 or not message.folded[first - 1].isdecimal() or message.folded[first - 2].isdecimal():
            continue
        if not is_before_another or message.words[last - 1].ends_clause:  # in "friday 4 for 2" the 4 may be a day
            yield first - 2


def _may_be_number(word: str, lexicon: Lexicon) -> bool:
    return word[:1].isdecimal() or word in lexicon.numbers.pieces


def _may_precede(token: Token) -> bool:
    return token.kind == "mark" or token.text.endswith("'")  # $50, l'heure


def _stretches(
    text: str, words: Sequence[Word], breaks: set[int], ignored: set[int], lexicon: Lexicon
) -> list[_Stretch]:
    """Return the tokens of all words. They are those of the whole text: a word begins behind a sign that ends one."""
    stretches = [_Stretch()]
    starts = [word.start for word in words[1:]]
    for at, (start, end) in enumerate(zip([0, *starts], [*starts, len(text)], strict=True) if words else ()):
        if at in ignored:
            stretches.append(_Stretch())
            continue
        stretch = stretches[-1]
        tokens = tokenize(text[start:end], elides=lexicon.elides)
        if tokens and stretch.tokens and not plain(text[start - 1 : start + 1]).count(" "):
            tokens[0] = Token(tokens[0].text, tokens[0].kind, tokens[0].raw, glued=True)
        stretch.tokens += tokens
        stretch.word_of += [at] * len(tokens)
        stretch.begins += [all(map(_may_precede, tokens[:place])) for place in range(len(tokens))]
        if at in breaks:
            stretches.append(_Stretch())
    return [stretch for stretch in stretches if stretch.tokens]
