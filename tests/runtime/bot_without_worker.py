"""One process's share of a bot on a real database, without its loops: each test decides what is claimed and when."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from typing import Any

import structlog

from botflow.clock import SystemClock
from botflow.engine.inbound import Consent, Inbound
from botflow.engine.node_type import NodeType
from botflow.flow.compile import compile_flow
from botflow.interfaces import Channel
from botflow.keyring import Keyring
from botflow.nodes.custom.action import action
from botflow.records.queues import QUEUES, QueueName
from botflow.records.sessions import SessionKey
from botflow.records.turns import Receipt, TurnCommit
from botflow.redaction.known_secrets import KnownSecrets
from botflow.runtime.asks.actions import Actions
from botflow.runtime.asks.model_budget import ModelSpend
from botflow.runtime.asks.perform import Asks
from botflow.runtime.asks.recorded_answers import RecordedAnswers
from botflow.runtime.delivery.consent_gate import ConsentGate
from botflow.runtime.delivery.opt_outs import ConsentKeeper
from botflow.runtime.offline_model import LexicalModel
from botflow.runtime.process.measurements import Measurements
from botflow.runtime.process.timing import Timing
from botflow.runtime.served_flows import Flows, LiveFlow
from botflow.runtime.turns.bursts import Bursts
from botflow.runtime.turns.contact_reader import ContactReader
from botflow.runtime.turns.kept_values import KeptValueStore
from botflow.runtime.turns.lease_keeper import LeaseKeeper
from botflow.runtime.turns.outcomes import Outcomes
from botflow.runtime.turns.receive import Receiver
from botflow.runtime.turns.replies import IsGone, Replies
from botflow.runtime.turns.run import TurnRunner
from botflow.runtime.turns.session_cache import HotSessions
from botflow.runtime.turns.session_tasks import SessionTasks
from botflow.runtime.turns.signals import Hub
from botflow.runtime.turns.timers import DueTimers
from botflow.runtime.vault import Vault
from botflow.storage.consent_turns import ConsentTurns
from botflow.storage.contacts import Contacts
from botflow.storage.credentials import Credentials
from botflow.storage.database import Database
from botflow.storage.decisions import Decisions
from botflow.storage.delivery.gate_facts import GateRows
from botflow.storage.reaching import permit
from botflow.storage.runs.handoffs import leave_messages_to_person
from botflow.storage.spending import Spending
from botflow.storage.turns.bursts import BurstRows
from tests.engine.conversation import START, node, say
from tests.node_types import with_types
from tests.provider_accounts import accounts_of_settings, deployment_accounts
from tests.runtime.bot_world import Count, Counted, Question, World
from tests.runtime.crashes import crashing

SEEDS = count(1)


def someone(channel: str) -> str:
    """Return the person who talks unless a test names another: a number on a phone's channel."""
    return "ann" if channel in ("chat", "run") else "+4915112345678"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bot:
    """The parts of one process. `turns` and `leases` count what it asks of the database. `desk` is another process on
    the same database that takes no turns."""

    owner: str
    database: Database
    turns: Counted
    leases: Counted
    flows: Flows
    hub: Hub
    hot: HotSessions
    receiver: Receiver
    runner: TurnRunner
    sessions: SessionTasks
    bursts: Bursts
    keeper: LeaseKeeper
    timers: DueTimers
    gate: ConsentGate
    world: World
    committed: list[TurnCommit]
    shared: Mapping[str, Any]
    desk: Bot | None = None

    @property
    def live(self) -> LiveFlow:
        return self.flows.get("root")

    def key(self, person: str = "", channel: str = "chat") -> SessionKey:
        return SessionKey(self.live.workflow, channel, person or someone(channel))

    async def hear(
        self,
        text: str,
        key: str,
        *,
        person: str = "",
        channel: str = "chat",
        consent: Consent = "",
        within_s: float = 5.0,
        is_gone: IsGone | None = None,
    ) -> Receipt:
        """Receive one message."""
        person = person or someone(channel)
        inbound = Inbound(
            kind="message",
            key=key,
            received_at=datetime.now(UTC),
            seed=next(SEEDS),
            channel=channel,
            provider="chat" if channel == "chat" else "twilio",
            sender=person,
            text=text,
            consent=consent,
        )
        return await self.receiver.receive(self.live, person, inbound, reply_within_s=within_s, is_gone=is_gone)

    async def said(self, text: str, key: str, **more: Any) -> list[str]:
        """Receive one message and return what was said."""
        return texts(await self.hear(text, key, **more))

    async def queued(self, text: str, key: str, **more: Any) -> Receipt:
        """Let a process that takes no turns receive a message; it waits to be claimed."""
        assert self.desk is not None
        receipt = await self.desk.hear(text, key, **{"within_s": 0.0, **more})
        assert receipt.state == "new"
        return receipt

    def twin(self, *, concurrency: int = 64) -> Bot:
        """Return one more process of the same bot, with signals and world in common."""
        return assemble(self.database, concurrency=concurrency, queues=QUEUES, **self.shared)

    async def advance(self, session: int) -> None:
        """Take what waits in one session; return when this process has nothing more to run in it."""
        self.sessions.look(session)
        await self.idle(session)

    async def work(self) -> None:
        """Claim whatever waits, as the process's tick does, until nothing does."""
        steps = [step for step in self.keeper.steps() if step.name != "recover"]
        while True:
            had_room = self.sessions.room > 0  # without it nothing was claimed, whatever waits
            for step in steps:
                await step.run()
            if had_room and not self.sessions._serving:
                return
            await self.idle()

    async def idle(self, *sessions: int) -> None:
        """Return when this process runs none of these sessions, or none at all."""
        while running := [
            serving.task
            for session, serving in self.sessions._serving.items()
            if serving.task is not None and (not sessions or session in sessions)
        ]:
            await asyncio.wait(running)

    @asynccontextmanager
    async def beating(self) -> AsyncIterator[None]:
        """Beat as a process does, for the length of the block."""
        running = asyncio.create_task(self.keeper.run())
        try:
            yield
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)

    async def stop(self) -> None:
        """Let what runs end, and release every lease."""
        await self.sessions.stop(1.0)
        await self.bursts.close()


