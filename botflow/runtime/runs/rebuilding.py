"""Rebuilds the state that an execution had before one of its steps, exactly or not at all.

The state is that of the last checkpoint before the step, or of the beginning of a conversation's execution, led on by
the engine through the turns since, as they are stored. What cannot be proved to be the same is refused: pruned turns, a
change from outside that the log does not hold, node types that have changed since.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import replace
from typing import TypeVar

from botflow.engine.asks import Answer, AskHistory
from botflow.engine.forks.replay import NotReplayable, Stopped, replay, replay_until
from botflow.engine.inbound import Inbound
from botflow.engine.session import Persona, Session
from botflow.engine.turn import NodeTypes
from botflow.errors import ProviderError
from botflow.flow.graph import Flow
from botflow.records.forks import History, Place, RecordedTurn
from botflow.records.runs import ExecutionRecord
from botflow.records.sessions import SessionKey, StoredSession
from botflow.runtime.served_flows import Flows
from botflow.runtime.turns.kept_values import KeptValueStore
from botflow.storage.engines.engine import Engine
from botflow.storage.runs.artifacts import Artifacts
from botflow.storage.runs.forks.forks import not_kept
from botflow.storage.runs.forks.history import read_history
from botflow.storage.transcripts import Transcripts
from botflow.values import value

_UNCHANGED = ("paused", "resumed")  # changes from outside that leave the state as it is
_OTHER_STEP = "name another step: the list of steps says which ones can be forked"
T = TypeVar("T")


@value(frozen=True, slots=True, kw_only=True)
class Rebuilt:
    """The state before a step, and the flow that it is in. `heard_as` is the person of a conversation."""

    before: Stopped
    flow: Flow
    flow_version: int
    heard_as: Persona | None


class Rebuilder:
    """Rebuilds earlier states of executions."""

    def __init__(self, *, engine: Engine, flows: Flows, node_types: NodeTypes) -> None:
        self._engine = engine
        self._flows = flows
        self._node_types = node_types
        self._values = KeptValueStore(Artifacts(engine))
        self._transcripts = Transcripts(engine)

    async def rebuild(self, execution: ExecutionRecord, place: Place) -> Rebuilt:
        """Return the state at the place.

        RejectedInbound `fork.not_kept` (409) without the rows that it needs; FlowError `fork.not_exact`.
        """
        history = await self._engine.read(read_history, execution, place)
        flow = await self._flows.version(history.flow_version)
        stopped = Stopped(session=history.session)
        if not place.events:
            _check_checkpoint(history, place)
        for turn in history.turns:
            _check_next(turn, stopped.session)
            stopped = await self._led_on(execution, flow, stopped.session, turn, place)
        if stopped.session.version != place.version:
            raise not_kept()
        return Rebuilt(before=stopped, flow=flow, flow_version=history.flow_version, heard_as=history.heard_as)

    async def _led_on(
        self, execution: ExecutionRecord, flow: Flow, session: Session, turn: RecordedTurn, place: Place
    ) -> Stopped:
        """Return the session after the turn, or at the place in it."""
        is_last = turn.version == place.version
        if (turn.was_ignored or turn.status in _UNCHANGED) and not is_last:
            return Stopped(session=replace(session, version=turn.version))
        if turn.recorded is None:
            raise NotReplayable(f"a change from outside is not kept in full: {turn.status}", hint=_OTHER_STEP)
        session = await self._filled(session, turn.recorded.inbound)
        if is_last:
            until = replay_until(flow, session, turn.recorded, self._node_types, place.events)
            return await self._driven(execution, turn, until)
        after = await self._driven(execution, turn, replay(flow, session, turn.recorded, self._node_types))
        return Stopped(session=after)

    async def _driven(
        self, execution: ExecutionRecord, turn: RecordedTurn, replaying: Generator[AskHistory, Answer, T]
    ) -> T:
        """Return what the generator returns; it gets the conversation's history when it asks for that."""
        try:
            ask = next(replaying)
            while True:
                lines = await self._transcripts.lines_of_fork(execution.session, turn.seq, ask.limit)
                history = [{"role": line.role, "text": line.text} for line in lines]
                ask = replaying.send(Answer(value=history))
        except StopIteration as finished:
            found: T = finished.value
            return found

    async def _filled(self, session: Session, inbound: Inbound) -> Session:
        """Return the session with the large values that its turn with `inbound` reads."""
        stored = StoredSession(key=SessionKey(0, "", ""), session=session)
        try:
            return (await self._values.fill(stored, inbound)).session
        except ProviderError as problem:
            if problem.code != "value.missing":
                raise
            raise not_kept() from problem


def _check_next(turn: RecordedTurn, session: Session) -> None:
    if turn.version != session.version + 1:
        raise not_kept()


def _check_checkpoint(history: History, place: Place) -> None:
    wait = history.session.wait
    if history.session.version != place.version or wait is None or "resume" not in wait.accepts:
        raise NotReplayable(
            "the execution was taken up there in the middle of the step: name the one before it", hint=_OTHER_STEP
        )
