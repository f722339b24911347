"""The fast path when a turn cannot be committed, and when its requests are given up at any moment."""

from __future__ import annotations

import asyncio
import random
from contextlib import suppress
from typing import Any

import pytest
from structlog.testing import capture_logs

from botflow.engine.node_type import Leave, NodeType, Outcome
from botflow.engine.scene import Scene
from botflow.flow.node_spec import NoProperties
from botflow.languages import sentences_in
from botflow.storage.database import Database
from tests.engine.conversation import node
from tests.runtime.bot_without_worker import GREETING, THINKING, open_bot, texts


class HalfACharacter(NodeType):
    """A plugin's node that says what no database and no channel can carry."""

    name = "test.half"

    def visit(self, properties: NoProperties, scene: Scene) -> Outcome:
        scene.say("half \ud83d")
        return Leave("next")


async def test_a_turn_that_cannot_be_written_ends_in_an_apology(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("botflow.runtime.turns.run.PAUSE_BEFORE_ATTEMPT_S", {})
    half: Any = HalfACharacter()
    async with open_bot(database, node("half", "test.half"), types=(half,)) as bot:
        with capture_logs():
            buried = await bot.hear("hi", "m1")

    assert (buried.state, texts(buried)) == ("dead", [sentences_in("en").apology])


@pytest.mark.parametrize("nodes", [GREETING, THINKING], ids=["at once", "accepted"])
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
            await bot.idle()
            for _ in range(2):  # a lease whose request was given up is served by nobody: two beats must find it
                await bot.keeper.beat()
            await bot.work()

        stored = await database.turns.load(bot.key())
        assert (await database.turns.receipt(last.id)).state == "done"
    assert stored.done_seq == stored.last_seq == last.id.seq
