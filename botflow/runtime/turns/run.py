"""Runs one leased inbound: from its start to its commit, with its asks.

An attempt is counted before it runs, and an answer is journalled before another Ask depends on it, so that a process
that takes over repeats the same turn without performing an ask twice. No attempt assumes that it is the only one: every
write is fenced by the attempt, and a refused write means that another process has the inbound.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import replace

import structlog

from botflow.crash_points import reach
from botflow.engine.ask_json import answer_from_json, answer_to_json, ask_to_json, fingerprint
from botflow.engine.asks import Answer, Ask, AskHistory, Invoke, Pause
from botflow.engine.endings.closed_turns import give_up
from botflow.engine.forks.beginning import said_before
from botflow.engine.inbound import RUN
from botflow.engine.turn import NodeTypes, Turn, take_turn
from botflow.errors import BotflowError, FlowError
from botflow.flow.graph import Flow
from botflow.flow.policy import Policy
from botflow.interfaces import Channel
from botflow.languages import sentences_in
from botflow.records.leases import Finished, Finishing, Lease, LeaseId
from botflow.records.sessions import SessionKey, StoredSession
from botflow.records.turns import CONTACT_INDEX, InboundState, JournalledAnswer, StoredInbound, TurnCommit, TurnId
from botflow.runtime.asks.perform import Asking, Asks
from botflow.runtime.delivery.opt_outs import ConsentKeeper, takes_back
from botflow.runtime.process.failure_facts import code_of, is_known_outage, log_failure
from botflow.runtime.process.measurements import Measurements
from botflow.runtime.served_flows import CannotRun, Flows
from botflow.runtime.tracing.tracing import NO_TRACING, Span, Tracing
from botflow.runtime.turns.bursts import Bursts, Superseded
from botflow.runtime.turns.contact_reader import ContactReader
from botflow.runtime.turns.drafts import Draft
from botflow.runtime.turns.first_step import Paused
from botflow.runtime.turns.kept_values import KeptValueStore
from botflow.runtime.turns.outages import insist, outage_pauses
from botflow.runtime.turns.outcomes import Outcomes
from botflow.runtime.turns.rendering import commit_of, receipt_of
from botflow.runtime.turns.serving import Next, Serving, carried_on
from botflow.runtime.turns.session_cache import HotSessions
from botflow.runtime.turns.signals import Hub
from botflow.storage.turns.store import TurnStore

ATTEMPTS = 3  # the next one buries the inbound
PAUSE_BEFORE_ATTEMPT_S = {2: 0.2, 3: 1.0}


class Fenced(BotflowError):
    """This attempt no longer holds the inbound: another process has it."""

    code = "attempt.fenced"


async def pause_before(attempt: int) -> None:
    """Wait before a repeated attempt: the cause of the failure may pass."""
    await asyncio.sleep(PAUSE_BEFORE_ATTEMPT_S.get(attempt, 0.0))


class TurnRunner:
    """Runs one attempt of a leased inbound at a time for a session; `SessionTasks` decides which and when."""

    def __init__(
        self,
        *,
        owner: str,
        turns: TurnStore,
        hot: HotSessions,
        flows: Flows,
        hub: Hub,
        asks: Asks,
        node_types: NodeTypes,
        channels: Mapping[str, Channel],
        consent: ConsentKeeper,
        contacts: ContactReader,
        bursts: Bursts,
        outcomes: Outcomes,
        values: KeptValueStore,
        on_committed: Callable[[TurnCommit, TurnId], None],
        measurements: Measurements,
        tracing: Tracing = NO_TRACING,
    ) -> None:
        self._owner = owner
        self._turns = turns
        self._hot = hot
        self._flows = flows
        self._hub = hub
        self._asks = asks
        self._node_types = node_types
        self._channels = channels
        self._consent = consent
        self._contacts = contacts
        self._bursts = bursts
        self._outcomes = outcomes
        self._values = values
        self._on_committed = on_committed
        self._measurements = measurements
        self._tracing = tracing
        self._log = structlog.get_logger("botflow.turns")

    async def attempt(self, serving: Serving, lease: Lease, begun: Paused | Turn | None = None) -> Next:
        """Run one attempt; return the next action of the session's task. Failures are logged, not raised."""
        with self._tracing.turn(lease) as span:
            following = await self._attempt_while_away(serving, lease, begun, span)
        return carried_on(following, span.context)

    async def _attempt_while_away(
        self, serving: Serving, lease: Lease, begun: Paused | Turn | None, span: Span
    ) -> Next:
        """Run one attempt, begun again while the database or another server is away."""
        queued = lease.queued
        session, seq = queued.id
        serving.lease = LeaseId(queued.id, queued.attempt)
        for pause_s in outage_pauses():
            serving.is_finishing = False
            try:
                finished = await self._attempt(serving, lease, begun)
            except Fenced:
                self._log.info("attempt_fenced", session=session, seq=seq, attempt=queued.attempt)
                return "begin again"
            except CannotRun:
                return "give back"
            except Exception as failure:  # noqa: BLE001 -- the fence of an attempt: a poison message must not stop others
                slug = self._flows.slug_of(lease.session.key.workflow)
                facts = {"workflow": slug, "session": session, "seq": seq, "attempt": queued.attempt}
                log_failure(self._log, "attempt_failed", failure, **facts)
                self._measurements.attempt_failed(code_of(failure))
                if not is_known_outage(failure):
                    span.failed(code_of(failure))
                    break
            else:
                return finished.next or ("look on" if finished.must_look else None)
            serving.is_finishing = False
            # It read something in vain: what it has asked until then is journalled, and read with the next try.
            lease = lease._replace(queued=replace(queued, has_answers=True))
            begun = begun if isinstance(begun, Turn) else None
            await asyncio.sleep(pause_s)
        return "begin again"

    async def _attempt(self, serving: Serving, lease: Lease, begun: Paused | Turn | None) -> Finished:
        attempt = lease.queued.attempt
        if attempt > ATTEMPTS:
            return await self._bury(serving, lease)
        if attempt < ATTEMPTS:
            await pause_before(attempt)
        return await self._run(serving, lease, begun)

    async def _run(self, serving: Serving, lease: Lease, begun: Paused | Turn | None) -> Finished:
        """Compute the turn, perform its asks, and commit it."""
        reach("turn.begun")
        stored, queued = lease
        version = stored.flow_version or queued.flow_version
        flow = await self._flows.version(version)
        if stored.key.channel == RUN:
            stored = await self._values.fill(stored, queued.inbound)
        answers: tuple[JournalledAnswer, ...] = ()
        if (silent := await self._consent.before_turn(stored, queued.inbound, flow, is_stored=True)) is not None:
            turn = silent.turn
        else:
            queued, turn, answers = await self._take_turn(flow, stored, queued, begun)
        reach("turn.computed")
        commit = self._commit_of(stored, queued, turn, version, stored.parked if silent is None else silent.parked)
        return await self._finish(serving, commit, queued, answers, opts_in_by=flow if takes_back(commit) else None)

    async def _bury(self, serving: Serving, lease: Lease) -> Finished:
        """Give a poison inbound up, and apologise to its person."""
        stored, queued = lease
        version = stored.flow_version or queued.flow_version
        try:
            flow = (await self._flows.version(version)).spoken_in(stored.session.language)
            words, heard_ends = flow.apology or sentences_in(flow.language).apology, flow.heard_ends
        except FlowError:
            words, heard_ends = sentences_in("en").apology, frozenset()
        apology_text = "" if stored.parked else words
        is_run = stored.heard_as.channel == RUN
        turn = give_up(stored.session, queued.inbound, apology_text, ATTEMPTS, is_run=is_run, heard_ends=heard_ends)
        self._log.error("inbound_dead", session=queued.id.session, seq=queued.id.seq, attempts=ATTEMPTS)
        commit = self._commit_of(stored, queued, turn, version, stored.parked)  # a dead START does not opt in
        finished = await self._finish(serving, commit, queued, outcome="dead")
        self._measurements.gave_up()
        return finished

    # -- one turn

    async def _take_turn(
        self, flow: Flow, stored: StoredSession, queued: StoredInbound, begun: Paused | Turn | None
    ) -> tuple[StoredInbound, Turn, tuple[JournalledAnswer, ...]]:
        """Compute the turn of the whole burst; again, with both, when a newer message comes before the reply."""
        while True:
            if stored.session.cancel:  # a newer message is not part of what is cancelled
                return (queued, *await self._drive(flow, stored, queued, begun))
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
        """True if an earlier attempt at a burst has run an action, which must not be repeated with other text."""
        if policy.bursts == "queue" or not queued.has_answers:
            return False
        return any(entry.ask.get("ask") == "invoke" for entry in await self._turns.answers(queued.id))

    async def _drive(
        self, flow: Flow, stored: StoredSession, queued: StoredInbound, begun: Paused | Turn | None
    ) -> tuple[Turn, tuple[JournalledAnswer, ...]]:
        """Run the engine to its end; return the turn, and the answers that its commit must journal.

        A journalled answer to the same Ask is used again. A new one is journalled before the next Ask leaves this
        process, and at once after an action; answers that a retry gets again, history and pauses, are never journalled.
        """
        if isinstance(begun, Turn):
            return begun, ()
        journal = {entry.index: entry for entry in await self._turns.answers(queued.id)} if queued.has_answers else {}
        kept: list[JournalledAnswer] = []  # answered, not journalled yet
        contact = await self._contacts.of_attempt(stored, queued, begun, journal, kept) if flow.reads_contact else None
        index = 0
        spent: dict[str, float] = {}  # seconds of calls by node
        policy = flow.policy.model_copy(update={"bursts": "queue"}) if stored.session.cancel else flow.policy

        def is_known(ask: Ask) -> bool:
            if isinstance(ask, AskHistory | Pause):  # never journalled: known if anything was asked after it
                return any(later > index for later in journal)
            return index in journal and journal[index].fingerprint == fingerprint(ask)

        try:
            if begun is None:
                said = said_before(queued.inbound)
                taken = (flow, stored.session, queued.inbound, self._node_types)
                engine = take_turn(*taken, said=said, is_known=is_known, contact=contact)
                ask = next(engine)
            else:
                engine, ask, said, _ = begun
            draft = Draft(self._hub, stored, queued, streams=stored.key.channel not in self._channels)
            while True:
                draft.show(said)
                entry = journal.get(index)
                if entry is not None and entry.fingerprint == fingerprint(ask):
                    answer = answer_from_json(entry.value)
                elif isinstance(ask, AskHistory | Pause):
                    await self._keep(queued, kept)  # the history may be read in vain
                    answer = await self._ask(ask, index, stored.key, queued, flow.id, policy, draft)
                else:
                    if entry is not None:
                        await self._bursts.replaced(queued, entry)
                    await self._keep(queued, kept)
                    began_s = time.perf_counter()
                    answer = await self._ask(ask, index, stored.key, queued, flow.id, policy, draft)
                    spent[ask.node] = spent.get(ask.node, 0.0) + time.perf_counter() - began_s
                    kept.append(_journalled(index, ask, answer))
                    if isinstance(ask, Invoke):
                        await self._keep(queued, kept)
                if isinstance(ask, Invoke):  # an action cannot be undone: a newer message is a turn of its own
                    policy = policy.model_copy(update={"bursts": "queue"})
                index += 1
                ask = engine.send(answer)
        except StopIteration as finished:
            turn: Turn = finished.value
            for node, seconds in spent.items():
                self._measurements.turns.spent(stored.flow_version or queued.flow_version, node, seconds)
            return turn, tuple(answer for answer in kept if answer.index != CONTACT_INDEX)  # its trace has it

    async def _ask(
        self, ask: Ask, index: int, key: SessionKey, queued: StoredInbound, workflow: str, policy: Policy, draft: Draft
    ) -> Answer:
        """Perform an ask, with no transaction open."""
        asking = Asking(workflow, *queued.id, queued.execution, index, key.is_fork)
        async with draft.deltas(ask) as on_delta:
            performing = self._asks.perform(ask, asking, on_delta, policy)
            answer = await self._bursts.answer(policy, key, queued, ask, performing)
        reach("turn.asked")
        return answer

    async def _keep(self, queued: StoredInbound, kept: list[JournalledAnswer]) -> None:
        """Journal these answers, and empty the list."""
        if not kept:
            return
        if not await insist(lambda: self._turns.keep(queued.id, queued.attempt, kept)):
            raise Fenced("another attempt has this inbound", hint="nothing to do: it is run there")
        kept.clear()
        reach("turn.kept")

    async def _finish(
        self,
        serving: Serving,
        commit: TurnCommit,
        queued: StoredInbound,
        answers: tuple[JournalledAnswer, ...] = (),
        outcome: InboundState = "done",
        opts_in_by: Flow | None = None,
    ) -> Finished:
        serving.is_finishing = True
        await insist(lambda: self._values.keep(commit.turn))
        finishing = Finishing(
            turn=queued.id,
            attempt=queued.attempt,
            commit=commit,
            outcome=outcome,
            answers=answers,
            owner=None if serving.is_last else self._owner,
        )
        if opts_in_by is None:
            finished = await insist(lambda: self._turns.finish(finishing))
        else:
            finished = await insist(lambda: self._consent.finish(finishing, opts_in_by))
        if finished is None:
            self._hot.forget(commit.read.key)
            raise Fenced("the session changed while its turn ran", hint="nothing to do: it runs again")
        reach("turn.committed")
        self._hot.put(
            replace(
                commit.read,
                session=commit.turn.session.emptied(),
                last_seq=max(commit.read.last_seq, queued.id.seq, queued.through),
                done_seq=max(queued.id.seq, queued.through),
                flow_version=commit.flow_version if commit.turn.session.frames else None,
                parked=commit.parked,
            )
        )
        receipt = receipt_of(commit, queued.id, outcome)
        for seq in range(queued.id.seq, max(queued.id.seq, queued.through) + 1):  # all of a burst
            turn = TurnId(queued.id.session, seq)
            self._outcomes.settle(turn, replace(receipt, id=turn))
        self._hub.finished(receipt)
        self._on_committed(commit, queued.id)
        return finished

    def _commit_of(
        self, stored: StoredSession, queued: StoredInbound, turn: Turn, version: int, parked: bool
    ) -> TurnCommit:
        commit = commit_of(stored, queued.inbound, turn, self._channels, version=version, parked=parked)
        return self._tracing.stamped(commit)


def _journalled(index: int, ask: Ask, answer: Answer) -> JournalledAnswer:
    return JournalledAnswer(
        index=index, fingerprint=fingerprint(ask), value=answer_to_json(answer), ask=ask_to_json(ask)
    )
