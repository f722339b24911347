"""The gate of the send path on both databases: quiet hours, countries, loops and caps, each with its evidence."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botflow_twilio.channel import TwilioChannel
from sqlalchemy import Connection, insert, select, update

from botflow.runtime.delivery.loop_breaker import FLOOD
from botflow.storage.engines.dialects import now
from botflow.storage.tables import contacts, decisions, inbounds, organizations, outbounds
from botflow.storage.turns.limits import LONGEST_BURST
from tests.engine.conversation import node, say
from tests.stand_ins.twilio import TwilioStandIn
from tests.twilio.phone_users import ANN, BOB, HELLO, THINKING, Town, open_town, telling

GERMAN = "+4930123456"


def around_now(**offset: float) -> dict[str, str]:
    """Return quiet hours, in UTC, from an hour ago until an hour from now; shifted by `offset`."""
    now = datetime.now(UTC) + timedelta(**offset)
    return {"from": f"{now - timedelta(hours=1):%H:%M}", "to": f"{now + timedelta(hours=1):%H:%M}"}


async def age_messages(town: Town, **offset: float) -> None:
    """Let everything that people wrote have been written so long ago."""

    def age(connection: Connection) -> None:
        rows = connection.execute(select(inbounds.c.session_id, inbounds.c.seq, inbounds.c.received_at)).all()
        for session, seq, at in rows:
            mine = (inbounds.c.session_id == session) & (inbounds.c.seq == seq)
            connection.execute(update(inbounds).where(mine).values(received_at=at - timedelta(**offset)))

    await town.database.engine.write(age)


async def test_what_nobody_asked_for_waits_until_the_quiet_hours_are_over(
    database: Any, twilio: TwilioStandIn, channel: TwilioChannel
) -> None:
    async with open_town(database, twilio, channel, telling(ANN), quietHours=around_now(), timeZone="UTC") as town:
        await _live_in_utc(town, ANN)
        await town.hear(BOB, "hi")

        assert await town.deliver() == []

        [decided] = await town.decided()
        assert (decided.kind, decided.reason, decided.detail["zone"]) == ("delayed", "consent.quiet_hours", "UTC")
        [(text, state, code)] = await town.parts()
        assert (text, state, code) == ("Somebody wrote.", "ready", "consent.quiet_hours")
        assert 3400 < (await _due_in_s(town)) <= 3660


async def test_outside_of_quiet_hours_it_goes_out(database: Any, twilio: TwilioStandIn, channel: TwilioChannel) -> None:
    awake = around_now(hours=6)
    async with open_town(database, twilio, channel, telling(ANN), quietHours=awake, timeZone="UTC") as town:
        await _live_in_utc(town, ANN)
        await town.hear(BOB, "hi")

        assert await town.deliver() == [(ANN, "Somebody wrote.")]
        assert await town.reasons() == []


async def test_the_contacts_zone_goes_before_the_numbers_and_that_before_the_workflows(
    database: Any, twilio: TwilioStandIn, channel: TwilioChannel
) -> None:
    zone = "Etc/GMT+5" if datetime.now(UTC).hour >= 5 else "Etc/GMT-5"
    async with open_town(
        database, twilio, channel, telling(GERMAN), quietHours={"from": "00:00", "to": "23:59"}, timeZone=zone
    ) as town:
        await town.hear(BOB, "hi")
        await town.deliver()
        await _live_in_utc(town, GERMAN)
        await _make_due(town)
        await town.deliver()

        assert [decision.detail["zone"] for decision in await town.decided(GERMAN)] == ["Europe/Berlin", "UTC"]


async def test_who_has_just_written_gets_the_answer_in_the_night_too(
    database: Any, twilio: TwilioStandIn, channel: TwilioChannel
) -> None:
    async with open_town(database, twilio, channel, *THINKING, quietHours=around_now(), timeZone="UTC") as town:
        await _live_in_utc(town, ANN)
        await town.hear(ANN, "hi")
        await town.advance(ANN)

        assert await town.deliver() == [(ANN, "hm!")]


async def test_what_waits_for_the_morning_goes_when_its_person_writes_and_so_does_the_answer(
    database: Any, twilio: TwilioStandIn, channel: TwilioChannel
) -> None:
    async with open_town(database, twilio, channel, *THINKING, quietHours=around_now(), timeZone="UTC") as town:
        await _live_in_utc(town, ANN)
        await town.hear(ANN, "hi")
        await town.advance(ANN)
        await age_messages(town, hours=2)
        assert await town.deliver() == []

        await town.hear(ANN, "are you there?")
        await town.advance(ANN)

        assert await town.deliver() == [(ANN, "hm!"), (ANN, "hm!")]


async def test_another_countrys_number_gets_nothing(
    database: Any, twilio: TwilioStandIn, channel: TwilioChannel
) -> None:
    async with open_town(database, twilio, channel, telling(GERMAN), countries=["US"]) as town:
        await town.hear(BOB, "hi")
        await town.advance(BOB)

        assert await town.deliver() == []
        assert await town.parts() == [("Somebody wrote.", "failed", "consent.country")]
        [decided] = await town.decided(GERMAN)
        assert (decided.kind, decided.detail) == ("refused", {"country": "DE"})


async def test_countries_hold_for_answers_too(database: Any, twilio: TwilioStandIn, channel: TwilioChannel) -> None:
    async with open_town(database, twilio, channel, *HELLO, countries=["US", "CA"]) as town:
        for person in (GERMAN, ANN):
            receipt = await town.hear(person, "hi", within_s=0.0)
            assert receipt.state == "new"  # the fast way is not open to this workflow
            await town.advance(person)

        assert await town.deliver() == [(ANN, "Hello."), (ANN, "Name?")]
        assert await town.reasons(GERMAN) == ["consent.country", "consent.country"]


async def test_a_robot_is_not_answered_and_a_person_comes_through_after_the_pause(
    database: Any, twilio: TwilioStandIn, channel: TwilioChannel
) -> None:
    async with open_town(database, twilio, channel, say("hello", "Hello.")) as town:
        answers = [await town.answered(ANN, f"message {number}") for number in range(FLOOD + 5)]

        assert answers == [["Hello."]] * FLOOD + [[]] * 5
        assert await town.deliver() == []
        assert await town.reasons() == ["loop.flood"] * 5
        assert await _stored_messages(town) == FLOOD + 5  # nothing that came in is lost

        await age_messages(town, seconds=70)
        await _age_pauses(town, seconds=61)
        assert await town.answered(ANN, "hello?") == ["Hello."]
        assert len(await town.reasons()) == 5


async def test_who_pastes_a_list_line_by_line_into_bursts_gets_the_answer_to_each(
    database: Any, twilio: TwilioStandIn, channel: TwilioChannel
) -> None:
    bursts = {"bursts": "merge", "mergeWithin": "0.3s"}
    async with open_town(database, twilio, channel, say("hello", "Thank you."), **bursts) as town:
        for number in range(FLOOD + 5):
            await town.hear(ANN, f"line {number}")
        await asyncio.sleep(0.4)
        await town.advance(ANN)

        answers = await town.deliver()
        assert set(answers) == {(ANN, "Thank you.")}
        assert len(answers) >= -(-(FLOOD + 5) // LONGEST_BURST)  # more where the machine is slower than the bursts
        assert await town.reasons() == []


async def test_two_robots_that_say_the_same_are_parted_before_the_flood(
    database: Any, twilio: TwilioStandIn, channel: TwilioChannel
) -> None:
    async with open_town(database, twilio, channel, say("hello", "Hello.")) as town:
        answers = [await town.answered(ANN, "I am out of the office.") for _ in range(8)]

        assert answers == [["Hello."]] * 4 + [[]] * 4
        assert set(await town.reasons()) == {"loop.echo"}
        assert (await town.decided())[0].detail["level"] == 0


async def test_who_answers_question_after_question_with_the_same_word_is_no_robot(
    database: Any, twilio: TwilioStandIn, channel: TwilioChannel
) -> None:
    survey = [
        asked
        for number in range(8)
        for asked in (
            node(f"q{number}", "chatbot.ask", text=f"Question {number}?", next=f"thanks{number}"),
            say(f"thanks{number}", "Thanks!", next=f"q{number + 1}"),
        )
    ]
    async with open_town(database, twilio, channel, *survey, say("q8", "Bye.")) as town:
        answers = [await town.answered(ANN, text) for text in ("hi", *["5"] * 7)]

        assert answers == [["Question 0?"], *(["Thanks!", f"Question {number}?"] for number in range(1, 8))]
        assert await town.reasons() == []


@pytest.mark.parametrize("scope", ["session", "contact", "organization"])
async def test_segments_beyond_a_cap_are_held_with_evidence(
    database: Any, twilio: TwilioStandIn, channel: TwilioChannel, scope: str
) -> None:
    async with open_town(database, twilio, channel, *HELLO, budgets={scope: {"segments": 3}}) as town:
        for text in ("hi", "Ann", "hi"):
            await town.hear(ANN, text)
            await town.advance(ANN)

        assert [text for _, text in await town.deliver()] == ["Hello.", "Name?", "Bye Ann."]
        assert [state for _, state, _ in await town.parts()] == ["sent"] * 3 + ["held"] * 2
        assert await town.reasons() == [f"budget.{scope}"] * 2


async def test_an_answer_that_a_request_takes_along_counts_once_however_often_it_is_asked_for(
    database: Any, twilio: TwilioStandIn, channel: TwilioChannel
) -> None:
    async with open_town(database, twilio, channel, *HELLO, budgets={"session": {"segments": 2}}) as town:
        await town.hear(ANN, "hi", MessageSid="SM1")
        await town.advance(ANN)
        again = [await town.said(ANN, "hi", MessageSid="SM1", within_s=5.0) for _ in range(3)]

        assert again == [["Hello.", "Name?"]] * 3
        assert await town.reasons() == []


async def _live_in_utc(town: Town, person: str) -> None:
    home = select(organizations.c.id).limit(1).scalar_subquery()
    await town.database.engine.write(
        lambda connection: connection.execute(
            insert(contacts).values(
                organization_id=home,
                channel="sms",
                address=person,
                stopped=False,
                time_zone="UTC",
                updated_at=now(),
            )
        )
    )


async def _due_in_s(town: Town) -> float:
    due = await town.database.engine.read(
        lambda connection: connection.execute(select(outbounds.c.due_at)).scalar_one()
    )
    return float((due - datetime.now(UTC)).total_seconds())


async def _make_due(town: Town) -> None:
    await town.database.engine.write(lambda connection: connection.execute(update(outbounds).values(due_at=None)))


async def _stored_messages(town: Town) -> int:
    return await town.database.engine.read(
        lambda connection: len(connection.execute(select(inbounds.c.seq).where(inbounds.c.kind == "message")).all())
    )


async def _age_pauses(town: Town, seconds: float) -> None:
    """Let the pauses of the loop breaker have begun so much earlier."""

    def age(connection: Connection) -> None:
        for id_, detail in connection.execute(select(decisions.c.id, decisions.c.detail)).all():
            until = datetime.fromisoformat(detail["until"]) - timedelta(seconds=seconds)
            changed = {**detail, "until": until.isoformat()}
            connection.execute(update(decisions).where(decisions.c.id == id_).values(detail=changed))

    await town.database.engine.write(age)
