"""The sender on both databases against the local Twilio: nothing lost, nothing twice but in the one named window."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from typing import Any

import pytest
from botflow_twilio.channel import TwilioChannel

from botflow.clock import SystemClock
from botflow.interfaces import DeliveryStatus
from botflow.records.outbounds import OutboundState
from botflow.records.sessions import SessionKey
from botflow.records.turns import TurnId
from botflow.runtime.delivery.sender import Pace, Sender
from botflow.storage.contacts import Contacts
from tests.stand_ins.twilio import TwilioStandIn
from tests.stand_ins.twilio_http import ACCEPTING, Fault
from tests.twilio.outbound_rows import US, Rows, sender_of

ADA, BOB, CAT = "+15550001111", "+15550001112", "+15550001113"
MINUTE = 61.0


def news(turn: TurnId, state: OutboundState, sid: str = "1", *, wire_id: str = "1.0", **more: Any) -> DeliveryStatus:
    return DeliveryStatus(session=turn.session, wire_id=wire_id, state=state, provider_id="SM" + sid * 32, **more)


async def settle(sender: Sender, rows: Rows, rounds: int = 80) -> None:
    """Let the sender work, and time pass, until no part is on its way."""
    for _ in range(rounds):
        while await sender.send_due():
            pass
        while await sender.reconcile():
            pass
        if not {state for _, state in rows.states()} & {"ready", "handed", "sending", "unknown"}:
            return
        rows.age(MINUTE)
    raise AssertionError(f"still on their way after {rounds} rounds: {rows.states()}")


def bodies(twilio: TwilioStandIn, to: str | None = None) -> list[str]:
    return [message.body for message in twilio.messages(to)]


async def test_a_session_gets_its_parts_in_order_with_their_callbacks(
    twilio: TwilioStandIn, sender: Sender, rows: Rows
) -> None:
    turn = await rows.say(ADA, "one", "two", "three")

    await settle(sender, rows)

    assert bodies(twilio) == ["one", "two", "three"]
    assert [message.status_callback.partition("?o=")[2] for message in twilio.messages()] == [
        f"{turn.session}.1.{index}" for index in range(3)
    ]
    assert [state for _, state in rows.states()] == ["sent"] * 3


@pytest.mark.parametrize("seed", range(3))
async def test_every_part_reaches_twilio_once_whatever_goes_wrong(
    twilio: TwilioStandIn,
    channel: TwilioChannel,
    database: Any,
    rows: Rows,
    monkeypatch: pytest.MonkeyPatch,
    seed: int,
) -> None:
    patient = Pace(attempts=100)  # chance may let most faults meet one part
    sender = sender_of(database, {"sms": channel}, pace=patient)
    monkeypatch.setattr("botflow_twilio.rest.TIMEOUT_S", 0.3)
    chance = random.Random(seed)
    kinds: tuple[Fault | None, ...] = ("throttled", "error", "reset", "garbage", "lost", "garbled", "crashed", None)
    faults = [chance.choice(kinds) for _ in range(20)] + ["hang", "late"]
    chance.shuffle(faults)
    twilio.script(*faults)
    people = (ADA, BOB, CAT)
    for person in people:
        for turn in range(2):
            await rows.say(person, *(f"{turn}.{index}" for index in range(4)), "the same", "the same")

    await settle(sender, rows)

    intended = ["0.0", "0.1", "0.2", "0.3", "the same", "the same", "1.0", "1.1", "1.2", "1.3", "the same", "the same"]
    ambiguous = sum(fault not in (None, "throttled") for fault in faults)
    duplicates = sum((Counter(bodies(twilio)) - Counter(intended * len(people))).values())
    missing = sum((Counter(intended * len(people)) - Counter(bodies(twilio))).values())
    print(f"\nT6 missing = {missing}; T7 duplicates / ambiguous sends = {duplicates} / {ambiguous} (Twilio could tell)")
    assert {person: bodies(twilio, person) for person in people} == dict.fromkeys(people, intended)
    assert [state for _, state in rows.states()] == ["sent"] * len(intended) * len(people)


@pytest.mark.parametrize("fault", sorted(ACCEPTING - {"late"}))
async def test_the_named_window_is_a_lost_answer_that_twilio_cannot_tell_of(
    twilio: TwilioStandIn, sender: Sender, rows: Rows, fault: Fault
) -> None:
    twilio.script(fault)
    twilio.lists = "nothing"
    await rows.say(ADA, "one", "two")

    await settle(sender, rows)

    print(f"\nT7 duplicates / ambiguous sends = {len(bodies(twilio)) - 2} / 1 (Twilio could not tell)")
    assert bodies(twilio) == ["one", "one", "two"]


async def test_what_twilio_will_not_tell_is_held_and_never_sent_again(
    twilio: TwilioStandIn, sender: Sender, rows: Rows
) -> None:
    twilio.script("lost")
    twilio.lists = "error"
    await rows.say(ADA, "one")

    await settle(sender, rows)

    assert bodies(twilio) == ["one"]
    assert rows.states() == [("one", "held")]


async def test_a_throttled_part_holds_up_its_successors_and_nobody_else(
    twilio: TwilioStandIn, sender: Sender, rows: Rows
) -> None:
    await rows.say(ADA, "one", "two")
    twilio.script("throttled")
    await sender.send_due()
    await rows.say(BOB, "hello")

    while await sender.send_due():
        pass

    assert bodies(twilio) == ["hello"]
    assert rows.states() == [("one", "ready"), ("two", "ready"), ("hello", "sent")]


async def test_a_part_that_is_refused_again_and_again_fails(twilio: TwilioStandIn, sender: Sender, rows: Rows) -> None:
    for _ in range(12):
        twilio.script("throttled")
    await rows.say(ADA, "one")

    await settle(sender, rows)

    assert (twilio.sends, rows.states()) == (12, [("one", "failed")])


async def test_many_senders_send_each_part_once(twilio: TwilioStandIn, sender: Sender, rows: Rows) -> None:
    people = [f"+1555000{number}" for number in range(2000, 2030)]
    for person in people:
        await rows.say(person, "one", "two")

    async def send() -> None:
        for _ in range(40):
            await sender.send_due(limit=4)

    await asyncio.gather(*(send() for _ in range(4)))

    assert {person: bodies(twilio, person) for person in people} == {person: ["one", "two"] for person in people}


async def test_a_process_that_dies_before_the_send_loses_nothing(
    twilio: TwilioStandIn, sender: Sender, rows: Rows, database: Any
) -> None:
    await rows.say(ADA, "one", "two")
    assert len(await database.outbox.claim_sends(10, sender._rate)) == 1

    await sender.send_due()
    assert bodies(twilio) == []
    await settle(sender, rows)

    assert bodies(twilio) == ["one", "two"]


async def test_a_process_that_dies_after_the_send_repeats_nothing(
    twilio: TwilioStandIn, sender: Sender, rows: Rows, database: Any, channel: TwilioChannel
) -> None:
    await rows.say(ADA, "one", "two")
    [claimed] = await database.outbox.claim_sends(10, sender._rate)
    await channel.send(claimed, None)

    await settle(sender, rows)

    assert bodies(twilio) == ["one", "two"]


async def test_a_claim_that_has_grown_old_is_not_sent_by_whoever_wakes_up(
    twilio: TwilioStandIn, rows: Rows, database: Any, channel: TwilioChannel
) -> None:
    class Frozen(SystemClock):
        """A process that was stopped for half a minute after each look at the clock."""

        looks = 0

        def monotonic_s(self) -> float:
            self.looks += 1
            return super().monotonic_s() + 30.0 * self.looks

    sender = sender_of(database, {"sms": channel}, status_url=lambda part, provider: None, clock=Frozen())
    await rows.say(ADA, "one")

    await sender.send_due()

    assert twilio.sends == 0
    assert rows.states() == [("one", "unknown")]


async def test_handed_parts_without_a_callback_are_found_or_sent(
    twilio: TwilioStandIn, sender: Sender, rows: Rows, channel: TwilioChannel, database: Any
) -> None:
    turn = await rows.say(ADA, "one", "two", state="handed")
    await rows.say(ADA, "three")
    receipt = await database.turns.find(SessionKey(rows.workflow, "sms", ADA), "SM0")
    assert receipt is not None
    assert receipt.id == turn
    twiml = channel.reply(receipt.outbounds[:1], None)  # the second never arrived
    twilio.obey(twiml, {"From": ADA, "To": US})

    await sender.send_due()
    await sender.reconcile()
    assert bodies(twilio) == ["one"]
    await settle(sender, rows)

    assert bodies(twilio) == ["one", "two", "three"]


async def test_a_confirmed_part_is_never_looked_for(
    twilio: TwilioStandIn, sender: Sender, rows: Rows, database: Any
) -> None:
    turn = await rows.say(ADA, "one", state="handed")
    assert await database.outbox.report(news(turn, "delivered"))
    rows.age(MINUTE)

    assert not await sender.reconcile()
    assert rows.states() == [("one", "delivered")]


async def test_statuses_only_move_forward(rows: Rows, database: Any) -> None:
    turn = await rows.say(ADA, "one", state="handed")

    for state in ("delivered", "sent", "read", "delivered", "failed"):
        await database.outbox.report(news(turn, state))

    assert rows.states() == [("one", "read")]
    assert not await database.outbox.report(news(turn, "sent", wire_id="9.0"))


async def test_after_stop_nothing_is_sent_queued_parts_included(
    twilio: TwilioStandIn, sender: Sender, rows: Rows, database: Any
) -> None:
    turn = await rows.say(ADA, "one", "two", "three")
    await rows.say(BOB, "hello")
    await sender.send_due(limit=1)
    twilio.script("throttled")
    await sender.send_due(limit=1)
    before = len(twilio.messages(ADA))

    await rows.set_parked(turn.session, True)
    await settle(sender, rows)

    print(f"\nT17 sends after STOP = {len(twilio.messages(ADA)) - before}")
    assert len(twilio.messages(ADA)) == before
    assert bodies(twilio, BOB) == ["hello"]
    assert [state for _, state in rows.states()].count("suppressed") == 3 - before

    await rows.set_parked(turn.session, False)
    await rows.say(ADA, "welcome back")
    await settle(sender, rows)

    assert bodies(twilio, ADA)[before:] == ["welcome back"]


@pytest.mark.parametrize("state", ["handed", "unknown"])
async def test_a_part_of_unknown_fate_is_not_sent_after_stop(
    twilio: TwilioStandIn, sender: Sender, rows: Rows, database: Any, state: str
) -> None:
    turn = await rows.say(ADA, "one", state="handed" if state == "handed" else "ready")
    if state == "unknown":
        twilio.script("error")
        await sender.send_due()

    await rows.set_parked(turn.session, True)
    rows.age(MINUTE)
    await sender.reconcile()
    await rows.set_parked(turn.session, False)
    await settle(sender, rows)

    assert bodies(twilio) == []
    assert rows.states() == [("one", "suppressed")]


async def test_another_session_does_not_write_to_somebody_who_stopped(
    twilio: TwilioStandIn, sender: Sender, rows: Rows, database: Any
) -> None:
    await Contacts(database.engine).stop(SessionKey(rows.workflow, "sms", BOB), "SM", "opt_out.word")

    await rows.say(ADA, "for Bob", to=BOB)
    while await sender.send_due():
        pass

    assert bodies(twilio) == []


async def test_somebody_whom_twilio_knows_to_have_stopped_is_suppressed(
    twilio: TwilioStandIn, sender: Sender, rows: Rows
) -> None:
    twilio.opted_out.add((US, ADA))
    await rows.say(ADA, "one")

    await settle(sender, rows)

    assert rows.states() == [("one", "suppressed")]


async def test_without_a_provider_a_part_is_held(rows: Rows, database: Any) -> None:
    sender = sender_of(database, {})
    await rows.say(ADA, "one")

    await sender.send_due()

    assert rows.states() == [("one", "held")]


async def test_equal_words_of_two_sessions_to_one_person_are_each_found_once(
    twilio: TwilioStandIn, sender: Sender, rows: Rows
) -> None:
    twilio.script("lost", "error")
    await rows.say(ADA, "New order!", to=CAT)
    await rows.say(BOB, "New order!", to=CAT)

    await settle(sender, rows)

    assert bodies(twilio, CAT) == ["New order!"] * 2
    assert [state for _, state in rows.states()] == ["sent", "sent"]


async def test_a_message_that_is_no_longer_worth_sending_is_given_up(
    twilio: TwilioStandIn, sender: Sender, rows: Rows
) -> None:
    twilio.script("throttled")
    await rows.say(ADA, "In ten minutes!", validity_s=600.0)
    await rows.say(ADA, "Later")
    await sender.send_due()
    rows.age(601)

    await settle(sender, rows)

    assert bodies(twilio) == ["Later"]
    assert rows.states() == [("In ten minutes!", "failed"), ("Later", "sent")]


async def test_a_whole_sender_waits_when_its_rate_is_used_up(twilio: TwilioStandIn, sender: Sender, rows: Rows) -> None:
    twilio.script(30022)
    await rows.say(ADA, "one")
    await sender.send_due()
    await rows.say(BOB, "two")

    await sender.send_due()
    assert bodies(twilio) == []
    rows.age(MINUTE)
    await settle(sender, rows)

    assert sorted(bodies(twilio)) == ["one", "two"]


async def test_idle_loops_look_twice_a_second_and_not_four_times(sender: Sender, rows: Rows, database: Any) -> None:
    looks = 0
    claim = database.outbox.claim_sends

    async def counting(*given: Any) -> Any:
        nonlocal looks
        looks += 1
        return await claim(*given)

    database.outbox.claim_sends = counting
    senders = [step for step in sender.steps() if step.name.startswith("send_due")]
    for step in senders:
        assert not await step.run()

    assert (len(senders), looks) == (4, 1)
