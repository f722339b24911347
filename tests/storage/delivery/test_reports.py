"""What a provider's news does to a part: late, twice, out of order, about a sending that is past."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import insert, select

from botflow.errors import ProviderError
from botflow.interfaces import DeliveryStatus
from botflow.records.outbounds import OutboundState, Retry, StoredOutbound
from botflow.storage.database import Database
from botflow.storage.tables import inbounds, outbounds
from tests.storage.outbox_rows import about, at_once, fast_turn, let_pass, row_of
from tests.storage.sample_turns import key, message, said, waiting

ONCE = Retry(after_s=60.0, times=1)
OTHERS = "+15550199"


def unreachable(session: int, sid: str) -> DeliveryStatus:
    return about(session, "1.0", "failed", sid, error_code="30003", reason="switched off", retry=ONCE)


async def claim(database: Database) -> StoredOutbound:
    claimed = await database.outbox.claim_sends(10, at_once)
    assert len(claimed) == 1
    return claimed[0]


async def test_what_did_not_reach_the_phone_is_sent_again_once_and_never_twice(database: Database) -> None:
    session = await fast_turn(database, "m1", said("one", "ready"), said("two", "ready"))
    await claim(database)
    await database.outbox.report(about(session, "1.0", "sent", "SM1"))
    await database.outbox.report(unreachable(session, "SM1"))
    assert await database.outbox.claim_sends(10, at_once) == []  # not before its pause is over, nor what follows it
    await let_pass(database, 61)
    assert (await claim(database)).message.text == "one"
    await database.outbox.report(about(session, "1.0", "sent", "SM2"))
    await database.outbox.report(unreachable(session, "SM2"))
    assert (await row_of(database, session, 0)).state == "failed"
    assert (await claim(database)).message.text == "two"


@pytest.mark.parametrize("is_known", [True, False])
async def test_a_late_failure_of_the_former_sending_does_not_fail_the_second(
    database: Database, is_known: bool
) -> None:
    session = await fast_turn(database, "m1", said("one", "ready"))
    await claim(database)
    await database.outbox.report(about(session, "1.0", "sent", "SM1"))
    await database.outbox.report(unreachable(session, "SM1"))
    await let_pass(database, 61)
    await claim(database)
    if is_known:
        await database.outbox.report(about(session, "1.0", "sent", "SM2"))
    await database.outbox.report(about(session, "1.0", "failed", "SM1", error_code="30003", retry=ONCE))
    await database.outbox.report(about(session, "1.0", "failed", "SM1", error_code="30005"))
    assert (await row_of(database, session, 0)).state == ("sent" if is_known else "sending")
    assert await database.outbox.known(session, ["SM1"]) >= {"SM1"}


@pytest.mark.parametrize("late", ["failed", "held", "unknown"])
async def test_who_was_frozen_says_nothing_about_the_sending_of_who_went_on(
    database: Database, late: OutboundState
) -> None:
    session = await fast_turn(database, "m1", said("one", "ready"))
    frozen = await claim(database)
    await database.outbox.release(frozen, 0.0)
    assert (await claim(database)).attempts == 2
    await database.outbox.report(about(session, "1.0", late, attempt=frozen.attempts))
    assert (await row_of(database, session, 0)).state == "sending"


async def test_a_former_sending_that_arrived_after_all_is_not_sent_again(database: Database) -> None:
    session = await fast_turn(database, "m1", said("one", "ready"))
    await claim(database)
    await database.outbox.report(about(session, "1.0", "sent", "SM1"))
    await database.outbox.report(unreachable(session, "SM1"))
    await database.outbox.report(about(session, "1.0", "delivered", "SM1"))
    await let_pass(database, 61)
    assert await database.outbox.claim_sends(10, at_once) == []
    assert (await row_of(database, session, 0)).state == "delivered"


async def test_a_callback_settles_an_unknown_outcome_at_once(database: Database) -> None:
    session = await fast_turn(database, "m1", said("one", "ready"), said("two", "ready"))
    part = await claim(database)
    await database.outbox.report(about(session, part.wire_id, "unknown"))
    assert await database.outbox.claim_sends(10, at_once) == []
    await database.outbox.report(about(session, part.wire_id, "sent", "SM1", has_left=False))
    assert (await claim(database)).message.text == "two"


@pytest.mark.parametrize("state", ["sent", "delivered", "failed"])
async def test_news_of_a_held_part_settle_it(database: Database, state: OutboundState) -> None:
    session = await fast_turn(database, "m1", said("one", "ready"))
    await claim(database)
    await database.outbox.report(about(session, "1.0", "unknown"))
    await database.outbox.report(about(session, "1.0", "held", error_code="twilio.list_failed"))
    await database.outbox.report(about(session, "1.0", state, "SM1"))
    assert (await row_of(database, session, 0)).state == state


async def test_who_was_given_another_parts_message_by_its_words_is_looked_for_again(database: Database) -> None:
    ann = await fast_turn(database, "m1", said("Order!", "ready", to=OTHERS, channel="sms"))
    bob = await fast_turn(database, "m1", said("Order!", "ready", to=OTHERS, channel="sms"), person="bob")
    assert len(await database.outbox.claim_sends(10, at_once)) == 2
    await database.outbox.report(about(ann, "1.0", "unknown"))
    await database.outbox.report(about(ann, "1.0", "sent", "SM-of-bob"))  # found by its words, bob's not yet written
    await database.outbox.report(about(bob, "1.0", "sent", "SM-of-bob"))
    assert [(await row_of(database, who, 0)).state for who in (ann, bob)] == ["unknown", "sent"]
    assert await database.outbox.known(ann, ["SM-of-bob"]) == {"SM-of-bob"}


async def test_two_that_are_given_one_message_at_the_same_moment_do_not_both_keep_it(database: Database) -> None:
    sessions = [
        await fast_turn(database, "m1", said("Order!", "ready", to=OTHERS, channel="sms"), person=f"p{number}")
        for number in range(2)
    ]
    assert len(await database.outbox.claim_sends(10, at_once)) == 2
    await asyncio.gather(*(database.outbox.report(about(session, "1.0", "sent", "SM1")) for session in sessions))
    assert sorted([(await row_of(database, session, 0)).state for session in sessions]) == ["sent", "unknown"]


async def test_a_repeated_callback_changes_nothing(database: Database) -> None:
    session = await fast_turn(database, "m1", said("one", "ready"))
    await claim(database)
    await database.outbox.report(about(session, "1.0", "delivered", "SM1"))
    before = await row_of(database, session, 0)
    for _ in range(2):
        await database.outbox.report(about(session, "1.0", "delivered", "SM1"))
    assert await row_of(database, session, 0) == before


AWAITED = {"to": OTHERS, "channel": "sms", "awaited_by": "1"}


@pytest.mark.parametrize(
    ("awaited", "state", "more", "told"),
    [
        ("sent", "sent", {"has_left": False}, None),
        ("sent", "sent", {}, {"state": "sent"}),
        ("delivered", "sent", {}, None),
        ("delivered", "delivered", {}, {"state": "delivered"}),
        ("delivered", "read", {}, {"state": "read"}),
        (
            "delivered",
            "failed",
            {"error_code": "30005", "reason": "x"},
            {"state": "failed", "code": "30005", "reason": "x"},
        ),
        ("delivered", "failed", {"error_code": "30003", "retry": ONCE}, None),
        ("sent", "suppressed", {"error_code": "21610"}, {"state": "suppressed", "code": "21610"}),
        ("sent", "unknown", {}, None),
    ],
)
async def test_who_waits_for_a_delivery_is_told_once(
    database: Database, awaited: Any, state: OutboundState, more: dict[str, Any], told: dict[str, str] | None
) -> None:
    session = await fast_turn(database, "m1", said("one", "ready", awaited=awaited, **AWAITED))
    await claim(database)
    for _ in range(2):
        await database.outbox.report(about(session, "1.0", state, "" if state == "unknown" else "SM1", **more))
    found = await deliveries(database, session)
    assert found == ([("delivery:1.0", "new", {"token": "1", "parameters": told})] if told else [])
    stored = await database.turns.load_by_id(session)
    assert stored is not None
    assert stored.last_seq - stored.done_seq == len(found)


async def test_what_becomes_of_a_message_later_on_is_told_nobody(database: Database) -> None:
    session = await fast_turn(database, "m1", said("one", "ready", awaited="sent", **AWAITED))
    await claim(database)
    states: tuple[OutboundState, ...] = ("sent", "delivered", "read")
    for state in states:
        assert await database.outbox.report(about(session, "1.0", state, "SM1"))
    assert [key for key, _, _ in await deliveries(database, session)] == ["delivery:1.0"]
    assert (await row_of(database, session, 0)).state == "read"


async def test_the_state_and_the_news_of_it_are_one_transaction(database: Database) -> None:
    session = await fast_turn(database, "m1", said("one", "ready", awaited="delivered", **AWAITED))
    await claim(database)
    row = {"session_id": session, "seq": 2, "seed": 1, "flow_version": 7, "attempt": 0, "state": "done"}
    taken = insert(inbounds).values(**row, received_at=datetime.now(UTC), kind="message", key="other")
    await database.engine.write(lambda connection: connection.execute(taken))  # the place where the news would stand
    with pytest.raises(ProviderError):
        await database.outbox.report(about(session, "1.0", "delivered", "SM1"))
    assert (await row_of(database, session, 0)).state == "sending"
    assert await deliveries(database, session) == []


async def test_nobody_is_told_of_a_delivery_after_the_execution_has_ended(database: Database) -> None:
    session = await fast_turn(database, "m1", said("one", "ready", awaited="delivered", **AWAITED), is_over=True)
    await claim(database)
    await database.outbox.report(about(session, "1.0", "delivered", "SM1"))
    assert await deliveries(database, session) == []


@pytest.mark.parametrize("news", [True, False])
async def test_a_part_in_line_leaves_once_the_former_has_left_or_is_not_heard_of(
    database: Database, news: bool
) -> None:
    line = {"ordering": "sent"}
    session = await fast_turn(database, "m1", said("one", "ready", **line), said("two", "ready", **line))
    await claim(database)
    await database.outbox.report(about(session, "1.0", "sent", "SM1", has_left=False))
    assert await database.outbox.claim_sends(10, at_once) == []
    if news:
        await database.outbox.report(about(session, "1.0", "sent", "SM1"))
    else:
        await let_pass(database, 91)
    assert (await claim(database)).message.text == "two"


async def test_segments_are_stored_with_the_part(database: Database) -> None:
    stored = await database.turns.load(key("ann", channel="sms"))
    part = said("one", "ready")
    counted = type(part)(message=part.message, state="ready", segments=3)
    await database.turns.commit(waiting(stored, message("m1"), counted))
    found = select(outbounds.c.segments)
    assert await database.engine.read(lambda connection: connection.execute(found).scalars().all()) == [3]
    assert (await claim(database)).segments == 3


async def deliveries(database: Database, session: int) -> list[Any]:
    columns = (inbounds.c.key, inbounds.c.state, inbounds.c.content)
    found = select(*columns).where(inbounds.c.session_id == session, inbounds.c.kind == "delivery")
    return await database.engine.read(lambda connection: [tuple(row) for row in connection.execute(found).all()])
