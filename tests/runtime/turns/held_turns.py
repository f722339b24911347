"""Turns that stay where they ask the world, until a test lets them go."""

from __future__ import annotations

import asyncio

from botflow.records.turns import TurnId
from tests.runtime.bot_without_worker import Bot, texts


async def said(bot: Bot, turn: TurnId) -> list[str]:
    return texts(await bot.database.turns.receipt(turn))


async def held(bot: Bot, session: int) -> asyncio.Task[None]:
    """Let the bot run the session, and return once it asks the world, which answers when the test says so."""
    bot.world.held = asyncio.Event()
    bot.world.begun.clear()
    turn = asyncio.create_task(bot.advance(session))
    await asyncio.wait_for(bot.world.begun.wait(), 5)
    return turn


def let_go(bot: Bot) -> None:
    assert bot.world.held is not None
    bot.world.held.set()
