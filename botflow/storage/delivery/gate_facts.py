"""What the gate of the send path reads and writes, on both databases: facts in, a ruling, evidence out.

One transaction per part. It shares the contact's row with nobody who changes it, so a stop is either seen here or waits
until this part has passed; and what passes has its segments reserved.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, get_args

from sqlalchemy import ColumnElement, and_, func, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from botflow.flow.policy import Budgets
from botflow.records.outbounds import StoredOutbound
from botflow.storage.decisions import Decision, DecisionKind, record
from botflow.storage.engines.engine import Engine, dialect_of
from botflow.storage.spending import Amount, OverBudget, Person, reserve
from botflow.storage.tables import contacts, decisions, inbounds, outbounds, sessions, spending, workflows

LoopReason = Literal["loop.flood", "loop.echo"]
LOOP_REASONS: tuple[LoopReason, ...] = get_args(LoopReason)
NO_BUDGETS = Budgets()


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause:
    """The last pause of somebody whose messages and ours went round in circles; `level` counts how often it grew."""

    reason: LoopReason
    level: int
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """The end of a conversation, newest first: when and what the person wrote, what we said before this part's turn,
    and `beside` it in that turn."""

    heard: tuple[tuple[datetime, str], ...] = ()
    said: tuple[str, ...] = ()
    beside: tuple[str, ...] = ()
    pause: Pause | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PartFacts:
    """What a ruling rests on. `person` is the recipient; `wrote_at` is when they last wrote to anybody here.

    `confirms` says that the part answers a request to stop.
    """

    person: Person
    now: datetime
    is_stopped: bool
    confirms: bool
    time_zone: str | None = None
    wrote_at: datetime | None = None
    exchange: Exchange = field(default_factory=Exchange)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruling:
    """What was decided about a part; `kind` None lets it pass. `after_s` belongs to a delay."""

    kind: DecisionKind | None = None
    reason: str = ""
    after_s: float = 0.0
    detail: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Inquiry:
    """What the rules of a part's workflow must know: so many of the last messages, and when the person last wrote."""

    messages: int = 0
    replies: int = 0
    last_written: bool = False
    budgets: Budgets = NO_BUDGETS


