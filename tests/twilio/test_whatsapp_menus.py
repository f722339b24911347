"""Menus on WhatsApp from end to end: a served botflow at one end, Twilio's Messages and Content API at the other."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial

from tests.stand_ins.twilio import TwilioStandIn
from tests.twilio.test_conversations import THEM, US, Phone, until
from tests.web.site import open_site

BISTRO = """
botflow: 1
id: bistro
name: Bistro
nodes:
  - {id: start, type: chatbot, actionType: message_received, next: hello}
  - {id: hello, type: chatbot, actionType: say, properties: {text: Welcome!}, next: dish}
  - id: dish
    type: chatbot
    actionType: menu
    properties: {text: "What would you like?", options: [{id: pizza, label: Pizza}, {id: "yes", label: Surprise me}]}
    on: {pizza: sure, "yes": sure}
  - id: sure
    type: chatbot
    actionType: menu
    properties:
      text: "{{ $dish.value }}, is that right?"
      options: [{id: "yes", label: "Yes"}, {id: "no", label: "No"}, {id: c, label: C}, {id: d, label: D}]
    on: {"yes": done, "no": done, c: done, d: done}
  - id: done
    type: chatbot
    actionType: say
    properties: {text: "{{ $dish.value }} {{ $sure.value }} {{ $sure.text }}"}
"""
THINKING = BISTRO.replace("id: bistro", "id: thinking").replace(
    "{id: hello, type: chatbot, actionType: say, properties: {text: Welcome!}",
    "{id: hello, type: ai, actionType: reply, properties: {instructions: Greet, fallback: Welcome!}",
)


async def test_options_are_pressed_and_a_late_press_answers_nothing(database_url: str, twilio: TwilioStandIn) -> None:
    async with open_site(
        database_url,
        flows=(BISTRO, THINKING),
        environment=twilio.environment,
        botflow_public_url=twilio.public_url,
    ) as site:
        for number, workflow in enumerate(("bistro", "thinking")):
            person = f"whatsapp:{THEM}{number}"
            phone = Phone(twilio, site, workflow, number=person)

            async def press(title: str, phone: Phone = phone, **button: str) -> list[str]:
                return await phone.text("", To=f"whatsapp:{US}", ButtonText=title, **button)

            def asked(person: str = person) -> list[tuple[str, str]]:
                """Return the questions that came with buttons or a list: their texts, and the first payload."""
                contents = {each["sid"]: each for each in twilio.contents.contents}
                return [
                    (json.loads(each.content_variables)["1"], json.dumps(contents[each.content_sid]["types"]))
                    for each in twilio.messages(person)
                    if each.content_sid
                ]

            def came(text: str, person: str = person) -> bool:
                return text in [each.body for each in twilio.messages(person)]

            async def have_come(count: int, asked: Callable[[], list[tuple[str, str]]] = asked) -> None:
                await until(lambda: len(asked()) == count)

            assert await phone.text("hi", To=f"whatsapp:{US}") == []  # all of it goes by the API, in order
            await have_come(1)
            assert [message.body == "Welcome!" for message in twilio.messages(person)] == [True, False]
            assert asked()[0][0] == "What would you like?"
            assert f"@{workflow}/dish/yes" in asked()[0][1]

            assert await press("Surprise me", ButtonPayload=f"@{workflow}/dish/yes") == []
            await have_come(2)
            assert asked()[1][0] == "yes, is that right?"
            assert "twilio/list-picker" in asked()[1][1]

            await press("Surprise me", ButtonPayload=f"@{workflow}/dish/yes")  # the same button once more
            await have_come(3)
            assert asked()[2][0] == "Please choose one of these."

            form = {"ListId": f"@{workflow}/sure/no", "ListTitle": "No"}
            said = await phone.text("", To=f"whatsapp:{US}", **form)
            if said != ["yes no No"]:  # it goes by the API, in order, if the last part is not known to be sent yet
                assert said == []
                await until(partial(came, "yes no No"))
        assert len(twilio.contents.contents) == 4


HOTEL = """
botflow: 1
id: hotel
nodes:
  - {id: start, type: chatbot, actionType: message_received, next: hello}
  - id: hello
    type: chatbot
    actionType: say
    properties: {text: Hello!, quickReplies: [Wake me, {title: Website, url: "https://hotel.example/"}]}
    next: extras
  - id: extras
    type: chatbot
    actionType: ask
    properties: {text: Extras?, expect: choices, choices: [Sauna, Dinner, Parking, Late breakfast], variable: extras}
    next: two
  - id: two
    type: chatbot
    actionType: ask
    properties: {text: Two of them?, expect: choices, choices: [Sauna, Dinner, Parking], min: 2, variable: two}
    next: done
  - {id: done, type: chatbot, actionType: say, properties: {text: "{{ extras | join }} {{ two | join }}"}}
"""


async def test_what_is_said_and_several_choices_have_buttons_too(sqlite_url: str, twilio: TwilioStandIn) -> None:
    async with open_site(
        sqlite_url, flows=(HOTEL,), environment=twilio.environment, botflow_public_url=twilio.public_url
    ) as site:
        person = f"whatsapp:{THEM}"
        phone = Phone(twilio, site, "hotel", number=person)
        send = partial(phone.text, To=f"whatsapp:{US}")

        def came() -> list[tuple[str, list[str]]]:
            """Return the messages with the payloads of their buttons."""
            contents = {each["sid"]: each["types"] for each in twilio.contents.contents}
            found = []
            for each in twilio.messages(person):
                [body] = contents[each.content_sid].values() if each.content_sid else [{}]
                listed = [button["id"] for button in (*body.get("actions", ()), *body.get("items", ()))]
                text = json.loads(each.content_variables)["1"] if each.content_sid else each.body
                found.append((text, listed))
            return found

        await send("hi")
        await until(lambda: len(came()) == 2)
        extras = [f"@hotel/extras/{id}" for id in ("Sauna", "Dinner", "Parking", "Late breakfast")]
        assert came() == [("Hello!\nWebsite: https://hotel.example/", ["Wake me"]), ("Extras?", extras)]

        await send("", ButtonText="Wake me", ButtonPayload="Wake me")  # it is read by what is asked now
        await until(lambda: len(came()) == 3)
        assert came()[2][1] == extras
        replied = await send("", ListTitle="Dinner", ListId="@hotel/extras/Dinner")
        numbered = "Two of them?\n1. Sauna\n2. Dinner\n3. Parking"  # one press would choose only one of them
        await until(lambda: numbered in (*replied, *(text for text, _ in came())))
        replied += await send("", ListTitle="Sauna", ListId="@hotel/extras/Sauna")  # of the question before
        replied += await send("1 and 3")
        await until(lambda: "Dinner SaunaParking" in (*replied, *(text for text, _ in came())))
