"""conditional.switch over ranges and patterns; equal values are in test_conditional.py."""

from __future__ import annotations

import json
from typing import Any

import pytest
from pydantic import ValidationError

from botflow.flow.checking.check import check
from botflow.flow.document import parse
from botflow.nodes.switch import SwitchProperties
from tests.engine.conversation import START, Talk, node, say
from tests.node_types import EVERY


def chosen(value: Any, *cases: dict[str, Any], **document: Any) -> str:
    named = [{"handle": f"h{number}", **case} for number, case in enumerate(cases)]
    ways = {each["handle"]: each["handle"] for each in named}
    switch = node("decide", "conditional.switch", value="x", cases=named, on={**ways, "else": "rest"})
    talk = Talk(switch, say("rest", "else"), *(say(name, name) for name in ways), variables={"x": value}, **document)
    return talk.says("hi")[0]


AGES = ({"below": 6}, {"from": 6, "below": 18}, {"from": 65}, {"from": 18})


@pytest.mark.parametrize(
    ("value", "handle"),
    [
        (-3, "h0"),
        (5.99, "h0"),
        (6, "h1"),
        ("17", "h1"),
        (" 17.5 ", "h1"),
        (18, "h3"),
        (64.9, "h3"),
        (65, "h2"),
        ("old", "else"),
        (True, "else"),
        (None, "else"),
        ([7], "else"),
        ("2026-01-01", "else"),
    ],
    ids=repr,
)
def test_a_number_is_in_the_first_range_that_has_it(value: Any, handle: str) -> None:
    assert chosen(value, *AGES) == handle


@pytest.mark.parametrize(
    ("value", "handle"),
    [
        ("2026-12-23", "h0"),
        ("2026-12-24", "h1"),
        ("2026-12-26T23:59", "h1"),
        ("2026-12-26T22:30:00+00:00", "h1"),
        ("2026-12-26T23:30:00+00:00", "else"),  # 00:30 of the next day in Berlin
        ("2026-12-27", "else"),
        ("next week", "else"),
        (20261224, "else"),
    ],
    ids=repr,
)
def test_dates_and_moments_are_in_a_range_of_dates_by_the_persons_clock(value: Any, handle: str) -> None:
    cases = {"below": "2026-12-24"}, {"from": "2026-12-24", "below": "2026-12-27"}
    assert chosen(value, *cases, timeZone="Europe/Berlin") == handle


@pytest.mark.parametrize(("value", "handle"), [("9:30", "h0"), ("12:00", "h1"), ("12:00:01", "h1"), ("23:59", "h1")])
def test_times_of_day_are_compared_as_times(value: str, handle: str) -> None:
    assert chosen(value, {"below": "12:00"}, {"from": "12:00"}) == handle


@pytest.mark.parametrize(
    ("value", "handle"), [("AB-12", "h0"), ("x ab-12", "h1"), ("AB12", "else"), (4711, "h2"), (None, "else")]
)
def test_a_pattern_is_found_in_the_value(value: Any, handle: str) -> None:
    cases = {"pattern": r"^[A-Z]{2}-\d+$"}, {"pattern": r"(?i)AB-\d+"}, {"pattern": "^47"}
    assert chosen(value, *cases) == handle


def test_the_first_case_wins_whatever_its_form() -> None:
    assert chosen(7, {"from": 5}, {"equals": 7}) == "h0"
    assert chosen("7", {"equals": 7}, {"from": 5}) == "h0"
    assert chosen("a", {"equals": "A"}, {"pattern": "a"}, {"equals": "a"}) == "h2"


@pytest.mark.parametrize(
    ("case", "at"),
    [
        ({"from": 5, "below": 5}, "from"),
        ({"from": "2026-12-24", "below": 5}, "from"),
        ({"from": "soon"}, "from"),
        ({"below": "soon"}, "below"),
        ({"from": 1, "equals": 1}, "either"),
        ({"from": 1, "pattern": "1"}, "either"),
        ({}, "either"),
    ],
)
def test_a_case_that_fits_nothing_is_refused(case: dict[str, Any], at: str) -> None:
    with pytest.raises(ValidationError, match=at):
        SwitchProperties.model_validate({"value": "x", "cases": [{"handle": "h", **case}]})


@pytest.mark.parametrize(
    ("cases", "warned"),
    [
        (AGES, []),
        (({"from": 100}, {"from": 10}, {"from": 1}), []),  # steps
        (({"from": 10}, {"from": 100}), [("property.no_effect", "cases[1].from")]),
        (({"below": 5}, {"from": 5}, {"from": 3, "below": 9}), [("property.no_effect", "cases[2].from")]),
        (({"from": 1, "below": 10}, {"from": 5, "below": 20}), [("switch.overlap", "cases[1].from")]),
        (({"from": 1, "below": 10}, {"from": 10, "below": 20}), []),
        (({"from": 1, "below": 10}, {"equals": 5}), [("property.no_effect", "cases[1].equals")]),
        (({"equals": 5}, {"from": 1, "below": 10}), []),
        (({"pattern": "a"}, {"pattern": "a"}), [("property.no_effect", "cases[1].pattern")]),
        (({"below": "12:00"}, {"below": 12}, {"below": "2026-01-01"}), []),
        (
            ({"from": "2026-01-01", "below": "2026-03-01"}, {"from": "2026-02-01"}),
            [("switch.overlap", "cases[1].from")],
        ),
    ],
)
def test_the_checker_warns_of_ranges_that_overlap(cases: Any, warned: list[tuple[str, str]]) -> None:
    named = [{"handle": f"h{number}", **case} for number, case in enumerate(cases)]
    ways = {each["handle"]: "end" for each in named}
    switch = node("s", "conditional.switch", value="$message.text", cases=named, on={**ways, "else": "end"})
    whole = {"botflow": 1, "id": "shop", "nodes": [{**START, "next": "s"}, switch, say("end", "E")]}
    problems = check(parse(json.dumps(whole), name="shop.json"), EVERY, {})
    assert [(each.code, each.path.rpartition("properties.")[2]) for each in problems] == warned


def test_a_pattern_that_is_not_linear_is_refused_with_its_place() -> None:
    switch = node("s", "conditional.switch", value="x", cases=[{"handle": "h", "pattern": "(?=a)"}], on={"h": "end"})
    whole = {
        "botflow": 1,
        "id": "shop",
        "nodes": [{**START, "next": "s"}, switch, say("end", "E")],
        "variables": {"x": 1},
    }
    problems = check(parse(json.dumps(whole), name="shop.json"), EVERY, {})
    assert [(each.code, each.path) for each in problems if each.code == "pattern.invalid"] == [
        ("pattern.invalid", "nodes[1].properties.cases[0].pattern")
    ]
