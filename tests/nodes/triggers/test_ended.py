"""trigger.ended: a run that hears how an execution of its workflow has ended."""

from __future__ import annotations

from typing import Any

import pytest

from botflow.flow.problems import FlowProblems
from botflow.testing import Simulator


def step(id: str, type: str, **more: Any) -> dict[str, Any]:
    family, action = type.split(".")
    edges: dict[str, Any] = {name: more.pop(name) for name in ("next",) if name in more}
    return {"id": id, "type": family, "actionType": action, "properties": more, **edges}


def flow(*ends: str, **node: Any) -> dict[str, Any]:
    return {
        "id": "order",
        "nodes": [
            step("start", "chatbot.message_received", next="ask"),
            step("ask", "chatbot.ask", text="Which?", variable="name", next="emit"),
            step("emit", "logic.emit", event="{{ name }}"),
            step("over", "trigger.ended", on=list(ends), next="tell"),
            step("tell", "logic.emit", event="told", payload="{{ $input }}"),
        ],
    }


@pytest.mark.parametrize(
    ("ends", "answer", "told"),
    [
        (("failed",), "\x01", [("failed", "emit.name")]),
        (("failed",), "paid", []),
        (("completed", "cancelled"), "paid", [("completed", None)]),
        (("completed",), "\x01", []),
    ],
)
def test_an_end_is_told_once_if_it_is_one_of_those_that_the_author_wants(
    ends: tuple[str, ...], answer: str, told: list[tuple[str, str | None]]
) -> None:
    talk = Simulator(flow(*ends))
    talk.says("hi")
    talk.says(answer)

    heard = [event.payload for event in talk.deployment.emitted if event.name == "told"]

    assert [(end["status"], end["error"] and end["error"]["code"]) for end in heard] == told


@pytest.mark.parametrize("ends", [(), ("failed", "failed"), ("paused",)])
def test_wrong_ends_are_refused(ends: tuple[str, ...]) -> None:
    with pytest.raises(FlowProblems):
        Simulator(flow(*ends))