def texts(receipt: Receipt) -> list[str]:
    return [outbound.message.text for outbound in receipt.outbounds]


def asks(id: str, question: str, next: str) -> dict[str, Any]:
    """Return a node that asks the world."""
    return node(id, "test.ask", next=next, question=question)


def counts(id: str, next: str) -> dict[str, Any]:
    """Return a node that counts its visits."""
    return node(id, "test.count", next=next)


GREETING = (
    say("hello", "Hello.", next="ask"),
    node("ask", "chatbot.ask", text="Name?", variable="name", next="bye"),
    say("bye", "Bye {{ name }}."),
)
THINKING = (
    asks("one", "first", "two"),
    asks("two", "second", "reply"),
    say("reply", "{{ $one.value }} {{ $two.value }}"),
)


@asynccontextmanager
async def open_bot(
    database: Database,
    *nodes: dict[str, Any],
    types: tuple[NodeType, ...] = (),
    channels: Mapping[str, Channel] | None = None,
    hub: Hub | None = None,
    concurrency: int = 64,
    queues: Sequence[QueueName] = QUEUES,
    timing: Timing = Timing(),  # noqa: B008 -- a frozen value
    **document: Any,
) -> AsyncIterator[Bot]:
    """Serve the flow of these nodes, the first of which follows a trigger that takes every message."""
    world = World()

    @action("test.ask")
    async def ask(properties: Question, variables: Mapping[str, Any]) -> str:
        return await world.answer(properties.question)

    node_types = with_types(ask, Count(world), *types)
    flows = Flows(database.flows, node_types)
    await publish(flows, node_types, *nodes, **document)
    shared: dict[str, Any] = {"flows": flows, "hub": hub or Hub(None), "node_types": node_types}
    shared |= {"channels": channels or {}, "world": world, "timing": timing}
    desk = assemble(database, concurrency=0, queues=(), **shared)
    bot = assemble(database, concurrency=concurrency, queues=queues, desk=desk, **shared)
    with crashing(world.crashes):
        try:
            yield bot
        finally:
            await bot.stop()


