"""The journal: an attempt's answers, written and replaced only while the inbound is new and the attempt its own."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from botflow.records.turns import JournalledAnswer
from botflow.storage.database import Database
from tests.storage.aged_rows import age_process
from tests.storage.leased_turns import DEAD_AFTER_S, ONE, TWO, finish, leased, take
from tests.storage.sample_turns import key

ANSWER = JournalledAnswer(index=0, fingerprint="f0", value={"value": "pizza"}, ask={"text": "I am hungry"})


async def test_answers_are_kept_in_the_order_of_their_asks(database: Database) -> None:
    lease = await leased(database)
    assert await database.turns.answers(lease.queued.id) == []
    second = replace(ANSWER, index=1, fingerprint="f1", value={"failure": {"code": "x", "message": "y"}})
    assert await database.turns.keep(lease.queued.id, 1, [second, ANSWER])
    assert await database.turns.answers(lease.queued.id) == [ANSWER, second]


async def test_a_later_attempt_finds_the_answers_and_replaces_those_that_no_longer_fit(database: Database) -> None:
    lease = await leased(database)
    assert await database.turns.keep(lease.queued.id, 1, [ANSWER])
    again = await take(database, lease.session.id)
    assert (again.queued.attempt, again.queued.has_answers) == (2, True)
    other, second = replace(ANSWER, fingerprint="f1", value={"value": "salad"}), replace(ANSWER, index=1)
    assert await database.turns.keep(lease.queued.id, 2, [second])
    assert await database.turns.keep(lease.queued.id, 2, [other])
    assert await database.turns.answers(lease.queued.id) == [other, second]


async def test_an_attempt_that_another_process_has_taken_over_journals_nothing(database: Database) -> None:
    lease = await leased(database)
    await age_process(database, ONE, DEAD_AFTER_S + 1)
    await database.leases.recover(TWO, DEAD_AFTER_S)
    again = await take(database, lease.session.id, TWO)
    assert not await database.turns.keep(lease.queued.id, 1, [ANSWER])
    assert await database.turns.answers(lease.queued.id) == []
    assert await database.turns.keep(lease.queued.id, again.queued.attempt, [ANSWER])


async def test_no_answer_is_journalled_after_the_turn(database: Database) -> None:
    lease = await leased(database)
    await finish(database, lease)
    assert not await database.turns.keep(lease.queued.id, 1, [ANSWER])
    assert await database.turns.answers(lease.queued.id) == []


async def test_answers_of_one_moment_are_each_sessions_own_and_each_fence_its_own(database: Database) -> None:
    leases = [await leased(database, "m1", who=key(f"p{number}")) for number in range(20)]
    kept = await asyncio.gather(
        *(
            database.turns.keep(
                lease.queued.id,
                1 + number % 2,  # every second one speaks for an attempt that there is not
                [replace(ANSWER, value={"value": number}), replace(ANSWER, index=1)],
            )
            for number, lease in enumerate(leases)
        )
    )
    assert kept == [True, False] * 10
    values = [[answer.value for answer in await database.turns.answers(lease.queued.id)] for lease in leases]
    assert values == [[{"value": number}, ANSWER.value] if number % 2 == 0 else [] for number in range(20)]
