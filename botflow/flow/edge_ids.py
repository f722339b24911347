"""Ids for the edges that have none: made of an edge's ends, and unique in their document.

`next` and `on` of a file, and many editors' edges, have no id. An edge keeps the id that it got here for as long as it
exists, also when it leads elsewhere later: a draft is stored with the ids of all its edges.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

LONGEST_MADE = 200  # leaves room for a number within the 256 characters of an id
_UNFIT = re.compile(r"[^A-Za-z0-9_.:-]")  # in an address


def with_edge_ids(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return a document in canonical form with a different id for each edge.

    Of two edges with the same id the first keeps it, and the other gets one of its own.
    """
    edges = document.get("edges", [])
    ids = EdgeIds(edge["id"] for edge in edges if edge.get("id"))
    owners: set[str] = set()
    named = []
    for edge in edges:
        id = edge.get("id")
        if not id or id in owners:
            id = ids.make(edge)
        owners.add(id)
        named.append({**edge, "id": id})
    return {**document, "edges": named}


class EdgeIds:
    """The ids that are taken, and the numbers behind those that were made more than once."""

    def __init__(self, taken: Iterable[str]) -> None:
        self._taken = set(taken)
        self._numbers: dict[str, int] = {}

    def take(self, id: str) -> None:
        """Note that an edge brought this id along."""
        self._taken.add(id)

    def make(self, edge: Mapping[str, Any]) -> str:
        """Return a new id, which is taken from now on: `ask~yes~thanks` for ask's handle `yes`, leading to thanks."""
        ends = (edge["source"], edge.get("sourceHandle"), edge["target"])
        made = "~".join(_UNFIT.sub("-", end) for end in ends if end)[:LONGEST_MADE] or "edge"
        id = made
        while id in self._taken:
            self._numbers[made] = self._numbers.get(made, 1) + 1
            id = f"{made}~{self._numbers[made]}"
        self._taken.add(id)
        return id
