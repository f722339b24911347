"""logic.handoff: the flow waits for a person, says nothing meanwhile, and goes on with what that person gives back."""

from __future__ import annotations

from typing import Any

import pytest

from botflow.engine.effects import CloseHandoff
from botflow.errors import FlowError
from botflow.flow.problems import FlowProblems
from botflow.testing import Simulator

AGENT = {
    "queue": "billing",
    "note": "{{ name }} wants money back.",
    "priority": "high",
    "summary": ["name", "unknown"],
    "results": ["refund"],
    "timeout": "10m",
}


def step(id: str, type: str, **more: Any) -> dict[str, Any]:
    family, action = type.split(".")
    edges: dict[str, Any] = {name: more.pop(name) for name in ("next", "on") if name in more}
    return {"id": id, "type": family, "actionType": action, "properties": more, **edges}


def flow(*, interrupts: bool = False, **properties: Any) -> dict[str, Any]:
    return {
        "id": "desk",
        "nodes": [
            step("start", "chatbot.message_received", next="name"),
            step("name", "chatbot.ask", text="Your name?", variable="name", next="agent"),
            step("agent", "logic.handoff", **{**AGENT, **properties}, on={"returned": "after", "timeout": "late"}),
            step("after", "chatbot.ask", text="{{ $agent.person }}: {{ $agent.note }}, {{ refund }} back. OK?"),
            step("late", "chatbot.ask", text="Nobody is free. Your number?"),
            *([step("help", "chatbot.say", text="I help.")] if interrupts else []),
        ],
        **({"interrupts": [{"id": "help", "match": ["help"], "target": "help"}]} if interrupts else {}),
    }


def waiting(**more: Any) -> Simulator:
    talk = Simulator(flow(**more))
    talk.says("hi")
    talk.says("Ann")
    return talk


def test_people_are_told_what_the_author_says_and_the_flow_waits() -> None:
    talk = waiting()

    [told] = talk.agent.requests

    assert (told.queue, told.priority, told.note) == ("billing", 1, "Ann wants money back.")
    assert (told.summary, told.results, told.node) == ({"name": "Ann"}, ("refund",), "agent")
    assert (talk.node, talk.agent.person) == ("agent", "")


def test_the_bot_is_silent_until_the_person_gives_the_conversation_back() -> None:
    talk = waiting(interrupts=True)

    said = [talk.says("hello?"), talk.says("help")]
    talk.agent.claims("Maria")
    said += [talk.says("help"), talk.skip("3d")]
    back = talk.agent.returns(note="done", values={"refund": 12, "name": "Eve"})

    assert said == [[], [], [], []]
    assert back == ["Maria: done, 12 back. OK?"]
    assert talk.variables["name"] == "Ann"  # it is not one of the results


def test_a_handoff_that_nobody_claims_leaves_by_timeout_and_is_closed() -> None:
    talk = waiting()
    talk.says("hello?")

    assert talk.skip("9m") == []
    assert talk.skip("1m") == ["Nobody is free. Your number?"]
    assert talk.agent.person is None
    effects = [effect for turn in talk.conversation.turns for effect in turn.effects]
    assert effects[-1] == CloseHandoff(version=2, outcome="timed_out")


def test_a_claim_ends_the_timeout_and_a_release_begins_it_anew() -> None:
    talk = waiting()
    talk.skip("9m")
    talk.agent.claims()
    assert talk.skip("1h") == []

    talk.agent.releases()

    assert talk.skip("9m") == []
    assert talk.skip("1m") == ["Nobody is free. Your number?"]


def test_an_alarm_that_has_gone_off_before_the_claim_is_stale() -> None:
    talk = waiting()
    session = talk.conversation
    assert session.state.wait is not None
    token = session.state.wait.token
    talk.agent.claims()

    assert session.state.wait is not None
    assert session.state.wait.token != token
    talk.deployment.queue(session, "timeout", key="late", token=token)
    talk.deployment.settle()

    assert talk.node == "agent"
    assert talk.agent.returns() == ["Maria: ,  back. OK?"]


