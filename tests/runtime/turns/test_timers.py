"""Due waits on a real database: committed together where nothing stands in the way, stored and counted otherwise."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest
from structlog.testing import capture_logs

from botflow.records.leases import Share
from botflow.records.turns import TurnCommit, TurnId
from botflow.runtime.turns.timers import AT_ONCE
from botflow.storage.database import Database, open_database
from tests.engine.conversation import node, say
from tests.runtime.bot_without_worker import Bot, asks, open_bot, texts
from tests.runtime.inbound_rows import claimable, lease, park
from tests.runtime.runs_without_worker import job, open_runs, rest
from tests.storage.aged_rows import age_process, inbound_rows, make_due

ASKING = node("ask", "chatbot.ask", text="Name?", timeout="1h", on={"answered": "bye", "timeout": "late"})
LATE = (ASKING, say("bye", "Bye."), say("late", "Too late."))
THINKS = (
    ASKING,
    asks("bye", "heard", "end"),
    say("end", "Bye."),
    asks("late", "hm", "reply"),
    say("reply", "{{ $late.value }}"),
)


async def people_who_wait(bot: Bot, count: int) -> list[int]:
    """Let so many people be asked for their name, and not answer in time; return their sessions."""
    sessions = []
    for number in range(count):
        sessions.append((await bot.hear("hi", "m1", person=f"p{number}")).id.session)
        await make_due(bot.database, sessions[-1])
    return sessions


async def last_said(bot: Bot, session: int) -> list[str]:
    stored = await bot.database.turns.load_by_id(session)
    assert stored is not None
    return texts(await bot.database.turns.receipt(TurnId(session, stored.last_seq)))


class Batches:
    """The statement that commits turns: who is in it, and nothing else."""

    def __init__(self, database: Database) -> None:
        self.sizes: list[int] = []
        turns: Any = database.turns
        self._commit = turns._committing._run
        turns._committing._run = self

    async def __call__(self, commits: Sequence[TurnCommit]) -> Any:
        self.sizes.append(len(commits))
        return await self._commit(commits)


async def test_waits_that_are_due_together_are_committed_together_and_nothing_is_stored_before(
    database: Database,
) -> None:
    async with open_bot(database, *LATE) as bot:
        sessions = await people_who_wait(bot, 12)
        batches = Batches(database)
        assert await bot.timers.fire() is False
        assert [await last_said(bot, session) for session in sessions] == [["Too late."]] * 12
        assert sum(batches.sizes) == 12
        assert len(batches.sizes) <= 3
        assert (bot.turns.calls["accept"], bot.turns.calls["finish"], bot.leases.calls["claim"]) == (0, 0, 0)
        timeouts = [row for row in await inbound_rows(database) if row.kind == "timeout"]
        assert {(row.state, row.attempt, row.owner) for row in timeouts} == {("done", 0, None)}
        assert await database.leases.due_waits(10, Share()) == []


async def test_a_timeout_is_told_to_whoever_listens_and_to_the_rest_of_the_process(database: Database) -> None:
    async with open_bot(database, *LATE) as bot:
        [session] = await people_who_wait(bot, 1)
        bot.committed.clear()
        with bot.hub.listen(session) as mailbox:
            await bot.timers.fire()
            [receipt] = await mailbox.woken(1.0)
        assert texts(receipt) == ["Too late."]
        assert [commit.inbound.kind for commit in bot.committed] == ["timeout"]
        assert await bot.said("hi", "m2", person="p0") == ["Name?"]  # the process's copy has moved with it
        assert bot.turns.calls["load"] == 1


async def test_more_than_one_piece_holds_is_fired_in_several(database: Database) -> None:
    async with open_bot(database, *LATE) as bot:
        sessions = await people_who_wait(bot, AT_ONCE + 3)
        assert await bot.timers.fire() is True
        assert len(await database.leases.due_waits(100, Share())) == 3
        assert await bot.timers.fire() is False
        assert [await last_said(bot, session) for session in sessions] == [["Too late."]] * (AT_ONCE + 3)


async def test_a_timeout_whose_turn_asks_the_world_is_stored_and_claimed(database: Database) -> None:
    async with open_bot(database, *THINKS) as bot:
        [session] = await people_who_wait(bot, 1)
        told: list[str] = []
        bot.hub.on_claimable(lambda: told.append("claimable"))
        await bot.timers.fire()
        assert bot.world.asked == []
        assert [(waiting.session, waiting.seq) for waiting in await claimable(database)] == [(session, 2)]
        assert told == ["claimable"]
        await bot.work()
        assert await last_said(bot, session) == ["hm!"]
        assert await lease(database, TurnId(session, 2)) == ("done", 1, bot.owner)


async def test_a_timeout_of_a_session_that_has_other_inbounds_is_stored_behind_them(database: Database) -> None:
    async with open_bot(database, *THINKS) as bot:
        session = (await bot.hear("hi", "m1")).id.session
        answer = await bot.queued("Ann", "m2")
        await make_due(database, session)
        await bot.timers.fire()
        kinds = [(row.kind, row.state) for row in await inbound_rows(database, session)]
        assert kinds == [("message", "done"), ("message", "new"), ("timeout", "new")]
        await bot.work()
        assert texts(await database.turns.receipt(answer.id)) == ["Bye."]
        assert bot.world.asked == ["heard"]  # the timeout came too late for the question that was answered


async def test_a_session_whose_turn_is_under_way_is_left_alone(database: Database) -> None:
    """The turn decides itself when its session wakes up."""
    async with open_bot(database, *THINKS) as bot:
        [session] = await people_who_wait(bot, 1)
        await bot.timers.fire()
        bot.world.held = asyncio.Event()
        working = asyncio.create_task(bot.work())
        await asyncio.wait_for(bot.world.begun.wait(), 5)
        await make_due(database, session)
        await bot.timers.fire()
        assert [row.kind for row in await inbound_rows(database, session)] == ["message", "timeout"]
        bot.world.held.set()
        await working


@pytest.mark.parametrize(("failures", "state", "said"), [(0, "done", "Too late."), (3, "dead", "Sorry.")])
async def test_a_timeout_whose_turn_breaks_is_stored_and_its_attempts_are_counted(
    database: Database, monkeypatch: pytest.MonkeyPatch, failures: int, state: str, said: str
) -> None:
    monkeypatch.setattr("botflow.runtime.turns.run.PAUSE_BEFORE_ATTEMPT_S", {})
    async with open_bot(database, *LATE, apology="Sorry.") as bot:
        [session] = await people_who_wait(bot, 1)
        bot.world.crashes |= {"timer.computed": 1, "turn.computed": failures}
        with capture_logs() as logs:
            await bot.timers.fire()
            assert [line["event"] for line in logs] == ["timer_failed"]
            assert [waiting.session for waiting in await claimable(database)] == [session]
            await bot.work()
        assert (await lease(database, TurnId(session, 2)))[:2] == (state, failures + 1)
        assert await last_said(bot, session) == [said]


async def test_a_timer_that_breaks_holds_up_none_of_its_neighbours(database: Database) -> None:
    async with open_bot(database, *LATE) as bot:
        sessions = await people_who_wait(bot, 5)
        bot.world.crashes["timer.computed"] = 2
        with capture_logs():
            await bot.timers.fire()
        assert len(await claimable(database)) == 2
        await bot.work()
        assert [await last_said(bot, session) for session in sessions] == [["Too late."]] * 5


async def test_after_a_process_died_every_timer_is_counted_before_it_begins(database: Database) -> None:
    """One of them may be what ended the process."""
    async with open_bot(database, *LATE) as bot:
        sessions = await people_who_wait(bot, 3)
        await age_process(database, "doomed", 11.0)
        with capture_logs():
            await bot.keeper.recover()
        await bot.timers.fire()
        assert [(waiting.session, waiting.seq) for waiting in await claimable(database)] == [
            (session, 2) for session in sessions
        ]
        await bot.work()
        assert [await last_said(bot, session) for session in sessions] == [["Too late."]] * 3
        assert {await lease(database, TurnId(session, 2)) for session in sessions} == {("done", 1, bot.owner)}


async def test_a_runs_alarm_is_claimed_under_the_runs_own_priority(database: Database) -> None:
    async with open_runs(database, job("later", rest("rest", "one"), asks("one", "first", ""))) as runs:
        run = await runs.start("later", priority=-10)
        await runs.bot.work()
        await runs.make_due(run.session)
        await runs.bot.timers.fire()
        assert [(w.queue, w.session, w.priority) for w in await claimable(database)] == [
            ("executions", run.session, -10)
        ]
        await runs.settle()
        assert (await runs.execution(run)).status == "completed"


async def test_a_wait_of_somebody_who_stopped_meanwhile_says_nothing(database: Database) -> None:
    async with open_bot(database, *LATE) as bot:
        [session] = await people_who_wait(bot, 1)
        await park(database, session, True)
        await bot.timers.fire()
        await bot.work()
        assert await last_said(bot, session) == []


async def test_a_timer_that_two_processes_compute_at_once_is_committed_once(database: Database) -> None:
    async with open_bot(database, *LATE) as bot:
        sessions = await people_who_wait(bot, 8)
        twins = [bot.twin() for _ in range(3)]
        await asyncio.gather(*(twin.timers.fire() for twin in (bot, *twins)))
        await bot.work()
        for session in sessions:
            assert [row.kind for row in await inbound_rows(database, session)] == ["message", "timeout"]
        assert [await last_said(bot, session) for session in sessions] == [["Too late."]] * 8


async def test_processes_share_due_waits_out_by_their_sessions(postgres_url: str) -> None:
    database = await open_database(postgres_url, migrate=False)
    async with open_bot(database, *LATE) as bot:
        twin = bot.twin()
        for each in (bot, twin, bot):
            await each.keeper.beat()
        sessions = await people_who_wait(bot, 8)
        await bot.timers.fire()
        left = {wait.session.id for wait in await database.leases.due_waits(100, Share())}
        assert left == {session for session in sessions if session % 2 != bot.keeper.share.place}
        await twin.timers.fire()
        assert await database.leases.due_waits(100, Share()) == []
    await database.close()


async def test_a_message_that_arrives_while_its_timer_is_computed_is_not_lost(database: Database) -> None:
    async with open_bot(database, *LATE) as bot:
        [session] = await people_who_wait(bot, 1)
        [due] = await database.leases.due_waits(10, Share())
        assert await bot.said("Ann", "m2", person="p0") == ["Bye."]
        assert await bot.timers._fire(due) is True  # on the session as it was
        assert [row.kind for row in await inbound_rows(database, session)] == ["message", "message"]
        assert await bot.said("hi", "m3", person="p0") == ["Name?"]
