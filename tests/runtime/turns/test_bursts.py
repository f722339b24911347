"""Bursts: what quick messages of one person become, in each of the three ways a workflow may want it."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import pytest
from botflow_twilio.channel import TwilioChannel
from botflow_twilio.settings import TwilioSettings
from sqlalchemy import select

from botflow.clock import SystemClock
from botflow.engine.asks import Answer, AskModel
from botflow.interfaces import Channel, OnDelta
from botflow.records.turns import Receipt
from botflow.storage.database import Database
from botflow.storage.tables import answers, turns
from tests.engine.conversation import node, say
from tests.runtime.bot_without_worker import Bot, asks, open_bot, texts
from tests.storage.aged_rows import inbound_rows

ECHO = (say("echo", "You said {{ $input.text }}."),)
WITHIN_S = 0.3
MERGE: dict[str, Any] = {"bursts": "merge", "mergeWithin": f"{WITHIN_S}s"}
SUPERSEDE: dict[str, Any] = {"bursts": "supersede", "mergeWithin": "2s"}


@dataclass(slots=True)
class SlowModel:
    """A model that answers what it was asked, once a test lets it, and says what that cost."""

    go_on: asyncio.Event = field(default_factory=asyncio.Event)
    asked: list[str] = field(default_factory=list)
    begun: asyncio.Event = field(default_factory=asyncio.Event)
    holds_at: int = 0  # which call is held back until the next one comes

    @property
    def name(self) -> str:
        return "slow"

    async def answer(self, ask: AskModel, on_delta: OnDelta | None = None) -> Answer:
        self.asked.append(ask.text)
        self.begun.set()
        call = len(self.asked)
        while call == self.holds_at == len(self.asked):  # noqa: ASYNC110 -- the next call is what ends it
            await asyncio.sleep(0.01)
        await self.go_on.wait()
        usage = {"model": "slow", "promptTokens": 7, "completionTokens": 3, "costUsd": 0.5}
        return Answer(value=f"{ask.text}!", usage=usage)

    async def was_asked_twice(self) -> bool:
        return len(self.asked) > 1

    async def close(self) -> None:
        return None


REPLY = (
    node("reply", "ai.reply", instructions="Answer.", model="slow", variable="said", next="done"),
    say("done", "Done."),
)


async def hear_all(bot: Bot, *said: str, gap_s: float = 0.0) -> list[Receipt]:
    """Let a person write several messages, and wait until all are answered."""
    waiting = []
    for number, text in enumerate(said):
        waiting.append(asyncio.create_task(bot.hear(text, f"m{number}")))
        await asyncio.sleep(gap_s)
    return await asyncio.gather(*waiting)


async def until(holds: Callable[[], Awaitable[bool]]) -> None:
    """Return once it holds."""
    while not await holds():  # noqa: ASYNC110 -- it is the database that is asked, which sets no event
        await asyncio.sleep(0.01)


async def states(bot: Bot) -> list[tuple[int, str, int | None]]:
    """Return (seq, state, merged_into) of every inbound, in order."""
    return [(row.seq, row.state, row.merged_into) for row in await inbound_rows(bot.database)]


async def count_turns(bot: Bot) -> int:
    return len(await bot.database.engine.read(lambda connection: connection.execute(select(turns.c.seq)).all()))


# -- merge


async def test_quick_messages_are_one_inbound_and_get_one_reply(database: Database) -> None:
    async with open_bot(database, *ECHO, **MERGE) as bot:
        receipts = await hear_all(bot, "I want", "two pizzas", "please", gap_s=0.02)
        assert [texts(receipt) for receipt in receipts] == [["You said I want\ntwo pizzas\nplease."]] * 3
        assert len({outbound.wire_id for receipt in receipts for outbound in receipt.outbounds}) == 1
        assert await states(bot) == [(1, "done", None), (2, "done", 1), (3, "done", 1)]
        assert await count_turns(bot) == 1


async def test_a_repeated_message_of_a_burst_gets_the_same_reply_and_changes_nothing(database: Database) -> None:
    async with open_bot(database, *ECHO, **MERGE) as bot:
        first = await hear_all(bot, "a", "b", gap_s=0.02)
        again = [await bot.hear(text, key) for text, key in (("a", "m0"), ("b", "m1"))]
        assert (
            [texts(receipt) for receipt in again] == [texts(receipt) for receipt in first] == [["You said a\nb."]] * 2
        )
        assert [receipt.id for receipt in again] == [receipt.id for receipt in first]
        assert await count_turns(bot) == 1


async def test_messages_further_apart_are_turns_of_their_own(database: Database) -> None:
    async with open_bot(database, *ECHO, **MERGE) as bot:
        said = [texts((await hear_all(bot, "a"))[0])]
        said.append(texts(await bot.hear("b", "later")))
        assert said == [["You said a."], ["You said b."]]


async def test_the_fast_path_goes_on_behind_a_burst(database: Database) -> None:
    """A pressed button waits for nobody: nothing is queued any more when the burst is done."""
    async with open_bot(database, *ECHO, **MERGE) as bot:
        await hear_all(bot, "a", "b", gap_s=0.02)
        stored = await bot.hot.get(bot.key())
        assert (stored.last_seq, stored.done_seq) == (2, 2)


async def test_a_poison_burst_is_buried_as_one(database: Database) -> None:
    async with open_bot(database, asks("one", "first", "echo"), *ECHO, **MERGE) as bot:
        bot.world.crashes["burst.merged"] = 3
        receipts = await hear_all(bot, "a", "b", gap_s=0.02)
        assert await states(bot) == [(1, "dead", None), (2, "dead", 1)]
        assert len({tuple(texts(receipt)) for receipt in receipts}) == 1


@pytest.fixture
async def phone() -> AsyncIterator[dict[str, Channel]]:
    """Twilio's channel; nothing is sent in these tests, so nobody answers."""
    channel = TwilioChannel(TwilioSettings(), SystemClock())
    yield {"sms": channel}
    await channel.close()


