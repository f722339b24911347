"""Whether this process can take and answer messages, and what else an operator should know.

A load balancer stops sending to a process that is not ready, so that is only said of what this process itself cannot
do. Everything else is a warning: a message that waits for a worker waits as well behind any other web server.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field

from botflow.records.queues import EFFECTS, EXECUTIONS, TURNS, QueueName
from botflow.runtime.served_flows import Flows
from botflow.runtime.turns.lease_keeper import LeaseKeeper
from botflow.runtime.turns.refusals import Refusals
from botflow.storage.database import Database

ANSWER_S = 4.0  # probes give up after five or so; a machine with much to do may need long for a true answer
MOST_NAMED = 10  # workflows in a warning
_WAITING: Mapping[QueueName, str] = {
    TURNS: "messages that need a model, an action or a pause",
    EXECUTIONS: "triggered runs",
    EFFECTS: "runs and events that follow from others",
}


@dataclass(frozen=True, slots=True)
class Ready:
    """What each required part says, "ok" or what is wrong with it; and sentences for an operator."""

    components: Mapping[str, str]
    warnings: list[str] = field(default_factory=list)

    @property
    def is_ready(self) -> bool:
        return all(state == "ok" for state in self.components.values())


AWAY = Ready({"database": "it does not answer: see database_away in the log"})


class Readiness:
    """Looks at this process, and at what it knows of the others by its last beat."""

    def __init__(self, database: Database, keeper: LeaseKeeper, flows: Flows, refusals: Refusals) -> None:
        self._database = database
        self._keeper = keeper
        self._flows = flows
        self._refusals = refusals
        self._looking: asyncio.Task[Ready] | None = None

    async def look(self) -> Ready:
        """Look, or wait for the look that is under way. One that takes long is answered before a probe gives up."""
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(self._look(), name="readiness")
        await asyncio.wait({self._looking}, timeout=ANSWER_S)
        return self._looking.result() if self._looking.done() else AWAY

    async def _look(self) -> Ready:
        if not await self._database.answers():
            return AWAY
        if not await self._database.ready():
            return Ready({"database": "it has not the schema of this release: botflow db upgrade"})
        if self._refusals.are_lasting:
            return Ready({"database": "it refuses messages: see database_away in the log"})
        alive = "ok" if self._keeper.is_alive else "its leases are not renewed: the database does not take its beats"
        return Ready({"database": "ok", "worker": alive}, [*self._queues(), *self._workflows(), *self._row_security()])

    def _row_security(self) -> list[str]:
        state = self._database.row_security
        if state is None or state.is_on:
            return []
        return [f"row-level security between organizations is off: {state.lacks}. Do this: {state.hint}"]

    def _queues(self) -> list[str]:
        return [
            f"no process takes {queue}: {_WAITING[queue]} wait. Start `botflow worker`"
            for queue in self._keeper.not_taken()
        ]

    def _workflows(self) -> list[str]:
        """Name the workflows that no process can run; and those that others can, but not this one."""
        active = self._flows.active()
        unrunnable = self._keeper.cannot_be_run(active.values())
        lost = sorted(slug for slug, version in active.items() if version in unrunnable)
        elsewhere = sorted(slug for slug in self._flows.not_served() if active.get(slug) not in unrunnable)
        said: list[str] = []
        if lost and TURNS not in self._keeper.not_taken():
            said.append(
                f"no worker can run {_listed(lost)}: its conversations wait. Start one that has the files or packages"
                " of its node types: botflow worker FLOW..."
            )
        if elsewhere:
            said.append(f"this process cannot run {_listed(elsewhere)}, and leaves it to others")
        return said


def _listed(slugs: list[str]) -> str:
    more = f" and {len(slugs) - MOST_NAMED} more" if len(slugs) > MOST_NAMED else ""
    return ", ".join(slugs[:MOST_NAMED]) + more
