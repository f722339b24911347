"""A script held by the real runtime on SQLite: the receiver, the turns, the carrier of effects and the timers, without
their background loops, so that each act comes to rest before the next one."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from typing import Any

from botflow_twilio.channel import TwilioChannel
from botflow_twilio.settings import TwilioSettings
from sqlalchemy import Connection, func, select, update

from botflow.clock import SystemClock
from botflow.engine.effects import SendMessage
from botflow.engine.inbound import CHAT, RUN
from botflow.engine.node_type import NodeType
from botflow.engine.session import Session
from botflow.errors import RejectedInbound
from botflow.flow.compile import compile_flow
from botflow.interfaces import Channel, DeliveryStatus, MissedCall
from botflow.records.outbounds import StoredOutbound
from botflow.records.sessions import SessionKey
from botflow.runtime.delivery.loop_breaker import Suspects
from botflow.runtime.runs.effects import Carrier
from botflow.runtime.runs.starts.emit import Event, emit
from botflow.runtime.runs.starts.missed_calls import CallStart, start_after_call
from botflow.runtime.runs.starts.start import StartRequest, start
from botflow.runtime.turns.rendering import parts_to_person
from botflow.storage.database import Database
from botflow.storage.engines.dialects import now
from botflow.storage.runs import handoffs
from botflow.storage.tables import (
    contact_group_members,
    contact_groups,
    contacts,
    effects,
    inbounds,
    outbounds,
    person_values,
    sessions,
    turns,
    workflows,
)
from botflow.storage.turns.contact_writes import lock_addresses, move, person_at, write_values
from tests.organizations import HOME
from tests.runtime.bot_without_worker import Bot, open_bot
from tests.testing.likeness import acts
from tests.testing.likeness.acts import OURS, Script
from tests.testing.likeness.seen import Held, Seen, Turned, event_of, is_cancellation, plain, said, state_of
from tests.testing.likeness.simulated import Alarm, Done

_OUTSIDE = ("handed_off", "released", "returned", "said")  # turns that people made who work on handoffs
_MOST_ROUNDS = 300
_COUNTS = select(*(select(func.count()).select_from(table).scalar_subquery() for table in (turns, effects, inbounds)))


class PlainPhone(TwilioChannel):
    """Twilio's channel, but for the form that it gives to texts, which the Simulator does not have."""

    def render(self, messages: Sequence[SendMessage], channel: str) -> list[SendMessage]:
        return list(messages)