async def test_the_newest_messages_webhook_gets_the_reply_and_the_others_an_empty_one(
    database: Database, phone: dict[str, Channel]
) -> None:
    async with open_bot(database, *ECHO, channels=phone, **MERGE) as bot:
        waiting = []
        for number, text in enumerate(("I want", "pizza")):
            waiting.append(asyncio.create_task(bot.hear(text, f"SM{number}", channel="sms")))
            await asyncio.sleep(0.02)
        assert [texts(receipt) for receipt in await asyncio.gather(*waiting)] == [[], ["You said I want\npizza."]]
        assert await bot.said("pizza", "SM1", channel="sms") == ["You said I want\npizza."]
        assert await bot.said("I want", "SM0", channel="sms") == []


async def test_nobody_of_a_burst_waits_for_the_turn_that_comes_after_it(database: Database) -> None:
    async with open_bot(database, asks("one", "{{ $input.text }}", "echo"), *ECHO, **MERGE) as bot:
        bot.world.held = held = asyncio.Event()
        burst = []
        for number, text in enumerate(("I want", "pizza")):
            burst.append(asyncio.create_task(bot.hear(text, f"m{number}")))
            await asyncio.sleep(0.02)
        await bot.world.begun.wait()
        later = asyncio.create_task(bot.hear("and a salad", "later"))

        async def is_stored() -> bool:
            return (await database.turns.load(bot.key())).last_seq == 3

        await until(is_stored)
        bot.world.held = asyncio.Event()
        held.set()
        answered = await asyncio.wait_for(asyncio.gather(*burst), 3)
        assert [texts(receipt) for receipt in answered] == [["You said I want\npizza."]] * 2
        assert not later.done()
        bot.world.held.set()
        assert texts(await later) == ["You said and a salad."]


