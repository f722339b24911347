"""Publishing by plan: the sessions that wait in former versions follow, or stay, as it was planned.

The whole of it, in the order in which it happens:

1. A *plan* (`service/workflows/publication_plans.py`) says how many sessions wait at each place, and what would become
   of each. Every one of them is tried against the compiled draft by the pure engine: nothing is written, nothing is
   asked. The rules of a move are in `engine/moves/move.py`. The plan's token is bound to the draft's revision, the
   active version, the compiled content and the moves; it lives for a quarter of an hour.
2. *Publishing* with the token makes the version active, and lists the sessions, in one transaction. If the draft or the
   active version is another than planned, it is refused. A session that begins an execution in the former version
   later than that (another process may serve it for another second) is not on the list, and stays.
3. This *mover* takes the list in small batches. Each session is tried again, because it may have gone on since the
   plan, and moves only if it is idle and as it was read. So a message that comes meanwhile runs before the move or
   after it. A busy session is tried again, for ten minutes. What each session came from is kept beside the list.
4. A *rollback* makes the former version active again, and returns the moved sessions to what they came from, to the
   byte, except those that have gone on since the move.

A process that dies leaves the list as it is. Every process looks for unfinished publications when it starts, when the
active versions change, and twice a minute. All that find one work on it together; the fences of `moving_sessions.py`
keep them from moving a session twice.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from uuid import UUID

import structlog

from botflow.clock import Clock
from botflow.crash_points import reach
from botflow.engine.moves.move import place_of
from botflow.engine.node_type import NodeType
from botflow.engine.session import Session
from botflow.records.leases import Seen
from botflow.records.publications import MovedSession, PublicationRecord, SessionOutcome
from botflow.records.sessions import StoredSession
from botflow.runtime.process.tick import Step
from botflow.runtime.publications.decision import FormerVersions, SessionRefusal, decide
from botflow.runtime.served_flows import CannotRun, Flows
from botflow.storage.engines.engine import Engine
from botflow.storage.service.workflows.moving_sessions import (
    WaitingSession,
    finish_publication,
    leave_ended,
    move_sessions,
    return_sessions,
    sessions_to_move,
    settle_sessions,
)
from botflow.storage.service.workflows.publications import unfinished_publications

STEP = "move_sessions"
AT_ONCE = 50  # sessions in one transaction
LOOK_S = 30.0
AGAIN_S = 0.2  # between two rounds over the sessions that are busy

_log = structlog.get_logger("botflow.publications")


class PublicationMover:
    """The tick's step that moves and returns sessions."""

    def __init__(
        self,
        engine: Engine,
        flows: Flows,
        node_types: Mapping[str, NodeType],
        clock: Clock,
        wake: Callable[[], None],
    ) -> None:
        self._engine = engine
        self._versions = FormerVersions(flows, node_types)
        self._clock = clock
        self._wake = wake
        self._seen: tuple[str, int] | None = None
        self._reached: dict[int, int] = {}  # the session up to which a publication's present round has come

    def steps(self) -> tuple[Step, ...]:
        return (Step(name=STEP, run=self.work, is_due=self._has_changed, timeout_s=30.0),)

    async def work(self) -> bool:
        """Do a batch of each unfinished publication; True when there is more to do for this process."""
        unfinished = await self._engine.read(unfinished_publications)
        return any([await self._work_on(publication) for publication in unfinished])

    def expect(self) -> None:
        """Look for a publication at once: one has begun here."""
        self._seen = None
        self._wake()

    def _has_changed(self, seen: Seen) -> bool:
        """Whether the active versions are others than at the last look, which may mean a publication; and true twice a
        minute, since a publication may make the version active that was so before."""
        now = (seen.flows, int(self._clock.monotonic_s() // LOOK_S))
        has_changed, self._seen = now != self._seen, now
        return has_changed

    async def _work_on(self, publication: PublicationRecord) -> bool:
        is_moving = publication.state == "moving"
        try:
            has_more = await (self._move(publication) if is_moving else self._return(publication))
        except CannotRun:
            return False  # another process must do it, which has what the version needs
        if has_more:
            return True
        self._reached.pop(publication.id, None)
        if is_moving:
            await self._engine.write(leave_ended, publication.id)
            finished = await self._engine.write(finish_publication, publication.id, "moving", "waiting", "done")
        else:
            finished = await self._engine.write(finish_publication, publication.id, "returning", "moved", "returned")
        if finished:
            _log.info("publication_finished", publication=publication.id, returned=not is_moving)
            return False
        await asyncio.sleep(AGAIN_S)
        return True

    async def _move(self, publication: PublicationRecord) -> bool:
        """Move a batch; False at the end of a round."""
        after = self._reached.get(publication.id, 0)
        last, waiting = await self._engine.read(sessions_to_move, publication.id, after, AT_ONCE)
        if last is None:
            return False
        await self._decide(publication, waiting)
        self._reached[publication.id] = last
        return True

    async def _return(self, publication: PublicationRecord) -> bool:
        after = self._reached.get(publication.id, 0)
        looked_at = await self._engine.write(return_sessions, publication.id, after, AT_ONCE)
        if not looked_at:
            return False
        reach("publication.returned")
        self._reached[publication.id] = looked_at[-1]
        return True

    async def _decide(self, publication: PublicationRecord, waiting: Sequence[WaitingSession]) -> None:
        """Decide about each session where it is now, and write what becomes of all of them."""
        target = publication.to_version
        assert target is not None, "it was published"
        moved: list[MovedSession] = []
        settled: dict[tuple[SessionOutcome, SessionRefusal | None], list[int]] = {}
        for each in waiting:
            stored = each.stored
            former = stored.flow_version
            move = publication.facts.moves.at(place_of(stored.session))
            if former is None or former == target or move.action == "stay":
                settled.setdefault(("stayed", None), []).append(stored.id)
                continue
            old, new = await self._versions.get(former), await self._versions.get(target)
            decided = decide(each, old, new, move, self._clock.now())
            if isinstance(decided, Session):
                moved.append(_moved(stored, decided, target))
            elif decided != "session.busy" or publication.is_overdue:
                settled.setdefault(("refused", decided), []).append(stored.id)
            await asyncio.sleep(0)  # a person's message goes before
        reach("publication.computed")
        await self._engine.write(move_sessions, publication.id, moved)
        for (outcome, reason), ids in settled.items():
            await self._engine.write(settle_sessions, publication.id, ids, outcome, reason)
        reach("publication.moved")


def _moved(stored: StoredSession, session: Session, target: int) -> MovedSession:
    execution = stored.session.execution
    assert execution is not None, "it has frames"
    return MovedSession(
        id=stored.id,
        version=stored.session.version,
        flow_version=target if session.frames else None,
        execution=UUID(execution),
        state=session.to_json(),
    )
