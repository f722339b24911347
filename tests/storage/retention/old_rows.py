"""Conversations and logs of any age, of any organization, as rows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Connection, Table, insert, select

from botflow.records.retention import Retention
from botflow.storage.database import Database
from botflow.storage.engines.dialects import upsert
from botflow.storage.retention.retentions import get_retention, put_retention
from botflow.storage.tables import (
    artifacts,
    audit_log,
    campaign_starts,
    decisions,
    event_consumers,
    event_feeds,
    events,
    executions,
    file_pieces,
    files,
    inbounds,
    organizations,
    outbounds,
    sessions,
    spending,
    turns,
    webhook_deliveries,
    webhooks,
    workflows,
)

HOUR = timedelta(hours=1)


def ago(days: float) -> datetime:
    return datetime.now(UTC) - timedelta(days=days)


async def add_organization(database: Database, slug: str) -> int:
    def add(connection: Connection) -> int:
        made: int = connection.execute(
            insert(organizations).values(slug=slug, name=slug).returning(organizations.c.id)
        ).scalar_one()
        return made

    return await database.engine.write(add)


async def decide(database: Database, organization: int, **days: int) -> None:
    """Let the organization keep its rows for so many days from now on."""

    def change(connection: Connection) -> None:
        revision = get_retention(connection, organization, lock=True).revision + 1
        put_retention(connection, organization, Retention(**days), revision=revision, updated_by="test")

    await database.engine.write(change)


async def add_conversation(database: Database, organization: int, person: str, ages: Sequence[float]) -> int:
    """Store a session with a conversation of one turn for each age in days, the oldest first; return its id."""
    return await database.engine.write(_conversation, organization, person, ages)


async def add_run(database: Database, organization: int, key: str, age: float) -> int:
    """Store a run that ended so many days ago."""
    return await database.engine.write(_run, organization, key, age)


async def add_logs(database: Database, organization: int, ages: Sequence[float]) -> None:
    """Store for each age a suppressed message, an opt-out, a change, and what was spent on that day."""

    def add(connection: Connection) -> None:
        for age in ages:
            made = {"organization_id": organization, "at": ago(age)}
            about = {"channel": "sms", "address": "+12125550101", "reason": "x"}
            for kind in ("suppressed", "opt_out"):
                connection.execute(insert(decisions).values(**made, **about, kind=kind))
            connection.execute(insert(audit_log).values(**made, actor="a", address="", action="x", subject=f"{age}"))
            for scope, key in (("contact", f"{organization}:sms:+1"), ("organization", str(organization))):
                day = f"{ago(age):%Y-%m-%d}"
                connection.execute(insert(spending).values(scope=scope, key=key, day=day, segments=1, cost=0))

    await database.engine.write(add)


async def add_starts(database: Database, organization: int, ages: Sequence[float]) -> None:
    """Store for each age what a campaign decided of two people, whose occasion was due that many days ago."""

    def add(connection: Connection) -> None:
        workflow = _workflow(connection, organization, max(ages))
        for age in ages:
            at = {"due_at": ago(age), "decided_at": ago(age), "occasion": f"{ago(age):%Y-%m-%d}"}
            for person, outcome in ((1, "started"), (2, "missed")):
                of = {"workflow_id": workflow, "organization_id": organization, "person_id": person}
                connection.execute(
                    insert(campaign_starts).values(**of, **at, node="birthday", outcome=outcome, reason="")
                )

    await database.engine.write(add)


async def ages_of(database: Database, table: Table, column: str, *where: Any) -> list[int]:
    """Return how many days ago the rows of a table are from, the oldest first."""
    moment = table.c[column]
    query = select(moment).where(*where).order_by(moment)
    found = await database.engine.read(lambda connection: connection.execute(query).scalars().all())
    return [round((datetime.now(UTC) - each) / timedelta(days=1)) for each in found]


async def turns_of(database: Database, session: int) -> list[int]:
    """Return how many days ago the turns of a session were, the oldest first."""
    return await ages_of(database, turns, "at", turns.c.session_id == session)


def _conversation(connection: Connection, organization: int, person: str, ages: Sequence[float]) -> int:
    session = _session(connection, organization, "chat", person, max(ages))
    for seq, age in enumerate(ages, 1):
        _turn(connection, session, seq, age)
        execution = _execution(connection, session, age)
        stored = {"key": "a", "kind": "artifact", "content_type": "text/plain", "size": 1, "content": b"x"}
        connection.execute(insert(artifacts).values(execution_id=execution, created_at=ago(age), **stored))
        file = {"name": "a", "content_type": "text/plain", "size": 1, "created_at": ago(age), "sent_at": ago(age)}
        connection.execute(insert(files).values(id=f"f{session}.{seq}", session_id=session, **file))
        connection.execute(insert(file_pieces).values(file_id=f"f{session}.{seq}", index=0, content=b"x"))
    return session


def _run(connection: Connection, organization: int, key: str, age: float) -> int:
    session = _session(connection, organization, "run", key, age)
    _turn(connection, session, 1, age)
    _execution(connection, session, age, trigger="api")
    return session


def _session(connection: Connection, organization: int, channel: str, key: str, age: float) -> int:
    values = {
        "workflow_id": _workflow(connection, organization, age),
        "channel": channel,
        "external_id": key,
        "version": 1,
        "last_seq": 1,
        "done_seq": 1,
        "created_at": ago(age + 0.1),
        "updated_at": ago(age),
        "parked": False,
        "state": {},
    }
    session: int = connection.execute(insert(sessions).values(**values).returning(sessions.c.id)).scalar_one()
    return session


def _workflow(connection: Connection, organization: int, age: float) -> int:
    """Store the organization's workflow, unless it has one."""
    made = {"slug": f"flow{organization}", "name": "Flow", "status": "active", "mode": "persistent"}
    row = upsert(connection, workflows).values(organization_id=organization, **made, created_at=ago(age))
    connection.execute(row.on_conflict_do_nothing())
    mine = select(workflows.c.id).where(workflows.c.organization_id == organization)
    found: int = connection.execute(mine).scalar_one()
    return found


