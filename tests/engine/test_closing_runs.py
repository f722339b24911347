"""`finally` when a run ends early: its own bounds of turns and large values, its output, its branches."""

from __future__ import annotations

import pytest

from botflow.engine.asks import Answer
from botflow.engine.effects import CancelRuns, ReportEnd
from botflow.engine.limits import Limits
from tests.engine.conversation import node
from tests.engine.guarded_flows import HOUR, REST, TYPES, emit, guard
from tests.engine.runs_in_memory import Runs


def test_a_run_at_its_most_turns_has_turns_for_finally() -> None:
    loop = node("loop", "logic.loop", limit=10_000, on={"each": "call"}, **{"while": "true"})
    again = node("again", "logic.loop", items=[1, 2, 3], on={"each": "undo", "done": "told"})
    runs = Runs(
        guard("loop", "again"),
        *(loop, node("call", "test.call", what="do"), again, node("undo", "test.call", what="undo")),
        *(emit("told", "told", payload="{{ $guard.code }}"), REST),
        types=TYPES,
        answer=lambda ask: Answer(value=1),
        limits=Limits(laps=5),
    )
    turn = runs.run(parent={"session": 9, "group": "g", "branch": "b"})
    assert turn.failure is not None
    assert turn.failure.code == "limit.laps"
    assert [ask.properties["what"] for ask in runs.asks].count("undo") == 3  # type: ignore[union-attr]
    assert [event.payload for event in runs.emitted] == ["limit.laps"]
    assert sum(isinstance(effect, ReportEnd) for effect in turn.effects) == 1


def test_a_finally_of_a_run_that_never_ends_is_left_after_its_turns() -> None:
    loop = node("loop", "logic.loop", limit=10_000, on={"each": "call"}, **{"while": "true"})
    forever = node("forever", "logic.loop", limit=10_000, on={"each": "undo"}, **{"while": "true"})
    runs = Runs(
        guard("loop", "forever"),
        *(loop, node("call", "test.call", what="do"), forever, node("undo", "test.call", what="undo"), REST),
        types=TYPES,
        answer=lambda ask: Answer(value=1),
        limits=Limits(laps=5, last_laps=7),
    )
    turn = runs.run()
    assert turn.failure is not None
    assert (turn.failure.node, turn.failure.code) == ("loop", "limit.laps") or turn.failure.code == "limit.laps"
    assert [ask.properties["what"] for ask in runs.asks].count("undo") <= 9  # type: ignore[union-attr]


@pytest.mark.parametrize("code", ["limit.session_size", "limit.kept_values"])
def test_too_much_in_a_runs_large_values_runs_finally_with_what_is_left(code: str) -> None:
    limits = Limits(kept_characters=20_000) if code == "limit.session_size" else Limits(kept_in_all=20_000)
    loop = node("loop", "logic.loop", items="{{ range(9) | list }}", on={"each": "more"})
    more = node("more", "logic.set", variables={"big": "{{ big + [range(1000) | join(',')] }}"}, next="call")
    runs = Runs(
        guard("loop", "undo"),
        *(loop, more, node("call", "test.call", what="do"), node("undo", "test.call", what="undo", next="told")),
        *(emit("told", "told", payload="{{ $guard.code }} {{ id }}"), REST),
        types=TYPES,
        answer=lambda ask: Answer(value=1),
        variables={"big": [], "id": 7},
        limits=limits,
    )
    turn = runs.run()
    assert turn.failure is not None
    assert turn.failure.code == code
    assert [event.payload for event in runs.emitted] == [f"{code} 7"]


def test_the_output_of_the_end_node_is_kept_over_finally() -> None:
    end = node("end", "logic.end", output="{{ n }}")
    runs = Runs(guard("end", "undo"), end, node("undo", "logic.set", variables={"n": 8}), REST, variables={"n": 7})
    turn = runs.run()
    assert (turn.status, turn.output) == ("completed", 7)


def test_a_run_waits_within_finally_for_runs_of_its_own() -> None:
    child = {
        "botflow": 1,
        "id": "undo",
        "executionMode": "single",
        "nodes": [
            {"id": "start", "type": "trigger", "actionType": "manual", "next": "end"},
            node("end", "logic.end", output="undone"),
        ],
    }
    run = node("run", "logic.run", workflow="undo", next="told")
    runs = Runs(
        guard("end", "run"),
        *(node("end", "logic.end", output=1), run, emit("told", "told", payload="{{ $run.output }}"), REST),
        others={"undo": child},
    )
    turn = runs.run()
    assert (turn.status, turn.output) == ("completed", 1)
    assert [event.payload for event in runs.emitted] == ["undone"]
    assert CancelRuns not in {type(effect) for each in runs.turns[1] for effect in each.effects}


def test_a_branch_that_is_not_needed_any_more_runs_its_finally() -> None:
    both = node(
        "both", "logic.parallel", branches=[{"id": "a"}, {"id": "b"}], until="any", on={"a": "well", "b": "guard"}
    )
    runs = Runs(
        both,
        *(node("well", "logic.set", variables={"n": 1}), guard("rest"), HOUR),
        *(emit("always", "told", payload="{{ $guard.code }}"), REST),
    )
    turn = runs.run()
    assert turn.status == "completed"
    assert [event.payload for event in runs.emitted] == ["execution.cancelled"]
    assert [session.status for session in runs.deployment.sessions.values()] == ["completed", "completed", "cancelled"]
