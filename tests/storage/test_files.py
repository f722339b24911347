"""Visitors' files in storage: each belongs to one session, and is nowhere to be seen before it is whole."""

from __future__ import annotations

from dataclasses import replace

from botflow.records.files import SentFile
from botflow.storage.database import Database
from tests.storage.sample_turns import key, message, waiting

FILE = SentFile(id="a" * 32, session=0, name="a.png", content_type="image/png", size=6)


async def test_a_file_belongs_to_its_session_alone(database: Database) -> None:
    file = await _stored(database, "ann")
    await _session(database, "bob")

    assert await database.files.send(key("bob"), [file.id]) == []
    assert await database.files.send(key("ann"), [file.id, "b" * 32]) == [file]
    assert await database.files.send(key("ann"), [file.id]) == [file]


async def test_a_file_is_found_in_its_workflow_alone(database: Database) -> None:
    file = await _stored(database, "ann")

    assert await database.files.find(1, file.id) == file
    assert await database.files.find(2, file.id) is None


async def test_an_incomplete_file_is_nowhere_to_be_seen(database: Database) -> None:
    file = replace(FILE, session=await _session(database, "ann"))
    await database.files.begin(file, b"abc")

    assert await database.files.find(1, file.id) is None
    assert await database.files.send(key("ann"), [file.id]) == []

    await database.files.drop(file.id)
    assert await database.files.piece(file.id, 0) is None


async def test_a_file_is_read_in_the_pieces_that_it_came_in(database: Database) -> None:
    file = await _stored(database, "ann")

    assert [await database.files.piece(file.id, index) for index in range(3)] == [b"abc", b"def", None]


async def _session(database: Database, person: str) -> int:
    turn = await database.turns.commit(waiting(await database.turns.load(key(person)), message("m1", person=person)))
    assert turn is not None
    return turn.session


async def _stored(database: Database, person: str) -> SentFile:
    file = replace(FILE, session=await _session(database, person))
    await database.files.begin(file, b"abc")
    await database.files.add(file.id, 1, b"def")
    await database.files.complete(file.id, file.size)
    return file
