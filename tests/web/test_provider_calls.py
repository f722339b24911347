"""A call through the whole server: it ends politely, its caller is written to once, and never against their will."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlencode

import httpx2

from botflow.web.provider_webhooks import FORM
from tests.faults.waiting import until
from tests.stand_ins.twilio import TwilioStandIn
from tests.web.site import Site, open_site

OURS, ANN, BEA = "+14155550199", "+14155550100", "+14155550101"
SALON = """
botflow: 1
id: salon
language: de
nodes:
  - {id: called, type: trigger, actionType: missed_call, properties: {say: "Wir schreiben <gleich>."}, next: hello}
  - {id: start, type: chatbot, actionType: message_received, next: hello}
  - {id: hello, type: chatbot, actionType: say, properties: {text: "Anruf an {{ $called.number }}."}, next: ask}
  - {id: ask, type: chatbot, actionType: ask, properties: {text: "Wann passt es?", variable: time}, next: bye}
  - {id: bye, type: chatbot, actionType: say, properties: {text: "Bis {{ time }}!"}}
"""
BUSY = """
botflow: 1
id: busy
nodes:
  - {id: called, type: trigger, actionType: missed_call, next: hello}
  - {id: hello, type: chatbot, actionType: say, properties: {text: "You called."}}
"""
SILENT = """
botflow: 1
id: silent
nodes:
  - {id: start, type: chatbot, actionType: message_received, next: hello}
  - {id: hello, type: chatbot, actionType: say, properties: {text: "Hello."}}
"""
ONCE = (
    BUSY.replace("id: busy", "id: once\nexecutionMode: single")
    .replace("chatbot, actionType: say", "logic, actionType: log")
    .replace("text:", "message:")
)


def call(twilio: TwilioStandIn, caller: str, sid: str) -> dict[str, str]:
    return {
        "CallSid": sid,
        "AccountSid": twilio.account_sid,
        "From": caller,
        "To": OURS,
        "CallStatus": "ringing",
        "Direction": "inbound",
        "ApiVersion": "2010-04-01",
    }


@asynccontextmanager
async def open_salon(database_url: str) -> AsyncIterator[tuple[Site, TwilioStandIn]]:
    with TwilioStandIn() as twilio:
        environment: dict[str, str] = dict(twilio.environment)
        public_url = environment.pop("BOTFLOW_PUBLIC_URL", twilio.public_url)
        async with open_site(
            database_url, flows=(SALON, BUSY, SILENT, ONCE), environment=environment, botflow_public_url=public_url
        ) as site:
            yield site, twilio


async def test_a_call_ends_and_its_caller_is_written_to_once(database_url: str) -> None:
    async with open_salon(database_url) as (site, twilio):

        async def post(path: str, form: dict[str, str], **more: Any) -> httpx2.Response:
            signed = {"headers": twilio.signed(path, form), **more}
            return await site.client.post(path, content=urlencode(form), **signed)

        def sent(person: str) -> list[str]:
            return [message.body for message in twilio.messages() if message.to == person]

        async def is_sent(person: str, *texts: str) -> None:
            async def are_there() -> bool:
                return sent(person) == list(texts)

            await until(are_there, f"Twilio has {texts}")

        answers = [await post("/twilio/salon/call", call(twilio, ANN, "CA1")) for _ in range(3)]
        await is_sent(ANN, "Anruf an +14155550199.", "Wann passt es?")
        assert {answer.text for answer in answers} == {
            '<?xml version="1.0" encoding="UTF-8"?><Response><Say language="de-DE">Wir schreiben &lt;gleich&gt;.</Say>'
            "<Hangup/></Response>"
        }
        assert (answers[0].status_code, answers[0].headers["content-type"]) == (200, "text/xml; charset=utf-8")
        again = await post("/twilio/salon/call", call(twilio, ANN, "CA2"))  # she is asked already
        reply = await twilio.deliver(site.client, "/twilio/salon", twilio.incoming(ANN, OURS, "Montag"))
        assert (again.status_code, [message.body for message in reply.messages]) == (200, ["Bis Montag!"])

        await twilio.deliver(site.client, "/twilio/salon", twilio.incoming(BEA, OURS, "STOP"))
        refused = await post("/twilio/busy/call", call(twilio, BEA, "CA3"))
        assert '<Response><Reject reason="busy"/></Response>' in refused.text
        for hidden in ("+266696687", "+7378742833", "anonymous", "sip:ann@example.com", "client:ann", ""):
            assert (await post("/twilio/busy/call", call(twilio, hidden, "CA4"))).status_code == 200
        before = await site.state_hash()
        forged = [
            await post("/twilio/busy/call", call(twilio, ANN, "CA5"), headers={"content-type": FORM}),
            await post("/twilio/busy/call", call(twilio, ANN, "CA5"), headers=twilio.signed("/twilio/busy", {})),
        ]
        wrong = [
            await post("/twilio/silent/call", call(twilio, ANN, "CA5")),
            await post("/twilio/once/call", call(twilio, ANN, "CA5")),
            await post("/twilio/nowhere/call", call(twilio, ANN, "CA5")),
            await post("/twilio/busy/call", {**call(twilio, ANN, "CA5"), "CallSid": ""}),
            await site.client.get("/twilio/busy/call"),
        ]
        assert [answer.status_code for answer in forged] == [403, 403]
        assert [answer.status_code for answer in wrong] == [404, 404, 404, 400, 405]
        assert wrong[0].json()["code"] == "call.no_trigger"
        assert await site.state_hash() == before
        await post("/twilio/busy/call", call(twilio, "+14155550102", "CA6"))
        await is_sent("+14155550102", "You called.")

    assert sent(ANN) == ["Anruf an +14155550199.", "Wann passt es?", "Bis Montag!"]
    assert sent(BEA) == []
    assert len(twilio.messages()) == 4
    assert twilio.violations == []
