"""Opt-outs on both databases: a stop is the person's, in every workflow, for everything that is still to be sent."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from botflow_twilio.channel import TwilioChannel
from sqlalchemy import update

from botflow.languages import sentences_in
from botflow.records.sessions import SessionKey
from botflow.storage.contacts import Contacts
from botflow.storage.runs.changes import lifecycle
from botflow.storage.tables import outbounds
from tests.engine.conversation import node, say
from tests.stand_ins.twilio import TwilioStandIn
from tests.storage.aged_rows import claimable
from tests.twilio.phone_users import ANN, BOB, HELLO, THINKING, Town, open_town, telling

CONFIRMED = sentences_in("en").opted_out
HOUR: dict[str, Any] = {"for": "1h"}  # a word that Python keeps for itself


@pytest.fixture
async def town(database: Any, twilio: TwilioStandIn, channel: TwilioChannel) -> AsyncIterator[Town]:
    async with open_town(database, twilio, channel) as opened:
        yield opened


async def test_a_stop_holds_in_every_workflow(town: Town) -> None:
    other = await town.workflow("other", *HELLO)
    assert await town.said(ANN, "hi") == await town.said(ANN, "hi", other) == ["Hello.", "Name?"]

    assert await town.said(ANN, "STOP") == []

    assert await town.said(ANN, "Ann") == await town.said(ANN, "Ann", other) == []
    assert await town.reasons() == ["opt_out.word"]
    assert await town.said(BOB, "hi", other) == ["Hello.", "Name?"]


async def test_whatever_is_queued_for_them_is_suppressed_at_once_wherever_it_comes_from(town: Town) -> None:
    telling_ann = await town.workflow("tell", telling(ANN))
    other = await town.workflow("other", *HELLO)
    await town.hear(ANN, "hi", MessageSid="SM1")
    await town.hear(BOB, "hi", telling_ann)
    await town.hear(ANN, "hi", other)
    await _make_all(town, "handed", "ready")
    await _make_all(town, "ready", "held", text="Name?")

    await town.hear(ANN, "STOP")

    assert {(text, state) for text, state, _ in await town.parts()} == {
        ("Hello.", "suppressed"),
        ("Name?", "suppressed"),
        ("Somebody wrote.", "suppressed"),
    }
    assert await town.deliver() == []
    decided = await town.decided()
    assert [decision.kind for decision in decided] == ["opt_out"] + ["suppressed"] * 5
    assert decided[0].detail == {"suppressed": 5, "leaving": 0}
    assert {decision.reason for decision in decided[1:]} == {"consent.stopped"}


async def test_what_is_committed_later_is_not_sent_either(town: Town) -> None:
    telling_ann = await town.workflow("tell", telling(ANN))
    await town.hear(ANN, "STOP")

    await town.hear(BOB, "hi", telling_ann)

    assert await town.deliver() == []
    assert ("Somebody wrote.", "suppressed", "consent.stopped") in await town.parts()
    assert (await town.reasons())[-1] == "consent.stopped"


async def test_a_part_for_somebody_else_goes_out_of_a_parked_session(town: Town) -> None:
    telling_bob = await town.workflow("tell", telling(BOB))
    await town.hear(ANN, "hi", telling_bob)

    await town.hear(ANN, "STOP")

    assert await town.deliver() == [(BOB, "Somebody wrote.")]


async def test_the_first_message_to_another_workflow_meets_silence(town: Town) -> None:
    other = await town.workflow("other", *HELLO)
    await town.hear(ANN, "STOP")

    assert await town.said(ANN, "hi", other) == []

    key = SessionKey(other.workflow, "sms", ANN)
    assert (await town.database.turns.load(key)).parked
    assert await town.parts() == []


async def test_start_frees_every_workflow_and_leaves_evidence(town: Town) -> None:
    other = await town.workflow("other", *HELLO)
    await town.hear(ANN, "hi")
    await town.hear(ANN, "hi", other)
    await town.hear(ANN, "STOP")

    assert await town.said(ANN, "START", other) == []

    assert await town.said(ANN, "Ann") == ["Bye Ann."]
    assert await town.said(ANN, "Ann", other) == ["Bye Ann."]
    assert await town.reasons() == ["opt_out.word", "opt_in.word"]


async def test_yes_restarts_only_somebody_who_had_stopped(town: Town) -> None:
    other = await town.workflow("other", *HELLO)
    await town.hear(ANN, "hi")
    assert await town.said(ANN, "YES") == ["Bye YES."]

    await town.hear(ANN, "STOP")
    assert await town.said(ANN, "yes", other) == []  # by a workflow that has never met them

    assert await town.said(ANN, "hi", other) == ["Hello.", "Name?"]
    assert await town.said(ANN, "hi") == ["Hello.", "Name?"]
    assert await town.reasons() == ["opt_out.word", "opt_in.word"]


async def test_a_stop_that_comes_again_after_a_start_stops_nobody(town: Town) -> None:
    await town.hear(ANN, "hi")
    await town.hear(ANN, "STOP", MessageSid="SM7")
    await town.hear(ANN, "START")

    await town.hear(ANN, "STOP", MessageSid="SM7")

    assert await town.said(ANN, "Ann") == ["Bye Ann."]


async def test_the_last_word_counts_however_long_the_former_one_waits_for_its_turn(
    database: Any, twilio: TwilioStandIn, channel: TwilioChannel
) -> None:
    async with open_town(database, twilio, channel, *THINKING) as town:
        other = await town.workflow("other", *HELLO)
        await town.hear(ANN, "hi", other)
        await town.queue(ANN, "hi")
        await town.queue(ANN, "START")
        await town.queue(ANN, "STOP")

        await town.advance(ANN)

        assert await Contacts(database.engine).is_stopped(town.bot.key(ANN, "sms"))
        assert await town.said(ANN, "Ann", other) == []
        assert await town.reasons() == ["opt_out.word"]


async def test_a_start_that_waits_in_an_execution_survives_its_cancellation(
    database: Any, twilio: TwilioStandIn, channel: TwilioChannel
) -> None:
    async with open_town(database, twilio, channel, *HELLO) as town:
        session = (await town.hear(ANN, "hi")).id.session
        await town.hear(ANN, "STOP")
        [execution] = await database.executions.page(1)
        await database.engine.write(lifecycle.pause, execution.id, None)
        await town.hear(ANN, "START")
        await town.hear(ANN, "hello?")

        assert await database.engine.write(lifecycle.cancel, execution.id, None, skip_finally=False) == "changed"
        assert session in [waiting for waiting, _ in await claimable(database)]
        await town.advance(ANN)

        assert not await Contacts(database.engine).is_stopped(town.bot.key(ANN, "sms"))
        assert await town.answered(ANN, "hi") == ["Hello.", "Name?"]


async def test_who_stops_while_the_flow_waits_for_runs_is_heard_again_after_a_start(
    database: Any, twilio: TwilioStandIn, channel: TwilioChannel
) -> None:
    """What ends meanwhile is heard by nobody, so the wait for it would never end."""
    waiting = (
        node("all", "logic.parallel", each=["a"], on={"each": "rest", "done": "bye"}),
        node("rest", "logic.wait", **HOUR),
        say("bye", "Bye."),
    )
    async with open_town(database, twilio, channel, *waiting) as town:
        await town.hear(ANN, "hi")
        await town.advance(ANN)
        await town.hear(ANN, "STOP")
        await town.advance(ANN)

        await town.hear(ANN, "START")
        await town.advance(ANN)
        await town.hear(ANN, "hi")
        await town.advance(ANN)

        statuses = [execution.status for execution in await database.executions.page(5)]
        assert statuses == ["waiting", "cancelled"]
        stored = await database.turns.load(town.bot.key(ANN, "sms"))
        assert stored.last_seq == stored.done_seq


async def test_a_wait_that_a_stop_has_ended_begins_again_with_a_start(
    database: Any, twilio: TwilioStandIn, channel: TwilioChannel
) -> None:
    waiting = (node("rest", "logic.wait", next="bye", **HOUR), say("bye", "Bye."))
    async with open_town(database, twilio, channel, *waiting) as town:
        await town.hear(ANN, "hi")
        await town.hear(ANN, "STOP")
        assert [execution.wakes_at for execution in await database.executions.page(5)] == [None]

        await town.hear(ANN, "START")

        [execution] = await database.executions.page(5)
        assert (execution.status, execution.wakes_at is not None) == ("waiting", True)


async def test_a_start_that_waits_opens_nothing_when_another_workflow_heard_a_stop_since(
    database: Any, twilio: TwilioStandIn, channel: TwilioChannel
) -> None:
    async with open_town(database, twilio, channel, *THINKING) as town:
        other = await town.workflow("other", *HELLO)
        await town.queue(ANN, "hi")
        await town.queue(ANN, "START")
        await town.hear(ANN, "STOP", other)

        await town.advance(ANN)

        assert (await database.turns.load(town.bot.key(ANN, "sms"))).parked
        assert await town.reasons() == ["opt_out.word"]


async def test_start_frees_whoever_had_stopped_also_where_nobody_noticed(town: Town) -> None:
    """Their session was made while they stopped, by a process that died before it looked once more."""
    stop_after_the_look(town)
    town.bot.world.crashes["turn.committed_at_once"] = 1
    with pytest.raises(RuntimeError, match="crash"):
        await town.hear(ANN, "hi")
    key = town.bot.key(ANN, "sms")
    assert not (await town.database.turns.load(key)).parked

    await town.hear(ANN, "START")

    assert not await Contacts(town.database.engine).is_stopped(key)
    assert await town.reasons() == ["opt_out.word", "opt_in.word"]


async def test_a_request_in_own_words_is_confirmed_once_and_then_there_is_silence(town: Town) -> None:
    await town.hear(ANN, "hi")

    assert await town.said(ANN, "please stop texting me", MessageSid="SM7") == [CONFIRMED]

    assert await town.said(ANN, "I said stop texting me") == []
    assert await town.said(ANN, "hello?") == []
    assert await town.reasons() == ["opt_out.request"]
    assert await town.said(ANN, "START") == []
    assert await town.said(ANN, "Ann") == ["Bye Ann."]


async def test_the_first_message_may_be_a_request_to_stop(town: Town) -> None:
    assert await town.said(ANN, "stop texting me") == [CONFIRMED]
    assert await town.said(ANN, "stop texting me") == []


async def test_a_request_is_confirmed_in_the_workflows_language(town: Town) -> None:
    german = await town.workflow("german", say("hallo", "Hallo."), language="de-AT")

    assert await town.said(ANN, "bitte keine Nachrichten mehr", german) == [sentences_in("de").opted_out]


async def test_a_request_that_overtakes_a_turn_is_confirmed_by_the_sender(
    database: Any, twilio: TwilioStandIn, channel: TwilioChannel
) -> None:
    async with open_town(database, twilio, channel, *THINKING) as town:
        await town.queue(ANN, "hi")
        await town.queue(ANN, "don't text me again")

        await town.advance(ANN)

        assert await town.deliver() == [(ANN, CONFIRMED)]
        assert town.bot.world.asked == []  # the turn that waited is not taken any more
        assert await town.deliver() == [(ANN, CONFIRMED)]


async def test_two_requests_that_overtake_a_turn_are_confirmed_once(
    database: Any, twilio: TwilioStandIn, channel: TwilioChannel
) -> None:
    async with open_town(database, twilio, channel, *THINKING) as town:
        await town.queue(ANN, "hi")
        await town.queue(ANN, "don't text me again")
        await town.queue(ANN, "stop texting me")

        await town.advance(ANN)

        assert await town.deliver() == [(ANN, CONFIRMED)]


async def test_a_new_session_that_a_stop_did_not_see_is_parked_by_whoever_made_it(town: Town) -> None:
    """The stop comes after the look at the contact, and before the session's row is there."""
    stop_after_the_look(town)

    assert await town.said(ANN, "hi") == []

    assert (await town.database.turns.load(town.bot.key(ANN, "sms"))).parked


