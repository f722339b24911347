"""logic.parallel: all, any, some of them; failures, alarms, cancelling, and results that stay small."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from tests.engine.conversation import Talk, node, say
from tests.engine.runs_in_memory import Runs

FAIL = node("fail", "logic.set", variables={"x": "{{ 1 / 0 }}"})
LEFT = node("left", "logic.set", variables={"side": "left", "n": "{{ n + 1 }}"})
RIGHT = node("right", "logic.end", output={"side": "right"})
AFTER = node("after", "logic.end", output="{{ came }}")


def both(**properties: Any) -> dict[str, Any]:
    branches = [{"id": "a"}, {"id": "b"}]
    ways = {"a": "left", "b": "right", "done": "after"}
    return node("both", "logic.parallel", on=ways, variable="came", **{"branches": branches, **properties})


def test_all_branches_run_with_a_copy_of_the_variables_and_say_what_they_changed() -> None:
    turn = Runs(both(), LEFT, RIGHT, AFTER, variables={"n": 1, "big": "x" * 100}).run()
    assert turn.output == {
        "a": {"status": "completed", "output": {"side": "left", "n": 2}},
        "b": {"status": "completed", "output": {"side": "right"}},
    }


@pytest.mark.parametrize(
    ("until", "status"), [("all", "failed"), (2, "failed"), (1, "completed"), ("any", "completed")]
)
def test_as_many_as_until_says_must_succeed(until: Any, status: str) -> None:
    ways = {"a": "left", "b": "fail", "done": "after"}
    runs = Runs({**both(until=until), "on": ways}, LEFT, FAIL, AFTER, variables={"n": 1})
    turn = runs.run()
    assert turn.status == status
    assert turn.failure is None or (turn.failure.node, turn.failure.code) == ("both", "parallel.failed")


def test_errors_are_collected_for_the_edge_at_error() -> None:
    ways = {"a": "left", "b": "fail", "done": "after", "error": "sorry"}
    sorry = node("sorry", "logic.end", output=["{{ $both.code }}", "{{ $both.results.b.error }}"])
    turn = Runs({**both(), "on": ways}, LEFT, FAIL, AFTER, sorry, variables={"n": 1}).run()
    code, error = turn.output
    assert (code, error["code"], error["node"]) == ("parallel.failed", "condition.failed", "fail")


def test_once_enough_are_done_the_others_are_cancelled_and_say_so() -> None:
    runs = Runs(both(until="any"), LEFT, RIGHT, AFTER, variables={"n": 1})
    runs.start()
    runs.settle(order=lambda due: len(due) - 1)  # b begins before a, and its end comes before a begins
    assert runs.last(1).output == {
        "a": {"status": "cancelled"},
        "b": {"status": "completed", "output": {"side": "right"}},
    }
    assert runs.cancelled == {2}


@pytest.mark.parametrize("way", [{}, {"timeout": "late"}])
def test_an_alarm_leaves_by_timeout_or_fails_and_cancels_what_is_under_way(way: dict[str, str]) -> None:
    late = node("late", "logic.end", output="{{ $both.results }}")
    ways = {"a": "left", "b": "rest", "done": "after", **way}
    rest = node("rest", "logic.wait", for_="1h")
    runs = Runs({**both(timeout="5m"), "on": ways}, LEFT, rest, AFTER, late, variables={"n": 1})
    runs.run()
    wait = runs.sessions[1].wait
    assert wait is not None
    assert (wait.timeout_s, wait.accepts) == (300, ("child_done",))
    runs.alarm(1)
    assert 3 in runs.cancelled
    if way:
        assert runs.last(1).output["b"] == {"status": "cancelled"}
    else:
        failure = runs.last(1).failure
        assert failure is not None
        assert failure.code == "parallel.timeout"


def test_a_result_that_comes_twice_counts_once() -> None:
    runs = Runs(both(), LEFT, RIGHT, AFTER, variables={"n": 1})
    runs.start()
    runs.take(*runs.due.pop(0))
    token = runs.sessions[1].wait.group  # type: ignore[union-attr]
    for _ in range(2):
        runs.take(1, runs.inbound("child_done", token=token, parameters={"branch": "a", "status": "completed"}))
    runs.take(1, runs.inbound("child_done", token=token, parameters={"branch": "stranger", "status": "completed"}))
    assert runs.last(1).status == "waiting"
    assert runs.last(1).keeps_deadline


def test_a_list_of_a_thousand_is_run_and_the_state_stays_small() -> None:
    numbers = node("numbers", "logic.set", variables={"numbers": "{{ range(1000) }}"}, next="fan")
    fan = node("fan", "logic.parallel", each="{{ numbers }}", variable="came", on={"each": "text", "done": "after"})
    text = node("text", "logic.end", output={"text": "{{ item ~ long }}"})
    after = node("after", "logic.end", output="{{ came|length }} {{ $fan.results['999'].status }}")
    runs = Runs(numbers, fan, text, after, variables={"long": "y" * 500})
    turn = runs.run()
    largest = max(len(each.state) for each in runs.turns[1])
    print(f"1,000 branches: {len(runs.sessions) - 1} runs, {len(runs.turns[1])} turns, state at most {largest} bytes")
    assert turn.output == "1000 completed"
    assert largest < 45_000


def test_what_is_too_large_to_keep_says_where_it_is() -> None:
    texts = node("left", "logic.end", output=["{{ long }}"] * 4)
    runs = Runs(both(), texts, RIGHT, AFTER, variables={"long": "y" * 9_000})
    turn = runs.run()
    execution = runs.last(2).execution
    assert turn.output["a"] == {
        "status": "completed",
        "execution": execution,
        "characters": turn.output["a"]["characters"],
    }
    assert turn.output["a"]["characters"] > 36_000
    assert turn.output["b"]["output"] == {"side": "right"}


@pytest.mark.parametrize("each", ["{{ nothing }}", "{{ range(1000) + [1] }}"])
def test_what_is_no_list_or_too_long_fails_before_anything_begins(each: str) -> None:
    fan = node("fan", "logic.parallel", each=each, on={"each": "left", "done": "after"})
    runs = Runs(fan, LEFT, AFTER, variables={"n": 1, "nothing": None})
    turn = runs.run()
    assert turn.failure is not None
    assert turn.failure.code.startswith("loop.")
    assert len(runs.sessions) == 1


def test_an_empty_list_is_done_at_once() -> None:
    fan = node("fan", "logic.parallel", each=[], on={"each": "left", "done": "after"})
    assert Runs(fan, LEFT, AFTER, variables={"n": 1, "came": 7}).run().output == 7


def test_branches_of_branches_come_together() -> None:
    outer = node("outer", "logic.parallel", each=[1, 2], variable="came", on={"each": "inner", "done": "after"})
    inner = node("inner", "logic.parallel", each=["{{ item }}", 10], variable="all", on={"each": "add", "done": "sum"})
    add = node("add", "logic.end", output="{{ item }}")
    sums = node("sum", "logic.end", output="{{ all['0'].output + all['1'].output }}")
    turn = Runs(outer, inner, add, sums, AFTER).run()
    assert [turn.output[name]["output"] for name in ("0", "1")] == [11, 12]


def test_a_conversation_waits_for_its_branches_and_messages_stay_queued() -> None:
    talk = Talk(both(), LEFT, RIGHT, say("after", "done"), variables={"n": 1})
    assert talk.send("hi") == []
    assert talk.session.wait is not None
    assert talk.session.wait.accepts == ("child_done",)
    assert [effect.branch for effect in talk.turn.effects] == ["a", "b"]  # type: ignore[union-attr]
    assert all(orjson.dumps(effect.input) == b'{"n":1}' for effect in talk.turn.effects)  # type: ignore[union-attr]
    assert talk.says("Are you there?") == ["done", "done"]  # once its branches have ended, and for what was queued
    assert [run.status for run in talk.runs] == ["completed"] * 4


@pytest.mark.parametrize("size", [5, 1_000])
@pytest.mark.parametrize("count", [10, 1_000])
def test_a_fan_out_costs_in_proportion_to_its_list(count: int, size: int) -> None:
    """Each branch gets its item, and shares the list and the other variables."""
    fan = node(
        "fan", "logic.parallel", each="{{ $input.items }}", on={"each": "text", "done": "after"}, variable="came"
    )
    text = node("text", "logic.end", output="{{ item | length }} of {{ $input['items'] | length }} {{ note | length }}")
    after = node("after", "logic.end", output="{{ came['9'].status }} {{ came | length }}")
    runs = Runs(fan, text, after, variables={"note": "n" * 700})
    items = [f"{at:04}".ljust(size, "x") for at in range(count)]
    turn = runs.run(input={"items": items})
    assert turn.output == f"completed {count}"
    assert runs.last(count + 1).output == f"{size} of {count} 700"
    [first, *_] = runs.turns[1]
    effects = sum(len(orjson.dumps(effect)) for effect in first.effects)
    kept = sum(len(content) for each in runs.turns.values() for turn in each for content in turn.kept.values())
    assert effects < count * (size + 800)
    assert kept < 2 * len(orjson.dumps({"items": items})) + count * size * 2 + 2_000


def test_a_conversation_with_a_long_list_fans_out_too() -> None:
    fan = node("fan", "logic.parallel", each="{{ names }}", on={"each": "text", "done": "say"}, variable="came")
    text = node("text", "logic.end", output="{{ item }} of {{ names | length }}")
    talk = Talk(fan, text, say("say", "{{ came['299'].output }}"), variables={"names": ["Annabel"] * 300})
    assert talk.says("hi") == ["Annabel of 300"]


def test_a_branch_that_fans_out_hands_on_what_it_shares() -> None:
    outer = node(
        "outer",
        "logic.parallel",
        each=["a", "b"],
        on={"each": "inner", "done": "after"},
        variable="came",
        **{"as": "x"},
    )
    inner = node("inner", "logic.parallel", each=[1, 2, 3], on={"each": "rest", "done": "end"}, variable="found")
    rest = node("rest", "logic.wait", for_="1h", next="leaf")
    leaf = node("leaf", "logic.end", output="{{ x }}{{ item }} {{ $input.text | length }}")
    end = node("end", "logic.end", output="{{ found['2'].output }}")
    runs = Runs(outer, inner, rest, leaf, end, node("after", "logic.end", output="{{ came['1'].output }}"))
    runs.run(input={"text": "t" * 5_000})
    for number, session in list(runs.sessions.items()):
        assert len(runs.last(number).state) < 2_000
        if session.wait is not None and "child_done" not in session.wait.accepts:
            runs.alarm(number)
    assert runs.last(1).output == "b3 5000"


def test_an_item_that_has_the_name_of_a_variable_hides_it_in_the_branch_alone() -> None:
    fan = node("fan", "logic.parallel", each=["a" * 400, "b"], on={"each": "text", "done": "after"}, variable="came")
    text = node("text", "logic.end", output="{{ item | length }}")
    after = node(
        "after", "logic.end", output=["{{ came['0'].output }}", "{{ came['1'].output }}", "{{ item | length }}"]
    )
    assert Runs(fan, text, after, variables={"item": "y" * 900}).run().output == [400, 1, 900]
