"""Claiming on a real database: how much a process takes, in which order, and suspects one at a time."""

from __future__ import annotations

import asyncio

import pytest
from structlog.testing import capture_logs

from botflow.records.queues import PRIORITIES, Priority, QueueName
from botflow.records.turns import Receipt
from botflow.runtime.process.tick import Step
from botflow.runtime.turns.lease_keeper import LeaseKeeper
from botflow.storage.database import Database
from tests.engine.conversation import say
from tests.runtime.bot_without_worker import THINKING, Bot, asks, open_bot
from tests.runtime.inbound_rows import claimable, set_lease
from tests.runtime.runs_without_worker import job, open_runs
from tests.runtime.turns.held_turns import said
from tests.runtime.until import until
from tests.storage.aged_rows import inbound_rows

ECHO = (asks("one", "{{ $input.text }}", "reply"), say("reply", "{{ $one.value }}"))
ONE = job("one", asks("ask", "{{ $input.name }}", ""))


def step_of(keeper: LeaseKeeper, name: str) -> Step:
    return next(step for step in keeper.steps() if step.name == name)


async def _is_waiting(database: Database, inbounds: int) -> bool:
    return len(await claimable(database)) == inbounds


# -- claims


async def test_no_more_sessions_run_at_once_than_allowed(database: Database) -> None:
    async with open_bot(database, *ECHO, concurrency=3) as bot:
        bot.world.held = asyncio.Event()
        waiting = [await bot.queued("hi", "m1", person=f"p{number}") for number in range(7)]
        claim = step_of(bot.keeper, "claim")
        assert await claim.run() is False
        assert (len(bot.sessions.leases()), bot.sessions.room) == (3, 0)
        asked = bot.leases.calls["claim"]
        assert await claim.run() is False  # it asks the database nothing while it has no room
        assert bot.leases.calls["claim"] == asked
        await until(lambda: bot.world.at_once == 3)
        bot.world.held.set()
        await bot.work()
        assert bot.world.most_at_once == 3
        assert [await said(bot, receipt.id) for receipt in waiting] == [["hi!"]] * 7


async def test_a_claim_and_messages_at_one_moment_are_no_more_than_a_process_has_room_for(database: Database) -> None:
    async with open_bot(database, *ECHO, concurrency=3) as bot:
        for number in range(3):
            await bot.queued("hi", "m1", person=f"p{number}")
        bot.world.held = asyncio.Event()
        claiming = asyncio.ensure_future(step_of(bot.keeper, "claim").run())
        hearing = [asyncio.create_task(bot.hear("hi", "m1", person=f"q{number}")) for number in range(3)]
        await until(lambda: bot.world.at_once == 3)
        await claiming
        await until(lambda: _is_waiting(database, 3))
        bot.world.held.set()
        await bot.work()
        await asyncio.gather(*hearing)
        assert bot.world.most_at_once == 3


async def test_a_process_that_filled_its_room_looks_again_when_it_has_some(database: Database) -> None:
    async with open_bot(database, *ECHO, concurrency=2) as bot:
        for number in range(3):
            await bot.queued("hi", "m1", person=f"p{number}")
        has_room: list[int] = []
        bot.sessions.on_room(lambda: has_room.append(bot.sessions.room))
        await step_of(bot.keeper, "claim").run()
        await bot.idle()
        assert has_room
        assert await step_of(bot.keeper, "claim").run() is False  # one was left, and there is more room than that
        await bot.idle()
        assert await claimable(database) == []


async def test_sixty_four_sessions_run_at_once(database: Database) -> None:
    async with open_bot(database, *ECHO) as bot:
        bot.world.held = asyncio.Event()
        for number in range(64):
            await bot.queued("hi", "m1", person=f"p{number}")
        await step_of(bot.keeper, "claim").run()
        await until(lambda: bot.world.most_at_once == 64)
        bot.world.held.set()
        await bot.idle()


async def test_four_processes_run_each_inbound_once_and_each_session_in_its_order(database: Database) -> None:
    async with open_bot(database, *ECHO) as bot:
        people, messages = [f"p{number}" for number in range(10)], range(8)
        for number in messages:
            for person in people:
                await bot.queued(f"{person} {number}", f"m{number}", person=person)
        twins = [bot, bot.twin(), bot.twin(), bot.twin()]
        await asyncio.gather(*(twin.work() for twin in twins))
        for person in people:
            mine = [asked for asked in bot.world.asked if asked.split()[0] == person]
            assert mine == [f"{person} {number}" for number in messages]
        rows = await inbound_rows(database)
        assert {(row.state, row.attempt) for row in rows} == {("done", 1)}


