"""An erasure step by step, without a server: what goes, what stays and why, and what happens meanwhile."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, func, select, update

from botflow.records.erasures import Person
from botflow.runtime.erasures.receipt import is_genuine
from botflow.storage.database import Database
from botflow.storage.engines.dialects import now
from botflow.storage.erasure.redactions import take_redactions
from botflow.storage.erasure.work import work_on
from botflow.storage.service.audit_log import record_change
from botflow.storage.tables import (
    audit_log,
    contacts,
    executions,
    forks,
    inbounds,
    outbounds,
    redactions,
    sessions,
    spending,
)
from tests.dumps import dump_of, places_of
from tests.storage.erasure.canary_rows import (
    CANARY,
    KEY,
    KEYRING,
    OPERATOR,
    SAID,
    TEXT,
    USER,
    add,
    add_inbound,
    add_organization,
    add_outbound,
    add_person,
    add_run,
    add_session,
    add_workflow,
    erased,
    eraser_of,
    record_of,
    sessions_left,
)
from tests.storage.sample_turns import key, message, said, waiting

TABLES = {
    "answers",
    "artifacts",
    "checkpoints",
    "decisions",
    "effects",
    "executions",
    "feedback",
    "file_pieces",
    "files",
    "forks",
    "idempotent_requests",
    "inbounds",
    "outbounds",
    "person_terms",
    "person_values",
    "publication_sessions",
    "recorded_answers",
    "sessions",
    "turns",
}


def tables_with(canary: str, database_url: str) -> set[str]:
    found = places_of([canary], dump_of(database_url)).get(canary, set())
    return {place.partition(".")[0] for place in found}


async def test_all_rows_of_a_person_go_and_those_of_another_organization_stay(
    database: Database, database_url: str
) -> None:
    def add_rows(connection: Connection) -> int:
        add_person(connection, add_workflow(connection, "ours"))
        theirs = add_organization(connection, "theirs")
        foreign = add_session(connection, add_workflow(connection, "theirs", theirs), "chat", KEY, state={})
        add(connection, contacts, organization_id=theirs, channel="chat", address=KEY, stopped=False, updated_at=now())
        add(connection, spending, scope="contact", key=f"{theirs}:chat:{KEY}", day="x", segments=1, cost=1)
        return foreign

    foreign = await database.engine.write(add_rows)
    assert tables_with(TEXT, database_url) == TABLES  # the test would else prove nothing

    record = await erased(database)

    assert tables_with(TEXT, database_url) == set()
    assert foreign in await sessions_left(database)
    names_the_person = places_of([KEY], dump_of(database_url))[KEY]
    assert names_the_person == {"sessions.external_id", "contacts.address", "spending.key"}
    counts = {"sessions": 1, "contacts": 1, "decisions": 2, "spending": 2}
    assert counts.items() <= record.counts["erased"].items()
    assert (record.counts.get("left"), record.counts.get("kept")) == (None, None)
    assert record.counts["names"] == {"searched": 2}
    queued = await database.engine.read(
        lambda connection: connection.execute(select(redactions.c.reference)).scalars().all()
    )
    assert sorted(queued) == ["canary-old-sid", "canary-sid"]
    assert {each.reference for each in await database.engine.write(take_redactions, 9)} == set(queued)
    assert await database.engine.write(take_redactions, 9) == []  # another process has them


async def test_what_only_names_the_person_is_redacted_and_what_is_not_theirs_stays_with_a_reason(
    database: Database, database_url: str
) -> None:
    named: dict[str, Any] = {"people": [KEY, "paul-0815", f"x{KEY}x"]}

    def add_rows(connection: Connection) -> None:
        ours = add_workflow(connection, "ours")
        session, _ = add_run(connection, ours, input=named, user_name="paul")
        add_outbound(connection, session, body={"to": KEY, "text": "hello"}, provider_id="SM1")
        add_run(connection, ours, input=named, status="waiting")
        add_inbound(connection, add_session(connection, ours, "chat", "paul-0815"), content=named)
        theirs = add_workflow(connection, "theirs", add_organization(connection, "theirs"))
        add_run(connection, theirs, input=named)
        record_change(connection, OPERATOR, "session.said", f"session:{KEY}", after=named)
        add(connection, contacts, organization_id=1, channel="sms", address=KEY, stopped=True, updated_at=now())

    await database.engine.write(add_rows)

    record = await erased(database)

    def inputs(connection: Connection) -> list[Any]:
        found = select(executions.c.input).join(sessions, sessions.c.id == executions.c.session_id)
        return list(connection.execute(found.order_by(executions.c.session_id)).scalars())

    redacted = {"people": ["[erased]", "paul-0815", f"x{KEY}x"]}
    assert await database.engine.read(inputs) == [redacted, named, named]
    entries = select(audit_log.c.subject, audit_log.c.after).where(audit_log.c.action == "session.said")
    logged = await database.engine.read(lambda connection: connection.execute(entries).one())
    assert tuple(logged) == ("session:[erased]", redacted)
    assert record.counts["kept"] == {
        "contacts.opt_out": 1,
        "executions.under_way": 1,
        "inbounds.another_person": 1,
    }
    assert record.counts["redacted"] == {"audit_log": 1, "executions": 1}
    assert record.counts["erased"]["outbounds"] == 1
    assert "left" not in record.counts
    assert tables_with("SM1", database_url) == {"redactions"}


async def test_runs_for_the_person_and_runs_and_forks_below_go_with_them(database: Database, database_url: str) -> None:
    def add_rows(connection: Connection) -> set[int]:
        ours = add_workflow(connection, "ours")
        other, _ = add_run(connection, ours, user_name="paul")
        conversation = add_session(connection, ours, "chat", KEY)
        below, execution = add_run(connection, ours, parent_session=conversation, variables=SAID)
        add_run(connection, ours, parent_session=below, variables=SAID)
        fork, _ = add_run(connection, ours, variables=SAID)
        place = {"from_execution": execution, "from_session": below}
        add(connection, forks, session_id=fork, **place, step=1, policy={})
        add_run(connection, ours, user_name=USER, variables=SAID)
        return {other}

    others = await database.engine.write(add_rows)
    await database.engine.write(lambda connection: connection.execute(update(sessions).values(state={})).rowcount)
    assert tables_with(TEXT, database_url) == {"executions"}

    await erased(database)

    assert tables_with(TEXT, database_url) == set()
    assert others <= await sessions_left(database)


async def test_what_comes_in_during_an_erasure_is_erased_or_belongs_to_a_new_conversation(
    database: Database, database_url: str
) -> None:
    def add_rows(connection: Connection) -> int:
        ours = add_workflow(connection, "ours")
        assert ours == 1
        session = add_session(connection, ours, "chat", KEY, state={})
        add_outbound(connection, session, state="sending")
        return session

    session = await database.engine.write(add_rows)
    read = await database.turns.load(key(KEY))
    eraser = eraser_of(database)
    begun = await eraser.begin(OPERATOR, CANARY)
    assert (await eraser.begin(OPERATOR, CANARY)).id == begun.id  # the same one, while it is under way
    while not (worked := await database.engine.write(work_on, begun.id)).waits:
        assert worked.erasing is not None
        assert worked.erasing.stage in ("list", "detach", "answers", "delete")  # a part is at its provider

    late = await database.turns.commit(waiting(read, message("late", TEXT, person=KEY), said(TEXT)))
    assert late is None  # a turn under way loses
    again = await database.turns.load(key(KEY))
    assert (again.has_row, again.session.version) == (False, 0)
    turn = await database.turns.commit(waiting(again, message("new", "hello", person=KEY), said("welcome")))
    assert turn is not None  # their next message begins a new conversation
    assert turn.session != session

    def provider_reports(connection: Connection) -> None:
        [body] = connection.execute(select(outbounds.c.body).where(outbounds.c.session_id == session)).scalars()
        assert body.get("to") == KEY  # its outcome can still be asked for
        sent = update(outbounds).where(outbounds.c.session_id == session)
        connection.execute(sent.values(state="delivered", provider_id="SM9"))
        add_run(connection, 1, parent_session=session, variables=SAID)

    await database.engine.write(provider_reports)
    while await eraser.work():
        pass
    record = await record_of(database, begun.id)

    assert tables_with(TEXT, database_url) == set()
    assert tables_with("SM9", database_url) == {"redactions"}
    assert record.counts["kept"].keys() <= {"sessions.since", "sessions.number"}
    assert (await database.turns.load(key(KEY))).id == turn.session
    new = select(func.count()).select_from(inbounds).where(inbounds.c.session_id == turn.session)
    assert await database.engine.read(lambda connection: connection.execute(new).scalar_one()) == 1


async def test_the_receipt_is_signed_names_nobody_and_a_second_erasure_finds_nothing(
    database: Database, database_url: str
) -> None:
    await database.engine.write(lambda connection: add_person(connection, add_workflow(connection, "ours")))

    first, second = await erased(database), await erased(database)

    assert first.receipt is not None
    assert first.signature is not None
    assert first.receipt["tables"]["inbounds"] == {"erased": 1, "redacted": 0}
    assert is_genuine(KEYRING, first.receipt, first.signature)
    assert not is_genuine(KEYRING, {**first.receipt, "kept": ["more"]}, first.signature)
    assert first.receipt["search"]["names"] == {"searched": 2}
    assert (first.state, first.person, second.counts) == ("done", second.person, {"names": {"searched": 2}})
    assert second.id != first.id
    assert places_of([KEY, TEXT, USER], dump_of(database_url)) == {}
    eraser = eraser_of(database)
    assert not await eraser.work()  # what is over stays over
    assert await record_of(database, first.id) == replace(first)


async def test_a_receipt_says_of_a_short_name_that_it_was_not_looked_for(database: Database) -> None:
    """It is a word or a number elsewhere. What it is the key of goes all the same."""

    def add_rows(connection: Connection) -> tuple[int, int]:
        ours = add_workflow(connection, "ours")
        session = add_session(connection, ours, "chat", "ann")
        run, _ = add_run(connection, ours, input={"say": "ann"})
        return session, run

    session, run = await database.engine.write(add_rows)

    record = await erased(database, Person(keys=("ann", KEY)))

    assert record.receipt is not None
    assert record.receipt["search"]["names"] == {"searched": 1, "tooShort": 1}
    left = await sessions_left(database)
    assert session not in left
    assert run in left
