"""The queued path: run a session's waiting inbounds, one after the other, until none is left.

An attempt is counted before it runs, renewed while it runs, and journals every Answer, so that whoever takes over
repeats the same turn without asking the world twice. Nothing here trusts that it is alone: every write is fenced by the
attempt, and a fence that refuses means that somebody else goes on.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import replace

import structlog

from botflow.crash_points import Reach
from botflow.engine.ask_json import answer_from_json, answer_to_json, ask_to_json, fingerprint
from botflow.engine.asks import Answer, Ask, AskModel, Invoke
from botflow.engine.closed_turns import give_up
from botflow.engine.inbound import RUN
from botflow.engine.sentences import apology
from botflow.engine.turn import NodeTypes, Turn, take_turn
from botflow.errors import BotflowError, FlowError, ProviderError
from botflow.flow.graph import Flow
from botflow.flow.policy import Policy
from botflow.interfaces import Channel, InboxStore, OnDelta
from botflow.records.sessions import SessionKey, StoredSession
from botflow.records.turns import InboundState, JournalledAnswer, Queue, StoredInbound, TurnCommit
from botflow.runtime.asks.perform import Asks
from botflow.runtime.delivery.opt_outs import ConsentKeeper, parks, silences
from botflow.runtime.served_flows import Flows
from botflow.runtime.turns.bursts import Bursts, Superseded
from botflow.runtime.turns.parts import parts_of
from botflow.runtime.turns.quarantine import Quarantine
from botflow.runtime.turns.receipts import receipt_of
from botflow.runtime.turns.session_cache import HotSessions
from botflow.runtime.turns.signals import Delta, Hub

ATTEMPTS = 3  # the next one buries the inbound
RENEW_S = 2.0
PAUSES_S = (0.0, 0.2, 1.0, 0.0)  # before the attempt of this index + 1
OUTAGE_PAUSES_S = (0.1, 0.5, 2.0)  # after which the job fails, and is retried ever later
LET_GO_S = 2.0  # a stop has little time
GATHER_DELTAS_S = 0.04  # pieces of a reply that come this close together travel as one


class Fenced(BotflowError):
    """Another process took the inbound over: this attempt may not write any more."""

    code = "attempt.fenced"


class Advance:
    """Runs queued turns of one session at a time; call it for as many sessions at once as you like."""

    def __init__(
        self,
        *,
        inbox: InboxStore,
        hot: HotSessions,
        flows: Flows,
        hub: Hub,
        asks: Asks,
        node_types: NodeTypes,
        channels: Mapping[str, Channel],
        consent: ConsentKeeper,
        bursts: Bursts,
        reach: Reach,
    ) -> None:
        self._inbox = inbox
        self._hot = hot
        self._flows = flows
        self._hub = hub
        self._asks = asks
        self._node_types = node_types
        self._channels = channels
        self._consent = consent
        self._bursts = bursts
        self._reach = reach
        self._quarantine = Quarantine()
        self._log = structlog.get_logger("botflow.advance")

    async def __call__(self, session: int) -> None:
        """Run what waits for `session`; finding nothing is fine. Raises ProviderError when the database is away."""
        owner = secrets.token_hex(6)
        for pause_s in OUTAGE_PAUSES_S:
            try:
                return await self._run_all(session, owner)
            except ProviderError as failure:
                # Another owner, as the job's next run would be, could take the inbound over only after ten seconds.
                self._log.warning("attempt_interrupted", session=session, code=failure.code)
            await asyncio.sleep(pause_s)
        await self._run_all(session, owner)

    async def _run_all(self, session: int, owner: str) -> None:
        goes_on = True
        while goes_on:
            if (begun := await self._inbox.begin(session, owner, suspects=False)) is not None:
                async with self._let_go_when_stopped(begun[1]):
                    await asyncio.sleep(PAUSES_S[min(begun[1].attempt, len(PAUSES_S)) - 1])
                    goes_on = await self._run(*begun)
                continue
            if not await self._inbox.has_suspects(session):
                return  # most find nothing more: they need not stand in the line
            async with self._quarantine.alone():
                if (begun := await self._inbox.begin(session, owner)) is None:
                    return
                async with self._let_go_when_stopped(begun[1]):
                    goes_on = await self._run(*begun)

    async def _run(self, stored: StoredSession, queued: StoredInbound) -> bool:
        """Run one attempt, whatever becomes of it; say whether there may be more to run."""
        self._reach("advance.begun")
        session, seq = queued.id
        if queued.attempt > ATTEMPTS:
            await self._bury(stored, queued)
            return True
        try:
            return await self._attempt(stored, queued) == "more"
        except Fenced:
            self._log.info("attempt_fenced", session=session, seq=seq, attempt=queued.attempt)
        except Exception as failure:  # the worker's fence: a poison message must not stop the others
            if isinstance(failure, BotflowError) and failure.code == "database.unavailable":
                raise
            self._log.warning(
                "attempt_failed",
                session=session,
                seq=seq,
                attempt=queued.attempt,
                reason=type(failure).__name__,
                code=getattr(failure, "code", None),
            )
        return True

    async def _attempt(self, stored: StoredSession, queued: StoredInbound) -> Queue:
        """Take the turn, asking the world where it must, and commit it; return what the queue holds then."""
        version = stored.flow_version or queued.flow_version
        flow = await self._flows.version(version)
        parked = stored.parked
        if silences(stored.parked, queued.inbound):
            turn, parked = await self._consent.silent_turn(stored, queued.inbound, flow)
        else:
            queued, turn = await self._take(flow, stored, queued)
        self._reach("advance.computed")
        return await self._finish(self._commit_of(stored, queued, turn, version, parked), queued)

    async def _take(self, flow: Flow, stored: StoredSession, queued: StoredInbound) -> tuple[StoredInbound, Turn]:
        """Take the turn of the whole burst; anew, with both, when a newer message comes before the answer."""
        async with self._alive(queued):  # not longer: a renewal that comes after the commit would end us, too
            while True:
                gathered = await self._bursts.gathered(
                    flow.policy, stored.key, queued, has_acted=await self._has_acted(flow.policy, queued)
                )
                if gathered is None:
                    raise Fenced("another attempt has this inbound", hint="nothing to do: it goes on there")
                try:
                    return gathered, await self._drive(flow, stored, gathered)
                except Superseded:
                    queued = replace(queued, has_answers=True, restarts=queued.restarts + 1)

    async def _has_acted(self, policy: Policy, queued: StoredInbound) -> bool:
        """Say whether a former attempt at a burst has done something that must not be done again with other words."""
        if policy.bursts == "queue" or not queued.has_answers:
            return False
        return any(entry.ask.get("ask") == "invoke" for entry in await self._inbox.answers(queued.id))

    async def _drive(self, flow: Flow, stored: StoredSession, queued: StoredInbound) -> Turn:
        """Run the engine: a journalled answer to the same Ask is used again, a new one is journalled first."""
        journal = {entry.index: entry for entry in await self._inbox.answers(queued.id)} if queued.has_answers else {}
        engine = take_turn(flow, stored.session, queued.inbound, self._node_types)
        index, policy = 0, flow.policy
        try:
            ask = next(engine)
            while True:
                entry = journal.get(index)
                if entry is not None and entry.fingerprint == fingerprint(ask):
                    answer = answer_from_json(entry.value)
                else:
                    if entry is not None:
                        await self._bursts.replaced(queued, entry)
                    answer = await self._answer(ask, index, stored.key, queued, policy)
                if isinstance(ask, Invoke):  # what is done is done: a newer message is a turn of its own
                    policy = policy.model_copy(update={"bursts": "queue"})
                index += 1
                ask = engine.send(answer)
        except StopIteration as finished:
            turn: Turn = finished.value
            return turn

    async def _answer(self, ask: Ask, index: int, key: SessionKey, queued: StoredInbound, policy: Policy) -> Answer:
        """Ask the world, with no transaction open, and make its answer durable before anything rests on it."""
        session, seq = queued.id
        async with self._deltas(ask, queued) as on_delta:
            performing = self._asks.perform(ask, session, seq, on_delta, policy.budgets, queued.execution)
            answer = await self._bursts.answer(policy, key, queued, ask, performing)
        self._reach("advance.asked")
        entry = JournalledAnswer(
            index=index, fingerprint=fingerprint(ask), value=answer_to_json(answer), ask=ask_to_json(ask)
        )
        if not await self._inbox.add_answer(queued.id, queued.attempt, entry):
            raise Fenced("another attempt has this inbound", hint="nothing to do: it goes on there")
        self._reach("advance.journalled")
        return answer

    async def _finish(self, commit: TurnCommit, queued: StoredInbound, state: InboundState = "done") -> Queue:
        queue = await self._inbox.finish(queued.id, queued.attempt, commit, state)
        if queue is None:
            self._hot.forget(commit.read.key)
            raise Fenced("the session changed while its turn ran", hint="nothing to do: it runs again")
        self._reach("advance.committed")
        turn = commit.turn
        self._hot.put(
            replace(
                commit.read,
                session=turn.session,
                last_seq=max(commit.read.last_seq, queued.through),
                done_seq=max(queued.id.seq, queued.through),
                flow_version=commit.flow_version if turn.session.frames else None,
                parked=commit.parked,
            )
        )
        self._hub.finished(receipt_of(commit, queued.id, state))
        return queue

    async def _bury(self, stored: StoredSession, queued: StoredInbound) -> None:
        """Give a poison inbound up, and say so to whom it concerns."""
        version = stored.flow_version or queued.flow_version
        try:
            flow = await self._flows.version(version)
            words = flow.apology or apology(flow.language)
        except FlowError:
            words = apology("en")
        turn = give_up(
            stored.session,
            queued.inbound,
            "" if stored.parked else words,
            ATTEMPTS,
            is_run=stored.key.channel == RUN,
        )
        self._log.error("inbound_dead", session=queued.id.session, seq=queued.id.seq, attempts=ATTEMPTS)
        try:
            parked = stored.parked or parks(stored.parked, queued.inbound)  # a dead START opens nothing
            await self._finish(self._commit_of(stored, queued, turn, version, parked), queued, "dead")
        except Fenced:
            self._log.info("attempt_fenced", session=queued.id.session, seq=queued.id.seq, attempt=queued.attempt)

    def _commit_of(
        self, stored: StoredSession, queued: StoredInbound, turn: Turn, version: int, parked: bool
    ) -> TurnCommit:
        return TurnCommit(
            read=stored,
            inbound=queued.inbound,
            turn=turn,
            parts=parts_of(turn, queued.inbound.channel, self._channels, answered_now=False),
            flow_version=version,
            parked=parked,
        )

    @asynccontextmanager
    async def _let_go_when_stopped(self, queued: StoredInbound) -> AsyncIterator[None]:
        """When this process stops the attempt, say so: nobody need wait until its silence is long enough."""
        try:
            yield
        except asyncio.CancelledError:
            with suppress(ProviderError, TimeoutError):  # then it is found by its silence after all
                async with asyncio.timeout(LET_GO_S):
                    await self._inbox.let_go(queued.id, queued.attempt)
            raise

    @asynccontextmanager
    async def _alive(self, queued: StoredInbound) -> AsyncIterator[None]:
        """Say every two seconds that the attempt lives; end it when it is no longer ours."""
        attempt = asyncio.current_task()
        assert attempt is not None
        fenced = False

        async def renew() -> None:
            nonlocal fenced
            while True:
                await asyncio.sleep(RENEW_S)
                with suppress(ProviderError):  # no database for a moment: the fences decide later
                    if not await self._inbox.renew(queued.id, queued.attempt):
                        fenced = True
                        attempt.cancel()
                        return

        renewing = asyncio.create_task(renew())
        try:
            yield
        except asyncio.CancelledError:
            if not fenced:
                raise
            attempt.uncancel()
            raise Fenced("another attempt took this inbound over") from None
        finally:
            renewing.cancel()
            await asyncio.gather(renewing, return_exceptions=True)

    @asynccontextmanager
    async def _deltas(self, ask: Ask, queued: StoredInbound) -> AsyncIterator[OnDelta | None]:
        """Pass a streamed reply's pieces to whoever listens, a few hundredths of a second's worth at a time."""
        if not isinstance(ask, AskModel) or not ask.stream or queued.inbound.channel in self._channels:
            yield None
            return
        pieces: list[str] = []

        def send() -> None:
            if pieces:
                draft = queued.attempt + queued.restarts
                self._hub.delta(queued.id.session, Delta(queued.id.seq, draft, "".join(pieces)))
                pieces.clear()

        async def flush() -> None:
            while True:
                await asyncio.sleep(GATHER_DELTAS_S)
                send()

        async def on_delta(text: str) -> None:
            pieces.append(text)

        flushing = asyncio.create_task(flush())
        try:
            yield on_delta
        finally:
            flushing.cancel()
            send()
