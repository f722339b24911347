"""One process's share of a bot on a real database, without web and worker: each test decides what runs when."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from typing import Any

import structlog

from botflow.clock import SystemClock
from botflow.crash_points import Point
from botflow.engine.inbound import Consent, Inbound
from botflow.engine.node_type import Leave, NodeType
from botflow.engine.scene import Scene
from botflow.flow.compile import compile_flow
from botflow.flow.fields import Properties
from botflow.flow.graph import Category
from botflow.interfaces import Channel
from botflow.nodes import built_in
from botflow.nodes.custom.action import action
from botflow.records.sessions import SessionKey
from botflow.records.turns import Receipt
from botflow.runtime.asks.actions import Actions
from botflow.runtime.asks.model_budget import ModelSpend
from botflow.runtime.asks.perform import Asks
from botflow.runtime.delivery.consent_gate import ConsentGate
from botflow.runtime.delivery.opt_outs import ConsentKeeper
from botflow.runtime.offline_model import LexicalModel
from botflow.runtime.served_flows import Flows, LiveFlow
from botflow.runtime.turns.advance import Advance
from botflow.runtime.turns.bursts import Bursts
from botflow.runtime.turns.committer import Committer
from botflow.runtime.turns.receive import Conversation, IsGone
from botflow.runtime.turns.session_cache import HotSessions
from botflow.runtime.turns.signals import Hub
from botflow.runtime.vault import Vault
from botflow.storage.contacts import Contacts
from botflow.storage.credentials import Credentials
from botflow.storage.database import Database
from botflow.storage.decisions import Decisions
from botflow.storage.delivery.gate_facts import GateRows
from botflow.storage.spending import Spending
from botflow.storage.turns.bursts import BurstRows
from tests.engine.conversation import START, node, say

SEEDS = count(1)


class Question(Properties):
    """What a flow asks of the test's world."""

    question: str


class Nothing(Properties):
    """A node without properties."""


class Count:
    """A node that counts how often it is visited."""

    name = "test.count"
    category: Category = "action"
    properties = Nothing

    def __init__(self, world: World) -> None:
        self._world = world

    def handles(self, properties: Nothing) -> tuple[str, ...]:
        return ("next",)

    def waits(self, properties: Nothing) -> bool:
        return False

    def sets(self, properties: Nothing) -> tuple[str, ...]:
        return ()

    def visit(self, properties: Nothing, scene: Scene) -> Leave:
        self._world.visits += 1
        return Leave("next")


@dataclass(slots=True)
class World:
    """What the nodes meet: while `held` is there, answers wait for it; `crashes` says how often a point fails."""

    asked: list[str] = field(default_factory=list)
    visits: int = 0
    held: asyncio.Event | None = None
    begun: asyncio.Event = field(default_factory=asyncio.Event)
    crashes: dict[Point, int] = field(default_factory=dict)

    async def answer(self, question: str) -> str:
        self.asked.append(question)
        self.begun.set()
        if self.held is not None:
            await self.held.wait()
        return f"{question}!"

    def reach(self, point: Point) -> None:
        if self.crashes.get(point, 0) > 0:
            self.crashes[point] -= 1
            raise RuntimeError(f"crash at {point}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Bot:
    """The parts of one process."""

    database: Database
    flows: Flows
    hub: Hub
    hot: HotSessions
    committer: Committer
    conversation: Conversation
    advance: Advance
    gate: ConsentGate
    world: World

    @property
    def live(self) -> LiveFlow:
        return self.flows.get("root")

    def key(self, person: str = "ann", channel: str = "chat") -> SessionKey:
        return SessionKey(self.live.workflow, channel, person)

    async def hear(
        self,
        text: str,
        key: str,
        *,
        person: str = "ann",
        channel: str = "chat",
        consent: Consent = "",
        within_s: float = 5.0,
        is_gone: IsGone | None = None,
    ) -> Receipt:
        """Receive one message."""
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
        return await self.conversation.receive(self.live, person, inbound, reply_within_s=within_s, is_gone=is_gone)

    async def said(self, text: str, key: str, **more: Any) -> list[str]:
        """Receive one message and return what was said."""
        return texts(await self.hear(text, key, **more))

    async def queued(self, text: str, key: str, **more: Any) -> Receipt:
        """Receive a message whose turn must wait for a worker, and return at once."""
        receipt = await self.hear(text, key, **{"within_s": 0.0, **more})
        assert receipt.state == "new"
        return receipt


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
    **document: Any,
) -> AsyncIterator[Bot]:
    """Serve the flow of these nodes, the first of which follows a trigger that takes every message."""
    world = World()

    @action("test.ask")
    async def ask(properties: Question, variables: Mapping[str, Any]) -> str:
        return await world.answer(properties.question)

    node_types = {kind.name: kind for kind in (*built_in(), ask, Count(world), *types)}
    flows = Flows(database.flows, node_types)
    await publish(flows, node_types, *nodes, **document)
    bot = _assemble(database, flows, hub or Hub(None), node_types, channels or {}, world)
    committing = asyncio.create_task(bot.committer.run())
    try:
        yield bot
    finally:
        committing.cancel()
        with suppress(asyncio.CancelledError):
            await committing


async def publish(
    flows: Flows, node_types: Mapping[str, NodeType], *nodes: dict[str, Any], **document: Any
) -> dict[str, Any]:
    """Publish the flow `root` of these nodes, and return its documents."""
    start = {**START, "next": nodes[0]["id"]}
    documents = {"root": {"botflow": 1, "id": "root", "name": "Root", "nodes": [start, *nodes], **document}}
    await flows.publish([(compile_flow(documents, "root", node_types), documents)])
    return documents


def _assemble(
    database: Database,
    flows: Flows,
    hub: Hub,
    node_types: Mapping[str, NodeType],
    channels: Mapping[str, Channel],
    world: World,
) -> Bot:
    hot = HotSessions(database.sessions, None)
    committer = Committer(database.sessions)
    log = structlog.get_logger("tests")
    spend = ModelSpend(Spending(database.engine), Decisions(database.engine))
    actions = Actions(
        node_types=node_types,
        artifacts=database.artifacts,
        executions=database.executions,
        credential=Vault(Credentials(database.engine), "secret of the tests").fields_for_run,
    )
    asking = Asks(models=[LexicalModel()], transcripts=database.transcripts, actions=actions, spend=spend, log=log)
    contacts, rows = Contacts(database.engine), GateRows(database.engine)
    gate = ConsentGate(rows, contacts, flows)
    consent = ConsentKeeper(contacts, gate, rows, database.outbox, channels)
    shared: dict[str, Any] = {"flows": flows, "hub": hub, "hot": hot, "node_types": node_types, "channels": channels}
    shared |= {"consent": consent, "bursts": Bursts(BurstRows(database.engine), hub, world.reach)}
    shared |= {"inbox": database.inbox, "reach": world.reach}
    conversation = Conversation(
        sessions=database.sessions, outbox=database.outbox, committer=committer, clock=SystemClock(), **shared
    )
    return Bot(
        database=database,
        flows=flows,
        hub=hub,
        hot=hot,
        committer=committer,
        conversation=conversation,
        advance=Advance(asks=asking, **shared),
        gate=gate,
        world=world,
    )
