"""Leased turns on a real database: attempts, their journal, and what ends one that is no longer its process's."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

import pytest
from structlog.testing import capture_logs

from botflow.engine.ask_json import answer_to_json, fingerprint
from botflow.engine.asks import Answer, AskModel, Invoke
from botflow.interfaces import OnDelta
from botflow.records.turns import JournalledAnswer, TurnId
from botflow.runtime.process.timing import Timing
from botflow.runtime.turns.run import ATTEMPTS
from botflow.storage.database import Database
from tests.engine.conversation import node, say
from tests.runtime.bot_without_worker import THINKING, Bot, asks, counts, open_bot, texts
from tests.runtime.inbound_rows import park, set_lease
from tests.runtime.turns.held_turns import held, let_go, said
from tests.storage.aged_rows import make_due

QUICK = Timing().scaled(0.05)
THINKING_TWICE = (counts("count", "one"), *THINKING)


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("botflow.runtime.turns.run.PAUSE_BEFORE_ATTEMPT_S", {})


async def test_a_claimed_turn_asks_the_world_and_says_what_it_heard(database: Database) -> None:
    async with open_bot(database, *THINKING) as bot:
        receipt = await bot.queued("hi", "m1")
        await bot.work()
        assert await said(bot, receipt.id) == ["first! second!"]
        assert bot.world.asked == ["first", "second"]


async def test_a_session_in_which_nothing_waits_is_left_alone(database: Database) -> None:
    async with open_bot(database, *THINKING) as bot:
        receipt = await bot.queued("hi", "m1")
        await bot.advance(receipt.id.session)
        await bot.advance(receipt.id.session)
        await bot.advance(receipt.id.session + 1)
        assert bot.world.asked == ["first", "second"]


# -- the generator


async def test_the_engine_that_ran_to_its_first_ask_goes_on(database: Database) -> None:
    """A node before the first Ask is visited once, though the inbound is stored in between."""
    async with open_bot(database, *THINKING_TWICE) as bot:
        assert await bot.said("hi", "m1") == ["first! second!"]
        assert bot.world.visits == 1


async def test_another_attempt_begins_at_the_beginning(database: Database) -> None:
    async with open_bot(database, *THINKING_TWICE) as bot:
        bot.world.crashes["turn.asked"] = 1
        with capture_logs():
            assert await bot.said("hi", "m1") == ["first! second!"]
        assert bot.world.visits == 2


# -- the journal


@dataclass(slots=True)
class Known:
    """A model that says what it was asked."""

    asked: list[AskModel] = field(default_factory=list)
    name: str = "known"

    async def answer(self, ask: AskModel, on_delta: OnDelta | None = None) -> Answer:
        self.asked.append(ask)
        return Answer(value=f"{ask.text}!")

    async def close(self) -> None:
        return None


def with_model(bot: Bot) -> Known:
    model = Known()
    bot.runner._asks._accounts._models = (model, *bot.runner._asks._accounts._models)
    return model


def reply(id: str, next: str = "") -> dict[str, object]:
    return node(id, "ai.reply", instructions="Answer.", model="known", next=next)


async def journal(database: Database, turn: TurnId) -> list[tuple[int, str]]:
    return [(entry.index, entry.ask["ask"]) for entry in await database.turns.answers(turn)]


async def test_a_models_answer_is_journalled_with_the_turn_and_history_never(database: Database) -> None:
    async with open_bot(database, reply("answer")) as bot:
        with_model(bot)
        heard = await bot.hear("hi", "m1")
        assert texts(heard) == ["hi!"]
        assert bot.turns.calls["keep"] == 0
        assert await journal(database, heard.id) == [(1, "model")]


async def test_a_models_answer_is_journalled_before_the_next_ask_leaves(database: Database) -> None:
    async with open_bot(database, reply("one", "think"), asks("think", "hm", "")) as bot:
        with_model(bot)
        bot.world.held = asyncio.Event()
        heard = asyncio.create_task(bot.hear("hi", "m1"))
        await asyncio.wait_for(bot.world.begun.wait(), 5)
        turn = TurnId((await database.turns.load(bot.key())).id, 1)
        assert await journal(database, turn) == [(1, "model")]
        let_go(bot)
        await heard
        assert (bot.turns.calls["keep"], await journal(database, turn)) == (2, [(1, "model"), (2, "invoke")])


async def test_an_actions_answer_is_journalled_at_once(database: Database) -> None:
    async with open_bot(database, asks("one", "first", "reply"), say("reply", "{{ $one.value }}")) as bot:
        heard = await bot.hear("hi", "m1")
        assert (texts(heard), bot.turns.calls["keep"]) == (["first!"], 1)
        assert await journal(database, heard.id) == [(0, "invoke")]


async def test_a_pause_before_a_node_is_tried_again_is_not_journalled(database: Database) -> None:
    trying = {**asks("one", "first", "reply"), "retry": {"attempts": 2, "delay": "0.01s"}}
    async with open_bot(database, trying, say("reply", "{{ $one.value }}")) as bot:
        bot.world.failures = 1
        heard = await bot.hear("hi", "m1")
        assert texts(heard) == ["first!"]
        assert await journal(database, heard.id) == [(0, "invoke"), (2, "invoke")]


async def test_a_retried_turn_asks_nothing_twice(database: Database) -> None:
    async with open_bot(database, *THINKING) as bot:
        bot.world.crashes["turn.kept"] = 1
        receipt = await bot.queued("hi", "m1")
        with capture_logs():
            await bot.advance(receipt.id.session)
        assert await said(bot, receipt.id) == ["first! second!"]
        assert bot.world.asked == ["first", "second"]


async def test_an_answer_to_another_question_is_not_used(database: Database) -> None:
    """A former attempt may have gone another way, for example before a version of the flow that was gone."""
    async with open_bot(database, *THINKING) as bot:
        receipt = await bot.queued("hi", "m1")
        assert await database.leases.take("somebody else", receipt.id.session)
        other = fingerprint(Invoke(type="test.ask", properties={"question": "another"}, variables={}, timeout_s=30.0))
        answer = JournalledAnswer(index=0, fingerprint=other, value=answer_to_json(Answer(value="wrong")))
        assert await database.turns.keep(receipt.id, 1, [answer])
        await set_lease(database, receipt.id, owner=None, attempt=1)
        await bot.work()
        assert await said(bot, receipt.id) == ["first! second!"]


# -- attempts


async def test_a_poison_message_is_given_up_with_an_apology_and_the_next_one_goes_on(database: Database) -> None:
    async with open_bot(database, *THINKING, apology="Something broke.") as bot:
        bot.world.crashes["turn.computed"] = ATTEMPTS
        poison, after = await bot.queued("hi", "m1"), await bot.queued("hi", "m2")
        with capture_logs() as logs:
            await bot.advance(poison.id.session)
        assert (await database.turns.receipt(poison.id)).state == "dead"
        assert await said(bot, poison.id) == ["Something broke."]
        assert await said(bot, after.id) == ["first! second!"]
        assert bot.world.asked == ["first", "second"] * 2
    assert [line["event"] for line in logs if line["log_level"] == "error"] == ["inbound_dead"]


async def test_a_living_attempt_is_not_taken_over_however_long_it_asks(database: Database) -> None:
    async with open_bot(database, *THINKING, timing=QUICK) as bot:
        receipt = await bot.queued("hi", "m1")
        await bot.keeper.open()
        async with bot.beating():
            turn = await held(bot, receipt.id.session)
            await asyncio.sleep(2 * QUICK.dead_after_s)
            await bot.keeper.recover()
            if database.is_postgres:  # on SQLite there is no other process
                assert await database.leases.recover("other", QUICK.dead_after_s) == 0
            assert await database.leases.take("other", receipt.id.session) is None
            let_go(bot)
            await turn
        assert await said(bot, receipt.id) == ["first! second!"]


async def test_an_attempt_that_was_taken_over_is_ended_by_the_next_beat(database: Database) -> None:
    async with open_bot(database, *THINKING) as bot:
        receipt = await bot.queued("hi", "m1")
        turn = await held(bot, receipt.id.session)
        await set_lease(database, receipt.id, owner="somebody else", attempt=2)
        await bot.keeper.beat()
        await asyncio.wait_for(turn, 3)
        let_go(bot)
        assert bot.world.asked == ["first"]


async def test_who_has_lost_its_inbound_asks_the_world_nothing_more(database: Database) -> None:
    """No beat has said so yet: the journal's fence does."""
    async with open_bot(database, *THINKING) as bot:
        receipt = await bot.queued("hi", "m1")
        turn = await held(bot, receipt.id.session)
        await set_lease(database, receipt.id, owner="somebody else", attempt=2)
        let_go(bot)
        await turn
        assert bot.world.asked == ["first"]
        assert await database.turns.answers(receipt.id) == []


