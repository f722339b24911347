"""logic.set, logic.subflow and logic.end."""

from __future__ import annotations

from typing import Any

from tests.engine.conversation import Talk, node, say

ADDRESS: dict[str, Any] = {
    "botflow": 1,
    "id": "address",
    "name": "Address",
    "variables": {"country": "DE"},
    "nodes": [
        {"id": "start", "type": "chatbot", "actionType": "message_received", "next": "street"},
        node("street", "chatbot.ask", text="Street, {{ who }}?", variable="street", next="done"),
        say("done", "{{ street }}, {{ country }}"),
    ],
}


def test_variables_are_set_in_order_and_keep_their_types() -> None:
    values = {"n": "{{ 2 + 3 }}", "m": "{{ n * 2 }}", "text": "{{ n }} {{ m }}", "deep": {"list": ["{{ n }}", 1, None]}}
    ask = node("ask", "chatbot.ask", text="?")
    talk = Talk(node("set", "logic.set", variables=values, next="ask"), ask)
    talk.says("hi")
    assert talk.variables == {"n": 5, "m": 10, "text": "5 10", "deep": {"list": [5, 1, None]}}


def test_what_json_cannot_hold_is_never_kept() -> None:
    talk = Talk(node("set", "logic.set", variables={"n": "{{ 10 ** 400 }}"}))
    talk.says("hi")
    assert talk.turn.status == "failed"


def subflow(**properties: Any) -> dict[str, Any]:
    return node("sub", "logic.subflow", workflow="address", **properties)


def test_a_subflow_gets_its_input_and_gives_its_output() -> None:
    output = {"road": "street", "line": "{{ street }} in {{ country }}"}
    call = subflow(input={"who": "{{ name }}"}, output=output, next="after")
    after = say("after", "{{ road }} | {{ line }} | {{ street }} | {{ $sub.road }}")
    talk = Talk(call, after, others={"address": ADDRESS}, variables={"name": "Ann"})
    assert talk.says("hi") == ["Street, Ann?"]
    assert [frame.kind for frame in talk.session.frames] == ["main", "subflow"]
    assert talk.says("High St") == ["High St, DE", "High St | High St in DE |  | High St"]
    assert ["left", "address"] in talk.trace
    assert talk.turn.status == "completed"


def test_a_subflow_may_run_twice_and_inside_another() -> None:
    middle = {
        "botflow": 1,
        "id": "middle",
        "name": "Middle",
        "nodes": [
            {"id": "start", "type": "chatbot", "actionType": "message_received", "next": "inner"},
            node(
                "inner", "logic.subflow", workflow="address", input={"who": "you"}, output={"a": "street"}, next="again"
            ),
            node("again", "logic.subflow", workflow="address", input={"who": "again"}, output={"b": "street"}),
        ],
    }
    call = node("sub", "logic.subflow", workflow="middle", output={"x": "a", "y": "b"}, next="after")
    talk = Talk(call, say("after", "{{ x }} {{ y }}"), others={"address": ADDRESS, "middle": middle})
    assert talk.says("hi") == ["Street, you?"]
    assert [frame.flow for frame in talk.session.frames] == ["", "middle", "address"]
    assert talk.says("one") == ["one, DE", "Street, again?"]
    assert talk.says("two") == ["two, DE", "one two"]


def test_a_subflow_that_calls_itself_for_ever_fails() -> None:
    loop = {
        "botflow": 1,
        "id": "loop",
        "name": "Loop",
        "variables": {"go": True},
        "nodes": [
            {"id": "start", "type": "chatbot", "actionType": "message_received", "next": "more"},
            node(
                "more",
                "conditional.branch",
                cases=[{"handle": "yes", "when": "go"}],
                on={"yes": "again", "else": "out"},
            ),
            say("out", "out"),
            node("again", "logic.subflow", workflow="loop"),
        ],
    }
    talk = Talk(node("sub", "logic.subflow", workflow="loop"), others={"loop": loop})
    talk.says("hi")
    assert talk.turn.failure is not None
    assert talk.turn.failure.code == "limit.frames"


def test_end_ends_the_whole_execution_inside_a_subflow_too() -> None:
    child = ADDRESS | {"id": "child", "nodes": [ADDRESS["nodes"][0] | {"next": "stop"}, node("stop", "logic.end")]}
    call = node("sub", "logic.subflow", workflow="child", next="after")
    talk = Talk(call, say("after", "never"), others={"child": child})
    assert talk.says("hi") == []
    assert talk.turn.status == "completed"
    assert talk.session.frames == ()


def test_a_conversation_that_has_ended_starts_again_with_the_next_message() -> None:
    talk = Talk(say("hello", "Hello", next="stop"), node("stop", "logic.end"))
    talk.says("hi")
    first = talk.turn.execution
    assert talk.says("hi again") == ["Hello"]
    assert talk.turn.started
    assert first != ""
