"""The reads and writes of the send gate, on both databases: it gets facts, makes a ruling, and adds evidence.

One transaction per part. It holds a share lock on the contact's row, so a stop is either seen here or waits until this
part has passed. A part that passes has its segments reserved.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal, get_args

from sqlalchemy import Connection, Integer, and_, bindparam, func, select, update

from botflow.flow.policy import Budgets
from botflow.records.outbounds import StoredOutbound
from botflow.storage.decisions import Decision, DecisionKind, record
from botflow.storage.engines.dialects import now, upsert
from botflow.storage.engines.engine import Engine
from botflow.storage.spending import Amount, OverBudget, Person, message_scopes, reserve
from botflow.storage.tables import contacts, decisions, inbounds, outbounds, sessions, spending, workflows

LoopReason = Literal["loop.flood", "loop.echo"]
LOOP_REASONS: tuple[LoopReason, ...] = get_args(LoopReason)
NO_BUDGETS = Budgets()
RECENTLY = timedelta(days=1)  # who has written since expects to hear from us

# The statements that run for every part are built once: building one costs more than executing it.
LIMIT = bindparam("limit", type_=Integer)
PLACE = (
    select(workflows.c.organization_id, sessions.c.parked, inbounds.c.kind, inbounds.c.content, now())
    .select_from(sessions)
    .join(workflows, workflows.c.id == sessions.c.workflow_id)
    .outerjoin(inbounds, and_(inbounds.c.session_id == sessions.c.id, inbounds.c.seq == bindparam("seq")))
    .where(sessions.c.id == bindparam("session"))
)
CONTACT = (
    select(contacts.c.stopped, contacts.c.time_zone)
    .where(
        contacts.c.organization_id == bindparam("organization"),
        contacts.c.channel == bindparam("channel"),
        contacts.c.address == bindparam("address"),
    )
    .with_for_update(read=True)
)
# When a contact last wrote to any workflow of the organization.
WROTE_AT = select(
    func.max(
        select(inbounds.c.received_at)
        .where(inbounds.c.session_id == sessions.c.id, inbounds.c.kind == "message")
        .order_by(inbounds.c.seq.desc())
        .limit(1)
        .scalar_subquery()
    )
).where(
    sessions.c.workflow_id.in_(select(workflows.c.id).where(workflows.c.organization_id == bindparam("organization"))),
    sessions.c.channel == bindparam("channel"),
    sessions.c.external_id == bindparam("address"),
)
HEARD = (
    select(inbounds.c.received_at, inbounds.c.content["text"].as_string())
    .where(
        inbounds.c.session_id == bindparam("session"),
        inbounds.c.kind == "message",
        inbounds.c.merged_into.is_(None),  # the messages of a burst share one reply
    )
    .order_by(inbounds.c.seq.desc())
    .limit(LIMIT)
)
SAID = (
    select(outbounds.c.version, outbounds.c.index, outbounds.c.body["text"].as_string())
    .where(
        outbounds.c.session_id == bindparam("session"),
        outbounds.c.version <= bindparam("version"),
        outbounds.c.body["to"].as_string().is_(None),
    )
    .order_by(outbounds.c.version.desc(), outbounds.c.index.desc())
    .limit(LIMIT)
)
PAUSE = (
    select(decisions.c.reason, decisions.c.detail)
    .where(
        decisions.c.organization_id == bindparam("organization"),
        decisions.c.channel == bindparam("channel"),
        decisions.c.address == bindparam("address"),
        decisions.c.reason.in_(LOOP_REASONS),
    )
    .order_by(decisions.c.at.desc(), decisions.c.id.desc())
    .limit(1)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause:
    """The latest loop-breaker pause of a contact; `level` counts how often it grew."""

    reason: LoopReason
    level: int
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """The end of a conversation, newest first: `heard` is when and what the contact wrote, `said` our messages before
    this part's turn, and `beside` the other messages of that turn."""

    heard: tuple[tuple[datetime, str], ...] = ()
    said: tuple[str, ...] = ()
    beside: tuple[str, ...] = ()
    pause: Pause | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PartFacts:
    """The facts of a ruling. `person` is the recipient; `wrote_at` is when they last wrote to any workflow here.

    `confirms` says that the part answers a request to stop, `is_answer` that it belongs to the turn of a message.
    """

    person: Person
    now: datetime
    is_stopped: bool
    confirms: bool
    is_answer: bool = False
    time_zone: str | None = None
    wrote_at: datetime | None = None
    exchange: Exchange = field(default_factory=Exchange)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruling:
    """The decision about a part; with `kind` None it may leave. `after_s` is for a delay."""

    kind: DecisionKind | None = None
    reason: str = ""
    after_s: float = 0.0
    detail: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Inquiry:
    """What the rules of a part's workflow need: how many of the last messages and replies, and whether also the time
    when the person last wrote. Segments are counted with `counts_segments` only, messages always."""

    messages: int = 0
    replies: int = 0
    last_written: bool = False
    budgets: Budgets = NO_BUDGETS
    counts_segments: bool = False


