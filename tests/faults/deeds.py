"""How often a node does its deed when the process dies around its ask: one row for each node type that acts.

A row is a flow with one such node, and a provider on this machine that counts the deeds. The process is killed at each
moment once, and started again; the same message is sent until it is answered. A deed is repeated at most once, and
never where the provider knows it again by its key.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from botflow.crash_points import POINTS, Point
from tests.faults.database_counts import read_ledger
from tests.faults.servers_that_die import Place, say, standing
from tests.local_client import local_client

IN_THE_CALL = "in the call"  # the provider has done its deed, and nobody has heard of it
MOMENTS: tuple[str, ...] = (
    "turn.begun",
    IN_THE_CALL,
    "turn.asked",
    "turn.kept",
    "turn.computed",
    "turn.committed",
)
KEPT: frozenset[str] = frozenset(("turn.kept", "turn.computed", "turn.committed"))  # the answer is durable from here on


class Provider(Protocol):
    """A service that does something when it is called."""

    on_deed: Callable[[], None]
    """Is called when the deed is done, before the answer leaves."""

    @property
    def environment(self) -> Mapping[str, str]:
        """Return the settings by which botflow reaches it."""

    def document(self) -> str:
        """Return the flow `deeds`, whose first message reaches the node, and which says `Done.` after it."""

    @property
    def calls(self) -> int:
        """Return how often it was called."""

    @property
    def deeds(self) -> int:
        """Return how often it did what it was asked for; a call with a key that it knows is no further deed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A node type, the provider that it calls, and whether a repeated call is no second deed."""

    name: str
    provider: Callable[[], AbstractAsyncContextManager[Provider]]
    is_idempotent: bool
    moments: tuple[str, ...] = MOMENTS


@dataclass(slots=True, kw_only=True)
class Count:
    """What one row cost over all moments: deeds and calls beyond the first, by moment."""

    repeated_deeds: dict[str, int] = field(default_factory=dict)
    repeated_calls: dict[str, int] = field(default_factory=dict)


async def count_deeds(row: Row, moment: str, url: str, folder: Path, count: Count) -> None:
    """Let the process die at this moment, and count what the provider did."""
    async with row.provider() as provider:
        flow = folder / "deeds.yaml"
        flow.write_text(provider.document())
        place = Place(flow=flow, folder=folder, environment={**provider.environment, "BOTFLOW_DATABASE_URL": url})
        async with standing(place), local_client(timeout=30.0) as client:
            if moment == IN_THE_CALL:
                provider.on_deed = _once(place.kill)
            place.launch(*_death_at(moment))
            await place.started()
            reply = await say(client, [place], "ann", "go", "go")
            await place.started()
            ledger = await read_ledger(url)
        assert reply.texts == ("Done.",), (row.name, moment, reply, place.log)
        assert (ledger.open, ledger.dead, ledger.outbounds) == (0, 0, 1), (row.name, moment, ledger)
        assert place.deaths == 1, f"{row.name}: nobody died at {moment}"
        count.repeated_deeds[moment] = provider.deeds - 1
        count.repeated_calls[moment] = provider.calls - 1


def check(row: Row, count: Count) -> None:
    """At most one deed is repeated, none by key, and no call after the answer was kept."""
    assert set(count.repeated_deeds) == set(row.moments)
    most = 0 if row.is_idempotent else 1
    for moment, repeated in count.repeated_deeds.items():
        assert 0 <= repeated <= most, (row.name, moment, repeated)
        assert count.repeated_calls[moment] <= (0 if moment in KEPT else 1), (row.name, moment)


def _death_at(moment: str) -> tuple[str, ...]:
    named: Sequence[Point] = POINTS
    return ("--point", moment) if moment in named else ()


def _once(kill: Callable[[], None]) -> Callable[[], None]:
    left = [kill]
    return lambda: left.pop()() if left else None
