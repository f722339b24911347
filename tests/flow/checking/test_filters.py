"""What the checker says about filters for dates, times and numbers before anybody writes."""

from __future__ import annotations

import json
from itertools import pairwise
from typing import Any

import pytest

from botflow.flow.checking.check import check
from botflow.flow.document import parse
from botflow.flow.problems import Problem
from botflow.nodes import built_in
from tests.engine.conversation import START, node, say

NODE_TYPES = {kind.name: kind for kind in built_in()}


def problems(text: str, *before: dict[str, Any], **document: Any) -> list[Problem]:
    nodes = [*before, say("last", text)]
    for this, following in pairwise(nodes):
        this["next"] = following["id"]
    whole = {"botflow": 1, "id": "shop", "nodes": [{**START, "next": nodes[0]["id"]}, *nodes], **document}
    return check(parse(json.dumps(whole), name="shop.json"), NODE_TYPES, {})


def said(text: str, *before: dict[str, Any], **document: Any) -> str:
    return "\n".join(
        f"{each.severity} {each.code}: {each.message} ({each.hint})" for each in problems(text, *before, **document)
    )


VALUES = {"day": "2026-11-27", "price": 3, "places": 2}


@pytest.mark.parametrize(
    "text",
    [
        "{{ now|datetime }} {{ today|date('EEEE d. MMMM') }} {{ day|shift('-1d')|at('09:00')|datetime('short') }}",
        "{{ price|number }} {{ price|number(2) }} {{ price|number(places) }} {{ price|money('EUR') }}",
        "{{ [day]|map('date')|join }} {{ day|date(day) }} {{ (day)|date }} {% if now|timestamp > 5 %}{% endif %}",
        "{{ day|date('''d''') }}",
    ],
)
def test_right_filters_are_not_reported(text: str) -> None:
    assert said(text, variables=VALUES) == ""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{{ day|dat }}", "there is no filter 'dat' (did you mean date?)"),
        ("{{ day|shfit('1d') }}", "did you mean shift?"),
        ("{{ day|strftime('%d') }}", "template.unknown_filter"),
        (
            "{{ day|shift('1 mnth') }}",
            "template.filter_argument: the filter shift: there is no unit 'mnth': did you mean month",
        ),
        ("{{ day|shift(-1) }}", "-1 says not how far to move"),
        ("{{ day|shift(days=-1) }}", "the filter shift: shift takes one argument"),
        ("{{ day|shift }}", "shift needs how far to move"),
        ("{{ day|shift('1d', '2d') }}", "shift takes one argument"),
        ("{{ day|at('9am') }}", "'9am' is no time of day"),
        ("{{ day|date('dd.mm.yyyy') }}", "m is the minute; the month is M or MM"),
        ("{{ day|date('DD.MM.YYYY') }}", "the day of the month is d or dd"),
        ("{{ price|money }}", "money needs a currency"),
        ("{{ price|money('EURO') }}", "did you mean EUR?"),
        ("{{ price|number(2.5) }}", "2.5 is no number of decimals"),
        ("{{ day|timestamp('s') }}", "timestamp takes no argument"),
        ("{{ now() }}", "'now' cannot be called (write now without parentheses)"),
        ("{{ date(day) }}", "'date' cannot be called (use a filter: day | date(\"full\"))"),
        ("{{ day.shift('1d') }}", "'shift' cannot be called (use a filter: day | shift(\"-1d\"))"),
        ("{{ $now }}", "template.unknown_node"),
        ("{{ $today|date }}", "write today without $"),
        ("{% if day|shift('x') == today %}{% endif %}", "'x' says not how far"),
    ],
)
def test_a_wrong_filter_is_an_error(text: str, expected: str) -> None:
    found = said(text, variables=VALUES)

    assert expected in found
    assert found.startswith("error")


def test_the_filters_of_a_condition_are_checked_too() -> None:
    branch = node("b", "conditional.branch", cases=[{"handle": "h", "when": "today|shift('1 dy') == day"}])
    branch["on"] = {"h": "last", "else": "last"}
    whole = {"botflow": 1, "id": "shop", "variables": VALUES}
    whole["nodes"] = [{**START, "next": "b"}, branch, say("last", "x")]
    found = check(parse(json.dumps(whole), name="shop.json"), NODE_TYPES, {})

    assert [problem.code for problem in found] == ["template.filter_argument"]
    assert "did you mean day" in found[0].message


@pytest.mark.parametrize(
    ("expect", "text", "is_wrong"),
    [
        ("integer", "{{ x|date }}", True),
        ("time", "{{ x|date }}", True),
        ("time", "{{ $q.value|date }}", True),
        ("date", "{{ x|time }}", True),
        ("date", "{{ x|datetime }}", True),
        ("date", "{{ 'on ' ~ x|money('EUR') }}", True),
        ("yes_no", "{{ x|number }}", True),
        ("date", "{{ x|shift('-1d')|at('09:00')|datetime }}", False),
        ("date", "{{ x|date }} {{ today|at(x)|time }}", False),
        ("time", "{{ x|time }} {{ today|at(x)|time }}", False),
        ("integer", "{{ x|number }} {{ x|money('EUR') }}", False),
        ("text", "{{ x|date }}", True),
        ("regex", "{{ x|date }}", False),
        ("integer", "{{ order.x|date }} {{ x|string|date }}", False),
    ],
)
def test_a_filter_for_another_kind_of_answer_is_a_warning(expect: str, text: str, is_wrong: bool) -> None:
    ask = node("q", "chatbot.ask", text="?", variable="x", expect=expect)
    found = [problem for problem in problems(text, ask) if problem.code == "template.filter_value"]

    assert bool(found) == is_wrong


@pytest.mark.parametrize("used", ["date", "time", "datetime", "shift('1d')", "at('09:00')", "timestamp"])
def test_a_moment_that_was_asked_for_fits_every_filter_of_moments(used: str) -> None:
    ask = node("when", "chatbot.ask", text="When?", variable="visit", expect="datetime")

    assert said(f"{{{{ visit | {used} }}}}", ask) == ""