class GateRows:
    """Reads facts about parts for the send gate, and writes its rulings."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    async def rule(
        self, part: StoredOutbound, address: str, inquiry: Inquiry, judge: Callable[[PartFacts], Ruling]
    ) -> Ruling:
        """Return `judge`'s ruling on a part; reserve the part's segments if it may leave, else add evidence.

        `address` is the recipient in its normal form.
        """
        return await self._engine.write(_rule, part, address, inquiry, judge)

    async def flow_version(self, part: StoredOutbound) -> int:
        """Return the id of the workflow version whose turn sent the part."""
        found = select(inbounds.c.flow_version).where(inbounds.c.session_id == part.session, inbounds.c.seq == part.seq)
        version: int = await self._engine.read(lambda connection: connection.execute(found).scalar_one())
        return version

    async def wake(self, session: int) -> None:
        """Make the parts of a session that wait for the end of quiet hours due now: its contact has just written."""
        delayed = and_(
            outbounds.c.session_id == session,
            outbounds.c.state == "ready",
            outbounds.c.error_code == "consent.quiet_hours",
        )
        now_due = update(outbounds).where(delayed).values(due_at=None, error_code=None)
        await self._engine.write(lambda connection: connection.execute(now_due).rowcount)


def _rule(
    connection: Connection,
    part: StoredOutbound,
    address: str,
    inquiry: Inquiry,
    judge: Callable[[PartFacts], Ruling],
) -> Ruling:
    facts = _facts(connection, part, address, inquiry)
    ruling = judge(facts)
    if ruling.kind is None and not facts.confirms:
        ruling = _reserve(connection, part, facts, inquiry)
    if ruling.kind is not None:
        _leave_evidence(connection, part, facts.person, ruling)
    return ruling


def _facts(connection: Connection, part: StoredOutbound, address: str, inquiry: Inquiry) -> PartFacts:
    own = not part.message.to
    place = {"session": part.session, "seq": part.seq}
    organization, parked, kind, content, at = connection.execute(PLACE, place).one()
    is_answer = own and kind == "message"
    person = Person(
        organization=organization,
        session=part.session,
        channel=part.message.channel or part.key.channel,
        address=address,
    )
    known = connection.execute(CONTACT, _address_of(person)).first()
    return PartFacts(
        person=person,
        now=at,
        is_stopped=bool((own and parked) or (known and known.stopped)),
        confirms=own and (content or {}).get("consent") == "ask_to_stop",
        time_zone=known.time_zone if known else None,
        is_answer=is_answer,
        wrote_at=(
            connection.execute(WROTE_AT, _address_of(person)).scalar()
            if inquiry.last_written or not is_answer
            else None
        ),
        exchange=_exchange(connection, part, person, inquiry) if own and inquiry.messages else Exchange(),
    )


def _exchange(connection: Connection, part: StoredOutbound, person: Person, inquiry: Inquiry) -> Exchange:
    heard = connection.execute(HEARD, {"session": part.session, "limit": inquiry.messages}).all()
    place = {"session": part.session, "version": part.version, "limit": 2 * inquiry.replies}
    parts = connection.execute(SAID, place).all()
    mine = (part.version, part.index)
    return Exchange(
        heard=tuple((at, text or "") for at, text in heard),
        said=tuple(text for version, _, text in parts if version < part.version)[: inquiry.replies],
        beside=tuple(text for *key, text in parts if key[0] == part.version and tuple(key) != mine),
        pause=_pause(connection, person),
    )


def _pause(connection: Connection, person: Person) -> Pause | None:
    row = connection.execute(PAUSE, _address_of(person)).first()
    if row is None:
        return None
    return Pause(reason=row.reason, level=row.detail["level"], until=datetime.fromisoformat(row.detail["until"]))


def _address_of(person: Person) -> dict[str, Any]:
    return {"organization": person.organization, "channel": person.channel, "address": person.address}


def _reserve(connection: Connection, part: StoredOutbound, facts: PartFacts, inquiry: Inquiry) -> Ruling:
    """Reserve a part's segments once, however often it is tried, and count it as a message to a stranger; hold it when
    a limit would be exceeded."""
    amount = Amount(segments=part.segments or 1)
    scopes = facts.person.scopes(inquiry.budgets, facts.now) if inquiry.counts_segments else ()
    bounds = message_scopes(
        inquiry.budgets,
        facts.person,
        part.key,
        facts.now,
        is_stranger=not facts.is_answer and (facts.wrote_at is None or facts.now - facts.wrote_at > RECENTLY),
        is_elsewhere=bool(part.message.to),
    )
    if not scopes and not bounds:
        return Ruling()
    counted = upsert(connection, spending).values(
        scope="part", key=f"{part.session}.{part.wire_id}", day="", segments=amount.segments, cost=0
    )
    try:
        with connection.begin_nested():
            once = counted.on_conflict_do_nothing().returning(spending.c.scope)
            if connection.execute(once).first() is not None:
                reserve(connection, scopes, amount)
                reserve(connection, bounds, Amount(segments=1))
    except OverBudget as refused:
        return Ruling(
            kind="held", reason=f"budget.{refused.scope}", detail={"segments": amount.segments, "of": refused.scope}
        )
    return Ruling()


def _leave_evidence(connection: Connection, part: StoredOutbound, person: Person, ruling: Ruling) -> None:
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
    record(connection, person.organization, [made])
    if ruling.kind == "delayed":  # `wake` finds it by this code
        mine = and_(
            outbounds.c.session_id == part.session,
            outbounds.c.version == part.version,
            outbounds.c.index == part.index,
        )
        connection.execute(update(outbounds).where(mine).values(error_code=ruling.reason))
