"""Messages on their way out: one owner at a time, in order, forward only."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import text

from botflow.records.leases import Accepted
from botflow.records.outbounds import OutboundPart, OutboundState, StoredOutbound
from botflow.records.turns import Receipt, TurnId
from botflow.storage.database import Database, open_database
from tests.storage.aged_rows import age_part, opt_out, set_paused
from tests.storage.leased_turns import arrival, finish, take
from tests.storage.open_transaction import open_transaction, until_blocked
from tests.storage.outbox_rows import about, at_once, fast_turn, news
from tests.storage.sample_turns import key, message, said, waiting

ANN = key("ann", channel="sms")


async def test_a_waiting_request_takes_over_its_ready_parts(database: Database) -> None:
    turn = await _queued_turn(database, said("one", "ready"), said("two", "ready"), reply_within_s=8)
    parts = await database.outbox.hand_over(turn, 10)
    assert [(part.message.text, part.state) for part in parts] == [("one", "handed"), ("two", "handed")]
    assert await database.outbox.claim_sends(10, at_once) == []


async def test_a_repeated_request_gets_the_same_parts_until_they_are_confirmed(database: Database) -> None:
    turn = await _queued_turn(database, said("one", "ready"), reply_within_s=8)
    parts = await database.outbox.hand_over(turn, 10)
    again = await database.outbox.hand_over(turn, 10)
    assert [(part.wire_id, part.message, part.state) for part in again] == [
        (part.wire_id, part.message, part.state) for part in parts
    ]
    assert await database.outbox.report(about(turn.session, parts[0].wire_id, "delivered", "SM1"))
    assert await database.outbox.hand_over(turn, 10) == ()


async def test_a_request_takes_no_more_than_its_answer_holds(database: Database) -> None:
    turn = await _queued_turn(database, said("one", "ready"), said("two", "ready"), reply_within_s=8)
    assert [part.message.text for part in await database.outbox.hand_over(turn, 1)] == ["one"]


async def test_a_request_takes_one_part_of_those_that_must_leave_one_after_the_other(database: Database) -> None:
    parts = [said(text, "ready", ordering="sent") for text in ("one", "two")]
    turn = await _queued_turn(database, *parts, reply_within_s=8)
    assert [part.message.text for part in await database.outbox.hand_over(turn, 10)] == ["one"]


async def test_after_reply_by_only_the_sender_may_claim(database: Database) -> None:
    turn = await _queued_turn(database, said("one", "ready"), reply_within_s=0)
    assert await database.outbox.hand_over(turn, 10) == ()
    assert [part.message.text for part in await database.outbox.claim_sends(10, at_once)] == ["one"]


async def test_until_reply_by_the_sender_leaves_the_parts_alone(database: Database) -> None:
    turn = await _queued_turn(database, said("one", "ready"), reply_within_s=8)
    assert await database.outbox.claim_sends(10, at_once) == []
    assert len(await database.outbox.hand_over(turn, 10)) == 1


async def test_the_newest_waiting_request_may_answer_longest(database: Database) -> None:
    turn = await _queued_turn(database, said("one", "ready"), reply_within_s=0.001)
    again = await database.turns.accept(arrival(message("m1"), who=ANN, reply_within_s=8))
    assert isinstance(again, Receipt)
    assert again.id == turn
    assert len(await database.outbox.hand_over(turn, 10)) == 1


async def test_a_request_never_takes_what_goes_to_somebody_else(database: Database) -> None:
    other = said("to you", "ready", to="+15550199", channel="sms")
    turn = await _queued_turn(database, said("to me", "ready"), other, reply_within_s=8)
    assert [part.message.text for part in await database.outbox.hand_over(turn, 10)] == ["to me"]


async def test_a_request_does_not_overtake_what_an_earlier_turn_still_sends(database: Database) -> None:
    await fast_turn(database, "m1", said("earlier", "ready"))
    turn = await _queued_turn(database, said("later", "ready"), reply_within_s=8, provider_key="m2")
    assert await database.outbox.hand_over(turn, 10) == ()


async def test_a_session_sends_one_part_at_a_time_and_in_order(database: Database) -> None:
    await fast_turn(database, "m1", said("one", "ready"), said("two", "ready"))
    await fast_turn(database, "m2", said("three", "ready"))
    order = []
    while claimed := await database.outbox.claim_sends(10, at_once):
        assert [(part.state, part.attempts) for part in claimed] == [("sending", 1)]
        [part] = claimed
        order.append(part.message.text)
        assert await database.outbox.claim_sends(10, at_once) == []
        assert await database.outbox.report(news(part, "sent", f"SM{len(order)}"))
    assert order == ["one", "two", "three"]
    assert await database.outbox.known(part.session, ["SM1", "SM3", "SM9"]) == {"SM1", "SM3"}


async def test_senders_that_look_at_once_share_the_work(database: Database) -> None:
    for person in range(6):
        await fast_turn(database, "m1", said("hello", "ready"), person=f"p{person}")
    claims = await asyncio.gather(*(database.outbox.claim_sends(2, at_once) for _ in range(6)))
    sessions = [part.session for claimed in claims for part in claimed]
    assert len(sessions) == len(set(sessions))
    assert len(sessions) >= 2


async def test_what_one_sender_claims_another_skips(postgres_url: str) -> None:
    """Each has chosen its parts before either may write: a lock on the table lets them read, and no more."""
    database = await open_database(postgres_url, migrate=False)
    for person in range(6):
        await fast_turn(database, "m1", said("hello", "ready"), person=f"p{person}")
    with open_transaction(postgres_url) as transaction:
        transaction.execute(text("LOCK TABLE outbounds IN SHARE MODE"))
        claims = [asyncio.create_task(database.outbox.claim_sends(3, at_once)) for _ in range(2)]
        await until_blocked(transaction, 2)
    sessions = [part.session for claimed in await asyncio.gather(*claims) for part in claimed]
    await database.close()
    assert len(sessions) == len(set(sessions)) == 6


async def test_an_unconfirmed_answer_holds_up_what_follows_for_a_while(database: Database) -> None:
    await fast_turn(database, "m1", said("in the answer", "handed"), said("sent after it", "ready"))
    assert await database.outbox.claim_sends(10, at_once) == []
    [handed] = await database.outbox.unresolved(-1, 10)
    await age_part(database, handed, 91)
    assert [part.message.text for part in await database.outbox.claim_sends(10, at_once)] == ["sent after it"]


async def test_what_is_due_for_somebody_who_stopped_says_so(database: Database) -> None:
    await fast_turn(database, "m1", said("one", "sent"))
    stored = await database.turns.load(ANN)
    await database.turns.commit(waiting(stored, message("m2"), said("two", "ready"), parked=True))
    assert [part.is_stopped for part in await database.outbox.claim_sends(10, at_once)] == [True]


async def test_what_goes_to_others_leaves_also_when_the_sessions_person_has_stopped(database: Database) -> None:
    await fast_turn(database, "m1", person="+15550199")
    await opt_out(database, key("+15550199", channel="sms"))
    await fast_turn(
        database,
        "m1",
        said("ad", "ready", to="+15550199", channel="sms"),
        said("note", "ready", to="+15550198", channel="sms"),
        said("hello", "ready"),
    )
    await opt_out(database, ANN)
    claimed = []
    while parts := await database.outbox.claim_sends(10, at_once):
        claimed += [(part.message.text, part.is_stopped) for part in parts]
        await database.outbox.report(news(parts[0], "sent", "SM1"))
    assert claimed == [("ad", True), ("note", False)]


async def test_nothing_leaves_a_paused_session(database: Database) -> None:
    session = await fast_turn(database, "m1", said("one", "ready"))
    await set_paused(database, session)
    assert await database.outbox.claim_sends(10, at_once) == []
    await set_paused(database, session, False)
    assert len(await database.outbox.claim_sends(10, at_once)) == 1


async def test_a_refused_part_waits_before_it_is_ready_again(database: Database) -> None:
    await fast_turn(database, "m1", said("one", "ready"), said("two", "ready"))
    [part] = await database.outbox.claim_sends(10, at_once)
    assert await database.outbox.release(part, 60.0)
    assert await database.outbox.claim_sends(10, at_once) == []
    assert not await database.outbox.release(part, 0.0)


async def test_a_released_part_is_claimed_again_and_counts_its_attempts(database: Database) -> None:
    await fast_turn(database, "m1", said("one", "ready"))
    [part] = await database.outbox.claim_sends(10, at_once)
    assert await database.outbox.release(part, 0.0)
    [again] = await database.outbox.claim_sends(10, at_once)
    assert again.attempts == 2
    assert not await database.outbox.release(part, 0.0)  # read before the second attempt


async def test_a_part_whose_fate_became_unknown_is_not_given_back_by_whoever_claimed_it(database: Database) -> None:
    await fast_turn(database, "m1", said("one", "ready"))
    [part] = await database.outbox.claim_sends(10, at_once)
    assert await database.outbox.report(news(part, "unknown"))
    assert not await database.outbox.release(part, 0.0)
    assert (await _part(database)).state == "unknown"


@pytest.mark.parametrize(
    ("first", "then", "moves"),
    [
        ("sent", "delivered", True),
        ("delivered", "read", True),
        ("delivered", "sent", False),
        ("read", "delivered", False),
        ("failed", "delivered", False),
        ("delivered", "failed", False),
        ("suppressed", "sent", False),
        ("unknown", "sent", True),
        ("unknown", "held", True),
        ("held", "sent", True),
        ("sent", "unknown", False),
    ],
)
async def test_states_move_forward_only(
    database: Database, first: OutboundState, then: OutboundState, moves: bool
) -> None:
    await fast_turn(database, "m1", said("one", "ready"))
    [part] = await database.outbox.claim_sends(10, at_once)
    assert await database.outbox.report(news(part, first, "SM1"))
    assert await database.outbox.report(news(part, then))
    assert (await _part(database)).state == (then if moves else first)


async def test_a_late_callback_of_a_known_part_is_taken_note_of(database: Database) -> None:
    session = await fast_turn(database, "m1", said("one", "handed"))
    assert await database.outbox.report(about(session, "1.0", "delivered", "SM1"))
    assert await database.outbox.report(about(session, "1.0", "sent", "SM1"))
    part = await _part(database)
    assert (part.state, part.provider_id) == ("delivered", "SM1")


async def test_a_callback_about_no_part_of_ours_is_refused(database: Database) -> None:
    session = await fast_turn(database, "m1", said("one", "handed"))
    assert not await database.outbox.report(about(session, "9.0", "delivered", "SM1"))
    assert not await database.outbox.report(about(session + 1, "1.0", "delivered", "SM1"))


async def test_parts_without_news_are_looked_at_once_in_a_while(database: Database) -> None:
    await fast_turn(database, "m1", said("one", "handed"), said("two", "handed"), said("done", "sent"))
    assert await database.outbox.unresolved(30, 10) == []
    await age_part(database, await _part(database), 31)
    found = await database.outbox.unresolved(30, 10)
    assert [(part.message.text, part.attempts) for part in found] == [("one", 1), ("two", 1)]
    assert await database.outbox.unresolved(30, 10) == []


async def _queued_turn(
    database: Database, *parts: OutboundPart, reply_within_s: float, provider_key: str = "m1"
) -> TurnId:
    accepted = await database.turns.accept(arrival(message(provider_key), who=ANN, reply_within_s=reply_within_s))
    assert isinstance(accepted, Accepted)
    lease = await take(database, accepted.turn.session)
    await finish(database, lease, waiting(lease.session, lease.queued.inbound, *parts))
    return accepted.turn


async def _part(database: Database) -> StoredOutbound:
    receipt = await database.turns.find(ANN, "m1")
    assert receipt is not None
    return receipt.outbounds[0]
