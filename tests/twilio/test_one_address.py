"""One person, however their number is written: at every door, and again in the gate."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from botflow_twilio.channel import TwilioChannel
from sqlalchemy import select, update

from botflow.errors import RejectedInbound
from botflow.interfaces import normal_address
from botflow.runtime.runs.starts.start import StartRequest, start
from botflow.storage.tables import contacts, outbounds, sessions
from tests.engine.conversation import node
from tests.stand_ins.twilio import TwilioStandIn
from tests.twilio.phone_users import ANN, BOB, HELLO, Town, open_town

SPELLINGS = (
    "+12125550111",
    " +12125550111 ",
    "+1 212 555 0111",
    "+1 (212) 555-0111",
    "+1-212-555-0111",
    "+1.212.555.0111",
    "12125550111",
    "1 212 555 0111",
    "0012125550111",
    "00 1 212 555 0111",
    "whatsapp:+12125550111",
    "WhatsApp: +1 212 555 0111",
    "tel:+1-212-555-0111",
    "\uff0b\uff11\uff12\uff11\uff12\uff15\uff15\uff15\uff10\uff11\uff11\uff11",
    "+1\u00a0212\u00a0555\u00a00111",
    "\u202a+1 212 555 0111\u202c",
    "212-555-0111",  # of the workflow's region
    "(212) 555 0111",
    "011 1 212 555 0111",
)
NO_ADDRESSES = (
    "ann",
    "",
    " ",
    "+",
    "+0123456789",
    "2125550",
    "visitor:x",
    "+1212555011x",
    "@",
    "123456789012345678901",
)


@pytest.fixture
async def town(database: Any, twilio: TwilioStandIn, channel: TwilioChannel) -> AsyncIterator[Town]:
    async with open_town(database, twilio, channel, region="US") as opened:
        yield opened


@pytest.mark.parametrize("written", SPELLINGS)
def test_every_spelling_is_one_address(written: str) -> None:
    assert TwilioChannel.normal_address(written, "US") == ANN


@pytest.mark.parametrize("written", NO_ADDRESSES)
def test_what_is_no_address_is_refused(written: str) -> None:
    assert TwilioChannel.normal_address(written, "US") is None
    with pytest.raises(RejectedInbound) as refused:
        normal_address({"sms": TwilioChannel}, "sms", written)
    assert (refused.value.code, refused.value.status) == ("address.invalid", 422)


async def test_a_start_under_any_spelling_is_refused_to_a_person_who_has_stopped(town: Town) -> None:
    other = await town.workflow("remind", *HELLO, node("by_hand", "trigger.manual", next="hello"), region="US")
    await town.hear(ANN, "STOP", other)
    for channel in ("sms", "whatsapp"):
        for written in filter(str.isprintable, SPELLINGS):  # `trigger.name` refuses the others
            request = StartRequest(workflow="remind", external_id=written, channel=channel, address="+15550002222")
            with pytest.raises(RejectedInbound) as refused:
                await town.database.engine.write(start, request, {"sms": TwilioChannel, "whatsapp": TwilioChannel})
            assert refused.value.code == "session.opted_out", written

    assert await town.deliver() == []
    keys = select(sessions.c.external_id).distinct()
    assert await town.database.engine.read(lambda connection: connection.execute(keys).scalars().all()) == [ANN]


async def test_a_start_for_what_is_no_address_says_so(town: Town) -> None:
    await town.workflow("remind", *HELLO, node("by_hand", "trigger.manual", next="hello"))
    for written in ("ann", "2125550", "+0123456789"):
        request = StartRequest(workflow="remind", external_id=written, channel="sms")
        with pytest.raises(RejectedInbound) as refused:
            await town.database.engine.write(start, request, {"sms": TwilioChannel})
        assert refused.value.code == "address.invalid"


async def test_a_send_to_any_spelling_meets_the_opt_out(town: Town) -> None:
    for number, written in enumerate(SPELLINGS):
        telling = node("tell", "twilio.send_message", to="{{ whom }}", text="Somebody wrote.")
        live = await town.workflow(f"tell{number}", telling, variables={"whom": written}, region="US")
        await town.hear(BOB, "hi", live)
    await town.hear(ANN, "STOP")

    assert {state for _, state, _ in await town.parts()} <= {"suppressed"}
    assert await town.deliver() == []


async def test_the_gate_looks_at_the_normal_form_again(town: Town) -> None:
    """Rows of an older version, or of another writer, may hold any spelling."""
    live = await town.workflow("tell", node("tell", "twilio.send_message", to=ANN, text="Somebody wrote."))
    await town.hear(ANN, "STOP")
    written = ("12125550111", "+1 212 555 0111", "whatsapp:+12125550111", "nobody")
    for spelling in written:
        await town.hear(BOB, "hi", live)
        await town.advance(BOB, live)
        await _respell(town, spelling)

    assert await town.deliver() == []
    codes = [code for _, state, code in await town.parts() if state in ("suppressed", "failed")]
    assert sorted(codes, key=str) == ["address.invalid", *["consent.stopped"] * 3]


async def _respell(town: Town, spelling: str) -> None:
    """Write the recipient of what is not sent yet in another way."""

    def write(connection: Any) -> None:
        latest = select(outbounds).where(outbounds.c.state.in_(("ready", "suppressed")))
        for row in connection.execute(latest).all():
            if row.body.get("to") == ANN:
                part = (outbounds.c.session_id == row.session_id) & (outbounds.c.version == row.version)
                body = {**row.body, "to": spelling}
                connection.execute(update(outbounds).where(part).values(body=body, state="ready", error_code=None))

    await town.database.engine.write(write)


async def test_webhooks_of_one_number_are_one_session(town: Town) -> None:
    assert await town.said("+1 212 555 0111", "hi") == ["Hello.", "Name?"]
    assert await town.said("12125550111", "Ann") == ["Bye Ann."]
    assert await town.said("whatsapp:12125550111", "hi") == ["Hello.", "Name?"]
    await town.hear(ANN, "STOP")

    rows = select(contacts.c.channel, contacts.c.address).where(contacts.c.stopped).order_by(contacts.c.channel)
    found = await town.database.engine.read(lambda connection: connection.execute(rows).all())
    assert [tuple(row) for row in found] == [("sms", ANN), ("whatsapp", ANN)]


async def test_a_webhook_from_what_is_no_number_is_refused(town: Town) -> None:
    with pytest.raises(RejectedInbound) as refused:
        await town.hear("nobody", "hi")
    assert refused.value.code == "twilio.sender"
    assert await town.said("12345", "hi") == ["Hello.", "Name?"]  # a short code
