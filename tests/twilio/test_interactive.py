"""A question's options on WhatsApp: buttons and lists by the Content API, numbered text where that does not work."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from botflow_twilio.channel import TwilioChannel
from botflow_twilio.rendering import contents
from botflow_twilio.rendering.interactive import interactive_parts
from botflow_twilio.rendering.render import render

from botflow.engine.effects import SendMessage
from botflow.engine.inbound import Media
from botflow.engine.speech.buttons import Card, QuickReply
from tests.stand_ins.twilio import TwilioStandIn
from tests.twilio.test_rest import opened, part

PICTURE = Media(url="https://m.example.com/a.png", content_type="image/png")


def asked(*titles: str, text: str = "What?", language: str = "en", **more: Any) -> SendMessage:
    replies = tuple(QuickReply(title=title, payload=f"o{at}", is_option=True) for at, title in enumerate(titles))
    return SendMessage(text=text, quick_replies=replies, question="shop/menu", language=language, **more)


def shown(message: SendMessage) -> list[tuple[str, int, bool]]:
    return [(each.text, len(each.media), each.only_by_api) for each in render([message], "whatsapp", has_contents=True)]


@pytest.mark.parametrize(
    ("titles", "kind"),
    [
        (["Pizza"], "twilio/quick-reply"),
        (["Pizza", "Salad", "x" * 20], "twilio/quick-reply"),
        (["Pizza", "x" * 21], "twilio/list-picker"),
        (["a", "b", "c", "d"], "twilio/list-picker"),
        ([f"Dish {number}" for number in range(10)], "twilio/list-picker"),
        ([f"Dish {number}" for number in range(11)], ""),
        (["Pizza", "x" * 25], ""),
        (["Pizza", "Pizza"], ""),
        (["Pizza", "{{2}}"], ""),
        (["Pizza", " "], ""),
    ],
)
async def test_options_are_buttons_or_a_list_if_they_fit(
    twilio: TwilioStandIn, channel: TwilioChannel, titles: list[str], kind: str
) -> None:
    [rendered] = channel.render([asked(*titles)], "whatsapp")
    assert rendered.only_by_api is bool(kind)
    sent = await channel.send(replace(part(channel="whatsapp"), message=replace(rendered, sender="+15550002222")), None)
    assert sent.state == "sent"
    [message] = twilio.messages()
    if not kind:
        assert message.body == "\n".join(["What?", *(f"{at}. {title}" for at, title in enumerate(titles, 1))])
        return
    [content] = twilio.contents.contents
    assert (message.content_sid, json.loads(message.content_variables)) == (content["sid"], {"1": "What?"})
    [(name, body)] = content["types"].items()
    listed = body["actions"] if kind.endswith("reply") else body["items"]
    assert (name, body["body"]) == (kind, "{{1}}")
    assert [each["id"] for each in listed] == [f"@shop/menu/o{at}" for at in range(len(titles))]
    assert [each.get("title", each.get("item")) for each in listed] == titles
    assert twilio.violations == []


async def ask(channel: TwilioChannel, message: SendMessage) -> None:
    [rendered] = channel.render([message], "whatsapp")
    outbound = replace(part(channel="whatsapp"), message=replace(rendered, sender="+15550002222"))
    assert (await channel.send(outbound, None)).state == "sent"


async def test_a_content_is_created_once_for_all_texts_people_and_processes(
    twilio: TwilioStandIn, channel: TwilioChannel
) -> None:
    for name in ("Ann", "Bea", "Cy\nDee"):
        await ask(channel, asked("Pizza", "Salad", text=f"What would you like, {name}?"))
    other = opened(twilio.account_sid, twilio.auth_token, twilio.url)
    await ask(other, asked("Pizza", "Salad"))
    await other.close()

    assert len(twilio.contents.contents) == 1
    assert twilio.contents.requests == ["list", "create", "list"]
    await ask(channel, asked("Pizza", "Soup"))
    assert len(twilio.contents.contents) == 2


async def test_a_broken_content_api_costs_nobody_a_message_and_is_left_alone_for_a_while(
    twilio: TwilioStandIn, channel: TwilioChannel
) -> None:
    twilio.contents.is_broken = True
    for _ in range(3):
        await ask(channel, asked("Pizza", "Salad"))

    assert [message.body for message in twilio.messages()] == ["What?\n1. Pizza\n2. Salad"] * 3
    assert twilio.contents.requests == ["list"]


async def test_a_content_that_was_deleted_is_made_again_and_its_question_is_sent_as_text(
    twilio: TwilioStandIn, channel: TwilioChannel
) -> None:
    await ask(channel, asked("Pizza", "Salad"))
    twilio.contents.deleted.add(twilio.contents.contents[0]["sid"])
    await ask(channel, asked("Pizza", "Salad"))
    await ask(channel, asked("Pizza", "Salad"))

    assert [bool(message.content_sid) for message in twilio.messages()] == [True, False, True]
    assert twilio.messages()[1].body == "What?\n1. Pizza\n2. Salad"


async def test_only_so_many_contents_are_made_in_an_hour(
    twilio: TwilioStandIn, channel: TwilioChannel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(contents, "MOST_CREATED", 2)
    for number in range(4):
        await ask(channel, asked("Pizza", f"Dish {number}"))

    assert len(twilio.contents.contents) == 2
    assert [bool(message.content_sid) for message in twilio.messages()] == [True, True, False, False]


async def test_a_refused_recipient_gets_no_second_try_as_text(twilio: TwilioStandIn, channel: TwilioChannel) -> None:
    twilio.opted_out.add(("whatsapp:+15550002222", "whatsapp:+15550001111"))
    [rendered] = channel.render([asked("Pizza")], "whatsapp")
    outbound = replace(part(channel="whatsapp"), message=replace(rendered, sender="+15550002222"))

    assert (await channel.send(outbound, None)).state == "suppressed"
    assert (twilio.messages(), twilio.sends) == ([], 1)


def test_files_go_before_the_question_and_all_parts_go_one_way() -> None:
    message = asked("Pizza", media=(PICTURE, PICTURE))
    assert shown(message) == [("", 1, True), ("", 1, True), ("What?", 0, True)]
    parts = render([SendMessage(text="Hi"), message, SendMessage(text="Bye")], "whatsapp", has_contents=True)
    assert [(each.text, each.only_by_api, bool(each.quick_replies)) for each in parts] == [
        ("Hi", True, False),
        ("", True, False),
        ("", True, False),
        ("What?", True, True),
        ("Bye", True, False),
    ]
    assert SendMessage.from_json(parts[3].to_json()) == parts[3]


def test_a_link_is_written_below_the_text() -> None:
    message = asked("Pizza")
    link = QuickReply(title="Our menu", url="https://example.com/menu")
    assert shown(replace(message, quick_replies=(*message.quick_replies, link))) == [
        ("What?\nOur menu: https://example.com/menu", 0, True)
    ]


def test_other_channels_and_other_messages_stay_numbered_text() -> None:
    assert [each.only_by_api for each in render([asked("Pizza")], "sms", has_contents=True)] == [False]
    assert [each.only_by_api for each in render([asked("Pizza")], "whatsapp")] == [False]
    told = SendMessage(text="Hi", quick_replies=(QuickReply(title="Order", payload="Order"),))
    assert interactive_parts(told) is None  # of a form, whose questions share a node
    assert shown(asked(*(f"Dish {number}" for number in range(3)), text="")) == [
        ("1. Dish 0\n2. Dish 1\n3. Dish 2", 0, False)
    ]
    assert shown(asked("Pizza", text="x" * 1025))[0][2] is False


CARDS = (
    Card(
        title="Pizza",
        text="8 euros",
        picture=PICTURE,
        buttons=(
            QuickReply(title="Order", payload="@shop/menu/pizza/order", is_option=True),
            QuickReply(title="Recipe", url="https://example.com/p"),
        ),
    ),
    Card(title="Soup", text="5 euros", buttons=(QuickReply(title="Order", payload="@shop/menu/soup/order"),)),
)


def test_cards_are_pictures_with_captions_and_then_the_choice() -> None:
    message = SendMessage(text="Hungry?", cards=CARDS, question="shop/menu", language="de-AT")
    caption = "Pizza\n8 euros\nRecipe: https://example.com/p"
    parts = render([message], "whatsapp", has_contents=True)
    assert [(each.text, len(each.media)) for each in parts] == [(caption, 1), ("Hungry?\nSoup\n5 euros", 0)]
    assert [(reply.title, reply.payload) for reply in parts[1].quick_replies] == [
        ("Pizza", "@shop/menu/pizza/order"),
        ("Soup", "@shop/menu/soup/order"),
    ]
    plain = render([message], "whatsapp")
    assert [(each.text, len(each.media)) for each in plain] == [
        (caption, 1),
        ("Hungry?\n1. Pizza\n2. Soup\n5 euros", 0),
    ]


@pytest.mark.parametrize(
    ("language", "word"),
    [("en", "Choose"), ("de-AT", "Auswählen"), ("es", "Elegir"), ("fr", "Choisir"), ("it", "Scegli"), ("ja", "Choose")],
)
def test_the_button_of_a_list_is_in_the_flows_language(language: str, word: str) -> None:
    [rendered] = render([asked("a", "b", "c", "d", language=language)], "whatsapp", has_contents=True)
    assert rendered.list_title == word
