"""Webhooks through the whole server: signatures by Twilio's own SDK, answers, repeats, deadlines, callbacks."""

from __future__ import annotations

import asyncio
import xml.etree.ElementTree as ElementTree
from collections.abc import AsyncIterator
from urllib.parse import urlencode, urlsplit

import httpx2
import pytest
from sqlalchemy import update
from twilio.request_validator import RequestValidator

from botflow.runtime.process.timing import Timing
from botflow.storage.tables import outbounds
from botflow.web.provider_webhooks import FORM, LARGEST_BODY, LARGEST_STATUS
from botflow.web.serving.http_protocol import HttpBounds
from tests.storage.open_transaction import open_transaction
from tests.web.site import PUBLIC_URL, TWILIO_TOKEN, HeldModel, Site, open_site

VALIDATOR = RequestValidator(TWILIO_TOKEN)
BLANK = " " * 32


def sms(text: str, sid: str = "SM1", sender: str = "+14155550100") -> dict[str, str]:
    return {
        "MessageSid": sid,
        "AccountSid": "AC1",
        "From": sender,
        "To": "+14155550199",
        "Body": text,
        "NumMedia": "0",
        "SomethingNew": "as Twilio adds fields unannounced",
    }


async def post(site: Site, form: dict[str, str], path: str = "/twilio/order", url: str = "") -> httpx2.Response:
    signature = VALIDATOR.compute_signature(url or PUBLIC_URL + path, form)
    return await site.client.post(path, data=form, headers={"x-twilio-signature": signature})


def said(response: httpx2.Response) -> list[str]:
    """Return the texts in a TwiML answer."""
    assert response.status_code == 200, response.text
    assert response.headers["content-type"].startswith("text/xml")
    return [body.text or "" for body in ElementTree.fromstring(response.content).iter("Body")]


def callbacks(response: httpx2.Response) -> list[str]:
    return [one.attrib["statusCallback"] for one in ElementTree.fromstring(response.content).iter("Message")]


async def test_a_text_is_answered_in_the_webhook(site: Site) -> None:
    assert said(await post(site, sms("hi", "SM1"))) == ["What's your name?"]
    assert said(await post(site, sms("Ann", "SM2"))) == ["What would you like, Ann?\n1. Pizza\n2. Salad"]
    assert said(await post(site, sms("1", "SM3"))) == ["One pizza for Ann."]


async def test_a_repeated_webhook_gets_the_same_answer_until_its_delivery_is_confirmed(site: Site) -> None:
    answers = await asyncio.gather(*(post(site, sms("hi")) for _ in range(4)))
    assert {tuple(said(answer)) for answer in answers} == {("What's your name?",)}
    again = await post(site, sms("hi"))
    assert said(again) == ["What's your name?"]

    address = urlsplit(callbacks(again)[0])
    path = f"{address.path}?{address.query}"
    confirmed = await post(site, {"MessageSid": "SM9", "MessageStatus": "delivered"}, path)

    assert (confirmed.status_code, confirmed.content) == (204, b"")
    assert said(await post(site, sms("hi"))) == []
    assert said(await post(site, sms("Ann", "SM2"))) == ["What would you like, Ann?\n1. Pizza\n2. Salad"]


async def test_forged_webhooks_change_nothing(site: Site) -> None:
    first = await post(site, sms("hi"))
    address = urlsplit(callbacks(first)[0])
    before = await site.state_hash()
    good = sms("Mallory", "SM2")
    signature = VALIDATOR.compute_signature(f"{PUBLIC_URL}/twilio/order", good)
    status = {"MessageSid": "SM9", "MessageStatus": "failed"}
    other_part = f"{address.path}?{address.query.replace('o=', 'o=9')}"
    refused = [
        await site.client.post("/twilio/order", data=good),
        await site.client.post("/twilio/order", data=good, headers={"x-twilio-signature": ""}),
        await site.client.post("/twilio/order", data={**good, "Body": "x"}, headers={"x-twilio-signature": signature}),
        await site.client.post("/twilio/order", data={**good, "X": "y"}, headers={"x-twilio-signature": signature}),
        await site.client.post("/twilio/order?a=b", data=good, headers={"x-twilio-signature": signature}),
        await site.client.post("/twilio/talk", data=good, headers={"x-twilio-signature": signature}),
        await post(site, good, url=f"{site.url}/twilio/order"),
        await site.client.post(f"{address.path}?{address.query}", data=status),
        await post(site, status, other_part),
        await post(site, status, address.path),
    ]
    claims = {"x-twilio-signature": signature, "x-forwarded-host": "evil.example", "x-forwarded-proto": "http"}
    allowed = await site.client.post("/twilio/order", data=good, headers=claims)

    assert [answer.status_code for answer in refused] == [403] * len(refused)
    assert {answer.headers["content-type"] for answer in refused} == {"application/problem+json"}
    assert said(allowed) != []  # what forwarded headers claim plays no part
    print(f"T16: {len(refused)} forged requests, {len(refused)} refused")
    assert await site.state_hash() != before


