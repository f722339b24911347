"""Keeping leases on a real database: what a beat learns, and what dead processes leave."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from structlog.testing import capture_logs

from botflow.errors import ProviderError
from botflow.records.leases import Share
from botflow.records.queues import QUEUES
from botflow.runtime.process.timing import Timing
from botflow.storage.database import Database, open_database
from tests.engine.conversation import say
from tests.runtime.bot_without_worker import asks, open_bot
from tests.runtime.bot_world import Counted
from tests.runtime.inbound_rows import claimable, lease, process_ids
from tests.runtime.turns.held_turns import said
from tests.runtime.until import until
from tests.storage.aged_rows import age_process, inbound_rows

QUICK = Timing().scaled(0.02)
ECHO = (asks("one", "{{ $input.text }}", "reply"), say("reply", "{{ $one.value }}"))


# -- beats


async def test_a_lease_that_nobody_serves_is_let_go_after_two_beats(database: Database) -> None:
    """The statement that leased it was carried out, and its answer was lost."""
    async with open_bot(database, *ECHO) as bot:
        bot.world.crashes["accept.stored"] = 1
        with pytest.raises(RuntimeError, match="crash"):
            await bot.hear("hi", "m1")
        [row] = await inbound_rows(database)
        assert (row.owner, row.attempt) == (bot.owner, 1)
        with capture_logs() as logs:
            await bot.keeper.beat()
            assert await claimable(database) == []
            await bot.keeper.beat()
        assert [(waiting.session, waiting.seq) for waiting in await claimable(database)] == [(row.session_id, 1)]
        assert [(line["event"], line["count"]) for line in logs] == [("leases_let_go", 1)]
        await bot.work()
        assert await bot.said("hi", "m1") == ["hi!"]
        assert (await inbound_rows(database))[0].attempt == 2  # an attempt that may have begun counts


async def test_a_lease_whose_answer_comes_between_two_beats_is_kept(database: Database) -> None:
    async with open_bot(database, *ECHO) as bot:
        receipt = await bot.queued("hi", "m1")
        taken = await database.leases.take(bot.owner, receipt.id.session)
        assert taken is not None
        await bot.keeper.beat()
        bot.world.held = asyncio.Event()
        bot.sessions.start(taken)
        await asyncio.wait_for(bot.world.begun.wait(), 5)
        await bot.keeper.beat()
        await bot.keeper.beat()
        assert await lease(database, receipt.id) == ("new", 1, bot.owner)
        bot.world.held.set()
        await bot.idle()
        assert await said(bot, receipt.id) == ["hi!"]


async def test_a_turn_whose_end_cannot_be_stored_for_a_while_is_ended_later(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("botflow.runtime.turns.session_tasks.OUTAGE_PAUSES_S", (0.01, 0.01))
    monkeypatch.setattr("botflow.runtime.turns.outages.LONGEST_S", 0.05)
    monkeypatch.setattr("botflow.runtime.turns.outages.PAUSES_S", (0.01,))

    class Away(Counted):
        is_away = False

        def __getattr__(self, name: str) -> Any:
            if self.is_away:
                raise ProviderError("away", code="database.unavailable", retryable=True)
            return super().__getattr__(name)

    async with open_bot(database, *ECHO) as bot:
        receipt = await bot.queued("hi", "m1")
        turns: Any = Away(database.turns)
        leases: Any = Away(database.leases)
        bot.runner._turns, bot.sessions._leases, bot.keeper._store = turns, leases, leases
        bot.world.held = asyncio.Event()
        running = asyncio.create_task(bot.advance(receipt.id.session))
        await asyncio.wait_for(bot.world.begun.wait(), 5)
        with capture_logs() as logs:
            Away.is_away = True
            bot.world.held.set()
            await running  # it has given up; its lease is still there
            Away.is_away = False
            assert await lease(database, receipt.id) == ("new", 1, bot.owner)
            for _ in range(2):
                await bot.keeper.beat()
        assert "session_left" in {line["event"] for line in logs}
        await bot.work()
        assert await said(bot, receipt.id) == ["hi!"]


async def test_an_attempt_that_the_database_refuses_for_a_while_is_not_counted(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A lock on one table, or a full disk, refuses the end of a turn and lets attempts be counted."""
    monkeypatch.setattr("botflow.runtime.turns.outages.PAUSES_S", (0.01,))

    class Refusing(Counted):
        def __getattr__(self, name: str) -> Any:
            if name == "finish" and self.calls[name] < 10:
                self.calls[name] += 1
                raise ProviderError("a lock", code="database.unavailable", retryable=True)
            return super().__getattr__(name)

    async with open_bot(database, *ECHO) as bot:
        receipt = await bot.queued("hi", "m1")
        turns: Any = Refusing(database.turns)
        bot.runner._turns = turns
        await bot.work()
        assert await lease(database, receipt.id) == ("done", 1, bot.owner)
        assert await said(bot, receipt.id) == ["hi!"]


