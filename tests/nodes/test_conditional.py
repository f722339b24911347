"""conditional.branch and conditional.switch: the first that fits, and what they saw."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from botflow.nodes.comparison import alike
from botflow.nodes.conditional import sights
from tests.engine.conversation import Talk, node, say

ENDS = [say("large", "large"), say("small", "small"), say("rest", "rest")]


def branch(cases: list[dict[str, str]], **variables: Any) -> Talk:
    on = {"large": "large", "small": "small", "else": "rest"}
    used = {case["handle"] for case in cases} | {"else"}
    decide = node("decide", "conditional.branch", cases=cases, on={handle: on[handle] for handle in used})
    return Talk(decide, *(end for end in ENDS if end["id"] in {on[handle] for handle in used}), variables=variables)


@pytest.mark.parametrize(("qty", "said"), [(9, "large"), (5, "large"), (2, "small"), (0, "rest"), (None, "rest")])
def test_the_first_case_that_holds_wins(qty: object, said: str) -> None:
    cases = [{"handle": "large", "when": "qty >= 5"}, {"handle": "small", "when": "{{ qty == 2 or qty == 9 }}"}]
    assert branch(cases, qty=qty).says("hi") == [said]


def test_what_the_conditions_read_is_recorded_with_what_they_chose() -> None:
    cases = [
        {"handle": "large", "when": "qty > 5 and order.size == 'xl'"},
        {"handle": "small", "when": "'x' in $input.text and $var.note and missing is undefined"},
        {"handle": "small", "when": "never_looked_at"},
    ]
    talk = branch(cases, qty=2, order={"size": "xl"}, note="n" * 200, never_looked_at=1)
    assert talk.says("xyz") == ["small"]
    saw = {"qty": 2, "order.size": "xl", "$input.text": "xyz", "note": "n" * 79 + "…", "missing": None}
    assert talk.trace[2] == ["decided", "decide", "small", saw]


def test_the_clock_that_a_condition_read_is_recorded() -> None:
    talk = branch(
        [{"handle": "large", "when": "day < today and now > '2020' and $var.today is undefined"}], day="2020-01-01"
    )
    assert talk.says("xyz") == ["large"]
    moment = talk.trace[2][3]
    assert moment["today"] == moment["now"][:10] != ""
    assert datetime.fromisoformat(moment["now"]).tzinfo is not None
    mine = branch([{"handle": "large", "when": "today == 'mine'"}], today="mine")
    assert mine.says("xyz") == ["large"]
    assert mine.trace[2][3] == {"today": "mine"}


def test_a_condition_that_fails_fails_the_execution_and_says_why() -> None:
    talk = branch([{"handle": "large", "when": "qty + note > 5"}], qty=2, note="n")
    talk.says("hi")
    assert talk.turn.failure is not None
    assert (talk.turn.failure.node, talk.turn.failure.code) == ("decide", "condition.failed")


@pytest.mark.parametrize(("qty", "said"), [("7", "large"), ("18", "large"), ("4", "rest"), (" 5.0 ", "large")])
def test_a_text_that_is_a_number_is_compared_as_one(qty: str, said: str) -> None:
    assert branch([{"handle": "large", "when": "qty >= 5"}], qty=qty).says("hi") == [said]
    way = node("decide", "conditional.switch", value="qty >= 5", cases=[{"handle": "large", "equals": True}])
    assert Talk(way | {"on": {"large": "large", "else": "rest"}}, *ENDS[::2], variables={"qty": qty}).says("hi") == [
        said
    ]


def test_a_text_that_is_no_number_fails_the_execution_without_being_named() -> None:
    talk = branch([{"handle": "large", "when": "qty >= 5"}], qty="hunter2")
    talk.says("hi")
    assert talk.turn.failure is not None
    assert talk.turn.failure.code == "condition.failed"
    assert talk.turn.failure.message == "the condition 'qty >= 5' failed: >= cannot compare a text with a number"


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("l", "large"),
        ("L", "large"),
        (" l ", "large"),
        (1, "small"),
        (1.0, "small"),
        ("1", "small"),
        ("1.0", "small"),
        ("+1", "small"),
        ("one", "rest"),
        ("1e0", "rest"),
        (True, "rest"),
        (None, "rest"),
        ([1], "rest"),
    ],
    ids=repr,
)
def test_a_switch_compares_as_people_do(value: object, said: str) -> None:
    cases = [{"handle": "large", "equals": "l"}, {"handle": "small", "equals": 1}]
    switch = node(
        "decide",
        "conditional.switch",
        value="order.size",
        cases=cases,
        on={"large": "large", "small": "small", "else": "rest"},
    )
    talk = Talk(switch, *ENDS, variables={"order": {"size": value}})
    assert talk.says("hi") == [said]
    seen = talk.trace[2][3]["order.size"]
    assert seen == (value if not isinstance(value, list) else "[1]")


@pytest.mark.parametrize(
    ("equals", "value", "fits"),
    [
        ("5", 5, True),
        (5, "5", True),
        ("5.0", 5, True),
        ("05", "5", False),
        ("9007199254740993", 9007199254740992, False),
        ("true", True, True),
        (True, "TRUE ", True),
        ("false", False, True),
        (True, 1, False),
        ("1", True, False),
        (None, "", False),
        (None, None, True),
        ("Straße", "STRASSE", True),
        ([1], "[1]", False),
        (["a"], ["a"], True),
        ("9" * 40, 5, False),
    ],
    ids=repr,
)
def test_what_is_alike(equals: object, value: object, fits: bool) -> None:
    assert alike(equals, value) is fits


def test_a_case_that_is_equal_in_every_letter_goes_first() -> None:
    cases = [{"handle": "small", "equals": "A"}, {"handle": "large", "equals": "a"}]
    ways = {"small": "small", "large": "large"}
    talk = Talk(
        node("decide", "conditional.switch", value="size", cases=cases, on=ways), *ENDS, variables={"size": "a"}
    )
    assert talk.says("hi") == ["large"]


def test_functions_and_products_are_not_among_what_was_seen() -> None:
    talk = branch([{"handle": "large", "when": "qty * 2 in range(9) and order.n * 2 == 6"}], qty=2, order={"n": 3})
    assert talk.says("hi") == ["large"]
    assert talk.trace[2][3] == {"qty": 2, "order.n": 3}


def test_a_condition_that_does_not_parse_sees_nothing() -> None:
    assert [sights(expression) for expression in ("qty >", "a b", "", "{% if %}")] == [(), (), (), ()]
