"""A run: checkpoints after what asked the world, laps, its output, its alarms, and what its parent is told."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from botflow import Properties, action
from botflow.engine.asks import Answer
from botflow.engine.effects import CancelRuns, ReportEnd
from botflow.engine.limits import Limits
from botflow.engine.node_type import End, KeepWaiting, NodeType, Park, Visit
from botflow.engine.scene import Scene
from tests.engine.conversation import Talk, node, say
from tests.engine.runs_in_memory import Runs


class Thing(Properties):
    """What is fetched."""

    what: str
    variable: str = "got"


@action("test.fetch")
async def fetch(properties: Thing, variables: Mapping[str, Any]) -> None:
    """Never awaited here."""


class Patience(NodeType):
    """A node that parks for children, deliveries and a while, and counts what came."""

    name = "test.patience"
    properties = Properties

    def handles(self, properties: Properties) -> tuple[str, ...]:
        return ("next", "error")

    def visit(self, properties: Properties, scene: Scene) -> Visit:
        return Park(("child_done", "delivery"), for_s=60)

    def resume(self, properties: Properties, scene: Scene) -> Visit:
        scene.notes["came"] = [*scene.notes.get("came", ()), scene.alarm or scene.inbound.kind]
        return KeepWaiting()


class Stubborn(Patience):
    """A node that keeps waiting without having waited."""

    name = "test.stubborn"

    def visit(self, properties: Properties, scene: Scene) -> Visit:
        return KeepWaiting()


FETCHES = [node(f"f{n}", "test.fetch", what=f"{n}", next=f"f{n + 1}") for n in range(3)]
TICK = node("tick", "logic.set", variables={"n": "{{ n + 1 }}"})
SPIN = node("spin", "logic.loop", limit=10_000, on={"each": "tick"}, **{"while": "n < 1000"})


def test_a_run_lays_a_checkpoint_after_every_node_that_asked_the_world() -> None:
    runs = Runs(*FETCHES, node("f3", "logic.end"), types=(fetch,), answer=lambda ask: Answer(value=1))
    turn = runs.run()
    assert [each.status for each in runs.turns[1]] == ["running", "running", "running", "completed"]
    assert runs.asks_per_turn == [1, 1, 1, 0]
    assert [event.to_json() for event in runs.turns[1][0].events][-1] == ["checkpoint", "f1"]
    assert turn.output == {"input": None, "got": 1}


def test_only_the_resume_that_it_waits_for_takes_a_run_on() -> None:
    runs = Runs(*FETCHES, node("f3", "logic.end"), types=(fetch,), answer=lambda ask: Answer(value=1))
    runs.start()
    runs.take(*runs.due.pop(0))
    wait = runs.sessions[1].wait
    assert wait is not None
    assert (wait.accepts, wait.alarms) == (("resume",), ())
    for inbound in (runs.inbound("resume", token="old"), runs.inbound("message"), runs.inbound("trigger")):
        assert runs.take(1, inbound).status == "ignored"


def test_a_run_that_visits_many_nodes_goes_on_in_further_turns() -> None:
    runs = Runs(SPIN, TICK, variables={"n": 0})
    assert runs.run().status == "completed"
    assert {turn.status for turn in runs.turns[1][:-1]} == {"running"}
    assert all(len(turn.events) < 800 for turn in runs.turns[1])


def test_a_run_takes_so_many_turns_at_most() -> None:
    runs = Runs(SPIN, TICK, variables={"n": 0}, limits=Limits(laps=3))
    turn = runs.run()
    assert turn.failure is not None
    assert turn.failure.code == "limit.laps"
    assert [each.session.laps for each in runs.turns[1]] == [1, 2, 3, 0]


def test_a_conversation_has_no_checkpoints_but_fails_when_it_does_too_much() -> None:
    talk = Talk(SPIN, TICK, variables={"n": 0})
    talk.says("hi")
    assert talk.turn.failure is not None
    assert talk.turn.failure.code == "limit.steps"


@pytest.mark.parametrize(
    ("end", "output"),
    [({}, {"input": {"a": 1}, "x": 2}), ({"output": "{{ x }}"}, 2), ({"output": {"y": "{{ x }}"}}, {"y": 2})],
)
def test_a_run_gives_what_its_end_says_else_its_variables(end: dict[str, Any], output: Any) -> None:
    runs = Runs(
        node("set", "logic.set", variables={"x": "{{ $input.a + 1 }}"}, next="end"), node("end", "logic.end", **end)
    )
    assert runs.run(input={"a": 1}).output == output


@pytest.mark.parametrize("output", [None, "{{ none }}", "{{ nosuch }}", "{{ $input.b }}", "{{ x if false }}"])
def test_an_output_that_is_given_and_is_nothing_is_null_and_never_the_variables(output: Any) -> None:
    runs = Runs(node("end", "logic.end", output=output), variables={"x": "internal"})
    turn = runs.run(input={"a": 1})
    assert (turn.status, turn.output) == ("completed", None)


class Finish(NodeType):
    """Ends with None, as a plugin's node may."""

    name = "test.finish"

    def visit(self, properties: Any, scene: Scene) -> Visit:
        return End(None)


