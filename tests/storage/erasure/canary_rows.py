"""Rows about a person in every table in which there may be some, each with a canary; an erasure without a server."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Connection, Table, insert, select

from botflow.engine.inbound import RUN
from botflow.keyring import Keyring
from botflow.records.access import Principal, Scope
from botflow.records.erasures import ErasureRecord, Person
from botflow.runtime.erasures.eraser import Eraser
from botflow.storage.database import Database
from botflow.storage.engines.dialects import now
from botflow.storage.erasure.ledger import find_erasure
from botflow.storage.tables import (
    answers,
    artifacts,
    checkpoints,
    contacts,
    decisions,
    effects,
    executions,
    feedback,
    file_pieces,
    files,
    forks,
    idempotent_requests,
    inbounds,
    organizations,
    outbounds,
    publication_sessions,
    publications,
    recorded_answers,
    sessions,
    spending,
    turns,
    workflows,
)
from botflow.storage.turns.contact_writes import move, person_at, write_values
from tests.organizations import HOME

KEY, USER, TEXT = "canary-person", "canary-user@example.com", "canary-text"
CANARY = Person(keys=(KEY,), user=USER)
OPERATOR = Principal(organization=HOME, actor="test", scopes=frozenset(Scope))
KEYRING = Keyring("test-secret-key-0123456789-0123456789")
SAID = {"text": TEXT}


def eraser_of(database: Database) -> Eraser:
    return Eraser(database.engine.write, KEYRING)


async def erased(database: Database, person: Person = CANARY) -> ErasureRecord:
    """Erase the person, and return the finished erasure."""
    eraser = eraser_of(database)
    begun = await eraser.begin(OPERATOR, person)
    while await eraser.work():
        pass
    return await record_of(database, begun.id)


async def record_of(database: Database, id: int) -> ErasureRecord:
    found = await database.engine.read(find_erasure, id)
    assert found is not None
    return found


def add(connection: Connection, table: Table, **values: Any) -> None:
    connection.execute(insert(table).values(**values))


def add_workflow(connection: Connection, slug: str, organization: int = HOME) -> int:
    row = {"organization_id": organization, "slug": slug, "name": slug, "status": "active", "mode": "persistent"}
    made = insert(workflows).values(**row, created_at=now()).returning(workflows.c.id)
    number: int = connection.execute(made).scalar_one()
    return number


def add_organization(connection: Connection, slug: str) -> int:
    made = insert(organizations).values(slug=slug, name=slug).returning(organizations.c.id)
    number: int = connection.execute(made).scalar_one()
    return number


def add_session(connection: Connection, workflow: int, channel: str, external_id: str, **more: Any) -> int:
    """Store a session that is at rest; `more` are its columns."""
    row = {"version": 1, "last_seq": 1, "done_seq": 1, "parked": False, "state": {"frames": [SAID]}, **more}
    times = {"created_at": now(-60), "updated_at": now(-60)}
    made = insert(sessions).values(workflow_id=workflow, channel=channel, external_id=external_id, **times, **row)
    number: int = connection.execute(made.returning(sessions.c.id)).scalar_one()
    return number


def add_run(connection: Connection, workflow: int, *, status: str = "completed", **more: Any) -> tuple[int, UUID]:
    """Store a run; `more` are columns of its execution."""
    execution = uuid4()
    version = None if status == "completed" else 1
    session = add_session(connection, workflow, RUN, str(execution), flow_version=version)
    row = {"id": execution, "session_id": session, "started_at": now(-60), "flow_version": 1, "trigger": "api"}
    add(connection, executions, **row, status=status, **more)
    return session, execution


def add_inbound(connection: Connection, session: int, **more: Any) -> None:
    row = {"session_id": session, "seq": 1, "received_at": now(-60), "seed": 7, "flow_version": 1, "attempt": 1}
    values = {"state": "done", "kind": "message", "key": f"k{session}", "content": SAID, **more}
    add(connection, inbounds, **row, **values)


def add_outbound(connection: Connection, session: int, **more: Any) -> None:
    row = {"session_id": session, "version": 1, "index": 0, "attempts": 1, "seq": 1, "created_at": now(-60)}
    add(connection, outbounds, **row, **{"state": "sent", "body": SAID, **more})


def add_person(connection: Connection, workflow: int) -> tuple[int, UUID]:
    """Store a conversation of the person with a row in each table; return its number, and its execution."""
    session = add_session(connection, workflow, "chat", KEY)
    at = {"session_id": session, "at": now(-60)}
    add_inbound(connection, session)
    add_outbound(connection, session, provider_id="canary-sid", former_ids="canary-old-sid")
    _add_feedback(connection, workflow, session)
    add(connection, answers, **at, seq=1, index=0, attempt=1, fingerprint="x", ask=SAID, value=SAID)
    add(connection, turns, **at, seq=1, version=1, status="waiting", trace=[["edge", TEXT, "next", ""]])
    add(connection, checkpoints, **at, version=1, node="a", flow_version=1, state=SAID)
    effect = {"session_id": session, "version": 1, "index": 0, "kind": "emit", "body": SAID, "attempts": 0}
    add(connection, effects, **effect, due_at=now(3_600))
    execution = uuid4()
    of_session = {"session_id": session, "started_at": now(-60), "flow_version": 1, "status": "completed"}
    add(connection, executions, id=execution, **of_session, variables=SAID)
    blob = {"kind": "artifact", "content_type": "text/plain", "size": 11, "created_at": now(), "content": TEXT.encode()}
    add(connection, artifacts, execution_id=execution, key="a", **blob)
    add(connection, files, id=f"f{session}", session_id=session, name=TEXT, content_type="x", created_at=now())
    add(connection, file_pieces, file_id=f"f{session}", index=0, content=TEXT.encode())
    add(connection, spending, scope="session", key=str(session), day="2026-11-01", segments=1, cost=1)
    add(connection, spending, scope="contact", key=f"{HOME}:chat:{KEY}", day="2026-11-01", segments=1, cost=1)
    add(connection, decisions, organization_id=HOME, channel="chat", address=KEY, kind="delayed", reason="x", at=now())
    elsewhere = {"organization_id": HOME, "channel": "sms", "address": "+1", "kind": "delayed", "reason": "x"}
    add(connection, decisions, **elsewhere, at=now(), session_id=session, detail=SAID)
    add(connection, contacts, organization_id=HOME, channel="chat", address=KEY, stopped=False, updated_at=now())
    _add_person(connection)
    body = b'{"session":"%d","text":"%s"}' % (session, TEXT.encode())
    asked = {"organization_id": HOME, "key": "k", "digest": b"x", "created_at": now()}
    add(connection, idempotent_requests, **asked, status=200, body=body)
    _add_publication(connection, workflow, session)
    _add_fork(connection, session, execution)
    return session, execution


def _add_person(connection: Connection) -> None:
    """Store a person at the address, with another one."""
    person = person_at(connection, HOME, [("chat", KEY)])
    write_values(connection, HOME, person, {"name": TEXT, "note": TEXT})
    move(connection, HOME, person, "guests", joins=True)


def _add_feedback(connection: Connection, workflow: int, session: int) -> None:
    message = {"session_id": session, "version": 1, "index": 0, "organization_id": HOME, "workflow_id": workflow}
    times = {"created_at": now(), "updated_at": now()}
    add(connection, feedback, **message, node="a", flow_version=1, value="down", comment=TEXT, **times)


def _add_publication(connection: Connection, workflow: int, session: int) -> None:
    row = {"workflow_id": workflow, "state": "done", "token": b"x", "plan": {}, "author": "x"}
    made = insert(publications).values(**row, created_at=now(), expires_at=now()).returning(publications.c.id)
    publication = connection.execute(made).scalar_one()
    add(connection, publication_sessions, publication_id=publication, session_id=session, state="moved", before=SAID)


def _add_fork(connection: Connection, session: int, execution: UUID) -> None:
    """Store what a fork has, although no conversation is one: so that one session is in every table."""
    add(connection, forks, session_id=session, from_execution=execution, from_session=10**6, step=1, policy=SAID)
    place = {"from_session": 10**6, "from_seq": 1, "from_index": 0}
    add(connection, recorded_answers, session_id=session, position=0, branch="", node="a", question=TEXT, **place)


async def sessions_left(database: Database) -> set[int]:
    return set(await database.engine.read(lambda connection: connection.execute(select(sessions.c.id)).scalars().all()))
