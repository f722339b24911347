"""The fast path when a turn cannot be committed, and when its requests are given up at any moment."""

from __future__ import annotations

import asyncio
import random
from contextlib import suppress
from typing import Any

import pytest
from structlog.testing import capture_logs

from botflow.engine.node_type import Leave, Outcome
from botflow.engine.scene import Scene
from botflow.engine.sentences import apology
from botflow.flow.fields import Properties
from botflow.runtime.turns.advance import ATTEMPTS
from botflow.storage.database import Database
from tests.engine.conversation import node
from tests.runtime.bot_without_worker import GREETING, THINKING, open_bot, texts


class Nothing(Properties):
    """No properties."""


class HalfACharacter:
    """A plugin's node that says what no database and no channel can carry."""

    name = "test.half"
    category = "action"
    properties = Nothing

    def handles(self, properties: Nothing) -> tuple[str, ...]:
        return ("next",)

    def waits(self, properties: Nothing) -> bool:
        return False

    def sets(self, properties: Nothing) -> tuple[str, ...]:
        return ()

    def visit(self, properties: Nothing, scene: Scene) -> Outcome:
        scene.say("half \ud83d")
        return Leave("next")


async def test_a_turn_that_cannot_be_written_ends_in_an_apology(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("botflow.runtime.turns.advance.PAUSES_S", (0.0,) * (ATTEMPTS + 1))
    half: Any = HalfACharacter()
    async with open_bot(database, node("half", "test.half"), types=(half,)) as bot:
        with capture_logs():
            receipt = await bot.queued("hi", "m1")
            await bot.advance(receipt.id.session)

        buried = await database.inbox.receipt(receipt.id)

    assert (buried.state, texts(buried)) == ("dead", [apology("en")])


@pytest.mark.parametrize("nodes", [GREETING, THINKING], ids=["fast", "queued"])
async def test_requests_that_are_given_up_at_any_moment_leave_the_session_in_order(
    database: Database, nodes: tuple[dict[str, object], ...]
) -> None:
    chance = random.Random(7)
    async with open_bot(database, *nodes) as bot:
        for number in range(60):
            asking = asyncio.create_task(bot.hear("hi", f"m{number}", within_s=0.0))
            for _ in range(chance.randrange(40)):
                await asyncio.sleep(0)
            await asyncio.sleep(chance.random() * 0.01)
            asking.cancel()
            with suppress(asyncio.CancelledError):
                await asking

        async with asyncio.timeout(20):
            last = await bot.hear("hi", "last", within_s=0.0)
            await bot.advance(last.id.session)

        stored = await database.sessions.load(bot.key())
        assert (await database.inbox.receipt(last.id)).state == "done"
    assert stored.done_seq == stored.last_seq == last.id.seq