@dataclass
class Production:
    """One process with its database."""

    script: Script
    bot: Bot
    database: Database
    carrier: Carrier
    channels: Mapping[str, Channel]
    simulation_began: datetime
    calls: int = 0

    # -- acts

    async def act(self, done: Done) -> str:
        """Do what the Simulator did, and let all of it come to rest; return the code with which it was refused."""
        refusal = ""
        self.bot.receiver._consent._suspects = Suspects()  # people write slower than this, and are no robots
        try:
            await self._carry_out(done)
        except RejectedInbound as refused:
            refusal = refused.code
        await self._settle()
        return refusal

    async def _carry_out(self, done: Done) -> None:
        act = done.act
        slug = act.workflow or str(self.script.documents[0]["id"])
        match act:
            case acts.Says() | acts.Presses() | acts.Opens():
                if (inbound := done.inbound) is not None:
                    inbound = replace(inbound, received_at=self._now(done))
                    live = self.bot.flows.get(slug)
                    await self.bot.receiver.receive(live, inbound.sender, inbound, reply_within_s=0.0)
            case acts.Rings():
                await self._ring(slug, act.who)
            case acts.Starts():
                wanted = StartRequest(
                    workflow=slug,
                    input=act.input,
                    key=act.key,
                    external_id=self.script.address(act.who),
                    channel=self.script.channel,
                    address="" if self.script.channel == CHAT else OURS,
                )
                await self._start(wanted)
            case acts.Runs():
                await self._start(StartRequest(workflow=slug, input=act.input))
            case acts.Emits():
                await self.database.engine.write(emit, Event(name=act.event, payload=act.payload))
            case acts.TimePasses():
                for alarm in done.alarms:
                    await self._go_off(alarm)
                    await self._settle()
            case acts.Delivery():
                await self._report(act, slug)
            case acts.Claims():
                await self._hand(slug, act.who, lambda c, locked: handoffs.hand_off(c, locked, act.person, "test"))
            case acts.Releases():
                await self._hand(slug, act.who, handoffs.release)
            case acts.Writes():
                await self._hand(slug, act.who, lambda c, locked: _write(c, locked, act.text))
            case acts.Returns():
                await self._hand(slug, act.who, partial(_give_back, note=act.note, values=act.values))

    def _now(self, done: Done) -> datetime:
        """Return the time of an act: as much later than now as the Simulator's clock has moved."""
        return datetime.now(UTC) + (done.at - self.simulation_began)

    async def _start(self, request: StartRequest) -> None:
        await self.database.engine.write(lambda connection: start(connection, request, self.channels))

    async def _ring(self, slug: str, who: str) -> None:
        live = self.bot.flows.get(slug)
        node = next((each.id for each in live.flow.triggers if each.type == "trigger.missed_call"), None)
        if node is None:
            return
        self.calls += 1
        call = MissedCall(
            key=f"call-{self.calls}", caller=self.script.address(who), number=OURS, channel=self.script.channel
        )
        wanted = CallStart(workflow=live.workflow, flow_version=live.version, node=node, call=call)
        begun = await self.database.engine.write(start_after_call, wanted)
        if isinstance(begun, str):
            raise RejectedInbound(
                "the caller is left alone", code={"busy": "session.busy"}.get(begun, "session.opted_out")
            )

    async def _report(self, act: acts.Delivery, slug: str) -> None:
        """Report about the newest message whose node waits for its delivery, first in the person's conversation."""
        waits = {row.id: (row.state.get("wait") or {}).get("group") for row in await self._rows(sessions)}
        watched = [
            row
            for row in await self._rows(outbounds)
            if row.body.get("awaitedBy") and waits[row.session_id] == row.body["awaitedBy"]
        ]
        key = SessionKey(self.bot.flows.get(slug).workflow, self.script.channel, self.script.address(act.who))
        mine = (await self.database.turns.load(key)).id
        if watched := [row for row in watched if row.session_id == mine] or watched:
            part = max(watched, key=lambda row: (row.created_at, row.session_id, row.version, row.index))
            told = DeliveryStatus(
                session=part.session_id,
                wire_id=f"{part.version}.{part.index}",
                state=act.state,
                error_code=act.code,
                provider_id=f"SM{part.session_id}-{part.version}-{part.index}",
            )
            await self.database.outbox.report(told)

    async def _hand(self, slug: str, who: str, change: Callable[[Connection, handoffs.LockedSession], object]) -> None:
        key = SessionKey(self.bot.flows.get(slug).workflow, self.script.channel, self.script.address(who))
        stored = await self.database.turns.load(key)

        def work(connection: Connection) -> None:
            locked = handoffs.lock_session(connection, stored.id)
            assert locked is not None
            change(connection, locked)

        await self.database.engine.write(work)
        self.bot.hot.forget(key)

    async def _go_off(self, alarm: Alarm) -> None:
        """Let the wait of this session end now."""
        slug, channel, person, place = alarm
        workflow = self.bot.flows.get(slug).workflow
        alike = [
            row.id
            for row in await self._rows(sessions)
            if (row.workflow_id, row.channel) == (workflow, channel) and (channel == RUN or row.external_id == person)
        ]
        ended = update(sessions).where(sessions.c.id == alike[place]).values(wake_at=now(-1.0))
        await self.database.engine.write(lambda connection: connection.execute(ended))
        await self.bot.timers.fire()

    async def _settle(self) -> None:
        """Run what can be claimed and carry out what follows, until nothing changes any more."""
        before: Any = None
        for _ in range(_MOST_ROUNDS):
            await self.carrier.carry_some()
            await self.bot.work()
            await self._pass_gate()
            after = await self.database.engine.read(lambda connection: connection.execute(_COUNTS).one())
            if after == before:
                return
            before = after
        raise AssertionError("it does not come to rest")

    async def _pass_gate(self) -> None:
        """Let messages to other numbers pass the gate before they would be sent, as the sender does."""
        keys = {row.id: SessionKey(row.workflow_id, row.channel, row.external_id) for row in await self._rows(sessions)}
        for row in await self._rows(outbounds):
            if row.state != "ready" or "to" not in row.body:
                continue
            part = StoredOutbound(
                session=row.session_id,
                version=row.version,
                index=row.index,
                seq=row.seq,
                state="ready",
                message=SendMessage.from_json(row.body),
                key=keys[row.session_id],
                created_at=row.created_at,
            )
            passage = await self.bot.gate.passage(part)
            if passage.verdict == "suppress":
                news = DeliveryStatus(
                    session=part.session,
                    wire_id=f"{part.version}.{part.index}",
                    state="suppressed",
                    error_code=passage.code,
                    reason=passage.reason,
                )
                await self.database.outbox.report(news)

    # -- what is seen

    async def seen(self) -> Seen:
        """Return everything that stands now."""
        slugs = {row.id: row.slug for row in await self._rows(workflows)}
        traces: dict[int, list[Any]] = {}
        for row in await self._rows(turns):
            traces.setdefault(row.session_id, []).append(row)
        sent: dict[int, list[Any]] = {}
        for row in await self._rows(outbounds):
            sent.setdefault(row.session_id, []).append(row)
        held = [
            self._held(row, slugs[row.workflow_id], traces.get(row.id, ()), sent.get(row.id, ()))
            for row in await self._rows(sessions)
        ]
        return Seen(
            sessions=sorted((each for each in held if each.turns), key=lambda each: each.name),
            contacts=await self._contacts(),
        )

    def _held(self, row: Any, slug: str, taken: Sequence[Any], parts: Sequence[Any]) -> Held:
        frames = row.state.get("frames") or ()
        ordered = sorted(parts, key=lambda part: (part.version, part.index))
        messages = [SendMessage.from_json(part.body) for part in ordered]
        own, others = ([each for each in messages if bool(each.to) is is_other] for is_other in (False, True))
        return Held(
            workflow=slug,
            channel=row.channel,
            person="" if row.channel == RUN else row.external_id,
            is_parked=row.parked,
            node=frames[-1]["node"] if frames else "",
            state=state_of(Session.from_json(row.state, row.version)),
            turns=[
                Turned(status=turn.status, events=[event_of(event) for event in turn.trace])
                for turn in sorted(taken, key=lambda turn: turn.version)
                if turn.status not in _OUTSIDE and not is_cancellation(turn.trace)
            ],
            messages=[said(message) for message in (*own, *others)],
        )

    async def _contacts(self) -> dict[str, Any]:
        at = {row.person_id: row.address for row in await self._rows(contacts) if row.person_id is not None}
        names = {row.id: row.name for row in await self._rows(contact_groups)}
        found: dict[str, Any] = {address: ({}, []) for address in at.values()}
        for row in await self._rows(person_values):
            found[at[row.person_id]][0][row.field] = plain(row.value)
        for row in await self._rows(contact_group_members):
            found[at[row.person_id]][1].append(names[row.group_id])
        return {address: (values, sorted(groups)) for address, (values, groups) in found.items()}

    async def _rows(self, table: Any) -> list[Any]:
        statement = select(table).order_by(*table.primary_key.columns)
        return await self.database.engine.read(lambda connection: list(connection.execute(statement).all()))


