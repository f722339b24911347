"""The queued path on a real database: attempts, their journal, and what stops one that is no longer its own."""

from __future__ import annotations

import asyncio

import pytest
from structlog.testing import capture_logs

from botflow.engine.ask_json import answer_to_json, fingerprint
from botflow.engine.asks import Answer, Invoke
from botflow.records.turns import JournalledAnswer, TurnId
from botflow.runtime.turns.advance import ATTEMPTS
from botflow.storage.database import Database
from tests.engine.conversation import node, say
from tests.runtime.bot_without_worker import THINKING, Bot, asks, open_bot, texts
from tests.runtime.job_places import until
from tests.storage.aged_rows import age_owner, make_due


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("botflow.runtime.turns.advance.PAUSES_S", (0.0,) * (ATTEMPTS + 1))
    monkeypatch.setattr("botflow.runtime.turns.advance.RENEW_S", 0.02)


async def said(bot: Bot, turn: TurnId) -> list[str]:
    return texts(await bot.database.inbox.receipt(turn))


async def test_a_queued_turn_asks_the_world_and_says_what_it_heard(database: Database) -> None:
    async with open_bot(database, *THINKING) as bot:
        receipt = await bot.queued("hi", "m1")
        await bot.advance(receipt.id.session)
        assert await said(bot, receipt.id) == ["first! second!"]
        assert bot.world.asked == ["first", "second"]


async def test_a_superfluous_job_finds_nothing(database: Database) -> None:
    async with open_bot(database, *THINKING) as bot:
        receipt = await bot.queued("hi", "m1")
        await bot.advance(receipt.id.session)
        await bot.advance(receipt.id.session)
        await bot.advance(receipt.id.session + 1)
        assert bot.world.asked == ["first", "second"]


