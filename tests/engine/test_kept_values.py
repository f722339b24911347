"""Large values of a run are stored once and named in its state; who reads one may change only a copy."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import orjson
import pytest

from botflow.engine.kept_values import SMALLEST, KeptValues, LentVariables, size_of
from botflow.engine.limits import Limits
from botflow.engine.session import Session
from tests.engine.conversation import node
from tests.engine.runs_in_memory import Runs

LONG = "x" * 5_000
ORDERS = [{"n": at, "text": "y" * 90} for at in range(300)]


def test_a_value_has_one_name_whoever_holds_it() -> None:
    kept = KeptValues({}, "e1")
    name = kept.name_of(ORDERS)
    assert kept.name_of(ORDERS) == name == kept.name_of(orjson.loads(orjson.dumps(ORDERS)))
    assert (kept.new, kept[name], size_of(name)) == ({name: orjson.dumps(ORDERS)}, ORDERS, len(orjson.dumps(ORDERS)))
    assert KeptValues({name: ORDERS}, "e1").name_of(ORDERS) == name


@pytest.mark.parametrize("value", ["", [], {}, None, True, 5, 1.5, "x" * (SMALLEST - 3), [1] * 400, {1, 2}, (LONG,)])
def test_a_small_value_has_no_name(value: Any) -> None:
    kept = KeptValues({}, "e1")
    assert (kept.name_of(value), kept.new) == ("", {})


def test_a_run_stores_a_large_input_once_and_its_state_names_it() -> None:
    rest = node("rest", "logic.wait", for_="1h", next="end")
    end = node("end", "logic.end", output=["{{ $input == copy }}", "{{ $start.orders | length }}", "{{ copy[9].n }}"])
    runs = Runs(node("copy", "logic.set", variables={"copy": "{{ $input }}"}, next="rest"), rest, end)
    turn = runs.run(input={"orders": ORDERS})
    assert len(turn.state) < 2_000
    assert sum(map(len, turn.kept.values())) == len(orjson.dumps({"orders": ORDERS}))
    stored = Session.from_json(orjson.loads(turn.state), turn.session.version)
    assert len(stored.missing()) == 1
    assert stored.filled(turn.session.values) == turn.session
    assert turn.session.emptied() == stored
    runs.alarm(1)
    assert runs.last(1).output == [True, 300, None]


def test_a_value_that_changes_is_another_one() -> None:
    change = node("change", "logic.set", variables={"orders": "{{ orders + [1] }}"}, next="rest")
    rest = node("rest", "logic.wait", for_="1h", next="end")
    first = node("first", "logic.wait", for_="1h", next="change")
    runs = Runs(
        first, change, rest, node("end", "logic.end", output="{{ orders | length }}"), variables={"orders": [0] * 900}
    )
    runs.run()
    for _ in range(2):
        runs.alarm(1)
    assert runs.last(1).output == 901


def test_what_a_run_holds_and_what_it_has_ever_held_is_bounded() -> None:
    rest = node("rest", "logic.wait", for_="1h", next="end")
    held = Runs(rest, node("end", "logic.end"), limits=Limits(kept_characters=6_000))
    assert held.run(input=LONG).status == "waiting"
    assert failure(held.run(input=[LONG, LONG])) == "limit.session_size"
    grow = node("grow", "logic.set", variables={"text": "{{ text ~ more }}"}, next="rest")
    ever = Runs(
        grow,
        node("rest", "logic.wait", for_="1h", next="grow"),
        limits=Limits(kept_in_all=20_000),
        variables={"text": "", "more": "x" * 900},
    )
    ever.run()
    for _ in range(10):
        if ever.last(1).status == "waiting":
            ever.alarm(1)
    assert failure(ever.last(1)) == "limit.kept_values"


def failure(turn: Any) -> str:
    assert turn.failure is not None
    return str(turn.failure.code)


def test_an_action_may_change_what_it_got() -> None:
    shared: dict[str, Any] = {"orders": [{"n": 1}], "note": "a"}
    readers: tuple[Callable[[LentVariables], Any], ...] = (
        lambda got: got["orders"],
        lambda got: got.get("orders"),
        lambda got: dict(got)["orders"],
        lambda got: {**got}["orders"],
        lambda got: dict(got.items())["orders"],
        lambda got: next(iter(got.values())),
        lambda got: got.copy()["orders"],
        lambda got: (got | {"a": 1})["orders"],
    )
    for read in readers:
        got = LentVariables(shared, {"orders": "name"})
        orders = read(got)
        orders[0]["n"] = 2
        assert shared == {"orders": [{"n": 1}], "note": "a"}
        assert got["orders"] == [{"n": 2}]
    got = LentVariables(shared, {"orders": "name"})
    assert (json.loads(json.dumps(got)), orjson.loads(orjson.dumps(got)), got.get("none"), len(got)) == (
        shared,
        shared,
        None,
        2,
    )
