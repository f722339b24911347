"""Flows as people write them on their first day: what is wrong is said, with what to write instead."""

from __future__ import annotations

from typing import Any

import pytest

from botflow.flow.checking.check import check
from botflow.flow.document import parse
from botflow.flow.problems import FlowProblems
from botflow.nodes import built_in

NODE_TYPES = {kind.name: kind for kind in built_in()}
MESSAGE = "{id: start, type: chatbot, actionType: message_received, next: a}"
ORDER = "{id: start, type: trigger, actionType: manual, properties: {schema: {order: {type: integer}}}, next: a}"
NAME = "{id: a, type: chatbot, actionType: ask, properties: {text: '?', variable: name}, next: b}"


def asks(expect: str) -> str:
    return (
        f"{{id: a, type: chatbot, actionType: ask, properties: {{text: '?', variable: x, expect: {expect}}}, next: b}}"
    )


def says(text: str, name: str = "b") -> str:
    return f"{{id: {name}, type: chatbot, actionType: say, properties: {{text: '{text}'}}}}"


def branch(when: str) -> str:
    case = f"{{handle: h, when: '{when}'}}"
    return f"{{id: b, type: conditional, actionType: branch, properties: {{cases: [{case}]}}, on: {{h: c, else: c}}}}"


def found(*nodes: str, top: str = "") -> str:
    """Return what the checker says about a flow, a line for each problem."""
    text = f"id: shop\n{top}\nnodes:\n" + "\n".join(f"  - {each}" for each in nodes)
    try:
        problems = check(parse(text, name="shop.yaml"), NODE_TYPES, {})
    except FlowProblems as failure:
        problems = list(failure.problems)
    return "\n".join(f"{each.severity} {each.code}: {each.message} ({each.hint})" for each in problems)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("{{ $input.txt }}", "warning template.unknown_field: $input has no field 'txt' (did you mean text?)"),
        ("{{ $input.chanel }}", "$input has no field 'chanel' (did you mean channel?)"),
        ("{{ $message.txt }}", "warning template.unknown_field: $message has no field 'txt' (did you mean text?)"),
        ("{{ $message.phone }}", "$message has no field 'phone' (it has text, payload"),
        ("{% if $input.payloud %}x{% endif %}", "did you mean payload?"),
        ("{{ $input.text }} {{ $message.media }} {{ $input.channel }} {{ $message.channel }}", ""),
        ("{{ $input.order }} {{ $input.value }} {{ $input.customerName }}", ""),  # the API may start it with these
    ],
)
def test_fields_of_the_message(text: str, complaint: str) -> None:
    said = found(MESSAGE, says(text, "a"))

    assert (complaint in said) if complaint else said == ""


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("{{ $input.ordr }}", "$input has no field 'ordr' (did you mean order?)"),
        ("{{ $input.phone }}", "$input has no field 'phone' (it has order)"),
        ("{{ $start.ordr }}", "did you mean order?"),
        ("{{ $input.order }} {{ $start.order }}", ""),
    ],
)
def test_fields_of_an_input_with_a_schema(text: str, complaint: str) -> None:
    said = found(ORDER, f"{{id: a, type: logic, actionType: log, properties: {{message: '{text}'}}}}")

    assert (complaint in said) if complaint else said == ""


def test_an_input_without_a_schema_may_have_every_field() -> None:
    start = "{id: start, type: trigger, actionType: manual, next: a}"

    assert found(start, "{id: a, type: logic, actionType: log, properties: {message: '{{ $input.txt }}'}}") == ""
    assert "phone" not in found(ORDER, start.replace("start", "other"), says("{{ $input.phone }}", "a"))


def test_a_node_may_be_called_message() -> None:
    ask = "{id: message, type: chatbot, actionType: ask, properties: {text: '?'}, next: b}"

    assert found(MESSAGE.replace("next: a", "next: message"), ask, says("{{ $message.value }}")) == ""