def test_a_second_handoff_of_the_same_session_is_another_one() -> None:
    talk = waiting()
    talk.agent.returns(note="x")
    talk.says("yes")
    talk.says("hi")

    talk.says("Bob")

    assert [(told.version, told.summary) for told in talk.agent.requests] == [
        (2, {"name": "Ann"}),
        (7, {"name": "Bob"}),
    ]


def test_a_person_may_take_any_conversation_over_and_the_question_stays() -> None:
    talk = Simulator(flow())
    talk.says("hi")
    talk.agent.claims()

    assert talk.says("Ann") == []
    assert talk.agent.returns() == []
    assert talk.says("Bob") == []
    assert talk.node == "agent"


def test_a_handoff_in_a_loop_a_subflow_and_a_digression_goes_on_where_it_was() -> None:
    document = {
        "id": "deep",
        "nodes": [
            step("start", "chatbot.message_received", next="twice"),
            step("twice", "logic.loop", items=["a", "b"], on={"each": "agent", "done": "ask"}),
            step("agent", "logic.subflow", workflow="desk"),
            step("ask", "chatbot.ask", text="Done?"),
            step("human", "logic.handoff"),
        ],
        "interrupts": [{"id": "human", "match": ["agent"], "target": "human"}],
    }
    desk = {
        "id": "desk",
        "nodes": [step("start", "chatbot.message_received", next="wait"), step("wait", "logic.handoff")],
    }
    talk = Simulator(document, others=[desk])
    talk.says("hi")
    assert talk.says("agent") == []
    assert talk.agent.returns() == []
    talk.agent.claims()
    assert talk.agent.returns() == ["Done?"]

    assert talk.says("agent") == []
    assert talk.says("agent") == []
    assert talk.agent.returns() == ["Done?"]


@pytest.mark.parametrize("queue", ["{{ '' }}", "a\nb", "{{ 'x' * 1 }}" * 9 + "x" * 60])
def test_a_queue_that_is_no_name_fails(queue: str) -> None:
    talk = waiting(queue=queue)

    assert talk.failure is not None
    assert talk.failure.node == "agent"


@pytest.mark.parametrize(
    ("wrong", "place"),
    [
        ({"queue": ""}, "queue"),
        ({"priority": "asap"}, "priority"),
        ({"summary": [""]}, "summary"),
        ({"results": "refund"}, "results"),
        ({"timeout": "soon"}, "timeout"),
        ({"picture": "x"}, "picture"),
    ],
)
def test_a_wrong_property_is_refused_at_its_place(wrong: dict[str, Any], place: str) -> None:
    with pytest.raises(FlowProblems) as refused:
        Simulator(flow(**wrong))

    assert any(place in str(problem) for problem in refused.value.problems)


def test_a_run_cannot_hand_off() -> None:
    document = {
        "id": "run",
        "executionMode": "single",
        "nodes": [step("start", "trigger.manual", next="agent"), step("agent", "logic.handoff")],
    }
    with pytest.raises(FlowError):
        Simulator(document)


def test_what_follows_requested_is_a_run_of_its_own_with_the_handoff() -> None:
    document = flow()
    document["nodes"][2]["on"]["requested"] = "tell"
    document["nodes"].append(step("tell", "logic.emit", event="told", payload="{{ handoff }}"))
    talk = Simulator(document)
    talk.says("hi")

    assert talk.says("Ann") == []

    [told] = talk.deployment.emitted
    about = ("queue", "priority", "note", "summary", "link")
    assert {name: told.payload[name] for name in about} == {
        "queue": "billing",
        "priority": "high",
        "note": "Ann wants money back.",
        "summary": {"name": "Ann"},
        "link": "https://desk.example.com/conversations/1",
    }
    assert talk.agent.person == ""


def test_what_follows_requested_may_not_talk_to_the_contact() -> None:
    document = flow()
    document["nodes"][2]["on"]["requested"] = "late"

    with pytest.raises(FlowProblems) as found:
        Simulator(document)

    assert "parallel.joins" in str(found.value)
