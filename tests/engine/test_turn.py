"""One turn: how it starts, fails, is bounded, and what it leaves behind."""

from __future__ import annotations

import sys
from collections.abc import Generator
from dataclasses import replace
from typing import Any

import pytest

from botflow.engine.asks import Answer, Ask, AskHistory
from botflow.engine.limits import Limits
from botflow.engine.node_type import Leave, NodeType, Outcome, WaitForMessage
from botflow.engine.scene import Scene
from botflow.engine.session import Session
from botflow.engine.turn import Turn, take_turn
from botflow.flow.fields import Properties
from botflow.flow.graph import Flow
from botflow.languages import sentences_in
from tests.engine.conversation import Talk, node, say
from tests.engine.inbounds import message


class Plan(Properties):
    """What the node under test does when it is visited."""

    act: str


class Panic(BaseException):
    """What extensions written in Rust raise."""


class Acting(NodeType):
    """A plugin's node that misbehaves as it is told."""

    name = "test.act"
    properties = Plan

    def handles(self, properties: Plan) -> tuple[str, ...]:
        return ("next", "error")

    def waits(self, properties: Plan) -> bool:
        return properties.act == "wait"

    def visit(self, properties: Plan, scene: Scene) -> Any:
        match properties.act:
            case "crash":
                return 1 // 0
            case "exit":
                sys.exit(1)
            case "panic":
                raise Panic
            case "nothing":
                return None
            case "ask":
                return self._ask()
            case "note":
                scene.notes["it"] = {1, 2}
                return WaitForMessage()
            case "wait":
                return WaitForMessage()
            case "note and leave":
                scene.notes["it"] = 1
                return Leave()
            case "set":
                scene.set("pair", (1, 2))
                scene.set("nothing", float("nan"))
                return Leave()
            case "set a set":
                scene.set("pair", {1, 2})
                return Leave()
            case _:
                return Leave()

    def _ask(self) -> Generator[Ask, Answer, Outcome]:
        for _ in range(100):
            yield AskHistory(limit=1)
        return Leave()


def act(what: str, **edges: Any) -> dict[str, Any]:
    return node("act", "test.act", act=what, **edges)


def talk(*nodes: dict[str, Any], **more: Any) -> Talk:
    return Talk(*nodes, types=(Acting(),), answer=lambda _: Answer(value=[]), **more)


def failure_of(turn: Turn) -> tuple[str, str]:
    assert turn.failure is not None
    return turn.failure.node, turn.failure.code


@pytest.mark.parametrize("what", ["crash", "nothing"])
def test_a_node_that_fails_leaves_by_error_when_that_leads_somewhere(what: str) -> None:
    conversation = talk(act(what, on={"error": "sorry"}), say("sorry", "{{ $act.code }}"))
    assert conversation.says("hi") == ["node.crashed"]
    assert conversation.trace[2][:3] == ["error", "act", "node.crashed"]
    assert conversation.turn.status == "completed"


@pytest.mark.parametrize("what", ["crash", "exit", "panic", "nothing"])
def test_a_node_that_fails_without_a_way_out_fails_the_execution_with_an_apology(what: str) -> None:
    conversation = talk(say("hello", "Hello", next="act"), act(what))
    assert conversation.says("hi") == ["Hello", sentences_in("en").apology]
    assert failure_of(conversation.turn) == ("act", "node.crashed")
    assert conversation.session == Session(version=1)


def test_the_apology_is_the_workflows_own_or_in_its_language() -> None:
    assert talk(act("crash"), apology="Ouch.").says("hi") == ["Ouch."]
    assert talk(act("crash"), language="de").says("hi") == [sentences_in("de").apology]


def test_after_a_failure_the_next_message_starts_again() -> None:
    conversation = talk(act("crash"))
    conversation.send("hi", seed=1)
    first = conversation.turn.execution
    conversation.send("hi", seed=2)
    assert conversation.turn.started
    assert conversation.turn.execution not in ("", first)


def test_a_session_that_json_cannot_hold_fails() -> None:
    conversation = talk(act("note"))
    conversation.says("hi")
    assert failure_of(conversation.turn)[1] == "session.not_json"


def test_a_variable_is_kept_as_json_would_give_it_back() -> None:
    conversation = talk(act("set", next="ask"), node("ask", "chatbot.ask", text="{{ pair }}"))
    assert conversation.says("hi") == ["[1, 2]"]
    assert conversation.variables == {"pair": [1, 2], "nothing": None}


def test_a_variable_that_json_cannot_hold_fails_the_node_that_sets_it() -> None:
    conversation = talk(act("set a set", on={"error": "sorry"}), say("sorry", "{{ $act.code }}"))
    assert conversation.says("hi") == ["value.not_json"]


