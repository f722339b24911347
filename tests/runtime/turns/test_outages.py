"""The database refuses a statement in the middle of a turn: what was asked of the world is not asked again for that."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from botflow.errors import ProviderError
from botflow.storage.database import Database
from botflow.storage.turns.store import TurnStore
from tests.runtime.bot_without_worker import THINKING, Bot, open_bot
from tests.runtime.inbound_rows import lease
from tests.runtime.turns.held_turns import said

TIMES = 6


@pytest.fixture(autouse=True)
def _short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("botflow.runtime.turns.outages.PAUSES_S", (0.0,))


class Refusing:
    """A TurnStore whose `method` is refused some times; if it `is_executed`, only its answer is lost."""

    def __init__(self, store: TurnStore, method: str, *, is_executed: bool) -> None:
        self._store = store
        self._method = method
        self._is_executed = is_executed
        self.left = TIMES

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._store, name)
        if name != self._method:
            return method

        async def refused(*values: Any) -> Any:
            if not self.left:
                return await method(*values)
            self.left -= 1
            if self._is_executed:
                await method(*values)
            raise ProviderError("a lock", code="database.unavailable", retryable=True)

        return refused


def refuse(bot: Bot, method: str, *, is_executed: bool = False) -> Refusing:
    turns: Any = bot.turns
    refusing = Refusing(turns, method, is_executed=is_executed)
    store: Any = refusing
    bot.runner._turns = store
    return refusing


@pytest.mark.parametrize("is_executed", [False, True])
@pytest.mark.parametrize("method", ["keep", "finish", "answers", "load_by_id"])
async def test_a_refused_statement_is_repeated_and_nothing_is_asked_twice(
    database: Database, method: str, is_executed: bool
) -> None:
    async with open_bot(database, *THINKING) as bot:
        refuse(bot, method, is_executed=is_executed)
        receipt = await bot.queued("hi", "m1")
        await bot.work()
        assert await said(bot, receipt.id) == ["first! second!"]
        assert bot.world.asked == ["first", "second"]
        assert (await lease(database, receipt.id))[:2] == ("done", 1)
        bot.world.asked.clear()
        assert (await bot.said("and", "m2"))[-1] == "first! second!"
        assert bot.world.asked == ["first", "second"]


async def test_a_message_that_itself_cannot_be_written_is_given_up_after_a_while(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("botflow.runtime.turns.outages.LONGEST_S", 0.05)
    monkeypatch.setattr("botflow.runtime.turns.run.PAUSE_BEFORE_ATTEMPT_S", {})
    async with open_bot(database, *THINKING) as bot:
        refusing = refuse(bot, "keep")
        refusing.left = 1_000_000
        receipt = await bot.queued("hi", "m1")
        await asyncio.wait_for(bot.work(), 20)
        assert (await database.turns.receipt(receipt.id)).state == "dead"
        assert bot.world.asked == ["first"] * 3