async def publish(
    flows: Flows, node_types: Mapping[str, NodeType], *nodes: dict[str, Any], **document: Any
) -> dict[str, Any]:
    """Publish the flow `root` of these nodes, and return its documents."""
    start = {**START, "next": nodes[0]["id"]}
    documents = {"root": {"botflow": 1, "id": "root", "name": "Root", "nodes": [start, *nodes], **document}}
    await flows.publish([(compile_flow(documents, "root", node_types), documents)])
    return documents


def assemble(
    database: Database,
    *,
    flows: Flows,
    hub: Hub,
    node_types: Mapping[str, NodeType],
    channels: Mapping[str, Channel],
    world: World,
    timing: Timing,
    concurrency: int,
    queues: Sequence[QueueName],
    desk: Bot | None = None,
) -> Bot:
    """Return one more process of the bot, which runs so many sessions at once."""
    owner = f"process {next(SEEDS)}"
    turns, leases = Counted(database.turns), Counted(database.leases)
    hot = HotSessions(turns, None)
    spend = ModelSpend(Spending(database.engine), Decisions(database.engine))
    vault = Vault(Credentials(database.engine), Keyring("secret of the tests"))
    actions = Actions(
        node_types=node_types,
        artifacts=database.artifacts,
        executions=database.executions,
        credential=vault.fields_for_run,
        is_home=vault.is_home,
        accounts=accounts_of_settings(database),
        files=database.files,
        known_secrets=KnownSecrets(),
        networks=(),
        permit=lambda *place: database.engine.write(permit, *place),
    )
    contacts, rows = Contacts(database.engine), GateRows(database.engine)
    gate = ConsentGate(rows, contacts, flows, channels)
    bursts = Bursts(BurstRows(database.engine), hub)
    committed: list[TurnCommit] = []
    clock, outcomes = SystemClock(), Outcomes()
    shared: dict[str, Any] = {"flows": flows, "hub": hub, "hot": hot, "node_types": node_types, "channels": channels}
    shared |= {"contacts": ContactReader(database.engine, channels)}
    shared |= {"turns": turns, "on_committed": lambda commit, turn: committed.append(commit)}
    consent = ConsentKeeper(
        contacts, ConsentTurns(database.engine, database.turns), gate, rows, database.outbox, channels
    )
    measurements = Measurements(flows.slug_of, flows.node_type_of)
    runner = TurnRunner(
        owner=owner,
        asks=Asks(
            accounts=deployment_accounts([LexicalModel()]),
            transcripts=database.transcripts,
            actions=actions,
            recorded=RecordedAnswers(database.engine),
            spend=spend,
            known_secrets=KnownSecrets(),
            measurements=measurements,
            log=structlog.get_logger("tests"),
        ),
        consent=consent,
        bursts=bursts,
        outcomes=outcomes,
        values=KeptValueStore(database.artifacts),
        measurements=measurements,
        **shared,
    )
    sessions = SessionTasks(
        owner=owner, runner=runner, leases=leases, hub=hub, outcomes=outcomes, concurrency=concurrency
    )
    keeper = LeaseKeeper(
        owner=owner,
        queues=queues,
        store=leases,
        sessions=sessions,
        clock=clock,
        timing=timing,
        cannot_run=flows.cannot_run,
    )
    replies = Replies(
        turns=turns,
        outbox=database.outbox,
        hub=hub,
        sessions=sessions,
        clock=clock,
        poll_s=timing.poll_s,
        consent=consent,
        bursts=bursts,
    )
    return Bot(
        owner=owner,
        database=database,
        turns=turns,
        leases=leases,
        flows=flows,
        hub=hub,
        hot=hot,
        receiver=Receiver(
            owner=owner,
            sessions=sessions,
            clock=clock,
            consent=consent,
            replies=replies,
            leave_to_person=lambda session: database.engine.write(leave_messages_to_person, session),
            **shared,
        ),
        runner=runner,
        sessions=sessions,
        bursts=bursts,
        keeper=keeper,
        timers=DueTimers(leases=leases, timers=database.timers, keeper=keeper, clock=clock, **shared),
        gate=gate,
        world=world,
        committed=committed,
        shared={
            "flows": flows,
            "hub": hub,
            "node_types": node_types,
            "channels": channels,
            "world": world,
            "timing": timing,
        },
        desk=desk,
    )
