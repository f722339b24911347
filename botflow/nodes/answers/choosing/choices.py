"""Several options of a list: "1 and 3", "all but the last", "the first two", "pizza and salad", "1-3", "none"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from botflow.engine.inbound import Inbound
from botflow.engine.speech.buttons import option_of
from botflow.engine.text_folding import read_words
from botflow.nodes.answers.choosing.amendments import between_corrections
from botflow.nodes.answers.choosing.choice_items import MOST_WORDS, ONE, Asked, Item, Items, asked_of, read_items
from botflow.nodes.answers.choosing.choice_words import ChoiceWords, choice_words
from botflow.nodes.answers.choosing.option_names import AND, SEVERAL, OptionNames
from botflow.nodes.answers.expectation import Accepted, Expectation, Option, Reading, Refused
from botflow.nodes.answers.tokens import is_too_long

_BULLET = re.compile(r"(?m)^\s*[-•*·]\s+")
_RANGE = re.compile(r"(?<![\w.,:-])([0-9]{1,3})\s*(?:[-–—−‒~]|\.{2,3}|…)\s*([0-9]{1,3})(?![\w:-]|[.,][0-9])")
_DASH = re.compile(r"\s[-–—]\s|[–—]")
_HYPHEN = re.compile(r"[^\W\d_]-[^\W\d_]")
_LIST = re.compile(r"\s*(?:[;\n/|&、，]|(?<![0-9]),|,(?![0-9])|(?<=\w)\+(?=\w)|\s\+\s)\s*")
_NUMBERS = re.compile(r"(?<=[0-9]),(?=[0-9])")


def read_choices(expectation: Expectation, inbound: Inbound, language: str, region: str | None) -> Reading:
    """Accept some options, as many as the bounds allow: the list of their ids in the options' order, with the labels.

    Without a lower bound at least one; with 0 "none" is an answer: the empty list.
    """
    chosen = choose_several(expectation.choices, inbound, language, expectation.question)
    if chosen is None:
        return Refused("not_a_choice")
    if len(chosen) < (1 if expectation.least is None else float(expectation.least)):
        return Refused("too_few")
    if expectation.most is not None and len(chosen) > float(expectation.most):
        return Refused("too_many")
    return Accepted([option.id for option in chosen], {"labels": [option.label for option in chosen]})


def choose_several(
    options: Sequence[Option], inbound: Inbound, language: str, question: str = ""
) -> list[Option] | None:
    """Return the options that the person means, in their own order; None when that is not clear. A pressed button is
    its option alone."""
    pressed = option_of(inbound.payload)
    for option in options:
        if pressed and pressed == option.id:
            return [option]
    text = (inbound.text or inbound.payload).strip()
    if not text or is_too_long(text) or pressed != inbound.payload:
        return None
    asked = asked_of(tuple(options), question, language, inbound.channel)
    said = read_words(text)
    whole = asked.names.whole(said)
    if whole is not None:
        return None if whole == SEVERAL else [options[whole]]
    if len(said.words) > MOST_WORDS:
        return None
    answers = between_corrections(text, language, names=asked.names.vocabulary)
    chosen = _amended([_chosen(answer, asked) for answer in answers])
    return None if chosen is None else [options[at] for at in sorted(chosen)]


def _amended(answers: Sequence[set[int] | None]) -> set[int] | None:
    """Return what the last answer says. It replaces the former one if that is one option, or has as many:
    "ham and olives, no wait, cheese" may take back both of them, or only one."""
    for former, second in pairwise(answers):
        if not former or not second or len(former) not in (1, len(second)):
            return None
    return answers[-1]


def _chosen(text: str, asked: Asked) -> set[int] | None:
    words = choice_words(asked.language)
    spelt = _spelt_out(text, words, asked.names)
    read = None if spelt is None else read_items(spelt, read_words(spelt), asked, several=True)
    if read is None or any(item.kind == "asked" for item in read.items) or (read.is_numbered and read.has_way):
        return None
    if read.is_idiom and any(item.kind in ("all", "both") for item in read.items):
        return None
    return _Selection(asked, read).of(read.items)


def _spelt_out(text: str, words: ChoiceWords, names: OptionNames) -> str | None:
    """Return `text` with words for the signs of lists and ranges; None with a dash that may mean either."""
    joining = f" {next(word for word in AND if word in words.together)} "
    reaching = f" {min(words.to)} "
    text = _BULLET.sub("", text)
    if not names.has_separators:
        text = _NUMBERS.sub(joining, _RANGE.sub(rf"\1{reaching}\2", text))
    if _DASH.search(text) or (not names.has_hyphens and _HYPHEN.search(text)):
        return None
    return _LIST.sub(joining, text)


@dataclass(slots=True)
class _Selection:
    """What the items select. Each step returns False for what is not clear."""

    asked: Asked
    read: Items
    named: set[int] = field(default_factory=set)
    excluded: set[int] | None = None  # a set as soon as "but" was said
    is_all: bool = False
    is_both: bool = False

    def of(self, items: Sequence[Item]) -> set[int] | None:
        """Return the positions that are selected."""
        if [item.kind for item in items] == ["none"]:
            return set()
        place = 0
        while place < len(items):
            taken = self._take(items, place)
            if not taken:
                return None
            place += taken
        if self.is_both and (len(self.named) == 2) == (self.asked.names.count == 2 and not self.named):
            return None
        if self.is_both and not self.named:
            return {0, 1}
        if not self.is_all:
            return self.named or None
        if self.named or self.excluded == set():
            return None
        return set(range(self.asked.names.count)) - (self.excluded or set()) or None

    def _take(self, items: Sequence[Item], place: int) -> int:
        """Take what begins at `place`, and return how many items it has; 0 when it is not clear."""
        item, following = items[place], items[place + 1] if place + 1 < len(items) else None
        match item.kind:
            case "and":
                return 1
            case "all" if not self.is_all and self.excluded is None:
                self.is_all = True
                counts = following is not None and following.kind in ("number", "word")
                return 1 if not counts else 2 if following and following.number == self.asked.names.count else 0
            case "but" if self.is_all and self.excluded is None:
                self.excluded = set()
                return 1
            case "but" if self.named and place + 2 == len(items) and not self.is_all and not self.is_both:
                return 2 if self._refuses(items[place + 1]) else 0
            case _ if following is not None and (some := self._end(item, following)):
                return 2 if self._add(some) else 0
            case _ if following is not None and _counts(item, following):
                return 0  # "2 pizzas"
            case "both" if not self.is_both and self.excluded is None:
                self.is_both = True
                return 1
            case "part" if place and self._is_joined_to_another(items[place - 1], item):
                return 0  # "chicken soup" is neither the chicken nor the soup
            case kind if kind in ONE:
                if following is not None and self._is_joined_to_another(following, item):
                    return 0
                if following is not None and following.kind == "to":
                    last = items[place + 2] if place + 2 < len(items) else None
                    return 3 if last and self._add(self._range(item, last)) else 0
                return 1 if self._add(self._one(item)) else 0
            case _:
                return 0

    def _refuses(self, item: Item) -> bool:
        """Say whether the last item is one that was not named: "ham and cheese without olives"."""
        refused = self._one(item)
        return bool(refused) and refused.isdisjoint(self.named)

    def _is_joined_to_another(self, beside: Item, item: Item) -> bool:
        """Say whether a part of a label stands beside another option without an "and" between them."""
        return "part" in (beside.kind, item.kind) and beside.kind in ONE and self._one(beside) != self._one(item)

    def _add(self, some: set[int]) -> bool:
        (self.named if self.excluded is None else self.excluded).update(some)
        return bool(some)

    def _end(self, left: Item, right: Item) -> set[int]:
        """Return the first or the last few options: "the first two", "les deux derniers"; empty for anything else."""
        if right.kind in ("number", "word", "both"):
            left, right = right, left
        number = 2 if left.kind == "both" else left.number if left.kind in ("number", "word") else 0
        if not 2 <= number <= self.asked.names.count:
            return set()
        if right.kind == "last":
            return set(range(self.asked.names.count - number, self.asked.names.count))
        return set(range(number)) if right.kind in ("place", "ordinal") and right.number == 1 else set()

    def _range(self, first: Item, last: Item) -> set[int]:
        """Return the options from one to another one, empty when they are no range."""
        ends = (*self._one(first), *self._one(last)) if last.kind in ONE else ()
        return set(range(ends[0], ends[1] + 1)) if len(ends) == 2 and ends[0] < ends[1] else set()

    def _one(self, item: Item) -> set[int]:
        """Return the option that an item names, empty when none or several."""
        match item.kind:
            case "option":
                return item.at if len(item.at) == 1 else set()
            case "part" if len(item.at) != 1 or self.asked.parts.leaves_out(min(item.at), self.read.words):
                return set()
            case "part":
                return item.at
            case "word" if not self.read.is_plain or self.excluded is not None:
                return set()  # "all but one"
            case _:
                at = self._numbered(item)
                return set() if at is None else {at}

    def _numbered(self, item: Item) -> int | None:
        numbers = self.asked.numbers
        match item.kind:
            case "last":
                return numbers.last()
            case "ordinal":
                return numbers.ordered(item.number)
            case "place":
                return numbers.at(item.number)
            case _:
                return numbers.bare(item.number)


def _counts(one: Item, other: Item) -> bool:
    """Say whether one of two neighbours is a number, and the other one an option: how many of it."""
    kinds = {one.kind, other.kind}
    return not kinds.isdisjoint(("option", "part")) and not kinds.isdisjoint(("number", "word"))