async def test_a_request_to_stop_is_never_part_of_a_burst_and_overtakes_it(
    database: Database, phone: dict[str, Channel]
) -> None:
    async with open_bot(database, *ECHO, channels=phone, **MERGE) as bot:
        first = await bot.queued("I want", "SM0", channel="sms")
        await bot.hear("STOP", "SM1", channel="sms", consent="stop", within_s=0.0)
        await bot.work()
        assert await states(bot) == [(1, "done", None), (2, "done", None)]
        assert (await database.turns.load(bot.key(channel="sms"))).parked
        assert texts(await database.turns.receipt(first.id)) == []


# -- supersede


def slow_bot(bot: Bot) -> SlowModel:
    """Put a slow model before the others."""
    model = SlowModel()
    bot.runner._asks._accounts._models = (model, *bot.runner._asks._accounts._models)
    return model


async def kept(bot: Bot) -> list[tuple[int, dict[str, Any]]]:
    """Return what the model calls cost, by their place in the journal."""
    found = select(answers.c.index, answers.c.value, answers.c.ask)
    rows = await bot.database.engine.read(lambda connection: connection.execute(found).all())
    return sorted((row[0], row.value["usage"]) for row in rows if row.ask["ask"] == "model")


async def is_settled(bot: Bot) -> bool:
    return not any("estimated" in usage for _, usage in await kept(bot))


async def test_a_newer_message_cancels_the_answer_and_both_are_answered(database: Database) -> None:
    async with open_bot(database, *REPLY, **SUPERSEDE) as bot:
        model = slow_bot(bot)
        first = asyncio.create_task(bot.hear("pizza", "m1"))
        await model.begun.wait()
        second = asyncio.create_task(bot.hear("no, pasta", "m2"))
        await until(model.was_asked_twice)
        assert [usage.get("estimated") for index, usage in await kept(bot) if index < 0] == [True]
        model.go_on.set()
        receipts = await asyncio.gather(first, second)
        assert model.asked == ["pizza", "pizza\nno, pasta"]
        assert [texts(receipt) for receipt in receipts] == [["pizza\nno, pasta!", "Done."]] * 2
        assert await states(bot) == [(1, "done", None), (2, "done", 1)]
        await until(partial(is_settled, bot))
        assert [usage["costUsd"] for _, usage in await kept(bot)] == [0.5, 0.5]


async def test_what_a_cancelled_call_costs_stays_an_estimate_when_nobody_hears_of_it(database: Database) -> None:
    async with open_bot(database, *REPLY, **SUPERSEDE) as bot:
        model = slow_bot(bot)
        first = asyncio.create_task(bot.hear("pizza", "m1"))
        await model.begun.wait()
        await bot.queued("pasta", "m2")
        await until(model.was_asked_twice)
        await bot.bursts.close()
        model.go_on.set()
        await first
        costs = await kept(bot)
        assert [(index < 0, "estimated" in usage) for index, usage in costs] == [(True, True), (False, False)]


async def test_an_action_is_never_cancelled_and_the_newer_message_is_a_turn_of_its_own(database: Database) -> None:
    async with open_bot(database, asks("one", "first", "echo"), *ECHO, **SUPERSEDE) as bot:
        bot.world.held = asyncio.Event()
        first = asyncio.create_task(bot.hear("a", "m1"))
        await bot.world.begun.wait()
        second = asyncio.create_task(bot.hear("b", "m2"))
        await asyncio.sleep(0.1)
        bot.world.held.set()
        said = [texts(receipt) for receipt in await asyncio.gather(first, second)]
        assert said == [["You said a."], ["You said b."]]
        assert bot.world.asked == ["first", "first"]


