"""What the checker says of loops, tries, parallels, runs and their triggers."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from tests.engine.conversation import node, say
from tests.flow.read_documents import problems

LOOP = node("all", "logic.loop", items=[1], on={"each": "hello", "done": "bye"})
TRY = node("guard", "logic.try", next="bye", on={"try": "hello"})
BOTH = node("both", "logic.parallel", branches=[{"id": "a"}, {"id": "b"}], on={"a": "x", "b": "y", "done": "bye"})
X, Y, Z = (node(name, "logic.set", variables={"n": "{{ n + 1 }}"}) for name in "xyz")
HELLO, BYE = say("hello", "Hello"), say("bye", "Bye")
ASK = node("ask", "chatbot.ask", text="Who?", variable="who")
ADD = {**X, "next": "more"}


def more(*handles: str) -> dict[str, Any]:
    ways = {"again": "x", "else": "bye"}
    cases = [{"handle": "again", "when": "n < 9"}]
    return node("more", "conditional.branch", cases=cases, on={name: ways[name] for name in handles})


def codes(*nodes: dict[str, Any], others: dict[str, str] | None = None, **document: Any) -> list[tuple[str, str, str]]:
    """Return severity, code and node of each problem of a flow whose trigger leads to the first node."""
    start = {"id": "start", "type": "chatbot", "actionType": "message_received", "next": nodes[0]["id"]}
    full = {"id": "shop", "variables": {"n": 0}, "nodes": [start, *nodes], **document}
    return [(each.severity, each.code, each.node) for each in problems(orjson.dumps(full).decode(), **(others or {}))]


@pytest.mark.parametrize(
    "nodes",
    [
        (LOOP, HELLO, BYE),
        (LOOP, {**HELLO, "next": "all"}, BYE),
        (TRY, HELLO, BYE),
        (BOTH, X, Y, BYE),
        (BOTH, {**X, "next": "z"}, {**Y, "next": "z"}, Z, BYE),
        (ASK | {"next": "both"}, BOTH, X, Y, {**BYE, "next": "ask"}),
        (node("fan", "logic.parallel", each=[1, 2], on={"each": "x", "done": "bye"}), X, BYE),
    ],
)
def test_what_is_drawn_well_has_no_problems(nodes: tuple[dict[str, Any], ...]) -> None:
    assert codes(*nodes) == []


@pytest.mark.parametrize(
    ("nodes", "found"),
    [
        ((BOTH, {**X, "next": "ask"}, Y, BYE, ASK), ("error", "parallel.waits", "ask")),
        ((BOTH, {**X, "next": "hello"}, Y, BYE, HELLO), ("error", "parallel.speaks", "hello")),
        ((BOTH, {**X, "next": "z"}, Y, {**Z, "next": "both"}, BYE), ("error", "parallel.joins", "both")),
        ((BOTH, {**X, "next": "z"}, Y, Z, BYE | {"next": "z"}), ("error", "parallel.joins", "z")),
        ((LOOP, {**HELLO, "next": "bye"}, BYE), ("warning", "body.shared", "bye")),
        ((TRY, {**HELLO, "next": "bye"}, BYE), ("warning", "body.shared", "bye")),
        ((node("all", "logic.loop", items=[1], next="bye"), BYE), ("warning", "handle.unconnected", "all")),
        ((ADD, more("again"), BYE), ("warning", "loop.endless", "x")),
        ((ADD, more("again", "else"), BYE), ("warning", "loop.endless", "x")),
    ],
)
def test_what_is_drawn_wrongly_is_found(nodes: tuple[dict[str, Any], ...], found: tuple[str, str, str]) -> None:
    assert found in codes(*nodes)


def test_a_circle_that_counts_nothing_stays_an_error() -> None:
    assert ("error", "loop.endless", "more") in codes(
        more("again"), node("x", "logic.log", message="x", next="more"), BYE
    )


@pytest.mark.parametrize(
    ("code", "broken"),
    [
        ("property.invalid", node("all", "logic.loop", next="bye")),
        ("property.invalid", node("all", "logic.loop", items=[1], condition="n", next="bye")),
        ("property.invalid", node("all", "logic.loop", items=[1], limit=10_001, next="bye")),
        ("property.invalid", node("all", "logic.parallel", next="bye")),
        ("property.invalid", node("all", "logic.parallel", branches=[{"id": "a"}, {"id": "a"}], next="bye")),
        ("property.invalid", node("all", "logic.parallel", branches=[{"id": "error"}], next="bye")),
        ("property.invalid", node("all", "logic.parallel", branches=[{"id": "a"}], until=2, next="bye")),
        ("property.invalid", node("all", "logic.parallel", each=[1], until=0, next="bye")),
        ("property.missing_key", node("all", "logic.run", next="bye")),
        ("property.invalid", node("all", "logic.log", message="x", level="loud", next="bye")),
        ("condition.syntax", node("all", "logic.loop", next="bye", condition="n <")),
        ("edge.unknown_handle", node("all", "logic.parallel", branches=[{"id": "a"}], on={"c": "bye"})),
        ("cron.invalid", node("all", "trigger.schedule", cron="every day", next="bye")),
        ("cron.invalid", node("all", "trigger.schedule", cron="61 * * * *", next="bye")),
        ("zone.unknown", node("all", "trigger.schedule", cron="0 9 * * *", timeZone="Mars", next="bye")),
        ("property.missing_key", node("all", "trigger.event", next="bye")),
        ("property.invalid", node("all", "trigger.manual", schema={"a": {"type": "colour"}}, next="bye")),
    ],
)
def test_properties_that_make_no_sense_are_errors(code: str, broken: dict[str, Any]) -> None:
    trigger = {"id": "start", "type": "chatbot", "actionType": "message_received", "next": "bye"}
    assert ("error", code) in [found[:2] for found in codes(BYE, broken, nodes=[trigger, broken, BYE])]


def test_a_workflow_that_only_runs_start_may_not_talk() -> None:
    start = node("start", "trigger.event", event="paid", next="hello")
    assert ("error", "run.speaks", "hello") in codes(HELLO, nodes=[start, HELLO], executionMode="single")
    assert codes(HELLO, executionMode="single") == []


def test_a_subflow_that_talks_does_not_belong_into_a_branch() -> None:
    child = "id: child\nnodes:\n- {id: s, type: chatbot, actionType: message_received, next: t}\n"
    child += "- {id: t, type: chatbot, actionType: say, properties: {text: Hi}}\n"
    call = node("x", "logic.subflow", workflow="child")
    assert ("error", "parallel.speaks", "x") in codes(BOTH, call, Y, BYE, others={"child": child})


def test_a_subflows_output_may_read_what_was_handed_in() -> None:
    child = "id: child\nnodes:\n- {id: s, type: chatbot, actionType: message_received, next: t}\n"
    child += "- {id: t, type: logic, actionType: set, properties: {variables: {b: '{{ a }}'}}}\n"
    call = node("x", "logic.subflow", workflow="child", input={"a": 1}, output={"c": "{{ a + b }}"})
    assert codes(call, others={"child": child}) == []


def test_a_recap_is_a_template_like_any_other() -> None:
    assert codes(HELLO, recap="{{ n ")[0][1] == "template.syntax"
    assert codes(HELLO, recap="{{ $nowhere.text }}")[0][1] == "template.unknown_node"


@pytest.mark.parametrize(
    "starter",
    [BOTH, node("both", "logic.run", next="bye", workflow="job")],
    ids=["parallel", "run"],
)
def test_a_retry_of_what_starts_runs_is_warned_of(starter: dict[str, Any]) -> None:
    inside = (X, Y) if starter["actionType"] == "parallel" else ()

    assert ("warning", "retry.children", "both") in codes({**starter, "retry": {"attempts": 3}}, *inside, BYE)


def test_the_error_of_what_starts_runs_may_lead_back_through_a_wait() -> None:
    again = {**node("again", "logic.wait", next="both"), "properties": {"for": "1m"}}

    assert codes({**BOTH, "on": {**BOTH["on"], "error": "again"}}, X, Y, again, BYE) == []