def test_a_node_of_a_plugin_ends_with_null_too() -> None:
    assert Runs(node("end", "test.finish"), types=(Finish(),), variables={"x": "internal"}).run().output is None


@pytest.mark.parametrize(
    ("nodes", "status", "code"),
    [
        ([node("end", "logic.end", output=7)], "completed", None),
        ([node("fail", "logic.set", variables={"x": "{{ 1 / 0 }}"})], "failed", "condition.failed"),
    ],
)
def test_a_run_tells_its_parent_how_it_ended(nodes: list[dict[str, Any]], status: str, code: str | None) -> None:
    runs = Runs(*nodes)
    runs.start(parent={"session": 9, "group": "4", "branch": "b"})
    turn = runs.take(*runs.due.pop(0))
    [report] = turn.effects
    assert isinstance(report, ReportEnd)
    assert (report.session, report.group, report.branch, report.status) == (9, "4", "b", status)
    assert (report.error or {}).get("code") == code
    assert turn.messages == ()


def test_a_run_that_no_trigger_takes_fails_and_tells_its_parent() -> None:
    runs = Runs(node("end", "logic.end"))
    runs.start(trigger="webhook", parent={"session": 9, "group": "4", "branch": "b"})
    turn = runs.take(*runs.due.pop(0))
    assert turn.failure is not None
    assert turn.failure.code == "run.no_trigger"
    assert (turn.execution != "", len(turn.effects)) == (True, 1)


def test_keeping_on_waiting_keeps_token_and_deadline_until_an_alarm_takes_its_own_away() -> None:
    runs = Runs(node("wait", "test.patience"), types=(Patience(),))
    runs.run()
    first = runs.sessions[1].wait
    assert first is not None
    for kind in ("child_done", "delivery"):
        turn = runs.take(1, runs.inbound(kind, token=first.group))
        assert (turn.keeps_deadline, turn.session.wait) == (True, first)
    runs.alarm(1)
    second = runs.sessions[1].wait
    assert second is not None
    assert (second.token != first.token, second.alarms, second.group) == (True, (), first.group)
    assert runs.take(1, runs.inbound("timeout", token=first.token)).status == "ignored"
    assert runs.sessions[1].frames[0].notes["came"] == ["child_done", "delivery", "timeout"]


def test_a_node_that_has_not_waited_cannot_keep_waiting() -> None:
    ask = node("ask", "chatbot.ask", text="?", next="stubborn")
    talk = Talk(ask, node("stubborn", "test.stubborn", next="after"), say("after", "x"), types=(Stubborn(),))
    talk.says("hi")
    talk.says("x")
    assert talk.turn.failure is not None
    assert talk.turn.failure.code == "wait.none"


def test_a_failing_turn_cancels_the_children_that_it_waited_for() -> None:
    class Failing(Patience):
        def resume(self, properties: Properties, scene: Scene) -> Visit:
            raise ValueError("no")

    runs = Runs(node("wait", "test.patience"), types=(Failing(),))
    runs.run()
    group = runs.sessions[1].wait.group  # type: ignore[union-attr]
    turn = runs.take(1, runs.inbound("child_done", token=group))
    assert turn.status == "failed"
    assert turn.effects == (CancelRuns(group=group),)
