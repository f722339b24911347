"""What a person names of a list of options, item by item. Every word must be understood, or be known as harmless."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache

from botflow.engine.text_folding import Words, read_words
from botflow.nodes.answers.accounting import stem
from botflow.nodes.answers.choosing.choice_words import ChoiceWords, choice_words, other_words
from botflow.nodes.answers.choosing.label_parts import LabelParts
from botflow.nodes.answers.choosing.numbered_options import NumberedOptions, numbered_options
from botflow.nodes.answers.choosing.option_names import OptionNames, names_of
from botflow.nodes.answers.choosing.question_words import QuestionWords, bare, question_words
from botflow.nodes.answers.expectation import Option
from botflow.nodes.answers.lexicons import lexicon_of
from botflow.nodes.answers.lexicons.lexicon import words

ONE = ("option", "part", "number", "word", "place", "ordinal", "last")  # kinds of items that name one option
MOST_WORDS = 60  # of an answer
_ORDINAL = re.compile(r"([0-9]{1,3})(?:st|nd|rd|th|er|ere|re|e|eme|ieme|o|a|ra|ro|do|da|to|ta)")
_NUMERO = re.compile(r"(?:\bno\.|\bn[º°]\.?|№|#)\s?(?=\d)", re.IGNORECASE)
# Before a number that a label may have too: "number 12" may be "Table 12".
_WITH_BUTTONS = ("chat", "")  # channels that show options without their numbers
_NUMBERING = words("number numbers nr num nummer nummern zahl numero numeros")
_CHANGING_EMOJI = re.compile("[👎❌✖✗✘🚫🙅⛔🤔🤷🤮🤢😡]")
_LIMITS = ("by", "per")
_NO = ("no",)  # "no good" is no "no"; the German "nein" and the French "non" deny nothing that follows
# Before the only number of an answer they say how many: "I'd like 2".
_WANTING = words(
    "like love get us me have want need for mochten mochte nehmen wollen will brauchen fur uns quiero queremos deme "
    "quisieramos para ponme voudrais voudrions veux voulons pour"
)
_OF = ("of", "davon", "von", "de", "des", "d")  # behind a number it says how many: "2 of them"
_QUESTION = re.compile("[?？؟]")


@dataclass(slots=True)
class Item:
    """One thing that was named: options by their positions from 0, or a word about the list.

    `kind` is "option", "part" (a word of some labels), "asked" (the same, but it names none of them), "number" (a bare
    one, with its `number`), "word" (a number in a word, which may mean something else), "place" (surely a position:
    "option 2", "the second one"), "ordinal" ("the second", which may be a day), "last", or a word for several: "and",
    "to", "all", "both", "but", "none", and "no", which may correct something.
    """

    kind: str
    at: set[int] = field(default_factory=set)
    number: int = 0


@dataclass(frozen=True, slots=True)
class Asked:
    """What the question offers, in which words."""

    names: OptionNames
    numbers: NumberedOptions
    parts: LabelParts
    words: QuestionWords
    language: str


def asked_of(options: tuple[Option, ...], question: str, language: str, channel: str) -> Asked:
    """Return what a question asks on a channel."""
    names, numbers, parts = _offer_of(options, language, channel not in _WITH_BUTTONS)
    return Asked(names, numbers, parts, question_words(question, language), language)


@lru_cache(maxsize=256)
def _offer_of(
    options: tuple[Option, ...], language: str, are_lines: bool
) -> tuple[OptionNames, NumberedOptions, LabelParts]:
    """Return the names and numbers of these options; those of a question are the same in most turns."""
    return names_of(options), numbered_options(options, language, are_lines=are_lines), LabelParts(options, language)


@dataclass(slots=True)
class Items:
    """All items in their order; `is_plain` when there are but polite words and words such as "option" beside them.

    `has_way`: a word such as "by" stands before one of them. `words` are all words of the text. `is_idiom`: beside
    "all" or "both" there are words with which it may mean something else: "that's all", "all good", "both of us".
    """

    items: list[Item]
    is_plain: bool
    has_way: bool
    words: tuple[str, ...]
    is_idiom: bool = False

    @property
    def is_numbered(self) -> bool:
        """Say whether an option is named by its place in the list."""
        return any(item.kind in ("number", "word", "place", "ordinal", "last") for item in self.items)


def read_items(text: str, said: Words, asked: Asked, *, several: bool = False) -> Items | None:
    """Return what `text` names, or None when it has a word that may change its meaning; `said` are its words.

    With `several`, words such as "and" and "all" are understood too. Takes linear time.
    """
    if _CHANGING_EMOJI.search(text):
        return None
    if _NUMERO.search(text) and not asked.names.has_number_signs:
        said = read_words(_NUMERO.sub("nr ", text))
    known = choice_words(asked.language)
    if len(said.words) > MOST_WORDS or (
        _QUESTION.search(text) and said.words[:1] not in [(word,) for word in known.asks]
    ):
        return None
    said = _without_elisions(said, asked)
    return _Reader(said, asked, known, other_words(asked.language), several).read()


def _without_elisions(said: Words, asked: Asked) -> Words:
    """Return the words without what French elides before a name: "d'oignons"."""
    known = asked.names.vocabulary
    if not lexicon_of(asked.language).elides or known.issuperset(said.words):
        return said
    elided = [word not in known and bare(word) in known and not word.startswith("n'") for word in said.words]
    words = tuple(bare(word) if is_elided else word for word, is_elided in zip(said.words, elided, strict=True))
    marked = tuple(bare(word) if is_elided else word for word, is_elided in zip(said.marked, elided, strict=False))
    return said._replace(words=words, marked=marked)


@dataclass(slots=True)
class _Reader:
    said: Words
    asked: Asked
    words: ChoiceWords
    known: frozenset[str]
    several: bool
    place: int = 0
    named_until: int = -1  # the place behind the last name of an option
    noun_until: int = -1  # the place behind the last noun of the question
    found: Items = field(default_factory=lambda: Items([], True, False, ()))

    def read(self) -> Items | None:
        self.found.words = self.said.words
        steps = (
            *(self._name, self._about_list, self._number, self._harmless, self._way),
            *(self._day, self._part, self._asked_word, self._near),
        )
        while self.place < len(self.said.words):
            if self._means_else() or not any(step() for step in steps):
                return None
        return self.found

    def _take(self, item: Item, count: int = 1) -> bool:
        self.found.items.append(item)
        self.place += count
        return True

    def _take_name(self, item: Item, count: int) -> bool:
        """Take a name, unless a noun of the question stands directly before it."""
        if self.noun_until == self.place:
            return False
        self.named_until = self.place + count
        return self._take(item, count)

    def _name(self) -> bool:
        """Take the longest name, unless it begins a longer phrase: "Good morning!" is not "Good"."""
        count, at = self.asked.names.spelt_at(self.said, self.place)
        is_courtesy = self.words.harmless.length_at(self.said.words, self.place) > count
        return bool(at) and not is_courtesy and self._take_name(Item("option", at), count)

    def _means_else(self) -> bool:
        """Say whether the word before makes a name of one word something else: "this one", "it's late"."""
        if self.place == 0 or self.asked.names.spelt_at(self.said, self.place)[0] != 1:
            return False
        before, word = self.said.words[self.place - 1 : self.place + 1]
        is_one = word in self.words.article or self.words.numbers.get(word) == 1
        return (is_one and before in self.words.pointing) or (word in self.words.hours and before in self.words.telling)

    def _near(self) -> bool:
        count, at = self.asked.names.nearly_at(self.said, self.place, self.known)
        return bool(at) and self._take_name(Item("option", at), count)

    def _day(self) -> bool:
        at = self.asked.parts.day_at(self.said.words[self.place])
        return bool(at) and self._take_name(Item("option", at), 1)

    def _part(self) -> bool:
        """Take a telling word of labels, unless it is nearly the name of another option, or a word of the question."""
        at = self.asked.parts.part_at(self.said.words[self.place], self.said.marked[self.place])
        is_asked = stem(bare(self.said.words[self.place])) in self.asked.words.silent
        if not at or is_asked or self.asked.names.nearly_at(self.said, self.place, self.known)[1] - at:
            return False
        return self._take_name(Item("part", at), 1)

    def _asked_word(self) -> bool:
        """Pass a word of the question, a noun only where no option stands directly before it."""
        word = bare(self.said.words[self.place])
        if at := self.asked.parts.beside_at(word):
            return self._take(Item("asked", at))
        if word not in self.asked.words or (stem(word) in self.asked.words.nouns and self.named_until == self.place):
            return False
        if at := self.asked.parts.holders_of(word):
            self.found.items.append(Item("asked", at))
        self.found.is_plain = False
        self.place += 1
        if stem(word) in self.asked.words.nouns:
            self.noun_until = self.place
        return True

    def _number(self) -> bool:
        """Take a number or an ordinal; behind a word such as "option" a number is a position."""
        word = self.said.words[self.place]
        before = self.said.words[self.place - 1] if self.place else ""
        if word.isdecimal() and len(word) <= 4:
            if before in _WANTING and sum(map(str.isdecimal, self.said.words)) == 1:
                return bool(self.asked.numbers.sayers_of(int(word))) and self._take(Item("number", number=int(word)))
            return self._take(self._counted(int(word), "number"))
        if word in self.words.ordinals or word in self.words.last or _ORDINAL.fullmatch(word):
            return before not in self.words.article and self._take_ordinal(word)  # "just a second"
        if word in self.words.numbers and ((word,) not in self.words.harmless or self._is_alone()):
            return self._take(self._counted(self.words.numbers[word], "word"))
        return False

    def _counted(self, number: int, kind: str) -> Item:
        """Return a number, which is a position behind "option", and behind "number" where no label has it."""
        before = self.said.words[self.place - 1] if self.place else ""
        is_label = before in _NUMBERING and self.asked.numbers.is_another(number)
        return Item("place" if before in self.words.option and not is_label else kind, number=number)

    def _take_ordinal(self, word: str) -> bool:
        numbered = _ORDINAL.fullmatch(word)
        number = self.words.ordinals.get(word) or int(numbered[1] if numbered else 0)
        is_last, is_one = word in self.words.last, self.place + 1 < len(self.said.words)
        is_one = is_one and self.said.words[self.place + 1] in self.words.one
        kind = "place" if is_one else "last" if is_last else "ordinal"
        return self._take(Item(kind, number=self.asked.numbers.count if is_last else number), 1 + is_one)

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
                return self._take(Item(self._excludes(count) if kind == "but" else kind), count)
        word = self.said.words[self.place]
        if word in self.words.no and self.found.items:
            return self._take(Item("but"))
        for kind, known in (("all", self.words.all), ("none", self.words.none), ("and", self.words.together)):
            if word in known:
                return self._take(Item(kind))
        names_one = bool(self.found.items) and self.found.items[-1].kind in ONE
        return word in self.words.to and names_one and self._take(Item("to"))

    def _excludes(self, count: int) -> str:
        """Return what excludes the next option; a mere "no" does so behind "all" only."""
        # "Lunes, no martes" may correct the Monday.
        is_mere = self.said.words[self.place : self.place + count] == ("no",)
        return "no" if is_mere and not any(item.kind == "all" for item in self.found.items) else "but"

    def _harmless(self) -> bool:
        word = self.said.words[self.place]
        following = self.said.words[self.place + 1 : self.place + 2]
        is_end = self.several and word in self.words.to and any(each.isdecimal() for each in following)
        count = self.words.harmless.length_at(self.said.words, self.place)
        counts = word in _OF and self._is_behind_number()
        if not count or is_end or counts or self._doubts():  # "up to 3", "2 of them"
            return False
        if count == 1 and word in self.words.agreeing and (at := self.asked.parts.holders_of(word)):
            self.found.items.append(Item("asked", at))  # "medium well" is not "Medium" where there is "Well done"
        self.found.is_idiom |= not all(map(self._takes_all, range(self.place, self.place + count)))
        is_polite = self.words.polite.length_at(self.said.words, self.place) == count
        self.found.is_plain = self.found.is_plain and is_polite
        self.place += count
        return True

    def _doubts(self) -> bool:
        """Say whether the words from here on leave open what was or will be named: "could be good", "no good"."""
        is_no = self.place > 0 and self.said.words[self.place - 1] in _NO and self.named_until == self.place
        is_denied = is_no and self.said.words[self.place] in self.words.praising
        return is_denied or bool(self.words.doubting.length_at(self.said.words, self.place))

    def _is_behind_number(self) -> bool:
        return self.place > 0 and bool(self.found.items) and self.found.items[-1].kind in ("number", "word")

    def _takes_all(self, place: int) -> bool:
        """Say whether the harmless word leaves "all" what it is: "I want all", but not "that's all" or "hi all"."""
        word, following = self.said.words[place], self.said.words[place + 1 : place + 2]
        if word in self.words.greeting and following and following[0] in self.words.all:
            return False
        is_behind = any(item.kind in ("all", "both") for item in self.found.items)
        return word in self.words.beside_all and not (is_behind and word in self.words.content)

    def _way(self) -> bool:
        """Pass "by" and the like; "by Monday" may be a day before it."""
        word, days = self.said.words[self.place], lexicon_of(self.asked.language).calendar
        following = self.said.words[self.place + 1 : self.place + 2]
        is_limit = word in _LIMITS and any(each in days.weekdays or each in days.months for each in following)
        if word not in self.words.ways or is_limit:
            return False
        self.found.has_way, self.found.is_plain = True, False
        self.found.is_idiom = True
        self.place += 1
        return True
