"""One visit: its tries, its time limit, what it says in vain, and who learns whose call it is."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import pytest

from botflow.engine.ask_json import fingerprint
from botflow.engine.asks import Answer, Ask, AskFailure, AskModel, Invoke, Pause
from botflow.engine.effects import EmitEvent
from botflow.engine.node_type import Leave, NodeFailure, NodeType, Outcome
from botflow.engine.scene import Scene
from botflow.flow.fields import Properties
from tests.engine.conversation import Talk, node, say

REFUSED = Answer(failure=AskFailure(code="shop.away", message="away"))


class CallProperties(Properties):
    """Nothing to set."""


class Call(NodeType):
    """Says something, emits something, calls somebody twice, and fails with the second call."""

    name = "test.call"
    properties = CallProperties

    def handles(self, properties: CallProperties) -> tuple[str, ...]:
        return ("next", "error")

    def visit(self, properties: CallProperties, scene: Scene) -> Generator[Ask, Answer, Outcome]:
        scene.say("calling")
        scene.follow_up(EmitEvent(name="called"))
        yield AskModel(purpose="reply", text="hm", timeout_s=60)
        answer = yield Invoke(type="test.call", properties={}, variables={}, timeout_s=5)
        if answer.failure is not None:
            raise NodeFailure(answer.failure.message, code=answer.failure.code)
        return Leave("next")


def talk(*failing: bool, **placed: Any) -> Talk:
    """Return a conversation whose calls fail as it is told, then no more."""
    supply = iter(failing)

    def answer(ask: Ask) -> Answer:
        return REFUSED if isinstance(ask, Invoke) and next(supply, False) else Answer(value="x")

    call = {**node("call", "test.call", on={"next": "after", "error": "sorry"}), **placed}
    return Talk(call, say("after", "after"), say("sorry", "{{ $call.code }}"), types=(Call(),), answer=answer)


def test_a_node_without_retry_leaves_by_error_at_its_first_failure() -> None:
    assert talk(True).send("hi") == ["calling", "shop.away"]


def test_what_was_said_and_started_in_a_failed_try_is_unsaid() -> None:
    conversation = talk(True, True, retry={"attempts": 3, "delay": "2s", "backoff": 3})
    assert conversation.send("hi") == ["calling", "after"]
    assert conversation.turn.effects == (EmitEvent(name="called"),)
    assert [event[:5] for event in conversation.trace if event[0] == "retried"] == [
        ["retried", "call", "shop.away", "away", 1],
        ["retried", "call", "shop.away", "away", 2],
    ]


def test_pauses_grow_between_tries_and_after_the_last_it_leaves_by_error() -> None:
    conversation = talk(True, True, True, retry={"attempts": 3, "delay": "2s", "backoff": 3})
    assert conversation.send("hi") == ["calling", "shop.away"]
    assert [ask.seconds for ask in conversation.asks if isinstance(ask, Pause)] == [2, 6]


def test_a_call_knows_its_node_its_attempt_and_a_key_that_all_attempts_share() -> None:
    conversation = talk(True, retry={"attempts": 2}, credential="shop", timeLimit="10s")
    conversation.send("hi")
    calls = [ask for ask in conversation.asks if isinstance(ask, Invoke)]
    assert [(ask.node, ask.attempt, ask.key, ask.credential) for ask in calls] == [
        ("call", 1, "7.2.2", "shop"),
        ("call", 2, "7.2.2", "shop"),
    ]
    assert {ask.timeout_s for ask in conversation.asks if isinstance(ask, AskModel)} == {10}
    assert {ask.timeout_s for ask in calls} == {5}


@pytest.mark.parametrize("retry", [{"attempts": 1}, {"attempts": 11}, {"delay": "2m"}, {"backoff": 0.5}])
def test_a_retry_that_makes_no_sense_is_refused(retry: dict[str, Any]) -> None:
    with pytest.raises(Exception, match="retry"):
        talk(retry=retry)


def test_the_key_stays_when_a_pause_or_an_edit_has_raised_the_sessions_version_between_two_attempts() -> None:
    asked = []
    for version in (0, 3):
        conversation = talk().at_version(version)
        conversation.send("hi")
        asked.append([fingerprint(ask) for ask in conversation.asks])
    assert asked[0] == asked[1]
