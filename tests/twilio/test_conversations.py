"""Whole conversations: the local Twilio at one end, a served botflow on a real database at the other."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable

import pytest

from tests.stand_ins.twilio import TwilioStandIn, WebhookReply
from tests.twilio.outbound_rows import Rows
from tests.web.site import ORDER, TALK, HeldModel, Site, open_site

THEM, US = "+15550001111", "+15550002222"

CHAPTERS = [f"Chapter {number}. " + "and so on, " * 80 + "the end." for number in range(12)]
SAYS = "\n".join(
    f"  - {{id: say_{number}, type: chatbot, actionType: say, properties: {{text: '{text}'}}, next: say_{number + 1}}}"
    for number, text in enumerate(CHAPTERS)
)
STORY = f"""
botflow: 1
id: story
name: Story
nodes:
  - {{id: start, type: chatbot, actionType: message_received, next: say_0}}
{SAYS}
  - {{id: say_12, type: logic, actionType: end}}
"""
SLOW_STORY = (
    STORY.replace("id: story", "id: slow_story")
    .replace("next: say_0", "next: think")
    .replace(
        "nodes:", "nodes:\n  - {id: think, type: ai, actionType: reply, properties: {instructions: Go}, next: say_0}"
    )
)

GREETER = """
botflow: 1
id: greeter
name: Greeter
nodes:
  - {id: start, type: chatbot, actionType: message_received, next: think}
  - {id: think, type: ai, actionType: reply, properties: {instructions: A}, next: ask}
  - {id: ask, type: chatbot, actionType: ask, properties: {text: "Your name?", variable: name}, next: greet}
  - {id: greet, type: chatbot, actionType: say, properties: {text: "Hello {{ name }}."}}
