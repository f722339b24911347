"""Comparisons with a value that is written out: those that can never be as meant are said, and no others."""

from __future__ import annotations

from typing import Any

import pytest

from botflow.flow.checking.check import check
from botflow.flow.document import parse
from botflow.nodes import built_in
from tests.engine.conversation import START, node, say

NODE_TYPES = {kind.name: kind for kind in built_in()}
END = say("end", "End.")
CHOICES = [{"id": "blue", "label": "Sky"}, {"id": "dark red", "label": "Red"}]


def problems(*nodes: dict[str, Any], **document: Any) -> str:
    import json

    whole = {"botflow": 1, "id": "shop", "nodes": [{**START, "next": nodes[0]["id"]}, *nodes, END], **document}
    found = check(parse(json.dumps(whole), name="shop.json"), NODE_TYPES, {})
    return "\n".join(f"{each.severity} {each.code}: {each.message} ({each.hint})" for each in found)


def ask(expect: str) -> dict[str, Any]:
    more = {"choices": CHOICES} if expect == "choice" else {"pattern": ".*"} if expect == "regex" else {}
    return node("q", "chatbot.ask", text="?", variable="v", expect=expect, next="b", **more)


def said_of(expect: str, when: str, **document: Any) -> str:
    branch = node("b", "conditional.branch", cases=[{"handle": "h", "when": when}], on={"h": "end", "else": "end"})
    return problems(ask(expect), branch, **document)


@pytest.mark.parametrize(
    ("expect", "when", "message", "hint"),
    [
        ("yes_no", 'v == "true"', 'v == "true" never holds', "write v, or not v"),
        ("yes_no", '"yes" == v', '"yes" == v never holds', "write v, or not v"),
        ("yes_no", 'v in ["yes", "ja"]', 'v is never "ja"', "write v, or not v"),
        ("yes_no", 'v not in ("yes",)', 'v is never "yes"', "write v, or not v"),
        ("yes_no", 'v != "yes"', 'v != "yes" always holds', "write v, or not v"),
        ("yes_no", '$q.value == "yes"', "never holds", "write $q.value"),
        ("yes_no", "$var.v=='no' and 1 == 1", "never holds", "write $var.v"),
        ("yes_no", "v > 0", "v is true or false", "write v"),
        ("integer", 'v == "2"', "never holds", "write 2 without quotes"),
        ("integer", 'v > "2"', "v is a number", "write 2 without quotes"),
        ("integer", 'v in ["1", "2"]', 'v is never "1"', "write 1 without quotes"),
        ("number", 'v <= "many"', "v is a number", "compare it with a number"),
        ("choice", 'v == "Blue"', "never holds", "did you mean blue?"),
        ("choice", 'v == "dark-red"', "never holds", "did you mean dark red?"),
        ("choice", 'v == "green"', "never holds", "the ids are blue, dark red"),
        ("choice", "v > 3", "v is the id of an option", "the ids are"),
        ("time", 'v < "9:00"', "v is a time such as 09:30", 'write "09:00"'),
        ("time", 'v == "9:00"', "never holds", 'write "09:00"'),
        ("time", "v > 9", "v is a time", 'write a time as "09:30"'),
        ("date", 'day_ == 1 or v < "1.12.2026"', "v is a date", 'write "2026-12-01"'),
        ("date", 'v < "12/1/2026"', "v is a date", 'write a date as "2026-12-31"'),
        ("date", 'v >= "2026-1-5"', "v is a date", 'write "2026-01-05"'),
        ("date", 'v == "tomorrow"', "never holds", "today"),
        ("date", "v > 5", "v is a date", "today | shift"),
        ("date", "v < today + 7", "'today' is no number", 'today | shift("7d")'),
        ("text", "v >= 18", "v is a text", "integer"),
        ("text", "v == 5", "never holds", "in quotes"),
        ("text", "not (18 <= v)", "v is a text", "integer"),
    ],
)
def test_a_comparison_that_cannot_be_as_meant_is_said(expect: str, when: str, message: str, hint: str) -> None:
    said = said_of(expect, when, variables={"day_": 1})
    assert message in said
    assert hint in said
    assert said.startswith("warning ")


