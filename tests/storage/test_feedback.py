"""What people think of messages, in storage: the last value of each person and message counts, once."""

from __future__ import annotations

import asyncio
import random
import re
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import Connection, delete, select, text

from botflow.records.feedback import FeedbackValue, GivenFeedback
from botflow.storage.database import Database
from botflow.storage.one_off import run_once_sync
from botflow.storage.service.sessions.feedback_pages import FeedbackFilter, page_of_feedback
from botflow.storage.tables import feedback, outbounds
from tests.storage.erasure.canary_rows import add_workflow
from tests.storage.sample_turns import key, message, said, waiting

UP, DOWN = GivenFeedback(value="up"), GivenFeedback(value="down")
BACK = GivenFeedback(value=None)
FIRST = (1, 0)
PRESSED: tuple[FeedbackValue | None, ...] = ("up", "up", "down", None)


async def test_the_same_again_changes_nothing_and_another_value_replaces(database: Database) -> None:
    session = await _conversation(database, "ann")
    assert await database.feedback.give(session, FIRST, GivenFeedback(value="up", comment="Thanks!"))
    [given] = await _rows(database)

    assert await database.feedback.give(session, FIRST, UP)
    assert await database.feedback.give(session, FIRST, GivenFeedback(value="up", comment="Thanks!"))
    assert await _rows(database) == [given]

    assert await database.feedback.give(session, FIRST, DOWN)
    [changed] = await _rows(database)
    assert (changed.value, changed.comment, changed.created_at) == ("down", None, given.created_at)
    assert changed.updated_at != given.updated_at


async def test_a_comment_stays_until_another_one_replaces_it(database: Database) -> None:
    session = await _conversation(database, "ann")
    for comment, stored in (("Too long.", "Too long."), (None, "Too long."), ("Much too long.", "Much too long.")):
        assert await database.feedback.give(session, FIRST, GivenFeedback(value="down", comment=comment))
        assert [row.comment for row in await _rows(database)] == [stored]

    assert await database.feedback.give(session, FIRST, GivenFeedback(value="down", comment=""))
    assert [(row.value, row.comment) for row in await _rows(database)] == [("down", None)]


async def test_what_is_taken_back_is_nowhere_to_be_seen_and_given_anew(database: Database) -> None:
    session = await _conversation(database, "ann")
    assert await database.feedback.give(session, FIRST, BACK)
    assert await _rows(database) == []

    assert await database.feedback.give(session, FIRST, GivenFeedback(value="up", comment="Thanks!"))
    [given] = await _rows(database)
    assert await database.feedback.give(session, FIRST, BACK)
    assert await database.feedback.values(session, 0, 9) == {}
    [taken] = await _rows(database)
    assert (taken.value, taken.comment) == (None, None)
    assert await database.feedback.give(session, FIRST, BACK)
    assert await _rows(database) == [taken]

    assert await database.feedback.give(session, FIRST, DOWN)
    [again] = await _rows(database)
    assert again.created_at != given.created_at
    assert await database.feedback.values(session, 0, 9) == {FIRST: "down"}


async def test_only_a_message_to_the_person_of_the_session_has_feedback(database: Database) -> None:
    ann, bob = await _conversation(database, "ann"), await _conversation(database, "bob")
    for place in ((1, 3), (2, 0), (0, 0)):
        assert not await database.feedback.give(ann, place, UP)
    assert not await database.feedback.give(ann, (1, 2), UP)  # to another address
    assert await database.feedback.give(ann, FIRST, UP)

    assert await database.feedback.values(ann, 1, 1) == {FIRST: "up"}
    assert await database.feedback.values(ann, 2, 9) == {}
    assert await database.feedback.values(bob, 0, 9) == {}


