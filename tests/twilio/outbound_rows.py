"""Outbound rows for tests of the sender: committed like a turn commits them, aged and read behind the store's back."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from typing import Any

import psycopg
from sqlalchemy import update

from botflow.clock import Clock, SystemClock
from botflow.engine.effects import SendMessage
from botflow.engine.inbound import Inbound
from botflow.engine.turn import Turn
from botflow.interfaces import Channel
from botflow.nodes import built_in
from botflow.records.outbounds import OutboundPart, OutboundState, StoredOutbound
from botflow.records.sessions import SessionKey
from botflow.records.turns import TurnCommit, TurnId
from botflow.redaction.known_secrets import KnownSecrets
from botflow.runtime.accounts import Accounts
from botflow.runtime.delivery.consent_gate import ConsentGate
from botflow.runtime.delivery.sender import Pace, Sender
from botflow.runtime.served_flows import Flows
from botflow.storage.contacts import Contacts
from botflow.storage.database import Database
from botflow.storage.delivery.gate_facts import GateRows
from botflow.storage.engines.dialects import now
from botflow.storage.tables import inbounds, sessions
from tests.engine.conversation import node, say
from tests.provider_accounts import deployment_accounts

US = "55502"  # a short code: a hundred segments a second
PIZZA = {"botflow": 1, "id": "pizza", "nodes": [node("start", "chatbot.message_received", next="hi"), say("hi", "Hi")]}


async def open_rows(database: Database, url: str) -> Rows:
    """Publish a workflow whose sessions the rows belong to."""
    published = (await database.flows.publish("pizza", "Pizza", "digest", {"pizza": PIZZA})).flow
    return Rows(database, url, published.workflow, published.version)


def sender_of(
    database: Database,
    channels: Mapping[str, Channel],
    *,
    status_url: Callable[[StoredOutbound, str], str | None] = lambda part, provider: None,
    clock: Clock | None = None,
    pace: Pace | None = None,
    accounts: Accounts | None = None,
) -> Sender:
    """Return a sender with the gate that it has in a server."""
    engine = database.engine
    flows = Flows(database.flows, {kind.name: kind for kind in built_in()})
    return Sender(
        database.outbox,
        channels,
        accounts or deployment_accounts(),
        status_url=status_url,
        clock=clock or SystemClock(),
        gate=ConsentGate(GateRows(engine), Contacts(engine), flows),
        known_secrets=KnownSecrets(),
        pace=pace or Pace(),
    )


@dataclass(slots=True)
class Rows:
    """The outbox's table in one test's database."""

    database: Any
    url: str
    workflow: int
    version: int
    _keys: Any = field(default_factory=count)

    async def say(
        self,
        person: str,
        *texts: str,
        state: OutboundState = "ready",
        channel: str = "sms",
        to: str = "",
        validity_s: float | None = None,
    ) -> TurnId:
        """Commit a turn that said `texts` to `person`, as parts in `state`."""
        key = SessionKey(self.workflow, channel, person)
        read = await self.database.turns.load(key)
        session = read.session
        after = type(session)(version=session.version + 1, address=US)
        message = SendMessage(text="", sender=US, to=to, channel=channel if to else "", validity_s=validity_s)
        commit = TurnCommit(
            read=read,
            inbound=Inbound(
                kind="message",
                key=f"SM{next(self._keys)}",
                received_at=datetime.now(UTC),
                seed=1,
                channel=channel,
                provider="twilio",
                sender=person,
                address=US,
            ),
            turn=Turn(session=after, state=b"{}", status="completed", events=(), messages=()),
            parts=tuple(
                OutboundPart(message=SendMessage.from_json(message.to_json() | {"text": text}), state=state)
                for text in texts
            ),
            flow_version=self.version,
        )
        turn: TurnId | None = await self.database.turns.commit(commit)
        assert turn is not None
        return turn

    async def set_parked(self, session: int, parked: bool) -> None:
        """Let the session's person have opted out, or in again, without what a stop writes besides."""
        changed = update(sessions).where(sessions.c.id == session).values(parked=parked)
        await self.database.engine.write(lambda connection: connection.execute(changed))

    def age(self, seconds: float) -> None:
        """Let `seconds` pass for every part and sender."""
        columns = ("created_at", "updated_at", "due_at")
        if self.url.startswith("postgres"):
            changes = ", ".join(f"{column} = {column} - make_interval(secs => %(s)s)" for column in columns)
            with psycopg.connect(self.url, autocommit=True) as connection:
                connection.execute(f"UPDATE outbounds SET {changes}".encode(), {"s": seconds})
                connection.execute(
                    b"UPDATE senders SET next_at = next_at - make_interval(secs => %(s)s)", {"s": seconds}
                )
            return
        changes = ", ".join(f"{column} = strftime('%Y-%m-%d %H:%M:%f', {column}, :s) || '000'" for column in columns)
        with closing(sqlite3.connect(self.url.removeprefix("sqlite:///"), timeout=5)) as file, file:
            file.execute(f"UPDATE outbounds SET {changes}", {"s": f"-{seconds} seconds"})
            file.execute(
                "UPDATE senders SET next_at = strftime('%Y-%m-%d %H:%M:%f', next_at, :s) || '000'",
                {"s": f"-{seconds} seconds"},
            )

    def states(self) -> list[tuple[str, str]]:
        """Return (text, state) of every part, in order."""
        query = "SELECT body, state FROM outbounds ORDER BY session_id, version, index"
        if self.url.startswith("postgres"):
            with psycopg.connect(self.url, autocommit=True) as connection:
                return [(body["text"], state) for body, state in connection.execute(query)]
        with closing(sqlite3.connect(self.url.removeprefix("sqlite:///"), timeout=5)) as file:
            rows = file.execute(query.replace("index", '"index"'))
            return [(json.loads(body)["text"], state) for body, state in rows]

    async def expire_replies(self) -> None:
        """Let the time in which a waiting webhook may answer be over."""
        waiting = update(inbounds).where(inbounds.c.reply_by.is_not(None))
        await self.database.engine.write(lambda connection: connection.execute(waiting.values(reply_by=now(-60.0))))