@pytest.mark.parametrize(
    ("properties", "more", "is_warned"),
    [
        ("{instructions: Be nice}", "", True),
        ("{instructions: Be nice, fallback: ' '}", "", True),
        ("{instructions: Be nice}", ", next: b", True),
        ("{instructions: Be nice, fallback: Sorry}", "", False),
        ("{instructions: Be nice}", ", on: {error: b}", False),
    ],
)
def test_a_reply_without_a_way_out(properties: str, more: str, is_warned: bool) -> None:
    said = found(MESSAGE, f"{{id: a, type: ai, actionType: reply, properties: {properties}{more}}}", says("x"))

    assert ("warning ai.no_fallback" in said) == is_warned


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("Hi {name}", "'{name}' is said as it is written: it is no template (write {{ name }})"),
        ("Hi ${name}!", "'${name}' is said"),
        ("Hi $name.", "'$name' is said"),
        ("Hi %name%", "'%name%' is said"),
        ("Hi {name} {{ name }}", "'{name}' is said"),
        ("Hi {{ name }}, {other} costs $5 or $names, 5 % name", ""),
        ("{{ $var.name }} {% if name %}{# {name} #}{% endif %} {{ {name: 1} }}", ""),
    ],
)
def test_variables_as_other_languages_write_them(text: str, complaint: str) -> None:
    said = found(MESSAGE, NAME, says(text))

    assert (complaint in said) if complaint else said == ""


@pytest.mark.parametrize(
    ("value", "complaint"),
    [
        ("price * 2", "warning property.no_template: 'a': t becomes the text 'price * 2', and nothing is computed"),
        ("price + price / 2", 'write "{{ price + price / 2 }}"'),
        ("$price", 'write "{{ price }}"'),
        ("price", ""),
        ("{{ price * 2 }}", ""),
        ("check-in", ""),
        ("2 - 1", ""),
        ("price - tax", ""),
    ],
)
def test_a_sum_without_braces(value: str, complaint: str) -> None:
    node = f"{{id: a, type: logic, actionType: set, properties: {{variables: {{t: '{value}'}}}}, next: b}}"
    said = found(MESSAGE, node, says("{{ t }}"), top="variables: {price: 3}")

    assert (complaint in said) if complaint else said == ""


@pytest.mark.parametrize(
    ("expect", "when", "is_warned"),
    [
        ("yes_no", 'x == "yes"', True),
        ("yes_no", '$a.value == "no" or x', True),
        ("yes_no", "x", False),
        ("yes_no", "x == true", False),
        ("integer", 'x == "many"', True),
        ("integer", "x == 5", False),
        ("date", 'x == "friday"', True),
        ("date", 'x == "2026-12-24"', False),
        ("text", 'x == "yes"', False),
        ("yes_no", '$a.text == "yes"', False),
        ("yes_no", 'y.x == "yes"', False),
    ],
)
def test_a_condition_that_never_holds(expect: str, when: str, is_warned: bool) -> None:
    said = found(MESSAGE, asks(expect), branch(when), says("x", "c"), top="variables: {y: {x: 1}}")

    assert ("property.no_effect" in said) == is_warned, said


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ('{{ x | format("dd.MM.yyyy") }}', "the filter format does not fit 'x'"),
        ("{{ x + 1 }}", "'x' is no number, and cannot be added to"),
        ("{{ x - 1 }}", 'x | shift("-1d")'),
        ("{{ today + 7 }}", 'today | shift("7d")'),
        ("{% if x < today + 7 %}soon{% endif %}", 'today | shift("7d")'),
        ("{{ now - 2 }}", 'now | shift("-2d")'),
        ("{{ x }} - 1 {{ x|date }}", ""),
    ],
)
def test_reckoning_with_a_date_as_with_a_number(text: str, complaint: str) -> None:
    said = found(MESSAGE, asks("date"), says(text))

    assert (complaint in said) if complaint else said == ""


@pytest.mark.parametrize(
    ("node", "complaint"),
    [
        ("{id: a, type: chatbot.ask, properties: {text: x}}", "write type: chatbot, actionType: ask"),
        ("{id: a, type: chatbot, actionType: say, properties: {text: x}, next: [b, c]}", "a handle leads to one node"),
        (
            "{id: a, type: chatbot, actionType: menu, properties: {text: x, options: [Pizza, Salad]}}",
            "options[0]: must be a mapping (such as {id: ..., label: ..., match: ...}",
        ),
    ],
)
def test_a_value_of_another_form(node: str, complaint: str) -> None:
    assert complaint in found(MESSAGE, node)


def test_a_long_word_is_searched_in_linear_time() -> None:
    def attempt(text: str) -> Any:
        return found(MESSAGE, NAME, says(text))

    for hard in ("$" * 15_000, "{a" * 7_000, "%a" * 7_000, "$" + "a" * 15_000):
        assert "template.placeholder" not in attempt(hard)
