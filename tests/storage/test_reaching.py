"""An action by which a provider writes to a person is bounded like a message of ours."""

from __future__ import annotations

import pytest

from botflow.errors import RejectedInbound
from botflow.flow.policy import Bound, Budgets, Policy
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
        policy = Policy(budgets=Budgets(recipient=Bound(messages=2)))
        with pytest.raises(RejectedInbound) as stopped:
            await database.engine.write(permit, session, "sms", ANN, policy)
        for _ in range(2):
            await database.engine.write(permit, session, "sms", BEA, policy)
        with pytest.raises(RejectedInbound) as beyond:
            await database.engine.write(permit, session, "sms", BEA, policy)
    assert (stopped.value.code, beyond.value.code) == ("consent.stopped", "budget.recipient")


async def test_no_action_writes_to_a_country_that_the_workflow_does_not_name(database: Database) -> None:
    async with open_bot(database, say("hello", "Hello.")) as bot:
        await bot.hear("hi", "m1", person="visitor-like")
        session = (await database.turns.load(bot.key("visitor-like"))).id
        policy = Policy(countries=("US",))
        for number in ("+37167000000", "+881612345678", "+0", "not a number"):
            with pytest.raises(RejectedInbound) as refused:
                await database.engine.write(permit, session, "sms", number, policy)
            assert refused.value.code == "consent.country"
        await database.engine.write(permit, session, "sms", BEA, policy)