async def test_after_an_action_a_newer_message_is_a_turn_of_its_own(database: Database) -> None:
    """It may have paid for something: the answer that follows must not be given up and the action done again."""
    async with open_bot(database, asks("one", "first", "reply"), *REPLY, **SUPERSEDE) as bot:
        model = slow_bot(bot)
        first = asyncio.create_task(bot.hear("a", "m1"))
        await model.begun.wait()
        second = asyncio.create_task(bot.hear("b", "m2"))
        await asyncio.sleep(0.2)
        model.go_on.set()
        said = [texts(receipt) for receipt in await asyncio.gather(first, second)]
        assert said == [["a!", "Done."], ["b!", "Done."]]
        assert model.asked == ["a", "b"]


async def test_an_action_before_a_crash_is_not_done_again_with_a_newer_message(database: Database) -> None:
    """The next attempt finds the newer message waiting: what is done is done, with the former one alone."""
    echoing = asks("one", "{{ $input.text }}", "echo")
    async with open_bot(database, echoing, *ECHO, **SUPERSEDE) as bot:
        bot.world.crashes["turn.kept"] = 1
        bot.world.held = asyncio.Event()
        first = asyncio.create_task(bot.hear("a", "m1"))
        await bot.world.begun.wait()
        second = await bot.queued("b", "m2")
        bot.world.held.set()
        await first
        await bot.idle()
        assert texts(first.result()) == ["You said a."]
        assert texts(await bot.database.turns.receipt(second.id)) == ["You said b."]
        assert bot.world.asked == ["a", "b"]


async def test_a_call_that_was_journalled_before_the_newer_message_is_kept(database: Database) -> None:
    """The first of two calls is over and paid for; with the newer message it is made again."""
    twice = (node("first", "ai.reply", instructions="First.", model="slow", next="reply"), *REPLY)
    async with open_bot(database, *twice, **SUPERSEDE) as bot:
        model = slow_bot(bot)
        model.go_on.set()
        model.holds_at = 2
        first = asyncio.create_task(bot.hear("a", "m1"))
        await until(model.was_asked_twice)
        second = asyncio.create_task(bot.hear("b", "m2"))
        await asyncio.gather(first, second)
        await until(partial(is_settled, bot))
        assert model.asked == ["a", "a", "a\nb", "a\nb"]
        assert [usage["costUsd"] for _, usage in await kept(bot)] == [0.5] * 4


async def test_without_a_model_each_message_is_answered_at_once(database: Database) -> None:
    async with open_bot(database, *ECHO, **SUPERSEDE) as bot:
        assert await bot.said("a", "m1") == ["You said a."]
        assert await bot.said("b", "m2") == ["You said b."]


# -- any times of arrival


@pytest.mark.parametrize("bursts", ["queue", "merge", "supersede"])
@pytest.mark.parametrize("seed", range(3))
async def test_whatever_the_times_of_arrival_every_message_is_answered_once_and_in_order(
    database: Database, bursts: str, seed: int
) -> None:
    dice = random.Random(seed)
    async with open_bot(database, *REPLY, bursts=bursts, mergeWithin="0.05s") as bot:
        model = slow_bot(bot)
        model.go_on.set()

        async def person(name: str) -> list[Receipt]:
            hearing = []
            for number in range(8):
                hearing.append(asyncio.create_task(bot.hear(f"{name}{number}", f"{name}{number}", person=name)))
                await asyncio.sleep(dice.choice((0.0, 0.0, 0.02, 0.06, 0.12)))
            return await asyncio.gather(*hearing)

        people = await asyncio.gather(*(person(name) for name in ("ann", "bob", "cyd")))
        assert all(receipt.state == "done" for receipts in people for receipt in receipts)
        for name, receipts in zip(("ann", "bob", "cyd"), people, strict=True):
            replies = dict.fromkeys(texts(receipt)[0] for receipt in receipts)
            heard = "\n".join(reply.removesuffix("!") for reply in replies).split("\n")
            assert heard == [f"{name}{number}" for number in range(8)]
