"""Which option a bare number or an ordinal means: by what its label says, or by its position in the list.

Where labels say numbers, a number may be one of them: "3" at "1-2", "3-5", "6+" is no position. It is an option only
when its label alone says the number, and the option at that position is the same one or does not exist. On a phone the
options are numbered lines, so that a number which no other label says is the position there.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import lru_cache

from botflow.nodes.answers.choosing.label_numbers import LabelNumbers, numbers_of
from botflow.nodes.answers.expectation import Option

_MOST_DIGITS = 9  # of an id


class NumberedOptions:
    """The options of one question, by their numbers."""

    def __init__(self, options: Sequence[Option], language: str, *, are_lines: bool) -> None:
        self.count = len(options)
        self._are_lines = are_lines
        self._labels = [numbers_of(option.label, language) for option in options]
        self._ids = [int(option.id) if _is_number(option.id) else None for option in options]
        rests = [label.rest for label in self._labels]
        says = [bool(label.touched) and not (label.is_aside and rests.count(label.rest) == 1) for label in self._labels]
        articles = [label for label in self._labels if label.articles]
        if any(says) or len(articles) == 1:  # of "un café" and "un thé" none says one
            _count_articles(articles)
        self._has_numbers = any(says)
        self._has_days = any(label.has_day for label in self._labels)

    def bare(self, number: int) -> int | None:
        """Return the option of a bare number: "3", "three". None when that is not clear."""
        return self._agreed(number, self._has_numbers and not self._are_lines)

    def ordered(self, place: int) -> int | None:
        """Return the option of an ordinal: "the third" is a position, unless a label says a day or an ordinal."""
        return self._agreed(place, True) if self._has_days else self.at(place)

    def last(self) -> int | None:
        """Return the last option, unless labels say days: "the last" may be the last one of these."""
        return None if self._has_days else self.count - 1

    def at(self, place: int) -> int | None:
        """Return the option at a position from 1."""
        return place - 1 if 1 <= place <= self.count else None

    def sayers_of(self, number: int) -> Collection[int]:
        """Return the options whose labels say `number` in any way."""
        return {at for at, label in enumerate(self._labels) if label.touches(number)}

    def is_another(self, number: int) -> bool:
        """Say whether a label means `number` that is not at this position."""
        return any(label.means(number) and at != number - 1 for at, label in enumerate(self._labels))

    def _agreed(self, number: int, says_numbers: bool) -> int | None:
        position = self.at(number)
        named = {at for at, own in enumerate(self._ids) if own == number}
        labelled = set(self.sayers_of(number)) | named
        if position is not None and not says_numbers:
            labelled.add(position)
        if len(labelled) != 1 or position not in (None, *labelled):
            return None
        at = labelled.pop()
        is_position = at == position and not says_numbers
        is_meant = is_position or at in named or self._labels[at].means(number)
        return at if is_meant else None


@lru_cache(maxsize=256)
def numbered_options(options: tuple[Option, ...], language: str, *, are_lines: bool = False) -> NumberedOptions:
    """Return these options by number; those of a question are the same in most turns."""
    return NumberedOptions(options, language, are_lines=are_lines)


def _count_articles(labels: Sequence[LabelNumbers]) -> None:
    """Take "one" and its like for the number that they are."""
    for label in labels:
        said = [range(each, each + 1) for each in label.articles]
        label.meant = label.meant if label.touched else said
        label.touched = [*label.touched, *said]


def _is_number(written: str) -> bool:
    return written.isdecimal() and len(written) <= _MOST_DIGITS
