"""Money for models: reserved before the call and settled after it, so that calls at the same time pass no cap."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any

import pytest

from botflow.engine.asks import Answer, AskFailure, AskModel
from botflow.errors import ProviderError
from botflow.flow.policy import Budgets, Cap, Price
from botflow.interfaces import Model, OnDelta, Quote
from botflow.runtime.asks.model_budget import MOST_TOKENS, ModelSpend
from botflow.storage.database import Database
from botflow.storage.decisions import Decisions
from botflow.storage.spending import Amount, Scope, Spending, micro
from tests.engine.conversation import node, say
from tests.organizations import HOME
from tests.runtime.bot_without_worker import Bot, open_bot

PRICE = Price(input=1.0, output=10.0)
ASK = AskModel(purpose="reply", text="hi", max_tokens=100)
MOST = micro((50 * PRICE.input + 100 * PRICE.output) / 1_000_000)


@dataclass(slots=True)
class Paid:
    """A model with a price: every call takes 50 tokens, and says 10 of the 100 that it might."""

    name: str = "paid"
    price: Price | None = PRICE
    failure: AskFailure | None = None
    hold: asyncio.Event = field(default_factory=asyncio.Event)
    begun: asyncio.Event = field(default_factory=asyncio.Event)
    asked: list[AskModel] = field(default_factory=list)
    under_way: int = 0
    most_under_way: int = 0

    async def answer(self, ask: AskModel, on_delta: OnDelta | None = None) -> Answer:
        self.asked.append(ask)
        self.begun.set()
        self.under_way += 1
        self.most_under_way = max(self.under_way, self.most_under_way)
        await self.hold.wait()
        self.under_way -= 1
        if self.failure is not None:
            return Answer(failure=self.failure, usage={"model": self.name, "promptTokens": 0})
        usage: dict[str, Any] = {"model": self.name, "promptTokens": 50, "completionTokens": 10}
        if self.price is not None:
            usage["costUsd"] = (50 * self.price.input + 10 * self.price.output) / 1_000_000
        return Answer(value="Hello!", usage=usage)

    def quote(self, ask: AskModel) -> Quote:
        return Quote(model=self.name, prompt_tokens=50, completion_tokens=ask.max_tokens or 0, price=self.price)

    async def close(self) -> None:
        """Nothing is open."""


@dataclass(frozen=True, slots=True)
class Till:
    """What a test pays from."""

    bot: Bot
    database: Database

    @property
    def spending(self) -> Spending:
        return Spending(self.database.engine)

    async def ask(self, model: Model, budgets: Budgets, session: int, ask: AskModel = ASK) -> Answer:
        spend = ModelSpend(self.spending, Decisions(self.database.engine))
        return await spend.within(budgets, session, model, ask, model.answer)

    async def session(self, person: str) -> int:
        return (await self.bot.hear("hi", f"m {person}", person=person)).id.session

    async def scopes(self, session: int, budgets: Budgets) -> tuple[Scope, ...]:
        person, now = await self.spending.person(session)
        return person.scopes(budgets, now)

    async def spent(self, session: int) -> list[int]:
        return [(await self.spending.spent(scope)).cost for scope in await self.scopes(session, Budgets())]


@pytest.fixture
async def till(database: Database) -> Any:
    async with open_bot(database, say("hello", "Hello.")) as bot:
        yield Till(bot, database)


@pytest.fixture
def paid() -> Paid:
    model = Paid()
    model.hold.set()
    return model


def capped(scope: str, usd: float, **more: Any) -> Budgets:
    return Budgets(**{scope: Cap(cost=usd)}, **more)


async def test_what_a_call_really_cost_is_counted_in_every_scope(till: Till, paid: Paid) -> None:
    session = await till.session("ann")

    answer = await till.ask(paid, capped("session", 1.0), session)

    assert answer.value == "Hello!"
    assert await till.spent(session) == [150, 150, 150]  # 50 tokens for 1 and 10 for 10 millionths of a dollar


async def test_the_most_it_can_cost_is_reserved_while_a_call_is_under_way(till: Till) -> None:
    slow, session = Paid(), await till.session("ann")
    calling = asyncio.create_task(till.ask(slow, capped("session", 1.0), session))
    await asyncio.wait_for(slow.begun.wait(), 5)

    assert await till.spent(session) == [MOST, MOST, MOST]

    slow.hold.set()
    await calling
    assert await till.spent(session) == [150, 150, 150]


@pytest.mark.parametrize("scope", ["session", "contact", "organization"])
async def test_a_call_that_could_pass_a_cap_is_not_made_and_leaves_evidence(till: Till, paid: Paid, scope: str) -> None:
    session = await till.session("ann")

    answer = await till.ask(paid, capped(scope, MOST / 1_000_000 - 0.000_001), session)

    assert answer.failure is not None
    assert answer.failure.code == f"budget.{scope}"
    assert paid.asked == []
    [decided] = await Decisions(till.database.engine).of_address(HOME, "ann")
    assert (decided.kind, decided.reason, decided.session) == ("refused", f"budget.{scope}", session)
    assert await till.spent(session) == [0, 0, 0]


async def test_a_model_whose_price_nobody_knows_is_not_asked_unless_the_workflow_says_it(
    till: Till, paid: Paid
) -> None:
    session, unpriced = await till.session("ann"), Paid(price=None)
    unpriced.hold.set()

    refused = await till.ask(unpriced, capped("session", 1.0), session)
    assert refused.failure is not None
    assert refused.failure.code == "budget.price_unknown"
    assert unpriced.asked == []

    answer = await till.ask(unpriced, capped("session", 1.0, prices={"paid": PRICE}), session)
    assert answer.usage["costUsd"] == pytest.approx(0.00015)
    assert (await till.spent(session))[0] == 150


async def test_without_a_cap_on_money_nobody_asks_for_a_price(till: Till) -> None:
    session, unpriced = await till.session("ann"), Paid(price=None)
    unpriced.hold.set()

    assert (await till.ask(unpriced, Budgets(session=Cap(segments=1)), session)).value == "Hello!"
    assert await till.spent(session) == [0, 0, 0]


async def test_an_answer_without_a_bound_gets_one_where_money_is_counted(till: Till, paid: Paid) -> None:
    session = await till.session("ann")
    unbounded = AskModel(purpose="reply", text="hi")

    await till.ask(paid, capped("session", 1.0), session, unbounded)
    await till.ask(paid, Budgets(), session, unbounded)

    assert [ask.max_tokens for ask in paid.asked] == [MOST_TOKENS, None]


@pytest.mark.parametrize(("code", "counted"), [("model.rate_limited", 0), ("model.timeout", MOST)])
async def test_a_failed_call_costs_nothing_unless_its_answer_may_have_been_lost(
    till: Till, paid: Paid, code: str, counted: int
) -> None:
    session = await till.session("ann")
    paid.failure = AskFailure(code=code, message="no")

    await till.ask(paid, capped("session", 1.0), session)

    assert (await till.spent(session))[0] == counted


async def test_what_a_process_had_reserved_when_it_died_stays_counted(till: Till) -> None:
    slow, session = Paid(), await till.session("ann")
    calling = asyncio.create_task(till.ask(slow, capped("session", 1.0), session))
    await asyncio.wait_for(slow.begun.wait(), 5)

    calling.cancel()
    await asyncio.gather(calling, return_exceptions=True)

    assert (await till.spent(session))[0] == MOST


async def test_however_many_calls_are_under_way_no_cap_is_passed(till: Till, database_kind: str) -> None:
    """T18: 24 turns of six people at once, and money for seven calls at most."""
    model = Paid()
    usd = 7.5 * MOST / 1_000_000
    budgets = capped("organization", usd)
    sessions = [await till.session(f"person {number}") for number in range(6)]

    calls = [asyncio.create_task(till.ask(model, budgets, sessions[number % 6])) for number in range(24)]
    async with asyncio.timeout(20):
        while sum(call.done() for call in calls) + model.under_way < 24:  # noqa: ASYNC110 -- two kinds of an end
            await asyncio.sleep(0.01)
    organization = (await till.scopes(sessions[0], budgets))[-1]
    reserved = await till.spending.spent(organization)
    model.hold.set()
    answers = await asyncio.gather(*calls)

    refused = [answer.failure.code for answer in answers if answer.failure is not None]
    spent = await till.spending.spent(organization)
    overshoot = max(0, reserved.cost - micro(usd), spent.cost - micro(usd))
    print(f"\n{database_kind}: 24 calls at once, {model.most_under_way} in flight, {len(refused)} refused; overshoot")
    print(f"{overshoot} millionths of a dollar, of a cap of {micro(usd)}; spent in the end {spent.cost}")
    assert overshoot == 0
    assert refused == ["budget.organization"] * 17
    assert (model.most_under_way, spent) == (7, Amount(cost=7 * 150))


async def test_a_refusal_leaves_the_node_by_error(database: Database) -> None:
    thinking = (
        node("think", "ai.reply", instructions="Answer.", model="lexical", on={"next": "end", "error": "sorry"}),
        say("sorry", "Not today."),
        node("end", "logic.end"),
    )
    async with open_bot(database, *thinking, budgets={"session": {"cost": 0.5}}) as bot:
        bot.runner._asks._accounts._models = (Paid(price=None, name="lexical"),)

        assert await bot.said("hi", "m1") == ["Not today."]


async def test_a_paid_answer_is_not_lost_when_its_cost_cannot_be_stored(
    till: Till, paid: Paid, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The budget keeps the upper bound that was reserved."""

    async def refused(self: Spending, *values: object) -> None:
        raise ProviderError("a lock", code="database.unavailable", retryable=True)

    session = await till.session("ann")
    monkeypatch.setattr(Spending, "settle", refused)
    assert (await till.ask(paid, capped("session", 1.0), session)).value == "Hello!"
    assert await till.spent(session) == [MOST] * 3
