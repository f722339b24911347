"""People with phones and several workflows in one organization: each test decides what is sent when."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import count
from typing import Any

from botflow_twilio.channel import TwilioChannel
from botflow_twilio.inbound import parse_message
from sqlalchemy import delete, select

from botflow.clock import SystemClock
from botflow.flow.compile import compile_flow
from botflow.interfaces import Channel, WebhookRequest
from botflow.records.turns import Receipt
from botflow.redaction.known_secrets import KnownSecrets
from botflow.runtime.delivery.sender import Sender
from botflow.runtime.served_flows import LiveFlow
from botflow.storage.database import Database
from botflow.storage.decisions import Decision, Decisions
from botflow.storage.tables import outbounds, senders, sessions
from tests.engine.conversation import START, node, say
from tests.node_types import EVERY
from tests.organizations import HOME
from tests.provider_accounts import deployment_accounts
from tests.runtime.bot_without_worker import Bot, open_bot, texts
from tests.stand_ins.twilio import TwilioStandIn

US, ANN, BOB = "+15550002222", "+12125550111", "+12125550112"
SEEDS = count(1)

HELLO = (
    say("hello", "Hello.", next="ask"),
    node("ask", "chatbot.ask", text="Name?", variable="name", next="bye"),
    say("bye", "Bye {{ name }}."),
)
THINKING = (node("think", "test.ask", question="hm", next="reply"), say("reply", "{{ $think.value }}"))


def telling(person: str, text: str = "Somebody wrote.") -> dict[str, Any]:
    return node("tell", "twilio.send_message", to=person, text=text)


@dataclass(frozen=True, slots=True)
class Town:
    """One process's bot with Twilio at hand; nothing is sent until `deliver` is called."""

    bot: Bot
    database: Database
    twilio: TwilioStandIn
    outbox: Sender

    async def workflow(self, id: str, *nodes: dict[str, Any], **document: Any) -> LiveFlow:
        """Publish one more workflow; the first of its nodes follows a trigger that takes every message."""
        documents = {id: {"botflow": 1, "id": id, "nodes": [{**START, "next": nodes[0]["id"]}, *nodes], **document}}
        await self.bot.flows.publish([(compile_flow(documents, id, EVERY), documents)])
        return self.bot.flows.get(id)

    async def hear(self, person: str, text: str, live: LiveFlow | None = None, **more: Any) -> Receipt:
        """Receive a text as Twilio's webhook brings it; the reply that a waiting request would take along."""
        return await self.receive_in(self.bot, person, text, live, **more)

    async def queue(self, person: str, text: str, live: LiveFlow | None = None, **more: Any) -> Receipt:
        """Receive a text in a process that takes no turns: one that needs a turn of its own waits for `advance`."""
        assert self.bot.desk is not None
        return await self.receive_in(self.bot.desk, person, text, live, **more)

    async def receive_in(
        self, process: Bot, person: str, text: str, live: LiveFlow | None = None, **more: Any
    ) -> Receipt:
        """Receive a text in one of several processes."""
        within_s = more.pop("within_s", 0.0)
        form = self.twilio.incoming(person, US, text, **more)
        request = WebhookRequest(url="", form=tuple(form.items()), headers={})
        inbound = parse_message(request, SystemClock().now(), next(SEEDS))
        flow = live or self.bot.live
        return await process.receiver.receive(flow, inbound.sender, inbound, reply_within_s=within_s)

    async def said(self, person: str, text: str, live: LiveFlow | None = None, **more: Any) -> list[str]:
        return texts(await self.hear(person, text, live, **more))

    async def advance(self, person: str, live: LiveFlow | None = None) -> None:
        """Let a worker run what waits for the person."""
        key = self.bot.key(person, "sms")._replace(workflow=(live or self.bot.live).workflow)
        await self.bot.advance((await self.database.turns.load(key)).id)

    async def answered(self, person: str, text: str) -> list[str]:
        """Receive a text, let a worker run its turn if it is queued, and return what the waiting request takes."""
        waiting = asyncio.create_task(self.hear(person, text, within_s=10.0))
        key = self.bot.key(person, "sms")
        while not waiting.done():
            stored = await self.database.turns.load(key)
            if stored.last_seq != stored.done_seq:
                await self.bot.advance(stored.id)
            await asyncio.sleep(0)
        return texts(await waiting)

    async def deliver(self) -> list[tuple[str, str]]:
        """Send whatever is due; return (to, text) of all that Twilio has by REST."""
        while await self.outbox.send_due():
            # the pauses between a number's segments are over
            await self.database.engine.write(lambda connection: connection.execute(delete(senders)))
        return [(message.to, message.body) for message in self.twilio.messages()]

    async def parts(self) -> list[tuple[str, str, str | None]]:
        """Return (text, state, error code) of every part, in order."""
        rows = (
            select(outbounds.c.body, outbounds.c.state, outbounds.c.error_code)
            .join(sessions, sessions.c.id == outbounds.c.session_id)
            .order_by(outbounds.c.created_at, outbounds.c.session_id, outbounds.c.version, outbounds.c.index)
        )
        return await self.database.engine.read(
            lambda connection: [(body["text"], state, code) for body, state, code in connection.execute(rows).all()]
        )

    async def decided(self, person: str = ANN) -> list[Decision]:
        """Return the evidence about a person, oldest first."""
        return (await Decisions(self.database.engine).of_address(HOME, person))[::-1]

    async def reasons(self, person: str = ANN) -> list[str]:
        return [decision.reason for decision in await self.decided(person)]


@asynccontextmanager
async def open_town(
    database: Database, twilio: TwilioStandIn, channel: TwilioChannel, *nodes: dict[str, Any], **document: Any
) -> AsyncIterator[Town]:
    """Serve the workflow `root` of these nodes."""
    channels: Mapping[str, Channel] = dict.fromkeys(channel.names, channel)
    async with open_bot(database, *(nodes or HELLO), channels=channels, **document) as bot:
        outbox = Sender(
            database.outbox,
            channels,
            deployment_accounts(),
            status_url=lambda part, provider: None,
            clock=SystemClock(),
            gate=bot.gate,
            known_secrets=KnownSecrets(),
        )
        yield Town(bot, database, twilio, outbox)
