"""chatbot.cards: what is shown, what a press or a word means, and cards that are made of a list."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from botflow_twilio.rendering.render import render
from botflow_twilio.rendering.segments import segments
from pydantic import ValidationError

from botflow.engine.effects import SendMessage
from botflow.engine.speech.buttons import Card
from botflow.nodes.chatbot.cards import Cards, CardsProperties
from botflow.testing.transcript import flow_said
from tests.engine.conversation import Talk, node, say

ORDER = {"id": "order", "label": "Order"}
PIZZA: dict[str, Any] = {
    "id": "pizza",
    "title": "Pizza {{ kind }}",
    "text": "8 euros",
    "picture": "https://example.com/pizza.jpg",
    "buttons": [ORDER, {"label": "Recipe", "url": "https://example.com/pizza"}],
}
SOUP = {"id": "soup", "title": "Soup", "text": "5 euros", "buttons": [ORDER]}
WAYS = {"order": "done", "details": "more"}


def food(*cards: dict[str, Any], on: dict[str, str] | None = None, **properties: Any) -> Talk:
    listed: dict[str, Any] = {"cards": list(cards or (PIZZA, SOUP))} if "cardsFrom" not in properties else {}
    used = {button["id"] for card in cards or (PIZZA,) for button in card["buttons"] if "id" in button}
    ways = {handle: WAYS[handle] for handle in used} | (on or {})
    placed = node("dish", "chatbot.cards", text="Hungry?", variable="dish", on=ways, **listed, **properties)
    ends = [
        say("done", "{{ dish }}, {{ $dish.button }}, {{ $dish.label }}"),
        say("unsure", "Hm."),
        say("late", "Gone?"),
    ]
    more = [say("more", "More about {{ $dish.value }}")] if "details" in used else []
    return Talk(placed, *ends, *more, variables={"kind": "Funghi", "products": PRODUCTS})


PRODUCTS = [
    {"sku": "m1", "name": "Margherita", "image": ""},
    {"sku": "f1", "name": "Funghi", "image": "https://e.com/f"},
]


def test_cards_are_shown_with_their_pictures_and_buttons() -> None:
    talk = food()
    assert talk.says("hi") == ["Hungry?"]
    [message] = talk.turn.messages
    assert [card.to_json() for card in message.cards] == [
        {
            "title": "Pizza Funghi",
            "text": "8 euros",
            "picture": {"url": "https://example.com/pizza.jpg", "contentType": "image/*"},
            "buttons": [
                {"title": "Order", "payload": "@root/dish/pizza/order"},
                {"title": "Recipe", "payload": "", "url": "https://example.com/pizza"},
            ],
        },
        {
            "title": "Soup",
            "text": "5 euros",
            "buttons": [{"title": "Order", "payload": "@root/dish/soup/order"}],
        },
    ]
    assert SendMessage.from_json(message.to_json()).to_json() == message.to_json()


@pytest.mark.parametrize(
    ("text", "payload", "said"),
    [
        ("Order", "@root/dish/soup/order", "soup, order, Soup"),
        ("", "soup/order", "soup, order, Soup"),
        ("2", "", "soup, order, Soup"),
        ("the soup please", "", "soup, order, Soup"),
        ("pizza", "", "pizza, order, Pizza Funghi"),
        ("Order", "@root/other/soup/order", "Please choose one of these."),
        ("Order", "@root/dish/cake/order", "Please choose one of these."),
        ("order", "", "Please choose one of these."),
        ("cake", "", "Please choose one of these."),
    ],
)
def test_a_press_a_number_or_a_word_chooses_a_card(text: str, payload: str, said: str) -> None:
    talk = food()
    talk.says("hi")
    assert talk.send(text, payload=payload) == [said]


def test_cards_with_several_buttons_are_told_apart_by_both_names() -> None:
    both = [ORDER, {"id": "details", "label": "Details"}]
    talk = food({**PIZZA, "buttons": both}, {**SOUP, "buttons": both})
    talk.says("hi")
    assert talk.says("soup") == ["Please choose one of these."]
    assert [reply.title for reply in talk.turn.messages[0].quick_replies] == [
        "Pizza Funghi: Order",
        "Pizza Funghi: Details",
        "Soup: Order",
        "Soup: Details",
    ]
    assert talk.says("4") == ["More about soup"]


def test_cards_are_made_of_a_list_and_an_answer_means_what_was_shown() -> None:
    source = {
        "list": "{{ products }}",
        "id": "{{ item.sku }}",
        "title": "{{ item.name }} {{ kind }}",
        "picture": "{{ item.image }}",
        "buttons": [
            {"id": "order", "label": "Take {{ item.name }}"},
            {"label": "Look", "url": "https://e.com/{{ item.sku }}"},
        ],
    }
    talk = food(cardsFrom=source)
    talk.says("hi")
    [message] = talk.turn.messages
    assert [(card.title, card.picture and card.picture.url) for card in message.cards] == [
        ("Margherita Funghi", None),
        ("Funghi Funghi", "https://e.com/f"),
    ]
    assert message.cards[1].buttons[1].url == "https://e.com/f1"
    frame = talk.session.frames[0]
    changed = replace(frame, variables={**frame.variables, "products": PRODUCTS[1:]})
    talk.conversation.state = replace(talk.session, frames=(changed,))
    assert talk.says("2") == ["f1, order, Funghi Funghi: Take Funghi"]


def test_an_empty_list_leaves_by_other() -> None:
    source = {"list": "{{ none }}", "id": "{{ item }}", "title": "{{ item }}", "buttons": [ORDER]}
    assert food(cardsFrom=source, on={"other": "unsure"}).says("hi") == ["Hm."]


def test_cards_that_only_show_do_not_wait() -> None:
    talk = Talk(
        node("show", "chatbot.cards", cards=[{"title": "Soup", "text": "5 euros"}], next="end"), say("end", "Bye")
    )
    assert talk.says("hi") == ["", "Bye"]
    assert talk.turn.messages[0].cards == (Card(title="Soup", text="5 euros"),)
    assert Cards().handles(CardsProperties.model_validate({"cards": [{"title": "Soup"}]})) == ("next",)


def test_cards_time_out_and_remind() -> None:
    talk = food(on={"timeout": "late"}, timeout="2h", reminders=[{"after": "1h"}])
    talk.says("hi")
    assert talk.skip("1h") == ["Hungry?"]
    assert [reply.title for reply in talk.turn.messages[0].quick_replies] == ["Pizza Funghi", "Soup"]
    assert talk.skip("1h") == ["Gone?"]


@pytest.mark.parametrize(
    ("properties", "complaint"),
    [
        ({}, "either cards or cardsFrom"),
        ({"cards": [SOUP, SOUP]}, "two cards are named 'soup'"),
        ({"cards": [{**SOUP, "id": ""}]}, "needs an id"),
        ({"cards": [{**SOUP, "buttons": [ORDER, ORDER]}]}, "the same id"),
        ({"cards": [{**SOUP, "buttons": [{"id": "other", "label": "x"}]}]}, "has a meaning"),
        ({"cards": [{**SOUP, "buttons": [{"label": "x"}]}]}, "either an id or a url"),
        ({"cards": [{**SOUP, "buttons": [{"label": "x", "url": "javascript:x"}]}]}, "opens no such address"),
        ({"cards": [{**SOUP, "picture": "javascript:x"}]}, "no address of a file"),
    ],
)
def test_cards_that_cannot_work_are_refused(properties: dict[str, Any], complaint: str) -> None:
    with pytest.raises(ValidationError, match=complaint):
        CardsProperties.model_validate(properties)


WRITTEN = """Hungry?
1. Pizza Funghi
8 euros
Recipe: https://example.com/pizza
2. Soup
5 euros"""


def test_a_text_message_has_the_cards_as_numbered_lines() -> None:
    talk = food()
    talk.says("hi")
    [part] = render(talk.turn.messages, "sms")
    assert (part.text, part.media, part.cards, part.quick_replies) == (WRITTEN, (), (), ())
    assert segments(part.text) == 1


def test_a_terminal_and_a_transcript_show_the_same_lines() -> None:
    talk = food()
    talk.says("hi")
    shown = flow_said(talk.turn.messages[0], talk.deployment.clock.now()).text
    assert shown == "\n".join(WRITTEN.splitlines()[:1] + [f"  {line}" for line in WRITTEN.splitlines()[1:]])
