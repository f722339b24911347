"""Lists of what workflows declare as triggers, such as schedules and campaigns, a page at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from sqlalchemy import Connection

from botflow.storage.runs.starts.targets import Target, find_declaring

AT_ONCE = 20  # workflows of one statement: each has its documents
Place = tuple[str, str]  # workflow, trigger
Shown = TypeVar("Shown")


def page_of_declared(
    connection: Connection,
    word: str,
    organization: int,
    after: Place | None,
    limit: int,
    shown: Callable[[Sequence[Target]], Iterable[Shown]],
    place_of: Callable[[Shown], Place],
) -> list[Shown]:
    """Return at most `limit` + 1 things after this place, in the order of workflows and of triggers. `shown` reads them
    from workflows whose documents contain `word`."""
    found: list[Shown] = []
    slug = after[0] if after is not None else ""
    while True:
        targets = find_declaring(connection, word, organization, slug, AT_ONCE + 1)
        # The database has compared the workflows, by its own collation.
        found += [
            each
            for each in shown(targets[:AT_ONCE])
            if after is None or place_of(each)[0] != after[0] or place_of(each)[1] > after[1]
        ]
        if len(found) > limit or len(targets) <= AT_ONCE:
            return found[: limit + 1]
        slug = targets[AT_ONCE].slug