async def test_a_process_whose_row_is_gone_has_one_again_and_ends_what_nobody_took_from_it(database: Database) -> None:
    """Others took it for dead, and none of them has room."""
    async with open_bot(database, *ECHO) as bot:
        await bot.keeper.open()
        receipt = await bot.queued("hi", "m1")
        bot.world.held = asyncio.Event()
        running = asyncio.create_task(bot.advance(receipt.id.session))
        await asyncio.wait_for(bot.world.begun.wait(), 5)
        if database.is_postgres:
            await age_process(database, bot.owner, 11.0)
            assert await database.leases.recover("other", 10.0) == 1
            assert await lease(database, receipt.id) == ("new", 1, None)
        await bot.keeper.beat()
        bot.world.held.set()
        await running
        assert bot.owner in await process_ids(database)
        assert await said(bot, receipt.id) == ["hi!"]


async def test_a_beat_that_fails_is_logged_and_the_next_one_comes(database: Database) -> None:
    class AwayOnce(Counted):
        def __getattr__(self, name: str) -> Any:
            if self.calls["away"] < 2:
                self.calls["away"] += 1
                raise ProviderError("away", code="database.unavailable")
            return super().__getattr__(name)

    async with open_bot(database, *ECHO, timing=QUICK) as bot:
        store: Any = AwayOnce(database.leases)
        bot.keeper._store = store
        with capture_logs() as logs:
            async with bot.beating():
                await until(lambda: bot.keeper.is_alive)
        assert [(line["event"], line["code"]) for line in logs] == [("beat_failed", "database.unavailable")] * 2


async def test_a_process_that_has_not_been_heard_of_is_not_alive(database: Database) -> None:
    async with open_bot(database, *ECHO, timing=QUICK) as bot:
        assert not bot.keeper.is_alive
        await bot.keeper.beat()
        assert (bot.keeper.is_alive, bot.keeper.not_taken(), bot.keeper.workers) == (True, [], 1)
        await asyncio.sleep(4 * QUICK.beat_s)
        assert not bot.keeper.is_alive


async def test_processes_know_of_each_other_and_share_out_what_is_due(postgres_url: str) -> None:
    database = await open_database(postgres_url, migrate=False)
    async with open_bot(database, *ECHO) as one, open_bot(database, *ECHO, concurrency=0, queues=()) as web:
        await web.keeper.beat()
        assert (web.keeper.is_alive, web.keeper.not_taken(), web.keeper.workers) == (True, list(QUEUES), 0)
        two, three = one.twin(), one.twin()
        keepers = [one.keeper, two.keeper, three.keeper]
        for _ in range(2):
            for keeper in keepers:
                await keeper.beat()
        await web.keeper.beat()
        assert (web.keeper.not_taken(), web.keeper.workers) == ([], 3)
        assert [keeper.workers for keeper in keepers] == [3, 3, 3]
        assert {keeper.share for keeper in keepers} == {Share(0, 3), Share(1, 3), Share(2, 3)}
        await two.sessions.stop(0.0)
        await age_process(database, three.owner, 11.0)
        await one.keeper.beat()
        assert (one.keeper.workers, one.keeper.share) == (1, Share(0, 1))
    await database.close()


# -- what dead processes leave


