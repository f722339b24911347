"""Reading conversations: in order, page by page, each person's own."""

from __future__ import annotations

from botflow.engine.asks import Line
from botflow.storage.contacts import Contacts
from botflow.storage.database import Database
from tests.storage.leased_turns import accept
from tests.storage.sample_turns import key, message, said, waiting


async def test_messages_come_after_the_cursor_oldest_first(database: Database) -> None:
    session = await _talk(database, 3)
    assert [part.wire_id for part in await database.transcripts.messages_after(session, (0, 0), 10)] == [
        "1.0",
        "1.1",
        "2.0",
        "2.1",
        "3.0",
        "3.1",
    ]
    assert [part.wire_id for part in await database.transcripts.messages_after(session, (1, 0), 2)] == ["1.1", "2.0"]
    assert await database.transcripts.messages_after(session, (3, 1), 10) == []


async def test_what_goes_to_somebody_else_is_not_the_persons_to_read(database: Database) -> None:
    other = said("secret", to="+15550199", channel="sms")
    stored = await database.turns.load(key())
    turn = await database.turns.commit(waiting(stored, message("m1"), other, said("hello")))
    assert turn is not None
    parts = await database.transcripts.messages_after(turn.session, (0, 0), 10)
    assert [part.message.text for part in parts] == ["hello"]
    assert [line.text for line in await database.transcripts.lines(turn.session, 9, 10)] == ["hi", "hello"]


async def test_a_transcript_shows_the_newest_entries_in_order(database: Database) -> None:
    session = await _talk(database, 3)
    newest = await database.transcripts.transcript(session, 4)
    assert [(entry.direction, entry.id, entry.text) for entry in newest] == [
        ("out", "2.1", "b2"),
        ("in", "i3", "q3"),
        ("out", "3.0", "a3"),
        ("out", "3.1", "b3"),
    ]
    earlier = await database.transcripts.transcript(session, 10, before_seq=2)
    assert [entry.text for entry in earlier] == ["q1", "a1", "b1"]


async def test_ten_parts_of_a_turn_stay_in_order(database: Database) -> None:
    parts = [said(f"part {number}") for number in range(12)]
    turn = await database.turns.commit(waiting(await database.turns.load(key()), message("m1"), *parts))
    assert turn is not None
    entries = await database.transcripts.transcript(turn.session, 50)
    assert [entry.text for entry in entries[1:]] == [part.message.text for part in parts]


async def test_a_model_sees_the_lines_before_an_inbound(database: Database) -> None:
    session = await _talk(database, 3)
    assert await database.transcripts.lines(session, 3, 3) == [
        Line(role="user", text="q2"),
        Line(role="assistant", text="a2"),
        Line(role="assistant", text="b2"),
    ]


async def test_sessions_are_listed_with_what_they_wait_for(database: Database) -> None:
    flow = (await database.flows.publish("pizza", "Pizza", "d1", {"pizza": {}})).flow
    waits, queued, parked = (key(person, workflow=flow.workflow) for person in ("waits", "queued", "parked"))
    for person in (waits, queued, parked):
        await database.turns.commit(waiting(await database.turns.load(person), message("m1")))
    await accept(database, "m2", who=queued)
    await Contacts(database.engine).stop(parked, "stop", "opt_out.word")
    listed = await database.transcripts.sessions("pizza", 10)
    assert {(row.external_id, row.status, row.node, row.workflow, row.turns) for row in listed} == {
        ("waits", "waiting", "ask", "pizza", 1),
        ("queued", "queued", "ask", "pizza", 1),
        ("parked", "parked", "ask", "pizza", 1),
    }
    assert listed[0].external_id == "parked"
    assert await database.transcripts.sessions("other", 10) == []
    assert len(await database.transcripts.sessions(None, 2)) == 2


async def test_traces_are_the_newest_turns_oldest_first(database: Database) -> None:
    session = await _talk(database, 3)
    traces = await database.transcripts.traces(session, 2)
    assert [(trace.seq, trace.events) for trace in traces] == [(2, [["started", "start"]]), (3, [["started", "start"]])]


async def _talk(database: Database, turns: int) -> int:
    for number in range(1, turns + 1):
        stored = await database.turns.load(key())
        commit = waiting(stored, message(f"m{number}", f"q{number}"), said(f"a{number}"), said(f"b{number}"))
        assert await database.turns.commit(commit) is not None
    return (await database.turns.load(key())).id