def stop_after_the_look(town: Town) -> None:
    """Let whoever is looked up as a contact opt out in the moment after it."""
    contacts = Contacts(town.database.engine)

    class Late(Contacts):
        async def is_stopped(self, key: SessionKey) -> bool:
            answer = await contacts.is_stopped(key)
            await contacts.stop(key, "SM0", "opt_out.word")
            return answer

    town.bot.receiver._consent._contacts = Late(town.database.engine)


async def test_the_providers_own_knowledge_of_an_opt_out_is_believed(town: Town) -> None:
    town.twilio.opted_out.add(("+15550002222", ANN))
    telling_ann = await town.workflow("tell", telling(ANN))
    await town.hear(ANN, "hi")
    await town.hear(BOB, "hi", telling_ann)

    assert await town.deliver() == []

    assert await town.said(ANN, "Ann") == []
    assert await town.reasons() == ["opt_out.provider"]


async def test_in_the_chat_stop_is_an_ordinary_answer(town: Town) -> None:
    assert await town.bot.said("hi", "m1") == ["Hello.", "Name?"]
    assert await town.bot.said("STOP", "m2") == ["Bye STOP."]
    assert await town.bot.said("please stop texting me", "m3") == ["Hello.", "Name?"]


@pytest.mark.parametrize("round_", range(3))
async def test_nothing_is_sent_after_a_stop_whatever_is_under_way(town: Town, database_kind: str, round_: int) -> None:
    """T17 in one process: 30 sessions tell Ann something while she stops; what Twilio had by then is counted apart."""
    telling_ann = await town.workflow("tell", telling(ANN))
    senders = [f"+1212555{number:04}" for number in range(30)]
    await asyncio.gather(*(town.hear(sender, "hi", telling_ann) for sender in senders[:20]))
    town.twilio.script(*[None] * 5)

    sending = asyncio.create_task(town.deliver())
    await asyncio.sleep(0.02 * round_)
    await town.hear(ANN, "STOP")
    at_the_stop = len(town.twilio.messages(ANN))
    await asyncio.gather(*(town.hear(sender, "hi", telling_ann) for sender in senders[20:]))
    await sending
    await town.deliver()

    leaving = next(one for one in await town.decided() if one.kind == "opt_out").detail["leaving"]
    after = len(town.twilio.messages(ANN)) - at_the_stop
    late = max(0, after - leaving)
    print(f"\n{database_kind}: {at_the_stop} sent before the stop, {leaving} claimed at its moment, {after} of which")
    print(f"reached Twilio after it; sends after STOP = {late}")
    assert late == 0
    assert {state for _, state, _ in await town.parts()} <= {"sent", "suppressed"}


async def _make_all(town: Town, before: str, after: str, text: str = "") -> None:
    wanted = outbounds.c.state == before
    if text:
        wanted &= outbounds.c.body["text"].as_string() == text
    await town.database.engine.write(
        lambda connection: connection.execute(update(outbounds).where(wanted).values(state=after))
    )
