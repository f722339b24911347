"""Running leased inbounds: this process has the session, asks the world for it, and commits its turn.

An attempt is counted before it runs, and an answer is journalled before another Ask rests on it, so that the process
that takes over repeats the same turn without asking the world twice. Nothing here trusts that it is alone: every write
is fenced by the attempt, and a fence that refuses means that another process has the inbound. FINISH leases the
session's next inbound, so one task serves a session until nothing is left.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Literal

import structlog

from botflow.crash_points import reach
from botflow.engine.ask_json import answer_from_json, answer_to_json, ask_to_json, fingerprint
from botflow.engine.asks import Answer, Ask, AskHistory, Invoke, Pause
from botflow.engine.closed_turns import give_up
from botflow.engine.effects import SendMessage
from botflow.engine.inbound import RUN
from botflow.engine.turn import NodeTypes, Turn, take_turn
from botflow.errors import BotflowError, FlowError, ProviderError
from botflow.flow.graph import Flow
from botflow.flow.policy import Policy
from botflow.interfaces import Channel
from botflow.languages import sentences_in
from botflow.records.leases import Finished, Finishing, Lease, LeaseId
from botflow.records.sessions import SessionKey, StoredSession
from botflow.records.turns import InboundState, JournalledAnswer, Receipt, StoredInbound, TurnCommit, TurnId
from botflow.runtime.asks.perform import Asks
from botflow.runtime.delivery.opt_outs import ConsentKeeper, parks, silences
from botflow.runtime.served_flows import Flows
from botflow.runtime.turns.bursts import Bursts, Superseded
from botflow.runtime.turns.drafts import Draft
from botflow.runtime.turns.first_step import Paused
from botflow.runtime.turns.quarantine import Quarantine
from botflow.runtime.turns.rendering import commit_of, receipt_of
from botflow.runtime.turns.session_cache import HotSessions
from botflow.runtime.turns.signals import Hub
from botflow.storage.turns.store import LeaseStore, TurnStore

ATTEMPTS = 3  # the next one buries the inbound
PAUSE_BEFORE_ATTEMPT_S = {2: 0.2, 3: 1.0}
CUT_OFF_S = 2.0  # so long a turn that is cut off may take to end
OUTAGE_PAUSES_S = (0.1, 0.5, 2.0)  # while the database is away; then the lease is given back by a beat

Next = Lease | Literal["look again"] | None  # what a session's task does after an attempt


class Fenced(BotflowError):
    """This attempt is no longer the inbound's: another process has it."""

    code = "attempt.fenced"


@dataclass(slots=True, eq=False)
class _Serving:
    """One session that this process runs. `lease` is None between two attempts, while it looks for the next one.
    `is_lost`: a beat said that the lease is another process's by now."""

    session: int
    lease: LeaseId | None = None
    task: asyncio.Task[None] | None = None
    is_finishing: bool = False
    is_lost: bool = False