def _give_back(connection: Connection, locked: handoffs.LockedSession, *, note: str, values: Mapping[str, Any]) -> None:
    handoffs.give_back(connection, locked, replay=False, note=note, values=values)


def _write(connection: Connection, locked: handoffs.LockedSession, text: str) -> None:
    """Write as the service does for the person who has the conversation."""
    handoff = locked.session.handoff
    assert handoff is not None
    parts = parts_to_person([SendMessage(text=text, author=handoff.person)], locked.channel, None, "")
    handoffs.say(connection, locked, handoff.person, parts)


@asynccontextmanager
async def open_production(
    script: Script, database: Database, began: datetime, types: tuple[NodeType, ...] = ()
) -> AsyncIterator[Production]:
    """Serve the script's workflows on an empty database."""
    phone = PlainPhone(TwilioSettings(), SystemClock())
    channels: dict[str, Channel] = dict.fromkeys(phone.names, phone)
    first = {"id": "unused", "type": "chatbot", "actionType": "say", "properties": {"text": "unused"}}
    async with open_bot(database, first, types=types, channels=channels) as bot:
        node_types = bot.flows._node_types
        documents = {str(each["id"]): dict(each) for each in script.documents}
        for id in documents:
            await bot.flows.publish([(compile_flow(documents, id, node_types), documents)])
        carrier = Carrier(
            store=database.effects,
            engine=database.engine,
            flows=bot.flows,
            node_types=node_types,
            wake=bot.hub.claimable,
            channels=channels,
        )
        if script.fields or script.groups:
            await database.engine.write(_store, script)
        yield Production(script, bot, database, carrier, channels, began)


def _store(connection: Connection, script: Script) -> None:
    place = [(script.channel, script.address(acts.FIRST))]
    lock_addresses(connection, HOME, place)
    person = person_at(connection, HOME, place)
    write_values(connection, HOME, person, script.fields)
    for group in script.groups:
        move(connection, HOME, person, group, joins=True)
