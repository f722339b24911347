"""People for whom two things hold, a page at a time: read from whichever of two indexes is sparser at that place.

A join reads a whole group, or all who have a value, before it has the first page in order. Here both are read in
order, a piece at a time; the piece that reaches further has fewer people on the way, and only these are looked up in
the other.
So the work is bounded by the page, however many are in the group, and however many have the value.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, select

PIECE = 200  # people of each index that are read at once
MOST_PIECES = 20  # for one page, which has fewer people then
LAST = 2**63 - 1  # past every id


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundPeople:
    """A page of people, and the key of its last place, after which the next page begins; None at the end."""

    ids: tuple[int, ...]
    next: tuple[Any, ...] | None


@dataclass(frozen=True, slots=True)
class Having:
    """People for whom something holds: rows of a table, by their column of people, in the order of an index."""

    person: ColumnElement[int]
    conditions: Sequence[ColumnElement[bool]]

    def piece(self, connection: Connection, after: int) -> list[int]:
        """Return the next PIECE people after this id."""
        later = select(self.person).where(*self.conditions, self.person > after)
        return list(connection.execute(later.order_by(self.person).limit(PIECE)).scalars())

    def among(self, connection: Connection, people: Sequence[int]) -> list[int]:
        """Return those of these people, in order."""
        mine = select(self.person).where(*self.conditions, self.person.in_(people))
        return sorted(connection.execute(mine).scalars())


def find_in_both(
    connection: Connection, one: Having, other: Having, after: Sequence[Any] | None, limit: int
) -> FoundPeople:
    """Return up to `limit` people for whom both hold, after the one with the key `after`."""
    found: list[int] = []
    at = after[0] if after is not None else 0
    for _ in range(MOST_PIECES):
        sides = ((one.piece(connection, at), other), (other.piece(connection, at), one))
        piece, rest = max(sides, key=lambda side: side[0][-1] if len(side[0]) == PIECE else LAST)
        found += rest.among(connection, piece) if piece else []
        if len(found) > limit:
            return FoundPeople(ids=tuple(found[:limit]), next=(found[limit - 1],))
        if len(piece) < PIECE:
            return FoundPeople(ids=tuple(found), next=None)
        at = piece[-1]
    return FoundPeople(ids=tuple(found), next=(at,))
