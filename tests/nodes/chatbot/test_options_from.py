"""Options that are made of a list variable: what is offered, and what an answer means when the list changes."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from pydantic import ValidationError

from botflow.flow.checking.check import check
from botflow.flow.document import parse
from botflow.nodes.chatbot.ask_properties import AskProperties
from botflow.nodes.chatbot.menu import MenuProperties
from tests.engine.conversation import START, Talk, node, say
from tests.node_types import EVERY

PRODUCTS = [{"sku": "m1", "name": "Margherita"}, {"sku": "f1", "name": "Funghi"}, {"sku": "d1", "name": "Diavola"}]
FROM = {"list": "{{ products }}", "id": "{{ item.sku }}", "label": "{{ item.name }}"}


def menu(products: Any = PRODUCTS, *, ways: dict[str, str] | None = None, **source: Any) -> Talk:
    on = {"chosen": "done", **(ways or {})}
    placed = node("menu", "chatbot.menu", text="Which?", optionsFrom={**FROM, **source}, variable="got", on=on)
    done = say("done", "{{ got }} {{ $menu.label }}")
    return Talk(placed, done, say("unsure", "Hm."), variables={"products": products})


@pytest.mark.parametrize(
    ("text", "payload", "said"),
    [("2", "", "f1 Funghi"), ("diavola", "", "d1 Diavola"), ("Margherita", "m1", "m1 Margherita")],
)
def test_a_menu_offers_the_items_of_a_list(text: str, payload: str, said: str) -> None:
    talk = menu()
    talk.says("hi")
    assert [(reply.title, reply.payload) for reply in talk.turn.messages[0].quick_replies] == [
        ("Margherita", "m1"),
        ("Funghi", "f1"),
        ("Diavola", "d1"),
    ]
    assert talk.send(text, payload=payload) == [said]


def test_a_list_of_texts_needs_no_templates() -> None:
    talk = menu(["red", "green"], id="{{ item }}", label="")
    talk.says("hi")
    assert talk.says("2") == ["green green"]


def test_a_number_means_what_the_person_saw_also_when_the_list_has_changed() -> None:
    talk = menu()
    talk.says("hi")
    frame = talk.session.frames[0]
    changed = replace(frame, variables={**frame.variables, "products": PRODUCTS[1:]})
    talk.conversation.state = replace(talk.session, frames=(changed,))
    assert talk.says("2") == ["f1 Funghi"]


def test_an_item_without_an_id_and_a_repeated_one_are_left_out_and_logged() -> None:
    talk = menu([{"name": "?"}, PRODUCTS[0], PRODUCTS[0]])
    talk.says("hi")
    assert len(talk.turn.messages[0].quick_replies) == 1
    logged = [event[3] for event in talk.trace if event[0] == "log"]
    assert logged == [
        "{{ products }} has an item without an id; it is left out",
        "{{ products }} has an item with the id of another one: 'm1'; it is left out",
    ]


def test_a_long_list_is_cut_and_logged() -> None:
    talk = menu([{"sku": str(number), "name": f"Number {number}"} for number in range(130)])
    talk.says("hi")
    assert len(talk.turn.messages[0].quick_replies) == 100
    assert ["log", "menu", "warning", "{{ products }} has 130 items, and the first 100 are offered"] in talk.trace


@pytest.mark.parametrize("products", [[], None, "Margherita", {"a": 1}], ids=repr)
def test_a_menu_without_items_leaves_by_other_or_fails(products: Any) -> None:
    assert menu(products, ways={"other": "unsure"}).says("hi") == ["Hm."]
    talk = menu(products)
    talk.says("hi")
    assert talk.turn.failure is not None
    assert talk.turn.failure.code == "options.none"


def test_a_question_has_choices_from_a_list() -> None:
    ask = node("ask", "chatbot.ask", text="Which?", expect="choices", choicesFrom=FROM, variable="got", next="done")
    talk = Talk(ask, say("done", "{{ got | join('+') }}"), variables={"products": PRODUCTS})
    talk.says("hi")
    assert talk.says("1 and 3") == ["m1+d1"]
    empty = Talk(
        ask | {"on": {"invalid": "none"}},
        say("done", "!"),
        say("none", "{{ $ask.reason }}"),
        variables={"products": []},
    )
    assert empty.says("hi") == ["nothing_to_choose"]


@pytest.mark.parametrize(
    ("model", "properties", "complaint"),
    [
        (MenuProperties, {"text": "?", "options": [{"id": "a"}], "optionsFrom": FROM}, "either options or optionsFrom"),
        (AskProperties, {"text": "?", "expect": "choice", "choices": ["a"], "choicesFrom": FROM}, "either choices"),
        (AskProperties, {"text": "?", "choicesFrom": FROM}, "go together"),
    ],
)
def test_two_sources_of_options_are_refused(model: Any, properties: dict[str, Any], complaint: str) -> None:
    with pytest.raises(ValidationError, match=complaint):
        model.model_validate(properties)


def test_the_checker_knows_item_in_a_lists_templates_only() -> None:
    placed = node("menu", "chatbot.menu", text="{{ item }}?", optionsFrom=FROM, on={"chosen": "end"})
    document = {"botflow": 1, "id": "s", "nodes": [{**START, "next": "menu"}, placed, say("end", "E")]}
    source = parse(json.dumps({**document, "variables": {"products": []}}), name="shop.json")
    assert [(each.code, each.path) for each in check(source, EVERY, {})] == [
        ("variable.never_set", "nodes[1].properties.text")
    ]
