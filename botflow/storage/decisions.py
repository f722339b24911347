"""Evidence, on both databases: every decision about sending to a contact, or spending money. Rows are only added."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import ColumnElement, Connection, Select, insert, select

from botflow.storage.engines.dialects import now
from botflow.storage.engines.engine import Engine
from botflow.storage.tables import decisions, workflows

DecisionKind = Literal["opt_out", "opt_in", "suppressed", "delayed", "held", "refused", "released"]
MOST_ABOUT_ONE = 50
COLUMNS = ("id", "at", "channel", "address", "kind", "reason", "session_id", "subject", "detail")


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """One decision. `reason` is a stable code; `subject` is the wire id of the part, or the key of the inbound, that
    the decision concerns. `id` and `at` are the database's."""

    kind: DecisionKind
    reason: str
    channel: str
    address: str
    session: int | None = None
    subject: str = ""
    detail: Mapping[str, Any] = field(default_factory=dict)
    id: int = 0
    at: datetime | None = None


class Decisions:
    """Reads evidence, and adds to it."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    async def add(self, organization: int, decision: Decision) -> None:
        """Add one decision."""
        await self._engine.write(record, organization, [decision])

    async def of_address(
        self, organization: int, address: str, channel: str = "", limit: int = 100, before: int | None = None
    ) -> list[Decision]:
        """Return an organization's decisions about an address, newest first.

        `before` is the id of the last decision of the page before.
        """
        found: Select[*tuple[Any, ...]] = (
            select(*(decisions.c[name] for name in COLUMNS))
            .where(decisions.c.organization_id == organization, decisions.c.address == address)
            .order_by(decisions.c.id.desc())
            .limit(limit)
        )
        if channel:
            found = found.where(decisions.c.channel == channel)
        if before is not None:
            found = found.where(decisions.c.id < before)
        rows = await self._engine.read(lambda connection: connection.execute(found).all())
        return [_decision(tuple(row)) for row in rows]


def list_decisions_about(
    connection: Connection, organization: int, address: str, part: tuple[int, int, int]
) -> list[Decision]:
    """Return the newest decisions about a message to an address; its evidence names it with or without its session."""
    session, version, index = part
    about = select(*(decisions.c[name] for name in COLUMNS)).where(
        decisions.c.organization_id == organization,
        decisions.c.address == address,
        decisions.c.session_id == session,
        decisions.c.subject.in_((f"{version}.{index}", f"{session}.{version}.{index}")),
    )
    found = connection.execute(about.order_by(decisions.c.id.desc()).limit(MOST_ABOUT_ONE))
    return [_decision(tuple(row)) for row in found]


def organization_of(workflow: int) -> ColumnElement[int]:
    """Return the organization that a workflow belongs to, as an expression."""
    return select(workflows.c.organization_id).where(workflows.c.id == workflow).scalar_subquery()


def record(connection: Connection, organization: ColumnElement[int] | int, made: Sequence[Decision]) -> None:
    """Add decisions in the caller's transaction."""
    for decision in made:
        connection.execute(
            insert(decisions).values(
                organization_id=organization,
                at=now(),
                channel=decision.channel,
                address=decision.address,
                kind=decision.kind,
                reason=decision.reason,
                session_id=decision.session,
                subject=decision.subject or None,
                detail=dict(decision.detail) or None,
            )
        )


def _decision(row: tuple[Any, ...]) -> Decision:
    id_, at, channel, address, kind, reason, session, subject, detail = row
    return Decision(
        id=id_,
        at=at,
        channel=channel,
        address=address,
        kind=kind,
        reason=reason,
        session=session,
        subject=subject or "",
        detail=detail or {},
    )