class TurnRunner:
    """Runs the leases of this process, one at a time per session. `start` returns at once; `stop` ends them."""

    def __init__(
        self,
        *,
        owner: str,
        turns: TurnStore,
        leases: LeaseStore,
        hot: HotSessions,
        flows: Flows,
        hub: Hub,
        asks: Asks,
        node_types: NodeTypes,
        channels: Mapping[str, Channel],
        consent: ConsentKeeper,
        bursts: Bursts,
        concurrency: int,
        on_committed: Callable[[TurnCommit], None],
    ) -> None:
        self._owner = owner
        self._turns = turns
        self._leases = leases
        self._hot = hot
        self._flows = flows
        self._hub = hub
        self._asks = asks
        self._node_types = node_types
        self._channels = channels
        self._consent = consent
        self._bursts = bursts
        self._concurrency = concurrency
        self._serving: dict[int, _Serving] = {}
        self._outcomes: dict[TurnId, asyncio.Future[Receipt | None]] = {}
        self._kept = 0  # places for leases that are on their way
        self._is_stopping = False
        self._on_room: Callable[[], None] = lambda: None
        self._on_committed = on_committed
        self.quarantine = Quarantine()
        self._log = structlog.get_logger("botflow.turns")

    @property
    def room(self) -> int:
        """How many more sessions this process takes upon itself; 0 for one that runs no turns, or stops."""
        return 0 if self._is_stopping else max(0, self._concurrency - len(self._serving) - self._kept)

    @contextmanager
    def places(self, most: int) -> Iterator[int]:
        """Keep up to so many places free for the length of the block, while the leases for them are on their way: what
        is asked for at the same moment must not count on the same room."""
        kept = min(most, self.room)
        self._kept += kept
        try:
            yield kept
        finally:
            self._kept -= kept

    def on_room(self, callback: Callable[[], None]) -> None:
        """Call this when a process that was full has room again."""
        self._on_room = callback

    def is_running(self, session: int) -> bool:
        """Say whether this process runs the session now, so that another inbound of it has to wait."""
        return session in self._serving

    def leases(self) -> list[LeaseId]:
        """Return what this process runs, for a beat."""
        return [serving.lease for serving in self._serving.values() if serving.lease is not None]

    def start(self, lease: Lease, begun: Paused | Turn | None = None) -> asyncio.Task[None]:
        """Run a lease, and what comes after it in its session. `begun` is the turn as far as its receiver took it."""
        session = lease.session.id
        serving = _Serving(session, LeaseId(lease.queued.id, lease.queued.attempt))
        former, self._serving[session] = self._serving.get(session), serving
        serving.task = asyncio.create_task(self._serve(serving, lease, begun), name=f"session {session}")
        if former is not None and former.task is not None:  # its lease was lost, or we would not have got this one
            former.is_lost = True
            former.task.cancel()
        return serving.task

    def look(self, session: int) -> None:
        """Take what waits in a session, if this process does not run it already and has room."""
        if self.room and session not in self._serving:
            serving = self._serving[session] = _Serving(session)
            serving.task = asyncio.create_task(self._serve(serving, "look again"), name=f"session {session}")

    def outcome(self, turn: TurnId) -> asyncio.Future[Receipt | None] | None:
        """Return what becomes of a turn that this process runs or takes along next: its receipt, or None when its
        session is not this process's any more. None when the session is not run here at all."""
        serving = self._serving.get(turn.session)
        if serving is None or (serving.lease is not None and turn.seq < serving.lease.turn.seq):
            return None  # of an earlier turn nothing is heard here any more
        return self._outcomes.setdefault(turn, asyncio.get_running_loop().create_future())

    def lose(self, leases: Iterable[LeaseId]) -> None:
        """End these attempts: their inbounds are somebody else's, or were cancelled."""
        for lease in leases:
            serving = self._serving.get(lease.turn.session)
            if serving is not None and serving.lease == lease and not serving.is_finishing and serving.task:
                session, seq = lease.turn
                self._log.info("attempt_lost", session=session, seq=seq, attempt=lease.attempt)
                serving.is_lost = True
                serving.task.cancel()

    async def stop(self, grace_s: float) -> None:
        """Take nothing more, let what runs end for `grace_s`, cut the rest off, and release every lease."""
        self._is_stopping = True
        tasks = [serving.task for serving in self._serving.values() if serving.task is not None]
        if tasks:
            _, late = await asyncio.wait(tasks, timeout=grace_s)
            for task in late:
                task.cancel()
            if late:
                _, stubborn = await asyncio.wait(late, timeout=CUT_OFF_S)
                if stubborn:  # an action that ignores that it is cancelled; its turn is fenced
                    self._log.error("turns_stop_late", count=len(stubborn))
        try:
            released = await self._leases.release(self._owner)
        except ProviderError as failure:  # then the silence of this process says it
            self._log.warning("leases_not_released", code=failure.code)
            return
        if released or tasks:  # a turn that ended meanwhile has left what came after it in its session
            self._hub.claimable()

    # -- a session's task

    async def _serve(self, serving: _Serving, following: Next, begun: Paused | Turn | None = None) -> None:
        was_full = self.room == 0
        try:
            while following is not None:
                if isinstance(following, Lease):
                    following, begun = await self._attempt(serving, following, begun), None
                else:
                    serving.lease = None
                    following = await self._look_again(serving)
        except ProviderError as failure:  # the next beats find that we hold a lease which nobody serves
            self._log.warning("session_left", session=serving.session, code=failure.code)
        except asyncio.CancelledError:
            if not serving.is_lost:
                raise
        except Exception:  # noqa: BLE001 -- the fence of a session: its lease is given back by a beat, and counted
            self._log.exception("session_left", session=serving.session)
        finally:
            if self._serving.get(serving.session) is serving:
                del self._serving[serving.session]
                self._settle_others(serving.session)
            if was_full or self.room == 1:
                self._on_room()

    def _settle_others(self, session: int) -> None:
        """Tell those who still wait for turns of this session that they must look for themselves."""
        for turn in [turn for turn in self._outcomes if turn.session == session]:
            self._settle(turn, None)

    def _settle(self, turn: TurnId, receipt: Receipt | None) -> None:
        outcome = self._outcomes.pop(turn, None)
        if outcome is not None and not outcome.done():
            outcome.set_result(receipt)

    async def _look_again(self, serving: _Serving) -> Next:
        """Take the session's next inbound. One whose attempts died twice is begun alone: it may be what ends processes,
        and whatever runs beside it would end, and be given up, with it."""
        lease = await self._take(serving.session, suspects=False)
        if lease is not None:
            return lease
        if not await self._leases.has_suspects(serving.session):
            return None
        await asyncio.sleep(PAUSE_BEFORE_ATTEMPT_S.get(ATTEMPTS, 0.0))  # not in the line, where others wait
        async with self.quarantine.alone():
            lease = await self._take(serving.session, suspects=True)
            return None if lease is None else await self._attempt(serving, lease)

    async def _take(self, session: int, *, suspects: bool) -> Lease | None:
        for pause_s in OUTAGE_PAUSES_S:
            if self._is_stopping:
                return None
            try:
                return await self._leases.take(self._owner, session, suspects=suspects)
            except ProviderError as failure:
                self._log.warning("session_not_taken", session=session, code=failure.code)
            await asyncio.sleep(pause_s)
        return await self._leases.take(self._owner, session, suspects=suspects)

    async def _attempt(self, serving: _Serving, lease: Lease, begun: Paused | Turn | None = None) -> Next:
        """Run one attempt, whatever becomes of it."""
        queued = lease.queued
        session, seq = queued.id
        serving.lease, serving.is_finishing = LeaseId(queued.id, queued.attempt), False
        try:
            if queued.attempt > ATTEMPTS:
                finished = await self._bury(serving, lease)
            else:
                if queued.attempt < ATTEMPTS:
                    await asyncio.sleep(PAUSE_BEFORE_ATTEMPT_S.get(queued.attempt, 0.0))
                finished = await self._run(serving, lease, begun)
        except Fenced:
            self._log.info("attempt_fenced", session=session, seq=seq, attempt=queued.attempt)
            return "look again"
        except Exception as failure:  # noqa: BLE001 -- the fence of an attempt: a poison message must not stop the others
            self._log.warning(
                "attempt_failed",
                session=session,
                seq=seq,
                attempt=queued.attempt,
                reason=type(failure).__name__,
                code=getattr(failure, "code", None),
            )
            return "look again"
        return finished.next or ("look again" if finished.must_look else None)

    async def _run(self, serving: _Serving, lease: Lease, begun: Paused | Turn | None) -> Finished:
        """Take the turn, asking the world where it must, and commit it."""
        reach("turn.begun")
        stored, queued = lease
        version = stored.flow_version or queued.flow_version
        flow = await self._flows.version(version)
        parked = stored.parked
        answers: tuple[JournalledAnswer, ...] = ()
        if silences(stored.parked, queued.inbound):
            turn, parked = await self._consent.silent_turn(stored, queued.inbound, flow)
        else:
            queued, turn, answers = await self._take_turn(flow, stored, queued, begun)
        reach("turn.computed")
        return await self._finish(serving, self._commit_of(stored, queued, turn, version, parked), queued, answers)

    async def _bury(self, serving: _Serving, lease: Lease) -> Finished:
        """Give a poison inbound up, and say so to the person it concerns."""
        stored, queued = lease
        version = stored.flow_version or queued.flow_version
        try:
            flow = await self._flows.version(version)
            words = flow.apology or sentences_in(flow.language).apology
        except FlowError:
            words = sentences_in("en").apology
        apology_text = "" if stored.parked else words
        is_run = stored.key.channel == RUN
        turn = give_up(stored.session, queued.inbound, apology_text, ATTEMPTS, is_run=is_run)
        self._log.error("inbound_dead", session=queued.id.session, seq=queued.id.seq, attempts=ATTEMPTS)
        parked = stored.parked or parks(stored.parked, queued.inbound)  # a dead START opens nothing
        commit = self._commit_of(stored, queued, turn, version, parked)
        return await self._finish(serving, commit, queued, outcome="dead")

    # -- one turn

    async def _take_turn(
        self, flow: Flow, stored: StoredSession, queued: StoredInbound, begun: Paused | Turn | None
    ) -> tuple[StoredInbound, Turn, tuple[JournalledAnswer, ...]]:
        """Take the turn of the whole burst; again, with both, when a newer message comes before the answer."""
        while True:
            gathered = await self._bursts.gathered(
                flow.policy, stored.key, queued, has_acted=await self._has_acted(flow.policy, queued)
            )
            if gathered is None:
                raise Fenced("another attempt has this inbound", hint="nothing to do: it is run there")
            try:
                turn, answers = await self._drive(flow, stored, gathered, begun if gathered is queued else None)
            except Superseded:
                queued, begun = replace(queued, has_answers=True, restarts=queued.restarts + 1), None
            else:
                return gathered, turn, answers

    async def _has_acted(self, policy: Policy, queued: StoredInbound) -> bool:
        """Say whether a former attempt at a burst has done something that must not be done again with other words."""
        if policy.bursts == "queue" or not queued.has_answers:
            return False
        return any(entry.ask.get("ask") == "invoke" for entry in await self._turns.answers(queued.id))

    async def _drive(
        self, flow: Flow, stored: StoredSession, queued: StoredInbound, begun: Paused | Turn | None
    ) -> tuple[Turn, tuple[JournalledAnswer, ...]]:
        """Run the engine to its end; return the turn, and the answers that its commit must journal.

        A journalled answer to the same Ask is used again. A new one is journalled before the next Ask leaves this
        process, and at once after an action; what a retry reads the same, history and pauses, is never journalled.
        """
        if isinstance(begun, Turn):
            return begun, ()
        journal = {entry.index: entry for entry in await self._turns.answers(queued.id)} if queued.has_answers else {}
        kept: list[JournalledAnswer] = []  # answered, not journalled yet
        index, policy = 0, flow.policy
        try:
            if begun is None:
                said: list[SendMessage] = []
                engine = take_turn(flow, stored.session, queued.inbound, self._node_types, said=said)
                ask = next(engine)
            else:
                engine, ask, said = begun
            draft = Draft(self._hub, stored, queued, streams=stored.key.channel not in self._channels)
            while True:
                draft.show(said)
                entry = journal.get(index)
                if entry is not None and entry.fingerprint == fingerprint(ask):
                    answer = answer_from_json(entry.value)
                elif isinstance(ask, AskHistory | Pause):
                    answer = await self._ask(ask, stored.key, queued, policy, draft)
                else:
                    if entry is not None:
                        await self._bursts.replaced(queued, entry)
                    await self._keep(queued, kept)
                    answer = await self._ask(ask, stored.key, queued, policy, draft)
                    kept.append(_journalled(index, ask, answer))
                    if isinstance(ask, Invoke):
                        await self._keep(queued, kept)
                if isinstance(ask, Invoke):  # what is done is done: a newer message is a turn of its own
                    policy = policy.model_copy(update={"bursts": "queue"})
                index += 1
                ask = engine.send(answer)
        except StopIteration as finished:
            turn: Turn = finished.value
            return turn, tuple(kept)

    async def _ask(self, ask: Ask, key: SessionKey, queued: StoredInbound, policy: Policy, draft: Draft) -> Answer:
        """Ask the world, with no transaction open."""
        session, seq = queued.id
        async with draft.deltas(ask) as on_delta:
            performing = self._asks.perform(ask, session, seq, on_delta, policy.budgets, queued.execution)
            answer = await self._bursts.answer(policy, key, queued, ask, performing)
        reach("turn.asked")
        return answer

    async def _keep(self, queued: StoredInbound, kept: list[JournalledAnswer]) -> None:
        """Journal these answers, and empty the list."""
        if not kept:
            return
        if not await self._turns.keep(queued.id, queued.attempt, kept):
            raise Fenced("another attempt has this inbound", hint="nothing to do: it is run there")
        kept.clear()
        reach("turn.kept")

    async def _finish(
        self,
        serving: _Serving,
        commit: TurnCommit,
        queued: StoredInbound,
        answers: tuple[JournalledAnswer, ...] = (),
        outcome: InboundState = "done",
    ) -> Finished:
        serving.is_finishing = True
        finished = await self._turns.finish(
            Finishing(
                turn=queued.id,
                attempt=queued.attempt,
                commit=commit,
                outcome=outcome,
                answers=answers,
                owner=None if self._is_stopping else self._owner,
            )
        )
        if finished is None:
            self._hot.forget(commit.read.key)
            raise Fenced("the session changed while its turn ran", hint="nothing to do: it runs again")
        reach("turn.committed")
        self._hot.put(
            replace(
                commit.read,
                session=commit.turn.session,
                last_seq=max(commit.read.last_seq, queued.id.seq, queued.through),
                done_seq=max(queued.id.seq, queued.through),
                flow_version=commit.flow_version if commit.turn.session.frames else None,
                parked=commit.parked,
            )
        )
        receipt = receipt_of(commit, queued.id, outcome)
        for seq in range(queued.id.seq, max(queued.id.seq, queued.through) + 1):  # all of a burst
            turn = TurnId(queued.id.session, seq)
            self._settle(turn, replace(receipt, id=turn))
        self._hub.finished(receipt)
        self._on_committed(commit)
        return finished

    def _commit_of(
        self, stored: StoredSession, queued: StoredInbound, turn: Turn, version: int, parked: bool
    ) -> TurnCommit:
        return commit_of(stored, queued.inbound, turn, self._channels, version=version, parked=parked)


def _journalled(index: int, ask: Ask, answer: Answer) -> JournalledAnswer:
    return JournalledAnswer(
        index=index, fingerprint=fingerprint(ask), value=answer_to_json(answer), ask=ask_to_json(ask)
    )
