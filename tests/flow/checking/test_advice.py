"""What the checker says about properties and handles that have no effect, or end a conversation without a word."""

from __future__ import annotations

from typing import Any

import pytest

from botflow.flow.checking.check import check
from botflow.flow.document import parse
from botflow.nodes import built_in
from tests.engine.conversation import START, node, say

NODE_TYPES = {kind.name: kind for kind in built_in()}
END = say("end", "End.")
OPTIONS = [{"id": "a", "label": "A"}, {"id": "b", "label": "B"}]


def found(*nodes: dict[str, Any], **document: Any) -> list[tuple[str, str]]:
    import json

    whole = {"botflow": 1, "id": "shop", "nodes": [{**START, "next": nodes[0]["id"]}, *nodes, END], **document}
    source = parse(json.dumps(whole), name="shop.json")
    return [(problem.code, problem.path.rpartition("properties.")[2]) for problem in check(source, NODE_TYPES, {})]


def menu(on: dict[str, str], **properties: Any) -> dict[str, Any]:
    return node("q", "chatbot.menu", text="Q?", options=OPTIONS, on={"a": "end", "b": "end", **on}, **properties)


def switch(value: str, *equals: Any) -> dict[str, Any]:
    cases = [{"handle": f"h{number}", "equals": wanted} for number, wanted in enumerate(equals)]
    ways = {"else": "end", **{case["handle"]: "end" for case in cases}}
    return node("s", "conditional.switch", value=value, cases=cases, on=ways)


@pytest.mark.parametrize(
    ("on", "properties", "unused"),
    [
        ({"other": "end"}, {"retries": 2, "invalidText": "No."}, ["retries", "invalidText"]),
        ({"other": "end"}, {}, []),
        ({}, {"retries": 2, "invalidText": "No."}, []),
        ({}, {"retries": "unlimited"}, []),
    ],
)
def test_a_menu_with_a_way_for_anything_else_never_asks_again(
    on: dict[str, str], properties: dict[str, Any], unused: list[str]
) -> None:
    assert found(menu(on, **properties)) == [("property.no_effect", name) for name in unused]


def test_unlimited_retries_never_give_up() -> None:
    ask = node("q", "chatbot.ask", text="Q?", retries="unlimited", on={"answered": "end", "invalid": "end"})
    assert found(ask) == [("property.no_effect", "retries")]


@pytest.mark.parametrize("retries", [101, -1, "many", "Unlimited", None, 1.5])
def test_other_retries_are_refused_once(retries: Any) -> None:
    assert [code for code, _ in found(node("q", "chatbot.ask", text="Q?", retries=retries, next="end"))] == [
        "property.invalid"
    ]


@pytest.mark.parametrize(
    ("asked", "equals", "never"),
    [
        (menu({}, variable="x"), ("a", "A", "c"), ["cases[2].equals"]),
        (
            node("q", "chatbot.ask", text="?", variable="x", expect="integer", next="s"),
            (5, "6", "six"),
            ["cases[2].equals"],
        ),
        (
            node("q", "chatbot.ask", text="?", variable="x", expect="yes_no", next="s"),
            (True, "false", "yes"),
            ["cases[2].equals"],
        ),
        (node("q", "chatbot.ask", text="?", variable="x", next="s"), ("anything", 5, True), []),
        (node("q", "chatbot.ask", text="?", variable="x", next="s"), (5, "b", 5), ["cases[2].equals"]),
    ],
)
@pytest.mark.parametrize("value", ["x", "$var.x", "$q.value", "{{ x }}"])
def test_a_comparison_that_can_never_hold(
    asked: dict[str, Any], equals: tuple[Any, ...], never: list[str], value: str
) -> None:
    asked = {**asked, "on": {"a": "s", "b": "s"}} if "options" in asked["properties"] else asked
    assert found(asked, switch(value, *equals)) == [("property.no_effect", path) for path in never]


def test_a_variable_with_a_default_or_another_source_may_be_anything() -> None:
    asked = node("q", "chatbot.ask", text="?", variable="x", expect="integer", next="s")
    assert found(asked, switch("x", "six"), variables={"x": "six"}) == []
    assert found(asked, switch("x ~ 'y'", "six")) == []
    assert (
        found({**asked, "next": "t"}, node("t", "logic.set", variables={"x": "six"}, next="s"), switch("x", "six"))
        == []
    )


@pytest.mark.parametrize(
    ("asked", "handles"),
    [
        (node("q", "chatbot.ask", text="?", timeout="5m", next="end"), ["timeout"]),
        (node("q", "chatbot.ask", text="?", next="end"), []),
        (node("q", "chatbot.ask", text="?", timeout="5m", on={"answered": "end", "timeout": "end"}), []),
        (menu({}, timeout="5m"), ["timeout"]),
        (menu({"timeout": "end"}, timeout="5m"), []),
    ],
)
def test_a_timeout_that_ends_the_conversation_without_a_word(asked: dict[str, Any], handles: list[str]) -> None:
    assert [code for code, _ in found(asked)] == ["handle.unconnected"] * len(handles)
