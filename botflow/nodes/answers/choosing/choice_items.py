"""What a person names of a list of options, item by item. Every word must be understood, or be known as harmless."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from botflow.engine.text_folding import Words, read_words
from botflow.nodes.answers.choosing.choice_words import ChoiceWords, choice_words, known_words
from botflow.nodes.answers.choosing.option_names import OptionNames

ONE = ("option", "number", "word", "place", "last")  # kinds of items that name one option
_MOST_WORDS = 60
_ORDINAL = re.compile(r"([0-9]{1,3})(?:st|nd|rd|th|er|ere|re|e|eme|ieme|o|a|ra|ro|do|da|to|ta)")
_NUMERO = re.compile(r"(?:\bno\.|\bn[º°]\.?|№)\s?(?=\d)", re.IGNORECASE)
_CHANGING_EMOJI = re.compile("[👎❌✖✗✘🚫🙅⛔🤔🤷🤮🤢😡]")
_QUESTION = re.compile("[?？؟]")


@dataclass(slots=True)
class Item:
    """One thing that was named: options by their positions from 0, or a word about the list.

    `kind` is "option", "number" (a bare one, with its `number`), "word" (a number in a word, which may mean something
    else), "place" ("the second"), "last", or a word for several: "and", "to", "all", "both", "but", "none".
    """

    kind: str
    at: set[int] = field(default_factory=set)
    number: int = 0


@dataclass(slots=True)
class Items:
    """All items in their order; `is_plain` when there are but polite words and words such as "option" beside them."""

    items: list[Item]
    is_plain: bool


def read_items(text: str, said: Words, names: OptionNames, language: str, *, several: bool = False) -> Items | None:
    """Return what `text` names, or None when it has a word that may change its meaning; `said` are its words.

    With `several`, words such as "and" and "all" are understood too. Takes linear time.
    """
    if _CHANGING_EMOJI.search(text):
        return None
    if _NUMERO.search(text):
        said = read_words(_NUMERO.sub("nr ", text))
    words = choice_words(language)
    if len(said.words) > _MOST_WORDS or (
        _QUESTION.search(text) and said.words[:1] not in [(word,) for word in words.asks]
    ):
        return None
    return _Reader(said, names, words, known_words(language), several).read()


@dataclass(slots=True)
class _Reader:
    said: Words
    names: OptionNames
    words: ChoiceWords
    known: frozenset[str]
    several: bool
    place: int = 0
    found: Items = field(default_factory=lambda: Items([], True))

    def read(self) -> Items | None:
        while self.place < len(self.said.words):
            if not (self._name() or self._about_list() or self._number() or self._harmless() or self._near()):
                return None
        return self.found

    def _take(self, item: Item, count: int = 1) -> bool:
        self.found.items.append(item)
        self.place += count
        return True

    def _name(self) -> bool:
        count, at = self.names.spelt_at(self.said, self.place)
        return bool(at) and self._take(Item("option", at), count)

    def _near(self) -> bool:
        count, at = self.names.nearly_at(self.said, self.place, self.known)
        return bool(at) and self._take(Item("option", at), count)

    def _number(self) -> bool:
        """Take a number or an ordinal; behind a word such as "option" a number is a position."""
        word = self.said.words[self.place]
        before = self.said.words[self.place - 1] if self.place else ""
        if word.isdecimal() and len(word) <= 4:
            return self._take(Item("place" if before in self.words.option else "number", number=int(word)))
        if word in self.words.ordinals or word in self.words.last or (numbered := _ORDINAL.fullmatch(word)):
            if before in self.words.article:
                return False  # "just a second"
            if word in self.words.last:
                self._take(Item("last"))
            else:
                self._take(Item("place", number=self.words.ordinals.get(word) or int(numbered[1] if numbered else 0)))
            if self._next() in self.words.one:
                self.place += 1
            return True
        if word in self.words.numbers and ((word,) not in self.words.harmless or self._is_alone()):
            return self._take(Item("place" if before in self.words.option else "word", number=self.words.numbers[word]))
        return False

    def _is_alone(self) -> bool:
        """Say whether there is nothing but polite words beside a word that is an article too."""
        rest = (*self.said.words[: self.place], *self.said.words[self.place + 1 :])
        listed = self.words.together | self.words.numbers.keys() if self.several else frozenset[str]()
        place = 0
        while place < len(rest):
            polite = self.words.polite.length_at(rest, place)
            if not polite and rest[place] not in listed and not rest[place].isdecimal():
                return False
            place += polite or 1
        return True

    def _about_list(self) -> bool:
        if not self.several:
            return False
        for kind, phrases in (("but", self.words.but), ("both", self.words.both)):
            if count := phrases.length_at(self.said.words, self.place):
                return self._take(Item(kind), count)
        word = self.said.words[self.place]
        for kind, known in (("all", self.words.all), ("none", self.words.none), ("and", self.words.together)):
            if word in known:
                return self._take(Item(kind))
        names_one = bool(self.found.items) and self.found.items[-1].kind in ONE
        return word in self.words.to and names_one and self._take(Item("to"))

    def _harmless(self) -> bool:
        word = self.said.words[self.place]
        following = self.said.words[self.place + 1 : self.place + 2]
        is_end = self.several and word in self.words.to and any(each.isdecimal() for each in following)
        count = self.words.harmless.length_at(self.said.words, self.place)
        if not count or is_end:  # "up to 3"
            return False
        is_polite = self.words.polite.length_at(self.said.words, self.place) == count
        self.found.is_plain = self.found.is_plain and is_polite
        self.place += count
        return True

    def _next(self) -> str:
        return self.said.words[self.place] if self.place < len(self.said.words) else ""
