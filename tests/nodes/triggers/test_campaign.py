"""trigger.campaign in a document: what is refused, with its place, and what the simulator begins when time passes."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from botflow.flow.compile import compile_flow
from botflow.flow.problems import FlowProblems
from botflow.nodes import built_in
from botflow.testing import Person, Simulator
from tests.engine.conversation import node

NODE_TYPES = {kind.name: kind for kind in built_in()}
DATES = {"birthday": {"type": "date"}, "visit": {"type": "datetime"}, "plan": {}}
NOON = datetime(2026, 11, 27, 12, tzinfo=UTC)


def flow(mode: str = "persistent", **properties: Any) -> dict[str, Any]:
    trigger = {"field": "birthday", "at": "09:00", **properties}
    nodes = [
        node("born", "trigger.campaign", next="ask", **{name: value for name, value in trigger.items() if value}),
        node("ask", "chatbot.ask", text="{{ $born.date }}: all well?", variable="answer", next="thanks"),
        node("thanks", "chatbot.say", text="{{ input.field }}, thanks."),
    ]
    return {"botflow": 1, "id": "greet", "executionMode": mode, "nodes": nodes, "contactFields": DATES}


@pytest.mark.parametrize(
    ("properties", "code", "place"),
    [
        ({"field": "birthdy"}, "campaign.undeclared", "nodes[0].properties.field"),
        ({"field": "plan"}, "campaign.field_type", "nodes[0].properties.field"),
        ({"at": ""}, "campaign.at", "nodes[0].properties.field"),
        ({"at": "9 o'clock"}, "campaign.time", "nodes[0].properties.at"),
        ({"at": "24:00"}, "campaign.time", "nodes[0].properties.at"),
        ({"before": "1d", "after": "2d"}, "property.invalid", "nodes[0].properties.after"),
        ({"before": "90m"}, "property.invalid", "nodes[0].properties.before"),
        ({"field": "visit", "after": "36h"}, "property.invalid", "nodes[0].properties.after"),
        ({"group": "{{ plan }}"}, "property.invalid", "nodes[0].properties.group"),
        ({"from": "{{ ours }}"}, "property.invalid", "nodes[0].properties.from"),
        ({"late": "4d"}, "property.invalid", "nodes[0].properties.late"),
        ({"perMinute": -1}, "property.invalid", "nodes[0].properties.perMinute"),
        ({"repeats": "monthly"}, "property.invalid", "nodes[0].properties.repeats"),
    ],
)
def test_what_is_wrong_is_refused_with_its_place(properties: dict[str, Any], code: str, place: str) -> None:
    with pytest.raises(FlowProblems) as refused:
        compile_flow({"greet": flow(**properties)}, "greet", NODE_TYPES)
    [problem] = [each for each in refused.value.problems if each.severity == "error"]
    assert (problem.code, problem.path) == (code, place)


def test_a_single_run_has_no_person() -> None:
    with pytest.raises(FlowProblems) as refused:
        compile_flow({"greet": flow(mode="single")}, "greet", NODE_TYPES)
    assert "single.person" in [each.code for each in refused.value.problems]


def born(**more: Any) -> Person:
    return Person(fields={"birthday": "1990-11-28", "timeZone": "America/New_York", **more})


def test_time_that_passes_begins_the_conversation_on_the_persons_clock() -> None:
    talk = Simulator(flow(repeats="yearly"), person=born(), now=NOON)
    assert talk.skip("25h") == []
    assert talk.skip("1h") == ["2026-11-28: all well?"]
    talk.hears("2026-11-28: all well?")
    talk.skip_to(datetime(2027, 11, 28, 15, tzinfo=UTC))
    talk.hears_nothing()  # it is not interrupted, and by now too late for this year's


def test_only_the_group_is_written_to() -> None:
    assert Simulator(flow(group="vip"), person=Person(fields={"birthday": "2026-11-28"}), now=NOON).skip("2d") == []
    vip = Person(fields={"birthday": "2026-11-28"}, groups=("vip",))
    assert Simulator(flow(group="vip"), person=vip, now=NOON).skip("2d") == ["2026-11-28: all well?"]


def test_a_person_in_a_conversation_is_waited_for() -> None:
    document = flow(field="visit", at=None, before="1h", late="30m")
    document["nodes"].append(node("start", "chatbot.message_received", next="other"))
    document["nodes"].append(node("other", "chatbot.ask", text="Yes?", variable="other"))
    talk = Simulator(document, person=Person(fields={"visit": "2026-11-28T12:00:00+00:00"}), now=NOON)
    talk.says("hello")
    assert talk.skip("23h") == []
    talk.skip("10m")
    talk.says("done")
    assert talk.skip("1m") == ["2026-11-28: all well?"]
    talk.says("fine")
    talk.hears("visit, thanks.")
    assert talk.skip("2h") == []
