"""logic.loop: for each, while, bounded, with questions in its body."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson
import pytest

from botflow.engine.ask_json import ask_to_json, fingerprint
from botflow.engine.asks import Answer
from botflow.flow.fields import Properties
from botflow.nodes.custom.action import action
from tests.engine.conversation import Talk, node, say
from tests.engine.runs_in_memory import Runs


class Work(Properties):
    text: str
    variable: str = "done"


@action("test.work")
async def worked(properties: Work, variables: Mapping[str, Any]) -> Any:
    return properties.text


GREET = say("greet", "Hello {{ name }}")
DONE = say("done", "That was all.")


def each(**properties: Any) -> dict[str, Any]:
    return node("all", "logic.loop", on={"each": "greet", "done": "done"}, **{"as": "name", **properties})


@pytest.mark.parametrize("items", [["Ann", "Bob"], "{{ names }}"])
def test_the_body_runs_once_for_every_item(items: Any) -> None:
    talk = Talk(each(items=items), GREET, DONE, variables={"names": ["Ann", "Bob"]})
    assert talk.says("hi") == ["Hello Ann", "Hello Bob", "That was all."]


def test_an_object_is_gone_over_by_key_and_value_and_the_place_counts_from_0() -> None:
    loop = each(items="{{ prices }}", index="at", **{"as": "price"})
    words = say("greet", "{{ at }} {{ price.key }} {{ price.value }}")
    assert Talk(loop, words, DONE, variables={"prices": {"tea": 2, "cake": 3}}).says("hi")[:2] == [
        "0 tea 2",
        "1 cake 3",
    ]


def test_a_question_in_the_body_waits_and_the_loop_goes_on_with_the_answer() -> None:
    loop = node("all", "logic.loop", items=["name", "town"], on={"each": "ask", "done": "done"})
    ask = node("ask", "chatbot.ask", text="Your {{ item }}?", variable="answer", next="keep")
    keep = node("keep", "logic.set", variables={"said": "{{ said ~ answer ~ ' ' }}"})
    talk = Talk(loop, ask, keep, say("done", "{{ said }}({{ $all.count }})"), variables={"said": ""})
    assert talk.says("hi") == ["Your name?"]
    assert talk.says("Ann") == ["Your town?"]
    assert [frame.kind for frame in talk.session.frames] == ["main", "body"]
    assert talk.says("Rome") == ["Ann Rome (2)"]


def test_a_while_loop_ends_when_its_condition_does() -> None:
    loop = node("all", "logic.loop", on={"each": "add", "done": "done"}, **{"while": "n < 3"})
    add = node("add", "logic.set", variables={"n": "{{ n + 1 }}"})
    assert Talk(loop, add, say("done", "{{ n }}"), variables={"n": 0}).says("hi") == ["3"]


def test_an_edge_back_to_the_loop_ends_a_pass() -> None:
    loop = node("all", "logic.loop", items=[1, 2], on={"each": "greet", "done": "done"})
    assert Talk(loop, say("greet", "{{ item }}", next="all"), DONE).says("hi") == ["1", "2", "That was all."]


def test_loops_nest() -> None:
    outer = node("outer", "logic.loop", items=[1, 2], on={"each": "inner", "done": "done"}, **{"as": "a"})
    inner = node("inner", "logic.loop", items=["x", "y"], on={"each": "greet"}, **{"as": "b"})
    talk = Talk(outer, inner, say("greet", "{{ a }}{{ b }}"), DONE)
    assert talk.says("hi") == ["1x", "1y", "2x", "2y", "That was all."]


def test_an_empty_list_and_an_empty_body_are_done_at_once() -> None:
    assert Talk(each(items=[]), GREET, DONE).says("hi") == ["That was all."]
    assert Talk(node("all", "logic.loop", items=[1, 2, 3], next="done"), DONE).says("hi") == ["That was all."]


@pytest.mark.parametrize(
    ("loop", "code"),
    [
        ({"items": "{{ nothing }}"}, "loop.items"),
        ({"items": "five"}, "loop.items"),
        ({"items": [1, 2, 3], "limit": 2}, "loop.limit"),
        ({"while": "true", "limit": 5}, "loop.limit"),
    ],
)
def test_what_cannot_be_gone_over_or_is_too_much_leaves_by_error(loop: dict[str, Any], code: str) -> None:
    placed = node("all", "logic.loop", on={"each": "tick", "error": "sorry", "done": "done"}, **loop)
    tick = node("tick", "logic.set", variables={"x": 1})
    talk = Talk(placed, tick, say("sorry", "{{ $all.code }}"), DONE, variables={"nothing": None})
    assert talk.says("hi") == [code]


def test_a_pass_that_fails_leaves_by_error_and_says_which() -> None:
    loop = node("all", "logic.loop", items=[2, 0], on={"each": "divide", "error": "sorry"})
    divide = node("divide", "logic.set", variables={"x": "{{ 1 / item }}"})
    sorry = say("sorry", "{{ $all.code }} {{ $all.node }} {{ $all.index }}")
    assert Talk(loop, divide, sorry).says("hi") == ["condition.failed divide 1"]


def test_a_loop_of_a_run_takes_as_many_turns_as_it_needs_and_its_state_does_not_grow() -> None:
    loop = node("all", "logic.loop", on={"each": "add"}, limit=10_000, **{"while": "n < 3000"})
    runs = Runs(loop, node("add", "logic.set", variables={"n": "{{ n + 1 }}"}), variables={"n": 0})
    turn = runs.run()
    sizes = [len(each.state) for each in runs.turns[1][:-1]]
    print(f"3,000 passes: {len(runs.turns[1])} turns, state {min(sizes)} to {max(sizes)} bytes")
    assert (turn.status, turn.output) == ("completed", {"n": 3000, "input": None})
    assert max(sizes) - min(sizes) < 10


def test_a_loop_with_an_action_in_it_writes_its_list_once() -> None:
    """Each pass is a turn of its own; neither its state nor what its journal has of the action grows with the list."""
    loop = node("all", "logic.loop", items="{{ $input.rows }}", limit=10_000, on={"each": "work", "done": "end"})
    work = node("work", "test.work", text="row {{ item.n }}", variable="done")
    runs = Runs(
        loop,
        work,
        node("end", "logic.end", output="{{ done }} {{ $all.count }}"),
        types=(worked,),
        answer=lambda ask: Answer(value="7"),
    )
    rows = [{"n": at, "text": "x" * 100} for at in range(500)]
    assert runs.run(input={"rows": rows}).output == "7 500"
    assert len(runs.turns[1]) == 501
    assert max(len(turn.state) for turn in runs.turns[1]) < 2_000
    assert sum(len(content) for turn in runs.turns[1] for content in turn.kept.values()) < 3 * len(orjson.dumps(rows))
    journalled = [orjson.dumps(ask_to_json(ask)) for ask in runs.asks]
    assert max(map(len, journalled)) < 1_000
    assert len(set(map(fingerprint, runs.asks))) == 500
