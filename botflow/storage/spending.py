"""Spent and reserved amounts, on both databases: text segments, and money for models.

A reservation is made before anything is spent, in all scopes or in none: each row is updated only if the sum stays
within its cap, so no cap is exceeded, however many processes spend at the same time. Scopes have the same order
everywhere, from the narrowest to the widest, so that two reservations cannot deadlock.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import ColumnElement, Connection, and_, select, true, update

from botflow.flow.policy import Budgets, Cap
from botflow.records.sessions import SessionKey
from botflow.storage.engines.dialects import now, upsert
from botflow.storage.engines.engine import Engine
from botflow.storage.tables import sessions, spending, workflows

MICRO = 1_000_000  # a US dollar in the unit of `cost`

ScopeName = Literal["session", "contact", "organization", "recipient", "visitor", "visitors"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Amount:
    """How much: segments of text messages, and millionths of a US dollar."""

    segments: int = 0
    cost: int = 0

    def fits(self, cap: Cap) -> bool:
        """True if this amount alone stays within `cap`."""
        segments = cap.segments is None or self.segments <= cap.segments
        return segments and (cap.cost is None or self.cost <= micro(cap.cost))


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """One row of `spending`, and its cap."""

    name: ScopeName
    key: str
    day: str  # "" for the session's whole life; with its hour where an hour is counted
    cap: Cap


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """For whom money is spent: the session, and the person at an address, in an organization."""

    organization: int
    session: int
    channel: str
    address: str

    def scopes(self, budgets: Budgets, today: datetime) -> tuple[Scope, ...]:
        """Return the scopes in the order in which they are locked; a day is a UTC day."""
        day = f"{today:%Y-%m-%d}"
        contact = f"{self.organization}:{self.channel}:{self.address}"
        return (
            Scope(name="session", key=str(self.session), day="", cap=budgets.session),
            Scope(name="contact", key=contact, day=day, cap=budgets.contact),
            Scope(name="organization", key=str(self.organization), day=day, cap=budgets.organization),
        )


def message_scopes(
    budgets: Budgets, person: Person, key: SessionKey, now: datetime, *, is_stranger: bool, is_elsewhere: bool
) -> tuple[Scope, ...]:
    """Return the scopes that count a message of the session `key` to `person`, each message as one segment.

    `is_stranger`: the person has not written to us lately; `is_elsewhere`: it does not go to the session's person.
    """
    scopes: list[Scope] = []
    if is_stranger:
        address = f"{person.organization}:{person.channel}:{person.address}"
        cap = Cap(segments=budgets.recipient.messages)
        scopes.append(Scope(name="recipient", key=address, day=f"{now:%Y-%m-%d}", cap=cap))
    if is_elsewhere and key.is_anonymous:
        hour = f"{now:%Y-%m-%dT%H}"
        one, every = Cap(segments=budgets.visitor.messages), Cap(segments=budgets.visitors.messages)
        scopes.append(Scope(name="visitor", key=str(person.session), day=hour, cap=one))
        scopes.append(Scope(name="visitors", key=str(key.workflow), day=hour, cap=every))
    return tuple(scopes)


class OverBudget(Exception):
    """A cap would be exceeded; raised within the transaction, so that all of it is rolled back."""

    def __init__(self, scope: ScopeName) -> None:
        super().__init__(scope)
        self.scope = scope


class Spending:
    """Reserves and settles money for models; segments are reserved by the send gate (gate_facts.py)."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    async def person(self, session: int) -> tuple[Person, datetime]:
        """Return the person of a session, for its model calls, and the database's time."""
        found = (
            select(workflows.c.organization_id, sessions.c.channel, sessions.c.external_id, now())
            .join(workflows, workflows.c.id == sessions.c.workflow_id)
            .where(sessions.c.id == session)
        )
        organization, channel, address, at = await self._engine.read(lambda connection: connection.execute(found).one())
        return Person(organization=organization, session=session, channel=channel, address=address), at

    async def reserve(self, scopes: Sequence[Scope], amount: Amount) -> ScopeName | None:
        """Reserve `amount` in all scopes (None), or nothing: then return the scope whose cap would be exceeded."""
        try:
            await self._engine.write(reserve, scopes, amount)
        except OverBudget as refused:
            return refused.scope
        return None

    async def settle(self, scopes: Sequence[Scope], reserved: Amount, spent: Amount) -> None:
        """Replace a reservation by the amount that was spent, without a check of the cap."""
        settled = {
            "segments": spending.c.segments + (spent.segments - reserved.segments),
            "cost": spending.c.cost + (spent.cost - reserved.cost),
        }

        def settle(connection: Connection) -> None:
            for scope in scopes:
                connection.execute(update(spending).where(_is_row(scope)).values(**settled))

        await self._engine.write(settle)

    async def spent(self, scope: Scope) -> Amount:
        """Return the amount in a scope's row, reservations included; 0 without a row."""
        found = select(spending.c.segments, spending.c.cost).where(_is_row(scope))
        row = await self._engine.read(lambda connection: connection.execute(found).first())
        return Amount(segments=row.segments, cost=row.cost) if row else Amount()


def reserve(connection: Connection, scopes: Sequence[Scope], amount: Amount) -> None:
    """Reserve `amount` in the caller's transaction; OverBudget when a cap would be exceeded."""
    for scope in scopes:
        if not amount.fits(scope.cap):
            raise OverBudget(scope.name)
        row = upsert(connection, spending).values(
            scope=scope.name, key=scope.key, day=scope.day, segments=amount.segments, cost=amount.cost
        )
        moved = row.on_conflict_do_update(
            index_elements=["scope", "key", "day"],
            set_={"segments": spending.c.segments + amount.segments, "cost": spending.c.cost + amount.cost},
            where=_has_room(scope.cap, amount),
        )
        if connection.execute(moved.returning(spending.c.scope)).first() is None:
            raise OverBudget(scope.name)


def micro(usd: float) -> int:
    """Return US dollars in millionths, rounded up: so a very cheap call is counted, too."""
    return math.ceil(round(usd * MICRO, 3))


def _has_room(cap: Cap, amount: Amount) -> ColumnElement[bool]:
    """Match a row that `amount` still fits into. Only requested resources are checked: a cap may have been lowered."""
    room: list[ColumnElement[bool]] = [true()]
    if amount.segments and cap.segments is not None:
        room.append(spending.c.segments + amount.segments <= cap.segments)
    if amount.cost and cap.cost is not None:
        room.append(spending.c.cost + amount.cost <= micro(cap.cost))
    return and_(*room)


def _is_row(scope: Scope) -> ColumnElement[bool]:
    return and_(spending.c.scope == scope.name, spending.c.key == scope.key, spending.c.day == scope.day)