async def test_the_most_urgent_goes_first_and_the_oldest_of_those(database: Database) -> None:
    async with open_runs(database, ONE, concurrency=1) as runs:
        wanted: tuple[Priority, ...] = ("low", "normal", "critical", "normal", "low")
        for number, name in enumerate(wanted):
            await runs.start("one", {"name": f"{name} {number}"}, priority=PRIORITIES[name])
        claim = step_of(runs.bot.keeper, "claim")
        for _ in range(5):
            await claim.run()
            await runs.bot.idle()
        assert runs.bot.world.asked == ["critical 2", "normal 1", "normal 3", "low 0", "low 4"]


async def test_a_message_goes_before_runs_of_ordinary_priority(database: Database) -> None:
    async with open_runs(database, ONE, concurrency=1, nodes=ECHO) as runs:
        wanted: tuple[Priority, ...] = ("normal", "critical")
        for name in wanted:
            await runs.start("one", {"name": name}, priority=PRIORITIES[name])
        await runs.bot.queued("message", "m1")
        claim = step_of(runs.bot.keeper, "claim")
        for _ in range(3):
            await claim.run()
            await runs.bot.idle()
        assert runs.bot.world.asked == ["critical", "message", "normal"]


@pytest.mark.parametrize(
    ("queues", "expected"),
    [
        (("turns",), ["message"]),
        (("executions",), ["run"]),
        (("turns", "executions"), ["message", "run"]),
        (("effects",), []),
        ((), []),
    ],
)
async def test_a_process_claims_from_its_own_queues_alone(
    database: Database, queues: tuple[QueueName, ...], expected: list[str]
) -> None:
    async with open_runs(database, ONE, queues=queues, nodes=ECHO) as runs:
        await runs.start("one", {"name": "run"})
        await runs.bot.queued("message", "m1")
        await runs.bot.work()
        assert sorted(runs.bot.world.asked) == expected


# -- suspects


async def make_suspect(bot: Bot, person: str) -> Receipt:
    """Let somebody's message have ended two attempts."""
    receipt = await bot.queued(person, "m1", person=person)
    await set_lease(bot.database, receipt.id, owner=None, attempt=2)
    return receipt


async def test_suspects_are_begun_one_at_a_time_and_never_with_others(database: Database) -> None:
    async with open_bot(database, *ECHO) as bot:
        suspects = [await make_suspect(bot, person) for person in ("ann", "bob")]
        neighbour = await bot.queued("cyd", "m1", person="cyd")
        seen = await database.leases.look(bot.owner, 10.0)
        claim, claim_suspect = step_of(bot.keeper, "claim"), step_of(bot.keeper, "claim_suspect")
        assert (claim.is_due(seen), claim_suspect.is_due(seen)) == (True, True)
        await claim.run()
        await bot.idle()
        assert bot.world.asked == ["cyd"]
        bot.world.held = asyncio.Event()
        bot.world.begun.clear()
        claiming = asyncio.ensure_future(claim_suspect.run())
        beside = asyncio.ensure_future(claim_suspect.run())
        await asyncio.wait_for(bot.world.begun.wait(), 5)
        await asyncio.sleep(0.2)
        assert bot.world.asked == ["cyd", "ann"]
        bot.world.held.set()
        assert (await claiming, await beside) == (True, True)
        await bot.idle()
        assert await claim_suspect.run() is False
        assert bot.world.asked == ["cyd", "ann", "bob"]
        assert [await said(bot, receipt.id) for receipt in (*suspects, neighbour)] == [["ann!"], ["bob!"], ["cyd!"]]


async def test_a_suspect_that_is_only_slow_does_not_hold_up_the_next_one(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("botflow.runtime.turns.lease_keeper.ALONE_S", 0.1)
    async with open_bot(database, *ECHO) as bot:
        for person in ("ann", "bob"):
            await make_suspect(bot, person)
        bot.world.held = asyncio.Event()
        claim_suspect = step_of(bot.keeper, "claim_suspect")
        assert await claim_suspect.run() is True
        assert await claim_suspect.run() is True
        await until(lambda: bot.world.asked == ["ann", "bob"])
        bot.world.held.set()


async def test_a_suspect_that_fails_once_more_is_buried_and_its_person_told(database: Database) -> None:
    async with open_bot(database, *ECHO, apology="Something broke.") as bot:
        receipt = await make_suspect(bot, "ann")
        bot.world.crashes["turn.computed"] = 1
        with capture_logs():
            await step_of(bot.keeper, "claim_suspect").run()
            await bot.idle()
        assert (await database.turns.receipt(receipt.id)).state == "dead"
        assert await said(bot, receipt.id) == ["Something broke."]


# -- what waits together with others


async def test_a_process_takes_the_rest_of_a_session_along_without_another_claim(database: Database) -> None:
    async with open_bot(database, *THINKING) as bot:
        waiting = [await bot.queued("hi", f"m{number}") for number in range(5)]
        await step_of(bot.keeper, "claim").run()
        await bot.idle()
        assert [await said(bot, receipt.id) for receipt in waiting] == [["first! second!"]] * 5
        assert bot.leases.calls == {"claim": 1}