async def test_refused_webhooks_leave_the_state_as_it_was(site: Site) -> None:
    await post(site, sms("hi"))
    before = await site.state_hash()

    for form in (sms("STOP", "SM2"), sms("Ann", "SM1"), sms("Ann", "SM3"), {}):
        answer = await site.client.post("/twilio/order", data=form, headers={"x-twilio-signature": "bm8="})
        assert answer.status_code == 403
        assert answer.json()["code"] == "webhook.forged"

    assert await site.state_hash() == before
    print("T16: state hash equal")


@pytest.mark.parametrize("environment", [{}, {"TWILIO_AUTH_TOKEN": BLANK}])
async def test_without_a_token_every_webhook_is_refused(sqlite_url: str, environment: dict[str, str]) -> None:
    async with open_site(sqlite_url, environment=environment) as site:
        assert (await post(site, sms("hi"))).status_code == 403
        signed = RequestValidator(BLANK).compute_signature(f"{PUBLIC_URL}/twilio/order", sms("hi"))
        headers = {"x-twilio-signature": signed}
        assert (await site.client.post("/twilio/order", data=sms("hi"), headers=headers)).status_code == 403
        assert (await site.client.post("/twilio/order", data=sms("hi"))).status_code == 403


async def test_in_dev_webhooks_need_no_signature_while_there_is_no_token(sqlite_url: str) -> None:
    async with open_site(sqlite_url, dev=True, environment={}, botflow_public_url=None) as site:
        assert said(await site.client.post("/twilio/order", data=sms("hi"))) == ["What's your name?"]


async def test_in_dev_a_configured_token_is_still_asked_for(sqlite_url: str) -> None:
    async with open_site(sqlite_url, dev=True, botflow_public_url=None) as site:
        assert (await site.client.post("/twilio/order", data=sms("hi"))).status_code == 403
        assert said(await post(site, sms("hi"), url=f"{site.url}/twilio/order")) == ["What's your name?"]


async def test_a_signed_webhook_without_its_fields_is_a_400(sqlite_site: Site) -> None:
    answer = await post(sqlite_site, {"Body": "hi"})

    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"


async def test_a_slow_turn_is_acknowledged_at_the_deadline_with_an_empty_answer(
    talking_site: Site, model: HeldModel
) -> None:
    waiting = asyncio.create_task(post(talking_site, sms("hello"), "/twilio/talk"))
    await model.begun.wait()

    talking_site.clock.ahead_s += 9

    assert said(await waiting) == []
    model.go_on.set()


async def test_a_repeat_takes_over_from_a_dropped_connection(talking_site: Site, model: HeldModel) -> None:
    form = sms("hello")
    headers = {"x-twilio-signature": VALIDATOR.compute_signature(f"{PUBLIC_URL}/twilio/talk", form)}
    first = asyncio.create_task(talking_site.client.post("/twilio/talk", data=form, headers=headers))
    await model.begun.wait()
    first.cancel()
    await asyncio.gather(first, return_exceptions=True)
    second = asyncio.create_task(post(talking_site, form, "/twilio/talk"))
    await asyncio.sleep(0.2)

    model.go_on.set()

    assert said(await second) == ["Let me think about that."]
    assert model.calls == 1


async def test_opt_out_words_get_silence_and_start_brings_answers_back(site: Site) -> None:
    assert said(await post(site, sms("hi", "SM1"))) == ["What's your name?"]
    assert said(await post(site, sms("STOP", "SM2"))) == []
    assert said(await post(site, sms("Ann", "SM3"))) == []
    assert said(await post(site, sms("START", "SM4"))) == []
    assert said(await post(site, sms("Ann", "SM5"))) == ["What would you like, Ann?\n1. Pizza\n2. Salad"]


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"origin": "http://127.0.0.1:8000"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "none"},
    ],
)
async def test_a_web_page_cannot_write_to_a_developer_s_server(sqlite_url: str, headers: dict[str, str]) -> None:
    async with open_site(sqlite_url, dev=True, environment={}, botflow_public_url=None) as site:
        before = await site.state_hash()
        refused = await site.client.post("/twilio/order", data=sms("hi"), headers=headers)
        assert (refused.status_code, refused.json()["code"]) == (403, "webhook.forged")
        assert await site.state_hash() == before
        assert said(await site.client.post("/twilio/order", data=sms("hi"))) == ["What's your name?"]