def _turn(connection: Connection, session: int, seq: int, age: float) -> None:
    """Store a turn that heard one message and said another."""
    place = {"session_id": session, "seq": seq}
    heard = {"state": "done", "kind": "message", "key": f"m{seq}", "seed": 1, "flow_version": 1, "attempt": 1}
    said = {"version": seq, "index": 0, "attempts": 1, "state": "sent", "body": {"text": "x"}}
    connection.execute(insert(turns).values(**place, at=ago(age), version=seq, status="completed", trace=[]))
    connection.execute(insert(inbounds).values(**place, received_at=ago(age), **heard))
    connection.execute(insert(outbounds).values(**place, created_at=ago(age), **said))


def _execution(connection: Connection, session: int, age: float, **more: Any) -> UUID:
    id, ended = uuid4(), ago(age)
    of_session = {"session_id": session, "flow_version": 1, "status": "completed", **more}
    connection.execute(insert(executions).values(id=id, **of_session, started_at=ended - HOUR, ended_at=ended))
    return id


async def add_events(database: Database, organization: int, ages: Sequence[float]) -> None:
    """Begin a feed with an event for each age in days, the oldest first, which a webhook has been sent."""

    def add(connection: Connection) -> None:
        feed = {"token": "t", "last_number": len(ages), "wanted_until": ago(-7)}
        connection.execute(insert(event_feeds).values(organization_id=organization, **feed))
        hook = {"url": "x", "description": "", "types": [], "secrets": b"x", "revision": 1}
        made = {"id": f"w{organization}", "organization_id": organization, "created_at": ago(9), "updated_at": ago(9)}
        connection.execute(insert(webhooks).values(**made, **hook))
        place = {"number": len(ages), "latest": len(ages), "failures": 0, "is_enabled": True}
        connection.execute(insert(event_consumers).values(organization_id=organization, id=made["id"], **place))
        for number, age in enumerate(ages, 1):
            told = {"number": number, "at": ago(age), "type": "x"}
            connection.execute(insert(events).values(organization_id=organization, data={}, **told))
            tried = {"state": "delivered", "attempts": 1}
            connection.execute(insert(webhook_deliveries).values(webhook_id=made["id"], **told, **tried))

    await database.engine.write(add)