def test_what_a_node_noted_is_gone_when_it_leaves() -> None:
    wait = node("wait", "test.act", act="wait")
    conversation = talk(act("note and leave", next="wait"), wait)
    conversation.says("hi")
    assert conversation.session.frames[0].notes == {}


def test_a_waiting_node_that_cannot_resume_fails() -> None:
    conversation = talk(act("wait"))
    conversation.says("hi")
    conversation.says("again")
    assert failure_of(conversation.turn) == ("act", "node.crashed")


def cycle_of(*nodes: dict[str, Any]) -> Talk:
    """Return a conversation whose nodes go round for ever: an edge is added past the checker, which refuses it."""

    def endless(flow: Flow) -> Flow:
        return replace(flow, targets={**flow.targets, (nodes[-1]["id"], "next"): nodes[0]["id"]})

    return talk(*nodes, node("more", "logic.end"), variables={"n": 0}, past_the_checker=endless)


@pytest.mark.parametrize(
    ("nodes", "code"),
    [
        ([node("tick", "logic.set", variables={"n": "{{ n + 1 }}"}, next="more")], "limit.steps"),
        ([say("same", "Hello", next="more")], "limit.repeated"),
        (
            [
                node("tick", "logic.set", variables={"n": "{{ n + 1 }}"}, next="count"),
                say("count", "{{ n }}", next="more"),
            ],
            "limit.messages",
        ),
        ([act("ask", next="more")], "limit.asks"),
    ],
)
def test_a_turn_that_would_not_end_is_ended(nodes: list[dict[str, Any]], code: str) -> None:
    conversation = cycle_of(*nodes)
    conversation.says("hi")
    assert failure_of(conversation.turn)[1] == code
    assert conversation.turn.messages[-1].text == sentences_in("en").apology
    assert len(conversation.turn.messages) <= Limits().messages
    assert sum(event.kind == "edge" for event in conversation.turn.events) <= Limits().steps


def test_a_session_that_grows_too_large_fails() -> None:
    grow = node("grow", "logic.set", variables={"all": ["{{ long }}"] * 70}, next="ask")
    conversation = talk(grow, node("ask", "chatbot.ask", text="?"), variables={"long": "x" * 1000})
    conversation.says("hi")
    assert failure_of(conversation.turn)[1] == "limit.session_size"


def test_a_message_that_is_too_long_fails() -> None:
    conversation = talk(say("long", "{{ long }}" * 18), variables={"long": "x" * 1000})
    conversation.says("hi")
    assert failure_of(conversation.turn)[1] == "limit.message_size"


def test_an_execution_gets_its_id_from_the_inbound_alone() -> None:
    conversation = talk(node("ask", "chatbot.ask", text="?"))
    conversation.send("hi", seed=1)
    first = conversation.turn.execution
    assert conversation.turn.started
    conversation.send("x", seed=2)
    assert conversation.turn.execution == first
    assert not conversation.turn.started
    conversation.send("hi", seed=3)
    assert conversation.turn.execution != first


@pytest.mark.parametrize(
    ("kind", "waiting", "reason"),
    [
        ("timeout", False, "ended"),
        ("child_done", False, "ended"),
        ("opened", False, "no_trigger"),
        ("opened", True, "not_waiting"),
        ("resume", True, "not_waiting"),
        ("timeout", True, "stale_timeout"),
    ],
)
def test_what_nobody_waits_for_changes_nothing(kind: Any, waiting: bool, reason: str) -> None:
    conversation = talk(node("ask", "chatbot.ask", text="?"))
    if waiting:
        conversation.says("hi")
    before = conversation.session
    assert conversation.take(message("", kind=kind, token="old")) == []
    assert conversation.trace == [["ignored", reason]]
    assert (conversation.session.frames, conversation.session.wait) == (before.frames, before.wait)
    assert conversation.session.version == before.version + 1


def test_a_visitor_who_opens_the_chat_is_greeted_and_can_answer() -> None:
    nodes = [node("ask", "chatbot.ask", text="Hello! Name?", next="done"), say("done", "Hi {{ $ask.value }}")]
    conversation = talk(*nodes, node("open", "chatbot.opened", next="ask"))
    assert conversation.take(message("", kind="opened")) == ["Hello! Name?"]
    assert conversation.says("Ann") == ["Hi Ann"]


def test_the_address_that_the_person_last_wrote_to_is_remembered() -> None:
    conversation = talk(node("ask", "chatbot.ask", text="?"))
    conversation.send("hi", address="+12025550100")
    conversation.send("x", address="")
    assert conversation.session.address == "+12025550100"


def test_a_turn_that_is_abandoned_at_an_ask_leaves_no_trace() -> None:
    conversation = talk(act("ask"))
    turn = take_turn(conversation.flow, conversation.session, message("hi"), conversation.types)
    assert next(turn) == AskHistory(limit=1)
    turn.close()
    assert conversation.session == Session()