async def test_a_malformed_host_is_refused(sqlite_url: str) -> None:
    refused = {}
    async with open_site(sqlite_url, dev=True, botflow_public_url=None) as site:
        for path in ("/twilio/order", "/twilio/order/status"):
            for host in ("[", "[::1", "a b", "[x]", "a:b:c", "a/b", "@", "a:999999"):
                answer = await site.client.post(path, data=sms("hi"), headers={"host": host})
                refused[path, host] = (answer.status_code, answer.json()["code"])
    assert refused == dict.fromkeys(refused, (400, "host.invalid"))
    assert len(refused) == 16


async def status_path(site: Site) -> str:
    """Return the address at which Twilio reports on the bot's first message."""
    address = urlsplit(callbacks(await post(site, sms("hi")))[0])
    return f"{address.path}?{address.query}"


DELIVERED = {"MessageSid": "SM9", "MessageStatus": "delivered"}


async def test_a_callback_waits_no_longer_for_the_database_than_its_provider_does_for_the_answer(
    database_url: str,
) -> None:
    async with open_site(database_url, timing=Timing(webhook_reply_s=1.0)) as site:
        path = await status_path(site)
        with open_transaction(database_url) as others:
            others.execute(update(outbounds).values(error_code=outbounds.c.error_code))
            waiting = asyncio.create_task(post(site, DELIVERED, path))
            async with asyncio.timeout(10):
                while not site.runtime.overload.in_flight and not waiting.done():  # noqa: ASYNC110 -- sets no event
                    await asyncio.sleep(0.01)
            counted = site.runtime.overload.in_flight
            # Shorter than the database waits for a lock: without a bound of ours, the callback succeeds afterwards.
            await asyncio.wait({waiting}, timeout=2.5)
        slow = await waiting

        assert (slow.status_code, slow.json()["code"]) == (503, "service.unavailable"), slow.text
        assert (counted, site.runtime.overload.in_flight) == (1, 0)
        assert (await post(site, DELIVERED, path)).status_code == 204


@pytest.mark.parametrize(
    ("size", "status", "code"), [(LARGEST_STATUS, 204, ""), (LARGEST_STATUS + 1, 413, "body.too_large")]
)
@pytest.mark.parametrize("is_declared", [True, False])
async def test_the_body_of_a_callback_has_a_bound_of_its_own(
    sqlite_site: Site, size: int, status: int, code: str, is_declared: bool
) -> None:
    path = await status_path(sqlite_site)
    form = {**DELIVERED, "Padding": ""}
    form["Padding"] = "x" * (size - len(urlencode(form)))
    body = urlencode(form).encode()
    assert len(body) == size < LARGEST_BODY
    headers = {
        "content-type": FORM,
        "x-twilio-signature": VALIDATOR.compute_signature(PUBLIC_URL + path, form),
    }

    answer = await sqlite_site.client.post(path, content=body if is_declared else _pieces(body), headers=headers)

    assert answer.status_code == status, answer.text
    assert answer.content == b"" if status == 204 else answer.json()["code"] == code


async def _pieces(body: bytes) -> AsyncIterator[bytes]:
    for start in range(0, len(body), 1_000):
        yield body[start : start + 1_000]


async def test_a_callback_whose_body_does_not_come_in_time_is_ended(sqlite_url: str) -> None:
    async with open_site(sqlite_url, http=HttpBounds(body_within_s=0.2)) as site:
        head = (
            f"POST {await status_path(site)} HTTP/1.1\r\nhost: a\r\ncontent-type: {FORM}\r\ncontent-length: 99\r\n\r\n"
        )
        reader, writer = await asyncio.open_connection("127.0.0.1", int(site.url.rpartition(":")[2]))
        writer.write(f"{head}MessageSid=SM9".encode())
        async with asyncio.timeout(10):
            answer = await reader.read()  # until the server closes the connection
        writer.close()

        assert answer.startswith(b"HTTP/1.1 408 ")
        assert site.runtime.overload.in_flight == 0


async def test_an_opt_out_holds_although_its_workflow_is_out_of_service(site: Site) -> None:
    assert said(await post(site, sms("hi", "SM1"))) == ["What's your name?"]
    await site.set_status("order", "inactive")
    assert (await post(site, sms("Ann", "SM2"))).json()["code"] == "workflow.inactive"
    assert (await post(site, sms("YES", "SM3"))).json()["code"] == "workflow.inactive"

    assert said(await post(site, sms("STOP", "SM4"))) == []

    assert said(await post(site, sms("hi", "SM5"), "/twilio/talk")) == []  # in another workflow, too
    await site.set_status("order", "active")
    assert said(await post(site, sms("Ann", "SM6"))) == []
    await site.set_status("order", "inactive")
    assert said(await post(site, sms("START", "SM7"))) == []
    assert said(await post(site, sms("STOP", "SM4"))) == []  # again, and it changes nothing
    await site.set_status("order", "active")
    assert said(await post(site, sms("Ann", "SM8"))) == ["What would you like, Ann?\n1. Pizza\n2. Salad"]