class GateRows:
    """Looks at parts for the gate."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._insert = postgresql.insert if dialect_of(engine).is_postgres else sqlite.insert

    async def rule(self, part: StoredOutbound, inquiry: Inquiry, judge: Callable[[PartFacts], Ruling]) -> Ruling:
        """Let `judge` decide about a part, reserve its segments if it may pass, and leave evidence if it may not."""
        async with self._engine.write() as connection:
            facts = await self._facts(connection, part, inquiry)
            ruling = judge(facts)
            if ruling.kind is None and inquiry.budgets != NO_BUDGETS:
                ruling = await self._reserve(connection, part, facts, inquiry.budgets)
            if ruling.kind is not None:
                await self._leave_evidence(connection, part, facts.person, ruling)
        return ruling

    async def flow_version(self, part: StoredOutbound) -> int:
        """Return the version whose turn said the part."""
        found = select(inbounds.c.flow_version).where(inbounds.c.session_id == part.session, inbounds.c.seq == part.seq)
        async with self._engine.read() as connection:
            version: int = (await connection.execute(found)).scalar_one()
        return version

    async def wake(self, session: int) -> None:
        """Let the delayed parts of a session go now: its person has just written."""
        async with self._engine.write() as connection:
            await connection.execute(
                update(outbounds)
                .where(
                    outbounds.c.session_id == session,
                    outbounds.c.state == "ready",
                    outbounds.c.error_code == "consent.quiet_hours",
                )
                .values(due_at=None, error_code=None)
            )

    async def _facts(self, connection: AsyncConnection, part: StoredOutbound, inquiry: Inquiry) -> PartFacts:
        own = not part.message.to
        found = (
            select(workflows.c.organization_id, sessions.c.parked, inbounds.c.content, self._engine.now())
            .select_from(sessions)
            .join(workflows, workflows.c.id == sessions.c.workflow_id)
            .outerjoin(inbounds, and_(inbounds.c.session_id == sessions.c.id, inbounds.c.seq == part.seq))
            .where(sessions.c.id == part.session)
        )
        organization, parked, content, now = (await connection.execute(found)).one()
        person = Person(
            organization=organization,
            session=part.session,
            channel=part.message.channel or part.key.channel,
            address=part.message.to or part.key.external_id,
        )
        contact = select(contacts.c.stopped, contacts.c.time_zone).where(_is_contact(person))
        known = (await connection.execute(contact.with_for_update(read=True))).first()
        return PartFacts(
            person=person,
            now=now,
            is_stopped=bool((own and parked) or (known and known.stopped)),
            confirms=own and (content or {}).get("consent") == "ask_to_stop",
            time_zone=known.time_zone if known else None,
            wrote_at=await self._wrote_at(connection, person) if inquiry.last_written else None,
            exchange=await self._exchange(connection, part, person, inquiry)
            if own and inquiry.messages
            else Exchange(),
        )

    async def _wrote_at(self, connection: AsyncConnection, person: Person) -> datetime | None:
        """Return when the person last wrote to any workflow of the organization."""
        last = (
            select(inbounds.c.received_at)
            .where(inbounds.c.session_id == sessions.c.id, inbounds.c.kind == "message")
            .order_by(inbounds.c.seq.desc())
            .limit(1)
            .scalar_subquery()
        )
        ours = select(workflows.c.id).where(workflows.c.organization_id == person.organization)
        found = select(func.max(last)).where(
            sessions.c.workflow_id.in_(ours),
            sessions.c.channel == person.channel,
            sessions.c.external_id == person.address,
        )
        written: datetime | None = (await connection.execute(found)).scalar()
        return written

    async def _exchange(
        self, connection: AsyncConnection, part: StoredOutbound, person: Person, inquiry: Inquiry
    ) -> Exchange:
        heard = (
            select(inbounds.c.received_at, inbounds.c.content["text"].as_string())
            .where(
                inbounds.c.session_id == part.session,
                inbounds.c.kind == "message",
                inbounds.c.merged_into.is_(None),  # the messages of a burst have one answer together
            )
            .order_by(inbounds.c.seq.desc())
            .limit(inquiry.messages)
        )
        ours = (
            select(outbounds.c.version, outbounds.c.index, outbounds.c.body["text"].as_string())
            .where(
                outbounds.c.session_id == part.session,
                outbounds.c.version <= part.version,
                outbounds.c.body["to"].as_string().is_(None),
            )
            .order_by(outbounds.c.version.desc(), outbounds.c.index.desc())
            .limit(2 * inquiry.replies)
        )
        parts = (await connection.execute(ours)).all()
        mine = (part.version, part.index)
        return Exchange(
            heard=tuple((at, text or "") for at, text in (await connection.execute(heard)).all()),
            said=tuple(text for version, _, text in parts if version < part.version)[: inquiry.replies],
            beside=tuple(text for *key, text in parts if key[0] == part.version and tuple(key) != mine),
            pause=await self._pause(connection, person),
        )

    async def _pause(self, connection: AsyncConnection, person: Person) -> Pause | None:
        latest = (
            select(decisions.c.reason, decisions.c.detail)
            .where(
                decisions.c.organization_id == person.organization,
                decisions.c.channel == person.channel,
                decisions.c.address == person.address,
                decisions.c.reason.in_(LOOP_REASONS),
            )
            .order_by(decisions.c.at.desc(), decisions.c.id.desc())
            .limit(1)
        )
        row = (await connection.execute(latest)).first()
        if row is None:
            return None
        return Pause(reason=row.reason, level=row.detail["level"], until=datetime.fromisoformat(row.detail["until"]))

    async def _reserve(
        self, connection: AsyncConnection, part: StoredOutbound, facts: PartFacts, budgets: Budgets
    ) -> Ruling:
        """Reserve a part's segments once, however often it is tried; hold it when a cap would be passed."""
        amount = Amount(segments=part.segments or 1)
        counted = self._insert(spending).values(
            scope="part", key=f"{part.session}.{part.wire_id}", day="", segments=amount.segments, cost=0
        )
        try:
            async with connection.begin_nested():
                once = counted.on_conflict_do_nothing().returning(spending.c.scope)
                if (await connection.execute(once)).first() is not None:
                    await reserve(connection, self._engine, facts.person.scopes(budgets, facts.now), amount)
        except OverBudget as refused:
            return Ruling(
                kind="held", reason=f"budget.{refused.scope}", detail={"segments": amount.segments, "of": refused.scope}
            )
        return Ruling()

    async def _leave_evidence(
        self, connection: AsyncConnection, part: StoredOutbound, person: Person, ruling: Ruling
    ) -> None:
        assert ruling.kind is not None
        made = Decision(
            kind=ruling.kind,
            reason=ruling.reason,
            channel=person.channel,
            address=person.address,
            session=part.session,
            subject=part.wire_id,
            detail=ruling.detail,
        )
        await record(connection, self._engine, person.organization, [made])
        if ruling.kind == "delayed":  # the mark by which `wake` finds it
            mine = and_(
                outbounds.c.session_id == part.session,
                outbounds.c.version == part.version,
                outbounds.c.index == part.index,
            )
            await connection.execute(update(outbounds).where(mine).values(error_code=ruling.reason))


def _is_contact(person: Person) -> ColumnElement[bool]:
    return and_(
        contacts.c.organization_id == person.organization,
        contacts.c.channel == person.channel,
        contacts.c.address == person.address,
    )
