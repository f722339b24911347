"""A person writes to a phone: by the outbox, through the gate, and never to a contact who has opted out."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import select

from botflow.engine.inbound import Consent, Inbound
from botflow.storage.tables import outbounds, sessions
from tests.storage.outbox_rows import at_once
from tests.web.api.calls import answered, call, session_of
from tests.web.api.test_session_changes import WAITING, column
from tests.web.site import Site, open_site

ANN = "+12125550111"
TO_MARIA = {"person": "Maria"}


@pytest.fixture
async def site(database_url: str) -> AsyncIterator[Site]:
    async with open_site(database_url, flows=(WAITING,), worker=None) as opened:
        yield opened


async def text_in(site: Site, text: str, consent: Consent = "") -> None:
    inbound = Inbound(
        kind="message",
        key=f"SM{secrets.token_hex(8)}",
        received_at=site.clock.now(),
        seed=1,
        channel="sms",
        provider="twilio",
        sender=ANN,
        address="+12125550100",
        text=text,
        consent=consent,
    )
    await site.runtime.receiver.receive(site.runtime.flows.get("waiting"), ANN, inbound, reply_within_s=5)


async def test_a_persons_message_leaves_by_the_outbox_after_what_the_bot_has_said(site: Site) -> None:
    await text_in(site, "hi")
    session = await session_of(site, "waiting", ANN)
    await answered(site, "POST", f"/sessions/{session}/hand-off", TO_MARIA)
    await text_in(site, "hello?")

    said = await answered(site, "POST", f"/sessions/{session}/messages", {"text": "Good morning"})

    due = await site.runtime.database.outbox.claim_sends(10, at_once, unconfirmed_s=0.0)
    assert len(due) == 1
    claimed = due[0]
    assert (claimed.message.text, claimed.message.author, claimed.recipient) == ("Good morning", "Maria", ANN)
    assert (claimed.message.sender, claimed.wire_id) == ("+12125550100", said["id"])


async def test_a_stop_holds_at_once_and_the_person_may_not_write_any_more(site: Site) -> None:
    await text_in(site, "hi")
    session = await session_of(site, "waiting", ANN)
    await answered(site, "POST", f"/sessions/{session}/hand-off", TO_MARIA)
    await answered(site, "POST", f"/sessions/{session}/messages", {"text": "Good morning"})

    await text_in(site, "STOP", "stop")
    refused = await call(site, "POST", f"/sessions/{session}/messages", {"text": "Wait!"})

    assert (refused.status_code, refused.json()["code"]) == (409, "session.opted_out")
    late = select(outbounds.c.state).where(outbounds.c.body["author"].as_string() == "Maria")
    assert await column(site, late) == ["suppressed"]
    assert await column(site, select(sessions.c.parked)) == [True]

    await text_in(site, "START", "start")
    await answered(site, "POST", f"/sessions/{session}/messages", {"text": "Welcome back"})
    back = await answered(site, "POST", f"/sessions/{session}/return")
    assert (back["status"], back["currentNodeId"]) == ("waiting", "ask")


async def test_a_session_is_found_by_any_spelling_of_a_number(site: Site) -> None:
    await text_in(site, "hi")

    found = await answered(site, "GET", "/workflows/waiting/sessions/by-external-id?externalId=001-212-555-0111")

    assert (found["externalId"], found["channel"], found["userId"]) == (ANN, "sms", None)
