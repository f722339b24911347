"""The options' names in what a person wrote: as they are, folded, and with one typing error."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple

from botflow.engine.text_folding import Words, accents_agree, are_alike, read_words
from botflow.nodes.answers.expectation import Option

SEVERAL = -1
# Letters of a name; shorter words are one slip away from too many others.
_SHORTEST_SLIP = 4
_SHORTEST_PLURAL = 5
_SHORTEST_VOWEL = 6
_CASES = frozenset("mnrs")  # endings of German adjectives: "großer", "großen"
_LEAST_JOINED = 6  # letters; "icecream" is "ice cream"
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue"})
AND = ("and", "und", "y", "et")
_VOWELS = frozenset("aeiouyаеиоуыэюя")


class Name(NamedTuple):
    """One name of the option at a position; a label comes before other words for an option."""

    at: int
    is_label: bool
    words: Words


class OptionNames:
    """All names of the options of one question, ready to be looked up."""

    def __init__(self, options: Sequence[Option]) -> None:
        self._names = [
            Name(at, place == 0, read_words(name))
            for at, option in enumerate(options)
            for place, written in enumerate((option.label, *option.match, *_id(option)))
            for name in _spellings(written)
        ]
        self._by_spelling: dict[str, list[Name]] = {}
        self._by_bare: dict[str, list[Name]] = {}
        self._by_words: dict[tuple[str, ...], list[Name]] = {}
        self._by_first: dict[str, list[tuple[Name, tuple[str, ...]]]] = {}
        for name in self._names:
            self._by_spelling.setdefault(name.words.exact, []).append(name)
            self._by_bare.setdefault(name.words.bare, []).append(name)
            self._by_words.setdefault(name.words.words, []).append(name)
            for words in _runs(name.words.words):
                self._by_first.setdefault(words[0], []).append((name, words))
        self.vocabulary = frozenset(word for name in self._names for word in name.words.words)
        self.count = len(options)
        self.has_separators = any("." in word or "-" in word for name in self._names for word in name.words.words)
        written = [name for option in options for name in (option.label, *option.match)]
        self.has_hyphens = any("-" in name for name in written)
        self.has_number_signs = any(sign in name for name in written for sign in "#№º°")

    def whole(self, said: Words) -> int | None:
        """Return the option whose name is the whole text; SEVERAL when there are more than one; None without one.

        The same spelling comes before the same letters, and a label before another option's synonym.
        """
        for known in (
            self._by_spelling.get(said.exact, ()),
            self._by_bare.get(said.bare, ()),
            [name for name in self._by_words.get(said.words, ()) if are_alike(said, name.words)],
        ):
            labels = {name.at for name in known if name.is_label}
            found = labels or {name.at for name in known}
            if found:
                return found.pop() if len(found) == 1 else SEVERAL
        return None

    def may_begin(self, word: str) -> bool:
        """Say whether a folded word is the first one of a name."""
        return word in self._by_first

    def spelt_at(self, said: Words, place: int) -> tuple[int, set[int]]:
        """Return how many words from `place` on are the longest name there, and the options that it names."""
        longest, found = 0, set[int]()
        for name, words in self._by_first.get(said.words[place], ()):
            end = place + len(words)
            if len(words) < longest or said.words[place:end] != words:
                continue
            if words is name.words.words and not accents_agree(said.marked[place:end], name.words.marked):
                continue
            if len(words) > longest:
                longest, found = len(words), set()
            found.add(name.at)
        return longest, found

    def nearly_at(self, said: Words, place: int, known: Collection[str]) -> tuple[int, set[int]]:
        """Return how many words from `place` on are a name with typing errors, and the options that it may name."""
        longest, found = 0, set[int]()
        for name in self._names:
            words = name.words.words
            typed = said.words[place : place + len(words)]
            if not words or len(words) < longest or len(typed) < len(words):
                continue
            marked = said.marked[place : place + len(words)]
            if all(map(_is_near, typed, words, marked, name.words.marked, (known,) * len(words))):
                if len(words) > longest:
                    longest, found = len(words), set()
                found.add(name.at)
        return longest, found


@lru_cache(maxsize=256)
def names_of(options: tuple[Option, ...]) -> OptionNames:
    """Return the names of these options; those of a question are the same in most turns."""
    return OptionNames(options)


def _id(option: Option) -> tuple[str, ...]:
    """Return the id as a name, except a number: people do not see it, and mean a position by it."""
    return () if option.id.isdecimal() else (option.id,)


def _spellings(name: str) -> Iterable[str]:
    yield name
    if (spelt_out := name.translate(_UMLAUTS)) != name:
        yield spelt_out
    if "&" in name:
        yield from (name.replace("&", f" {joining} ") for joining in AND)


def _runs(words: tuple[str, ...]) -> Iterable[tuple[str, ...]]:
    """Yield a name's words, and the same written as one word."""
    if words:
        yield words
    joined = "".join(words)
    if len(words) > 1 and len(joined) >= _LEAST_JOINED and joined.isalpha():
        yield (joined,)


def _is_near(typed: str, name: str, marked: str, name_marked: str, known: Collection[str]) -> bool:
    """Say whether `typed` is `name` with one slip that hardly makes another word or another person's name.

    That is a letter doubled or not doubled, two neighbours turned round, a vowel left out between consonants, or the
    "s" of a plural. Other letters that are changed or left out make "Karen" of "Karin", "Marina" of "Mariana". The
    first letter must be equal, and so must a vowel at the end. Words with digits, words that mean something else, and
    other scripts, where one letter is half a word, must be equal.
    """
    if typed == name:
        return accents_agree((marked,), (name_marked,))
    if typed in known or len(name) < _SHORTEST_SLIP or typed[0] != name[0] or abs(len(typed) - len(name)) > 1:
        return False
    if not (typed.isalpha() and name.isalpha() and max(typed) < "\u0530" and max(name) < "\u0530"):
        return False
    start = next(
        (at for at, (left, right) in enumerate(zip(typed, name, strict=False)) if left != right),
        min(len(typed), len(name)),
    )
    left, right = typed[start:], name[start:]
    while left and right and left[-1] == right[-1]:
        left, right = left[:-1], right[:-1]
    is_at_end = start + max(len(left), len(right)) == max(len(typed), len(name))
    if is_at_end and (set(left) | set(right)) & _VOWELS:
        return False
    if len(left) == 2:
        return left == right[::-1]
    if len(left) == len(right) == 1 and is_at_end and len(name) >= _SHORTEST_VOWEL:
        return name[start - 1] == "e" and {left, right} <= _CASES
    if len(left) + len(right) != 1:
        return False
    letter, longer = left or right, typed if left else name
    is_vowel_left_out = letter == right and letter in _VOWELS and len(name) >= _SHORTEST_VOWEL
    is_vowel_left_out = is_vowel_left_out and _VOWELS.isdisjoint((name[start - 1], name[start + 1]))
    is_plural = is_at_end and letter == "s" and len(name) >= _SHORTEST_PLURAL
    return letter == longer[start - 1] or is_vowel_left_out or is_plural
