"""Reservations on both databases: however many spend at once, no cap is passed, and a refusal leaves nothing behind."""

from __future__ import annotations

import asyncio
import random
from datetime import UTC, datetime

import pytest

from botflow.flow.policy import Budgets, Cap
from botflow.storage.database import Database
from botflow.storage.spending import Amount, Person, Scope, Spending, micro

TODAY = datetime(2026, 11, 21, 12, tzinfo=UTC)


@pytest.fixture
def spending(database: Database) -> Spending:
    return Spending(database.engine)


def scopes(number: int = 1, address: str = "+15550001111", **caps: Cap) -> tuple[Scope, ...]:
    person = Person(organization=1, session=number, channel="sms", address=address)
    return person.scopes(Budgets(**caps), TODAY)


async def test_a_reservation_counts_in_every_scope(spending: Spending) -> None:
    assert await spending.reserve(scopes(), Amount(segments=2, cost=30)) is None
    assert await spending.reserve(scopes(2), Amount(segments=1)) is None

    session, contact, organization = scopes()
    assert await spending.spent(session) == Amount(segments=2, cost=30)
    assert await spending.spent(contact) == await spending.spent(organization) == Amount(segments=3, cost=30)


@pytest.mark.parametrize("scope", ["session", "contact", "organization"])
async def test_a_full_scope_refuses_and_then_nothing_is_reserved_anywhere(spending: Spending, scope: str) -> None:
    person = Person(organization=1, session=1, channel="sms", address="+15550001111")
    rows = person.scopes(Budgets.model_validate({scope: {"segments": 3}}), TODAY)
    assert await spending.reserve(rows, Amount(segments=2)) is None

    assert await spending.reserve(rows, Amount(segments=2)) == scope

    assert [await spending.spent(row) for row in rows] == [Amount(segments=2)] * 3
    assert await spending.reserve(rows, Amount(segments=1)) is None  # what still fits is let through


async def test_the_first_amount_must_fit_too(spending: Spending) -> None:
    assert await spending.reserve(scopes(organization=Cap(segments=0)), Amount(segments=1)) == "organization"
    assert await spending.reserve(scopes(session=Cap(cost=0.01)), Amount(cost=micro(0.02))) == "session"


async def test_a_cap_on_one_thing_does_not_hold_up_the_other(spending: Spending) -> None:
    assert await spending.reserve(scopes(), Amount(segments=10)) is None

    lowered = scopes(session=Cap(segments=5, cost=1.0))

    assert await spending.reserve(lowered, Amount(cost=micro(0.5))) is None
    assert await spending.reserve(lowered, Amount(segments=1)) == "session"


async def test_what_was_really_spent_takes_the_place_of_what_was_reserved(spending: Spending) -> None:
    rows = scopes(session=Cap(cost=1.0))
    assert await spending.reserve(rows, Amount(cost=micro(0.9))) is None
    assert await spending.reserve(rows, Amount(cost=micro(0.9))) == "session"

    await spending.settle(rows, Amount(cost=micro(0.9)), Amount(cost=micro(0.1)))

    assert await spending.reserve(rows, Amount(cost=micro(0.9))) is None


async def test_a_day_begins_with_nothing_and_a_session_goes_on(spending: Spending) -> None:
    person = Person(organization=1, session=1, channel="sms", address="+15550001111")
    budgets = Budgets(contact=Cap(segments=2), organization=Cap(segments=2), session=Cap(segments=3))
    assert await spending.reserve(person.scopes(budgets, TODAY), Amount(segments=2)) is None

    tomorrow = person.scopes(budgets, datetime(2026, 11, 22, tzinfo=UTC))

    assert await spending.reserve(tomorrow, Amount(segments=2)) == "session"
    assert await spending.reserve(tomorrow, Amount(segments=1)) is None


@pytest.mark.parametrize("seed", range(2))
async def test_however_many_spend_at_once_no_cap_is_passed(spending: Spending, database_kind: str, seed: int) -> None:
    """T18: 60 reservations of different sizes by 12 sessions of four people, all at once; every cap binds somewhere."""
    chance = random.Random(seed)
    budgets = Budgets(session=Cap(segments=9), contact=Cap(segments=16), organization=Cap(segments=50))
    asked = [(chance.randrange(12), Amount(segments=chance.randint(1, 4))) for _ in range(60)]

    def rows(session: int) -> tuple[Scope, ...]:
        person = Person(organization=1, session=session, channel="sms", address=f"+1555000{session % 4}")
        return person.scopes(budgets, TODAY)

    async def spend(session: int, amount: Amount) -> int:
        refused = await spending.reserve(rows(session), amount)
        return 0 if refused else amount.segments

    spent = sum(await asyncio.gather(*(spend(*one) for one in asked)))

    overshoot = 0
    for session in range(12):
        for row in rows(session):
            assert row.cap.segments is not None
            overshoot = max(overshoot, (await spending.spent(row)).segments - row.cap.segments)
    organization = (await spending.spent(rows(0)[-1])).segments
    print(f"\n{database_kind}: asked for {sum(amount.segments for _, amount in asked)}, let through {spent} of 50")
    print(f"overshoot {overshoot}")
    assert overshoot <= 0
    assert organization == spent > 40


def test_a_fraction_of_the_smallest_unit_counts_as_one() -> None:
    assert [micro(usd) for usd in (0.0, 0.0000001, 0.29, 1.1)] == [0, 1, 290_000, 1_100_000]