async def test_feedback_names_the_node_and_the_version_that_said_the_message(database: Database) -> None:
    """Also once the conversation has moved to another version; a message of no node names neither."""
    session = await _conversation(database, "ann")
    for place in (FIRST, (1, 1)):
        assert await database.feedback.give(session, place, UP)

    assert [(row.node, row.flow_version) for row in await _rows(database)] == [("hello", 7), ("", None)]


async def test_feedback_goes_with_its_message(database: Database) -> None:
    ann, bob = await _conversation(database, "ann"), await _conversation(database, "bob")
    for session in (ann, bob):
        assert await database.feedback.give(session, FIRST, UP)
    await database.engine.write(
        lambda connection: connection.execute(delete(outbounds).where(outbounds.c.session_id == ann))
    )

    assert [row.session_id for row in await _rows(database)] == [bob]
    assert not await database.feedback.give(ann, FIRST, UP)


async def test_of_many_people_the_last_value_of_each_counts_once(database: Database) -> None:
    """Generated: people press, repeat, change and take back, some of them twice at the same moment."""
    for seed in range(8):
        await _press(database, random.Random(seed), prefix=f"p{seed}-")


async def _press(database: Database, chance: random.Random, prefix: str) -> None:
    sessions = [await _conversation(database, f"{prefix}{number}") for number in range(4)]
    possible: dict[tuple[int, tuple[int, int]], set[FeedbackValue | None]] = {}
    for _ in range(25):
        pressed: list[tuple[int, tuple[int, int], FeedbackValue | None]] = [
            (chance.choice(sessions), (1, chance.randrange(2)), chance.choice(PRESSED))
            for _ in range(chance.choice((1, 1, 2, 5)))
        ]
        given = [
            database.feedback.give(session, place, GivenFeedback(value=value)) for session, place, value in pressed
        ]
        assert all(await asyncio.gather(*given))
        for session, place in {(session, place) for session, place, _ in pressed}:
            possible[session, place] = {value for *where, value in pressed if where == [session, place]}
    for session in sessions:
        values: dict[Any, FeedbackValue | None] = {}
        values |= await database.feedback.values(session, 0, 9)
        for (of, place), last in possible.items():
            if of == session:
                assert values.pop(place, None) in last
        assert values == {}


async def _conversation(database: Database, person: str) -> int:
    """Store a turn with two messages to the person and one to somebody else, in a workflow of their own."""
    workflow = await database.engine.write(add_workflow, f"of-{person}")
    read = await database.turns.load(key(person, workflow=workflow))
    parts = (said("One.", node="hello"), said("Two."), said("Three.", to="+12125550100", channel="sms"))
    turn = await database.turns.commit(waiting(read, message("m1", person=person), *parts))
    assert turn is not None
    return turn.session


async def _rows(database: Database) -> list[Any]:
    query = select(feedback).order_by(feedback.c.session_id, feedback.c.index)
    rows = list(await database.engine.read(lambda connection: connection.execute(query).all()))
    assert all(isinstance(row.created_at, datetime) for row in rows)
    return rows


def test_each_page_begins_at_its_place_in_an_index(sqlite_url: str) -> None:
    def plan(connection: Connection, wanted: FeedbackFilter, after: tuple[Any, ...] | None) -> str:
        page = page_of_feedback(1, wanted, after, 50)
        written = page.compile(dialect=connection.dialect, compile_kwargs={"literal_binds": True})
        return "\n".join(row.detail for row in connection.execute(text(f"EXPLAIN QUERY PLAN {written}")))

    place = (datetime(2026, 11, 27), 1, 1, 0)
    for wanted, index in ((FeedbackFilter(), "given"), (FeedbackFilter(workflow="order"), "of_workflow")):
        for after, bounds in ((None, "=?)"), (place, "=? AND created_at<?)")):
            found = run_once_sync(sqlite_url, partial(plan, wanted=wanted, after=after))
            assert re.search(rf"feedback USING INDEX feedback_{index}_idx \(\w+{re.escape(bounds)}", found)
            assert "SCAN" not in found
            assert "TEMP B-TREE" not in found