async def test_nobody_is_told_of_a_turn_that_was_not_committed(database: Database) -> None:
    async with open_bot(database, asks("one", "first", "reply"), say("reply", "{{ $one.value }}")) as bot:
        receipt = await bot.queued("hi", "m1")
        turn = await held(bot, receipt.id.session)
        await park(database, receipt.id.session, True)
        await park(database, receipt.id.session, False)
        told: list[list[str]] = []
        with bot.hub.listen(receipt.id.session) as mailbox:
            let_go(bot)
            await turn
            told = [texts(finished) for finished in await mailbox.woken(1.0)]
        assert told == [["first!"]]
        assert await said(bot, receipt.id) == ["first!"]
        assert (await database.turns.load(bot.key())).session.version == 3
        assert bot.world.asked == ["first"]


async def test_a_message_of_somebody_who_stopped_meanwhile_is_stored_in_silence(database: Database) -> None:
    async with open_bot(database, *THINKING) as bot:
        receipt = await bot.queued("hi", "m1")
        await park(database, receipt.id.session, True)
        await bot.advance(receipt.id.session)
        assert (await database.turns.receipt(receipt.id)).status == "ignored"
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
        await bot.timers.fire()
        await bot.work()
        assert await said(bot, answer.id) == ["More?"]
        stale = TurnId(answer.id.session, answer.id.seq + 1)
        assert ((await database.turns.receipt(stale)).status, await said(bot, stale)) == ("ignored", [])