"""


@pytest.fixture
def model() -> HeldModel:
    return HeldModel()


@pytest.fixture
async def site(database_url: str, twilio: TwilioStandIn, model: HeldModel) -> AsyncIterator[Site]:
    async with open_site(
        database_url,
        model=model,
        flows=(ORDER, TALK, STORY, SLOW_STORY, GREETER),
        environment=twilio.environment,
        botflow_public_url=twilio.public_url,
    ) as opened:
        yield opened


@pytest.fixture
def rows(site: Site, database_url: str) -> Rows:
    return Rows(site.runtime.database, database_url, 0, 0)


class Phone:
    """Somebody with a phone number, who texts a workflow."""

    def __init__(self, twilio: TwilioStandIn, site: Site, workflow: str = "order", number: str = THEM) -> None:
        self._twilio = twilio
        self._site = site
        self._path = f"/twilio/{workflow}"
        self._number = number

    async def text(self, body: str, **more: str) -> list[str]:
        """Text `body` and return the texts of the TwiML reply."""
        reply = await self.post(body, **more)
        assert (reply.status, reply.content_type) == (200, "text/xml; charset=utf-8"), reply.text
        return [message.body for message in reply.messages]

    async def post(self, body: str, **more: str) -> WebhookReply:
        form = self._twilio.incoming(self._number, US, body, **more)
        return await self._twilio.deliver(self._site.client, self._path, form)


async def until(is_true: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not is_true():  # noqa: ASYNC110 -- what happens at the local Twilio sets no event
            await asyncio.sleep(0.05)


async def test_an_order_by_sms_is_answered_in_the_webhook(twilio: TwilioStandIn, site: Site) -> None:
    phone = Phone(twilio, site)

    assert await phone.text("Hi") == ["What's your name?"]
    assert await phone.text("Ada") == ["What would you like, Ada?\n1. Pizza\n2. Salad"]
    assert await phone.text("1") == ["One pizza for Ada."]
    assert {(message.to, message.sender, message.direction) for message in twilio.messages()} == {
        (THEM, US, "outbound-reply")
    }


async def test_whatsapp_is_a_conversation_of_its_own(twilio: TwilioStandIn, site: Site) -> None:
    assert await Phone(twilio, site).text("Hi") == ["What's your name?"]
    whatsapp = Phone(twilio, site, number=f"whatsapp:{THEM}")

    assert await whatsapp.text("Hi", To=f"whatsapp:{US}") == ["What's your name?"]
    assert twilio.messages()[1].to == f"whatsapp:{THEM}"
    assert twilio.messages()[1].sender == f"whatsapp:{US}"


async def test_a_repeated_message_gets_the_same_reply_until_a_callback_confirms_it(
    twilio: TwilioStandIn, site: Site
) -> None:
    phone, sid = Phone(twilio, site), "SM" + "1" * 32
    first = await phone.post("Hi", MessageSid=sid)

    again = await phone.post("Hi", MessageSid=sid)
    assert again.text == first.text

    assert await twilio.report(site.client, first.messages[0], "sent") == 204
    assert (await phone.post("Hi", MessageSid=sid)).messages == ()
    assert await phone.text("Ada") == ["What would you like, Ada?\n1. Pizza\n2. Salad"]


async def test_callbacks_move_a_message_forward_only(twilio: TwilioStandIn, site: Site, rows: Rows) -> None:
    [message] = (await Phone(twilio, site).post("Hi")).messages

    for status in ("queued", "delivered", "sent", "teleported"):
        assert await twilio.report(site.client, message, status) == 204

    assert rows.states() == [("What's your name?", "delivered")]


async def test_a_forged_webhook_changes_nothing(twilio: TwilioStandIn, site: Site) -> None:
    [message] = (await Phone(twilio, site).post("Hi")).messages
    before = await site.state_hash()
    path, form = "/twilio/order", twilio.incoming(THEM, US, "Mallory")
    good = twilio.signed(path, form)
    status_path = message.status_callback.removeprefix(twilio.public_url)
    status_form = {"MessageSid": message.sid, "MessageStatus": "failed"}
    unsigned_part = status_path.partition("&s=")[0] + "&s=forged"
    forgeries: list[tuple[str, dict[str, str], dict[str, str]]] = [
        (path, form, {}),
        (path, form, {"X-Twilio-Signature": ""}),
        (path, form, {"X-Twilio-Signature": "not base64!"}),
        (path, form, twilio.signed(path, form, token="b" * 32)),
        (path, form | {"Body": "Eve"}, good),
        (path, form | {"Extra": "1"}, good),
        ("/twilio/talk", form, good),
        (path + "?x=1", form, good),
        (path, form, good | {"X-Forwarded-Host": "evil.example.com"} | {"X-Twilio-Signature": "x"}),
        (status_path, status_form, {}),
        (status_path, status_form, twilio.signed(path, status_form)),
        (unsigned_part, status_form, twilio.signed(unsigned_part, status_form)),
    ]

    answers = [
        (await site.client.post(target, data=fields, headers=headers)).status_code
        for target, fields, headers in forgeries
    ]

    print(f"\nT16 forged = {len(forgeries)}, accepted = {sum(answer < 400 for answer in answers)}")
    assert answers == [403] * len(forgeries)
    assert await site.state_hash() == before


async def test_after_stop_there_is_silence_until_start(twilio: TwilioStandIn, site: Site) -> None:
    phone = Phone(twilio, site)
    await phone.text("Hi")

    silent = [await phone.text(body) for body in ("stop", "Ada", "help", "STOP", "Hello?")]
    assert silent == [[]] * 5
    assert await phone.text("START") == []

    assert await phone.text("Ada") == ["What would you like, Ada?\n1. Pizza\n2. Salad"]


async def test_yes_is_an_answer_for_everybody_who_has_not_stopped(twilio: TwilioStandIn, site: Site) -> None:
    phone = Phone(twilio, site)
    await phone.text("Hi")

    assert await phone.text("Yes") == ["What would you like, Yes?\n1. Pizza\n2. Salad"]
    assert await phone.text("STOP") == []
    assert await phone.text("Yes") == []
    assert await phone.text("2") == ["One salad for Yes."]


async def test_help_is_twilios_to_answer(twilio: TwilioStandIn, site: Site) -> None:
    phone = Phone(twilio, site)
    await phone.text("Hi")

    assert await phone.text("HELP") == []
    assert await phone.text("Ada") == ["What would you like, Ada?\n1. Pizza\n2. Salad"]


async def test_a_slow_turn_is_acknowledged_and_its_reply_sent_once(
    twilio: TwilioStandIn, site: Site, model: HeldModel, rows: Rows
) -> None:
    webhook = asyncio.create_task(Phone(twilio, site, "talk").text("Think!"))
    await model.begun.wait()
    site.clock.ahead_s += 10
    assert await webhook == []

    await rows.expire_replies()
    model.go_on.set()
    await until(lambda: bool(twilio.messages()))
    await until(lambda: rows.states()[0][1] == "sent")

    assert [(message.body, message.direction) for message in twilio.messages()] == [
        ("Let me think about that.", "outbound-api")
    ]
    assert twilio.messages()[0].status_callback.startswith(f"{twilio.public_url}/twilio/talk/status?o=")


async def test_a_quick_reply_does_not_overtake_one_that_is_still_to_be_sent(
    twilio: TwilioStandIn, site: Site, model: HeldModel, rows: Rows
) -> None:
    phone = Phone(twilio, site, "greeter")
    webhook = asyncio.create_task(phone.text("Think!"))
    await model.begun.wait()
    site.clock.ahead_s += 10
    assert await webhook == []
    twilio.script("throttled")
    await rows.expire_replies()
    model.go_on.set()
    await until(lambda: twilio.sends == 1)

    assert await phone.text("Ada") == []
    await until(lambda: len(twilio.messages()) == 3)

    assert [message.body for message in twilio.messages()] == ["Let me think about that.", "Your name?", "Hello Ada."]


async def test_stop_silences_a_reply_that_is_still_being_thought_of(
    twilio: TwilioStandIn, site: Site, model: HeldModel, rows: Rows
) -> None:
    phone = Phone(twilio, site, "talk")
    webhook = asyncio.create_task(phone.text("Think!"))
    await model.begun.wait()
    site.clock.ahead_s += 10
    await webhook
    stopped = asyncio.create_task(phone.text("STOP"))
    await asyncio.sleep(0.2)
    model.go_on.set()

    assert await stopped == []
    await rows.expire_replies()
    await asyncio.sleep(2.5)  # more than two rounds of the sender
    assert twilio.messages() == []


@pytest.mark.parametrize("workflow", ["story", "slow_story"])
async def test_a_reply_of_more_parts_than_one_answer_holds_arrives_whole_and_in_order(
    twilio: TwilioStandIn, site: Site, model: HeldModel, rows: Rows, workflow: str
) -> None:
    model.go_on.set()
    reply = await Phone(twilio, site, workflow).post("Tell me all!")
    assert len(reply.messages) == 10

    for message in reply.messages:
        assert await twilio.report(site.client, message, "delivered") == 204
    await until(lambda: all(state in ("sent", "delivered") for _, state in rows.states()))

    said = [message.body.removeprefix("Let me think about that.\n") for message in twilio.messages()]
    assert said == CHAPTERS
    assert {message.direction for message in twilio.messages()} == {"outbound-reply", "outbound-api"}
