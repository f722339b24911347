"""A persistent workflow is started in one person's session: by themselves or for them, never both at once."""

from __future__ import annotations

from typing import Any

import pytest

from botflow import RejectedInbound
from botflow.records.queues import MESSAGE_PRIORITY
from botflow.runtime.runs.starts.start import StartRequest, TriggeredExecution
from botflow.runtime.runs.starts.triggers import Triggers
from botflow.storage.database import Database
from tests.engine.conversation import node
from tests.runtime.bot_without_worker import GREETING, Bot, open_bot
from tests.storage.aged_rows import claimable

PROACTIVE = (*GREETING, node("invite", "trigger.manual", next="hello"))


async def begin(bot: Bot, person: str = "ann", **more: Any) -> TriggeredExecution:
    request = StartRequest(workflow="root", **{"external_id": person, "channel": "chat", **more})
    return await Triggers(bot.database.engine, lambda: None).start(request)


async def advance(bot: Bot, person: str = "ann") -> list[str]:
    """Run what is queued for the person; return all that was said to them."""
    stored = await bot.database.turns.load(bot.key(person))
    await bot.advance(stored.id)
    sent = await bot.database.transcripts.messages_after(stored.id, (0, -1), 100)
    return [outbound.message.text for outbound in sent]


async def refusal(bot: Bot, person: str = "ann", **more: Any) -> str:
    with pytest.raises(RejectedInbound) as refused:
        await begin(bot, person, **more)
    return refused.value.code


async def test_a_person_who_never_wrote_is_spoken_to_and_may_answer(database: Database) -> None:
    async with open_bot(database, *PROACTIVE) as bot:
        started = await begin(bot)
        assert await claimable(database) == [(1, MESSAGE_PRIORITY)]
        assert await advance(bot) == ["Hello.", "Name?"]
        stored = await database.turns.load(bot.key())
        assert await bot.said("Ann", "m1") == ["Bye Ann."]

    assert stored.session.execution == started.execution_id


async def test_nobody_is_interrupted(database: Database) -> None:
    async with open_bot(database, *PROACTIVE) as bot:
        await bot.said("hi", "m1")
        waiting = await refusal(bot)
        await bot.said("Ann", "m2")
        await begin(bot)
        queued = await refusal(bot)
        said = await advance(bot)

    assert (waiting, queued) == ("session.busy", "session.busy")
    assert said == ["Hello.", "Name?", "Bye Ann.", "Hello.", "Name?"]


async def test_who_wants_no_messages_gets_none(database: Database) -> None:
    async with open_bot(database, *PROACTIVE) as bot:
        await bot.hear("STOP", "m1", consent="stop")
        assert await refusal(bot) == "session.opted_out"
        assert await refusal(bot, channel="chat", external_id="") == "trigger.person"
        assert await refusal(bot, channel="SMS") == "trigger.person"


async def test_a_repeated_key_is_the_same_execution(database: Database) -> None:
    async with open_bot(database, *PROACTIVE) as bot:
        first = await begin(bot, key="invite-1")
        again = await begin(bot, key="invite-1")
        said = await advance(bot)
        later = await begin(bot, key="invite-1")
        other = await refusal(bot, key="invite-1", input={"a": 1})

    assert first.execution_id == again.execution_id == later.execution_id
    assert said == ["Hello.", "Name?"]
    assert other == "trigger.key_reused"