@pytest.mark.parametrize(
    ("expect", "when"),
    [
        ("yes_no", "v == true and v != false"),
        ("yes_no", "v in [true]"),
        ("yes_no", 'v is defined and v == none or v|string == "true"'),
        ("integer", "v == 2 and -1 < v and v != 2.5 and v in [1, 2]"),
        ("integer", 'v ~ "" == "2"'),
        ("integer", 'v|string == "2"'),
        ("integer", 'v + 1 > 2 and "2" in $message.text'),
        ("choice", 'v == "blue" and v in ["blue", "dark red"] and v < "c"'),
        ("time", 'v < "09:00" and v == "10:30" and v >= "10:30:15"'),
        ("date", 'v < "2026-12-01" and v == today and v <= today | shift("7d") and v < "2026-12-01T10:00"'),
        ("text", 'v == "Ann" and "Ann" in v and v > "B" and v|length > 5'),
        ("regex", 'v == 5 or v > "9:00" or v >= 18'),
        ("media", 'v.url and v.contentType == "image/png" and v.name and v.size > 5'),
        ("location", "v.latitude > 5 and v.longitude < 3.5 and v.label"),
    ],
)
def test_others_are_not(expect: str, when: str) -> None:
    assert said_of(expect, when) == ""


def test_a_variable_with_another_source_may_be_anything() -> None:
    assert said_of("integer", 'v == "2"', variables={"v": "2"}) == ""
    other = node("s", "logic.set", variables={"v": "{{ v ~ '' }}"}, next="b")
    branch = node(
        "b", "conditional.branch", cases=[{"handle": "h", "when": 'v == "2"'}], on={"h": "end", "else": "end"}
    )
    assert problems({**ask("integer"), "next": "s"}, other, branch) == ""


def test_a_menu_stores_the_id_and_a_model_the_type_of_its_field() -> None:
    menu = node("q", "chatbot.menu", text="?", options=CHOICES, variable="v", on={"blue": "s", "dark red": "s"})
    assert 'never "Blue" (did you mean blue?)' in problems(
        menu, say("s", "{% if v == 'Blue' %}x{% endif %}", next="end")
    )
    read = node("q", "ai.extract", fields={"v": {"type": "integer"}}, on={"done": "s", "missing": "s", "error": "s"})
    assert "write 5 without quotes" in problems(read, say("s", "{{ 'x' if v == '5' }}", next="end"))


@pytest.mark.parametrize(
    ("expect", "text", "hint"),
    [
        ("media", "{{ v.URL }}", "did you mean url?"),
        ("media", "{{ v.contenttype|upper }}", "did you mean contentType?"),
        ("media", "{{ $q.value.mime }}", "it has url, contentType, name, size"),
        ("location", "{{ v.lat }} ", "did you mean latitude?"),
        ("location", "{% if $var.v.lon > 5 %}x{% endif %}", "did you mean longitude?"),
        ("text", "{{ v.first }}", "write {{ v }}"),
        ("media", "{{ v | date }}", "the filter date does not fit 'v'"),
        ("location", "{{ v | number }}", "the filter number does not fit 'v'"),
        ("text", "{{ v | date }}", "the filter date does not fit 'v'"),
        ("email", "{{ v | time }}", "the filter time does not fit 'v'"),
        ("phone", "{{ v | shift('1d') }}", "the filter shift does not fit 'v'"),
        ("date", "{{ v | date }} {{ v | shift('1d') }}", ""),
        ("time", "{{ v | time }}", ""),
        ("regex", "{{ v | date }} {{ v.x }}", ""),
        ("integer", "{{ v | number }} {{ v | money('EUR') }}", ""),
        ("text", "{{ v | upper }} {{ '5.5' }} {{ [1]|first }}", ""),
    ],
)
def test_fields_and_filters_that_never_fit_are_said(expect: str, text: str, hint: str) -> None:
    said = problems(ask(expect), say("b", text, next="end"))
    assert (hint in said) if hint else said == ""


def test_a_list_of_files_is_not_taken_for_a_file() -> None:
    several = node("q", "chatbot.ask", text="Photos?", variable="v", expect="media", many=True, next="b")

    assert "v is an object" in problems(ask("media"), say("b", "{{ v.length }}", next="end"))
    assert problems(several, say("b", "{{ v[1].url }} {{ v.length }}", next="end")) == ""
