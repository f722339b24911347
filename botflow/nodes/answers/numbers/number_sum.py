"""A number in the making: the pieces of number words, put together one by one as people say them."""

from __future__ import annotations

from collections.abc import Sequence

from botflow.nodes.answers.lexicons.lexicon import Piece

Number = int | float


class Sum:
    """A number in the making: a group below a thousand, and what the scales have multiplied."""

    def __init__(self) -> None:
        self.total: Number = 0
        self.group: Number = 0
        self.scale = 0  # the last one
        self.is_begun = False
        self.is_literal = False  # the group was written in digits

    @property
    def value(self) -> Number:
        return plain_number(self.total + self.group)

    def takes_literal(self, *, after_and: bool = False) -> bool:
        """Say whether digits may go on: "4 thousand 3 hundred and 21", "treinta y 3"."""
        if not self.is_begun or self.is_literal:
            return False
        return self.group == 0 or (self.group % 100 == 0) or (after_and and self.group % 10 == 0)

    def takes_french_hundred(self) -> bool:
        """Say whether "cent" may multiply: "cinq cents" is 500 and "onze cents" 1100, but "20 cents" are coins."""
        return not self.is_literal and self.group % 1000 < 20 and self.group != 10

    def add_literal(self, value: int) -> bool:
        room = _room_of(self.group) if self.group else (self.scale or 1)
        if value >= room:
            return False
        self.group, self.is_literal = self.group + value, True
        return True

    def joins(self, piece: Piece) -> bool:
        """Say whether an "and" before `piece` is a part of the number: "two hundred and five", "treinta y tres"."""
        if self.is_literal:
            return False
        if self.group == 0:
            return self.scale > 0
        return self.group % 100 == 0 or (self.group % 10 == 0 and piece.kind in ("unit", "teen"))

    def add(self, found: Sequence[Piece]) -> bool:
        """Add the pieces of one word; leave the sum as it was and return False when they do not belong to it."""
        kept = (self.total, self.group, self.scale, self.is_begun, self.is_literal)
        for piece in found:
            if piece.kind != "and" and not self._add(piece):
                self.total, self.group, self.scale, self.is_begun, self.is_literal = kept
                return False
        return True

    def _add(self, piece: Piece) -> bool:
        match piece.kind:
            case "unit" | "teen" | "tens" | "hundreds":
                return self._add_small(piece)
            case "hundred":
                return self._add_hundred()
            case "scale":
                return self._add_scale(piece.value)
        return False

    def _add_small(self, piece: Piece) -> bool:
        if self.is_literal or (piece.value == 0 and self.is_begun):
            return False
        if self.is_begun and self.group == 0 and not self.scale:  # after a zero
            return False
        if piece.kind == "tens" and piece.value == 20 and self.group % 100 == 4:  # quatre-vingt
            self.group = self.group - 4 + 80
            return True
        room = _room_of(self.group) if self.group else 1000
        if piece.kind == "teen" and self.group % 100 in (60, 80) and piece.value < 20:  # soixante-dix
            room = 20
        if piece.value >= room:
            return False
        self.group, self.is_begun = self.group + piece.value, True
        return True

    def _add_hundred(self) -> bool:
        if self.group % 100 == 0 and self.group:
            return False
        below = self.group % 1000
        if not self.is_literal and below >= 100:
            return False
        self.group = (self.group or 1) * 100
        self.is_begun, self.is_literal = True, False
        return True

    def _add_scale(self, scale: int) -> bool:
        if self.scale and scale >= self.scale:
            if not (self.scale == 1000 and scale >= 10**6 and self.total < 10**6):  # dos mil millones
                return False
            self.total, self.group, self.scale = (self.total + self.group) * scale, 0, scale
            return True
        if self.is_begun and self.group == 0 and self.scale:
            return False
        self.total, self.group = self.total + (self.group or 1) * scale, 0
        self.scale, self.is_begun, self.is_literal = scale, True, False
        return True


def _room_of(group: Number) -> int:
    """Return the smallest value that cannot follow: after "twenty" less than 10, after "two hundred" less than 100."""
    if not isinstance(group, int):
        return 0
    if group % 100 == 0:
        return 100
    return 10 if group % 10 == 0 and group % 100 >= 20 else 0


def plain_number(value: Number) -> Number:
    """Return a whole number as an int, without the noise of a product of floats."""
    if isinstance(value, float):
        value = round(value, 12) if abs(value) < 10**6 else value
        if value.is_integer() and abs(value) < 2**63:
            return int(value)
    return value