async def test_a_superfluous_job_does_not_stand_in_the_line_of_suspects(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("botflow.runtime.turns.quarantine.ALONE_S", 3600.0)
    async with open_bot(database, *THINKING) as bot:
        neighbour = await bot.queued("hi", "n1", person="bob")
        await bot.advance(neighbour.id.session)
        suspect = await bot.queued("hi", "m1")
        for owner in ("one", "two"):
            await database.inbox.begin(suspect.id.session, owner)
            await age_owner(database, suspect.id, 11)
        bot.world.held = asyncio.Event()
        bot.world.begun.clear()
        slow = asyncio.create_task(bot.advance(suspect.id.session))
        await asyncio.wait_for(bot.world.begun.wait(), 5)
        await asyncio.wait_for(bot.advance(neighbour.id.session), 5)
        bot.world.held.set()
        await slow
        assert await said(bot, suspect.id) == ["first! second!"]


async def test_a_retried_turn_asks_nothing_twice(database: Database) -> None:
    async with open_bot(database, *THINKING) as bot:
        bot.world.crashes["advance.journalled"] = 1
        receipt = await bot.queued("hi", "m1")
        with capture_logs():
            await bot.advance(receipt.id.session)
        assert await said(bot, receipt.id) == ["first! second!"]
        assert bot.world.asked == ["first", "second"]


async def test_an_answer_to_another_question_is_not_used(database: Database) -> None:
    """A former attempt may have gone another way, for example before a version of the flow that was gone."""
    async with open_bot(database, *THINKING) as bot:
        receipt = await bot.queued("hi", "m1")
        await database.inbox.begin(receipt.id.session, "somebody else")
        other = fingerprint(Invoke(type="test.ask", properties={"question": "another"}, variables={}, timeout_s=30.0))
        answer = JournalledAnswer(index=0, fingerprint=other, value=answer_to_json(Answer(value="wrong")))
        assert await database.inbox.add_answer(receipt.id, 1, answer)
        await age_owner(database, receipt.id, 11)
        await bot.advance(receipt.id.session)
        assert await said(bot, receipt.id) == ["first! second!"]


async def test_a_poison_message_is_given_up_with_an_apology_and_the_next_one_goes_on(database: Database) -> None:
    async with open_bot(database, *THINKING, apology="Something broke.") as bot:
        bot.world.crashes["advance.computed"] = ATTEMPTS
        poison, after = await bot.queued("hi", "m1"), await bot.queued("hi", "m2")
        with capture_logs() as logs:
            await bot.advance(poison.id.session)
        assert (await database.inbox.receipt(poison.id)).state == "dead"
        assert await said(bot, poison.id) == ["Something broke."]
        assert await said(bot, after.id) == ["first! second!"]
        assert bot.world.asked == ["first", "second"] * 2
    assert [line["event"] for line in logs if line["log_level"] == "error"] == ["inbound_dead"]


async def test_a_living_attempt_is_not_taken_over_however_long_it_asks(database: Database) -> None:
    async with open_bot(database, *THINKING) as bot:
        bot.world.held = asyncio.Event()
        receipt = await bot.queued("hi", "m1")
        turn = asyncio.create_task(bot.advance(receipt.id.session))
        await bot.world.begun.wait()
        await age_owner(database, receipt.id, 11)
        await asyncio.sleep(0.3)  # it has renewed meanwhile
        assert await database.inbox.begin(receipt.id.session, "somebody else") is None
        bot.world.held.set()
        await turn
        assert await said(bot, receipt.id) == ["first! second!"]


async def test_an_attempt_that_was_taken_over_is_stopped_while_it_asks(database: Database) -> None:
    async with open_bot(database, *THINKING) as bot:
        bot.world.held = asyncio.Event()
        receipt = await bot.queued("hi", "m1")
        turn = asyncio.create_task(bot.advance(receipt.id.session))
        await bot.world.begun.wait()
        await _take_over(database, receipt.id)
        stopped, _ = await asyncio.wait({turn}, timeout=3)
        bot.world.held.set()
        await turn
        assert stopped == {turn}
        assert bot.world.asked == ["first"]


async def test_who_has_lost_its_inbound_asks_the_world_nothing_more(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("botflow.runtime.turns.advance.RENEW_S", 3600.0)
    async with open_bot(database, *THINKING) as bot:
        bot.world.held = asyncio.Event()
        receipt = await bot.queued("hi", "m1")
        turn = asyncio.create_task(bot.advance(receipt.id.session))
        await bot.world.begun.wait()
        await _take_over(database, receipt.id)
        bot.world.held.set()
        await turn
        assert bot.world.asked == ["first"]
        assert await database.inbox.answers(receipt.id) == []


async def test_nobody_is_told_of_a_turn_that_was_not_committed(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("botflow.runtime.turns.advance.RENEW_S", 3600.0)
    async with open_bot(database, asks("one", "first", "reply"), say("reply", "{{ $one.value }}")) as bot:
        bot.world.held = asyncio.Event()
        receipt = await bot.queued("hi", "m1")
        turn = asyncio.create_task(bot.advance(receipt.id.session))
        await bot.world.begun.wait()
        await database.sessions.set_parked(receipt.id.session, True)
        await database.sessions.set_parked(receipt.id.session, False)
        told: list[list[str]] = []
        with bot.hub.listen(receipt.id.session) as mailbox:
            bot.world.held.set()
            await turn
            told = [texts(finished) for finished in await mailbox.woken(1.0)]
        assert told == [["first!"]]
        assert await said(bot, receipt.id) == ["first!"]
        assert (await database.sessions.load(bot.key())).session.version == 3
        assert bot.world.asked == ["first"]


async def test_a_stopped_process_lets_its_attempt_go_and_another_goes_on_at_once(database: Database) -> None:
    """More often than an inbound may be attempted: a stop is nobody's failure. What was answered is not asked again."""
    async with open_bot(database, *THINKING) as bot:
        receipt = await bot.queued("hi", "m1")
        for _ in range(ATTEMPTS + 1):
            bot.world.held = asyncio.Event()
            bot.world.begun.clear()
            turn = asyncio.create_task(bot.advance(receipt.id.session))
            await asyncio.wait_for(bot.world.begun.wait(), 5)
            turn.cancel()
            with pytest.raises(asyncio.CancelledError):
                await turn
        bot.world.held = None
        await bot.advance(receipt.id.session)
        assert await said(bot, receipt.id) == ["first! second!"]
        assert bot.world.asked == ["first"] * (ATTEMPTS + 2) + ["second"]


async def test_a_stop_in_the_pause_before_a_retry_lets_go_as_well(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_bot(database, *THINKING) as bot:
        monkeypatch.setattr("botflow.runtime.turns.advance.PAUSES_S", (0.0, 3600.0))
        bot.world.crashes["advance.journalled"] = 1
        receipt = await bot.queued("hi", "m1")
        turn = asyncio.create_task(bot.advance(receipt.id.session))
        await asyncio.wait({turn}, timeout=0.3)
        turn.cancel()
        await asyncio.gather(turn, return_exceptions=True)
        monkeypatch.setattr("botflow.runtime.turns.advance.PAUSES_S", (0.0,))
        await bot.advance(receipt.id.session)
        assert await said(bot, receipt.id) == ["first! second!"]
        assert bot.world.asked == ["first", "second"]


async def test_a_message_of_somebody_who_stopped_meanwhile_is_stored_in_silence(database: Database) -> None:
    async with open_bot(database, *THINKING) as bot:
        receipt = await bot.queued("hi", "m1")
        await database.sessions.set_parked(receipt.id.session, True)
        await bot.advance(receipt.id.session)
        assert (await database.inbox.receipt(receipt.id)).status == "ignored"
        assert await said(bot, receipt.id) == []
        assert bot.world.asked == []


async def test_a_timeout_that_comes_too_late_does_not_touch_the_next_question(database: Database) -> None:
    """The answer was received before the deadline, so it is taken first, and the flow then waits for something else."""
    name = node("name", "chatbot.ask", text="Name?", timeout="1h", on={"answered": "think", "timeout": "late"})
    more = node("more", "chatbot.ask", text="More?", timeout="1h", on={"answered": "late", "timeout": "late"})
    async with open_bot(database, name, asks("think", "first", "more"), more, say("late", "Too late.")) as bot:
        await bot.hear("hi", "m1")
        answer = await bot.queued("Ann", "m2")
        await make_due(database, answer.id.session)
        assert await database.timers.fire_due_waits(10) == [answer.id.session]
        await until(lambda: _is_over(bot, answer.id.session))
        assert await said(bot, answer.id) == ["More?"]
        stale = TurnId(answer.id.session, answer.id.seq + 1)
        assert ((await database.inbox.receipt(stale)).status, await said(bot, stale)) == ("ignored", [])


async def _is_over(bot: Bot, session: int) -> bool:
    await bot.advance(session)
    stored = await bot.database.sessions.load_by_id(session)
    return stored is not None and stored.last_seq == stored.done_seq


async def _take_over(database: Database, turn: TurnId) -> None:
    """Begin the inbound as another process does after ten seconds of silence, however often the owner renews it."""
    async with asyncio.timeout(10):
        while True:
            await age_owner(database, turn, 11)
            if await database.inbox.begin(turn.session, "somebody else") is not None:
                return