async def test_what_a_dead_process_held_is_freed_and_run_and_its_attempt_counts(database: Database) -> None:
    async with open_bot(database, *ECHO) as bot:
        receipt = await bot.queued("hi", "m1")
        assert await database.leases.take("doomed", receipt.id.session)
        await age_process(database, "doomed", 11.0)
        await bot.keeper.beat()
        seen = await database.leases.look(bot.owner, 10.0)
        [recover] = [step for step in bot.keeper.steps() if step.name == "recover"]
        assert recover.is_due(seen)
        with capture_logs() as logs:
            assert await recover.run() is False
        assert [(line["event"], line["count"]) for line in logs] == [("processes_died", 1)]
        assert not recover.is_due(await database.leases.look(bot.owner, 10.0))
        await bot.work()
        assert await said(bot, receipt.id) == ["hi!"]
        assert await lease(database, receipt.id) == ("done", 2, bot.owner)


async def test_a_process_is_dead_after_ten_seconds_of_silence_and_not_before(postgres_url: str) -> None:
    database = await open_database(postgres_url, migrate=False)
    async with open_bot(database, *ECHO) as bot:
        receipt = await bot.queued("hi", "m1")
        assert await database.leases.take("slow", receipt.id.session)
        await age_process(database, "slow", 9.0)
        await bot.keeper.beat()
        assert not (await database.leases.look(bot.owner, 10.0)).orphans
        await bot.keeper.recover()
        await bot.work()
        assert await lease(database, receipt.id) == ("new", 1, "slow")
        assert not bot.keeper.is_cautious
    await database.close()


async def test_after_an_outage_of_its_own_a_process_takes_nobody_for_dead_at_once(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The database was away for all of them: the attempts of those that are about to beat again must not count."""
    async with open_bot(database, *ECHO) as bot:
        await bot.keeper.beat()
        receipt = await bot.queued("hi", "m1")
        assert await database.leases.take("living", receipt.id.session)
        await age_process(database, "living", 30.0)
        began_s = bot.keeper._clock.monotonic_s()

        def after(seconds: float) -> None:
            monkeypatch.setattr(type(bot.keeper._clock), "monotonic_s", lambda clock: began_s + seconds)

        after(30.0)
        await bot.keeper.recover()
        await bot.keeper.beat()
        await bot.keeper.recover()
        assert await lease(database, receipt.id) == ("new", 1, "living")
        after(39.0)
        await bot.keeper.beat()
        after(41.0)
        with capture_logs():
            await bot.keeper.recover()
        assert await lease(database, receipt.id) == ("new", 1, None)


async def test_a_process_that_starts_frees_what_a_dead_one_held(database: Database) -> None:
    async with open_bot(database, *ECHO) as bot:
        receipt = await bot.queued("hi", "m1")
        assert await database.leases.take("doomed", receipt.id.session)
        await age_process(database, "doomed", 11.0)
        with capture_logs():
            await bot.keeper.open()
        assert await lease(database, receipt.id) == ("new", 1, None)


async def test_after_a_process_died_another_is_cautious_for_a_minute(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_bot(database, *ECHO) as bot:
        await bot.keeper.recover()
        assert not bot.keeper.is_cautious
        await age_process(database, "doomed", 11.0)
        with capture_logs():
            await bot.keeper.recover()
        assert bot.keeper.is_cautious
        now_s = bot.keeper._clock.monotonic_s()
        monkeypatch.setattr(type(bot.keeper._clock), "monotonic_s", lambda clock: now_s + 59.0)
        assert bot.keeper.is_cautious
        monkeypatch.setattr(type(bot.keeper._clock), "monotonic_s", lambda clock: now_s + 61.0)
        assert not bot.keeper.is_cautious


async def test_a_process_that_starts_beside_others_is_cautious_until_they_would_count_as_dead(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One of them may have died a moment ago, of the timer that is due next."""
    database = await open_database(postgres_url, migrate=False)
    async with open_bot(database, *ECHO) as bot:
        await bot.keeper.open()
        assert not bot.keeper.is_cautious
        await age_process(database, "silent", 3.0)
        await bot.keeper.open()
        assert bot.keeper.is_cautious
        now_s = bot.keeper._clock.monotonic_s()
        monkeypatch.setattr(type(bot.keeper._clock), "monotonic_s", lambda clock: now_s + 11.0)
        assert bot.keeper.is_cautious
        monkeypatch.setattr(type(bot.keeper._clock), "monotonic_s", lambda clock: now_s + 21.0)
        assert not bot.keeper.is_cautious
    await database.close()
