"""Each sending address lets its parts go at its own rate, over all processes; nobody else waits for it."""

from __future__ import annotations

import asyncio

from botflow.storage.database import Database
from botflow.storage.delivery.claim_due import AHEAD_S
from tests.storage.outbox_rows import at_once, fast_turn, let_pass, news
from tests.storage.sample_turns import said

SLOW, QUICK = "+15550100", "55501"


def rate(channel: str, sender: str) -> float:
    """A long code's segment in a second, a short code's hundred."""
    return 1.0 if sender == SLOW else 100.0


async def burst(database: Database, people: int, sender: str, texts: int = 1) -> None:
    for person in range(people):
        parts = [said(f"{text}", "ready", sender=sender) for text in range(texts)]
        await fast_turn(database, "m1", *parts, person=f"{sender}-{person}")


async def test_a_burst_to_many_people_leaves_at_the_senders_rate_and_nothing_is_lost(database: Database) -> None:
    people = 30
    await burst(database, people, SLOW)
    gone: list[int] = []
    seconds = 0
    while len(gone) < people:
        claimed = await database.outbox.claim_sends(16, rate)
        for part in claimed:
            await database.outbox.report(news(part, "sent", f"SM{part.session}"))
        gone += [part.session for part in claimed]
        if not claimed:
            await let_pass(database, 1.0)
            seconds += 1
    print(
        f"\nburst of {people} at 1 segment/s: {seconds} s, lost {people - len(set(gone))},"
        f" twice {len(gone) - len(set(gone))}"
    )
    assert sorted(gone) == sorted(set(gone))
    assert people - 2 <= seconds <= people


async def test_a_fast_sender_lets_go_of_a_moments_worth_at_once(database: Database) -> None:
    await burst(database, 40, QUICK)
    claimed = await database.outbox.claim_sends(40, rate)
    assert abs(len(claimed) - AHEAD_S * 100) <= 1


async def test_processes_that_look_at_once_share_one_rate(database: Database) -> None:
    await burst(database, 8, SLOW)
    claims = await asyncio.gather(*(database.outbox.claim_sends(4, rate) for _ in range(6)))
    assert sum(len(claimed) for claimed in claims) == 1


async def test_a_slow_sender_holds_up_nobody_elses_parts(database: Database) -> None:
    await burst(database, 5, SLOW)
    await burst(database, 2, QUICK)
    senders = []
    while claimed := await database.outbox.claim_sends(2, rate):
        senders += [part.message.sender for part in claimed]
    assert sorted(senders) == sorted([SLOW, QUICK, QUICK])


async def test_a_long_message_takes_as_long_as_its_segments(database: Database) -> None:
    long = said("long", "ready", sender=SLOW)
    counted = type(long)(message=long.message, state="ready", segments=5)
    await fast_turn(database, "m1", counted, person="a")
    await fast_turn(database, "m1", said("next", "ready", sender=SLOW), person="b")
    assert len(await database.outbox.claim_sends(4, rate)) == 1
    await let_pass(database, 4)
    assert await database.outbox.claim_sends(4, rate) == []
    await let_pass(database, 1)
    assert len(await database.outbox.claim_sends(4, rate)) == 1


async def test_the_order_of_a_session_stays_at_any_rate(database: Database) -> None:
    await burst(database, 3, SLOW, texts=4)
    said_to: dict[int, list[str]] = {}
    for _ in range(12):
        for part in await database.outbox.claim_sends(16, rate):
            said_to.setdefault(part.session, []).append(part.message.text)
            await database.outbox.report(news(part, "sent", f"SM{part.session}{part.index}"))
        await let_pass(database, 1.0)
    assert list(said_to.values()) == [["0", "1", "2", "3"]] * 3


async def test_a_sender_that_is_slowed_down_lets_nothing_go_until_then(database: Database) -> None:
    await burst(database, 2, QUICK)
    await database.outbox.slow_down("sms", QUICK, 10.0)
    await database.outbox.slow_down("sms", QUICK, 5.0)  # a shorter pause does not end the longer one
    await let_pass(database, 9)
    assert await database.outbox.claim_sends(4, rate) == []
    await let_pass(database, 1)
    assert len(await database.outbox.claim_sends(4, rate)) == 2


async def test_a_part_without_a_sender_waits_for_nobody(database: Database) -> None:
    for person in range(3):
        await fast_turn(database, "m1", said("hello", "ready"), person=f"p{person}")
    assert len(await database.outbox.claim_sends(4, rate)) == 3
    assert await database.outbox.claim_sends(4, at_once) == []
