"""An action by which a provider writes to a person is bounded like a message of ours."""

from __future__ import annotations

import pytest

from botflow.errors import RejectedInbound
from botflow.flow.policy import Bound, Budgets
from botflow.storage.database import Database
from botflow.storage.reaching import permit
from tests.engine.conversation import say
from tests.runtime.bot_without_worker import open_bot

ANN, BEA = "+12125550111", "+12125550112"


async def test_who_has_opted_out_is_not_written_to_and_nobody_too_often(database: Database) -> None:
    async with open_bot(database, say("hello", "Hello.")) as bot:
        await bot.hear("hi", "m1", person="visitor-like")
        await bot.hear("STOP", "m2", person=ANN, channel="sms", consent="stop")
        session = (await database.turns.load(bot.key("visitor-like"))).id
        budgets = Budgets(recipient=Bound(messages=2))
        with pytest.raises(RejectedInbound) as stopped:
            await database.engine.write(permit, session, "sms", ANN, budgets)
        for _ in range(2):
            await database.engine.write(permit, session, "sms", BEA, budgets)
        with pytest.raises(RejectedInbound) as beyond:
            await database.engine.write(permit, session, "sms", BEA, budgets)
    assert (stopped.value.code, beyond.value.code) == ("consent.stopped", "budget.recipient")
