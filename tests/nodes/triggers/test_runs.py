"""Triggers of runs: who starts what, and whether the input fits."""

from __future__ import annotations

from typing import Any

import pytest

from botflow.engine.inbound import Inbound
from botflow.errors import FlowError
from botflow.nodes import built_in
from botflow.nodes.triggers.input_schema import InputField, InputType, misfits
from tests.engine.conversation import node
from tests.engine.inbounds import message
from tests.engine.runs_in_memory import Runs
from tests.flow.read_documents import problems

TYPES: dict[str, Any] = {kind.name: kind for kind in built_in()}
SHOW = node("show", "logic.end", output="{{ $input }}")


def starts(node_type: str, properties: dict[str, Any], **parameters: Any) -> bool:
    kind = TYPES[node_type]
    inbound: Inbound = message("", kind="trigger", channel="run", parameters=parameters)
    return bool(kind.starts(kind.properties.model_validate(properties), inbound))


@pytest.mark.parametrize("trigger", ["api", "manual", "child", "event", "schedule", "webhook"])
def test_each_trigger_takes_its_own(trigger: str) -> None:
    properties: dict[str, dict[str, Any]] = {
        "trigger.manual": {},
        "trigger.event": {"event": "paid"},
        "trigger.schedule": {"cron": "0 9 * * *"},
        "trigger.webhook": {"secret": "shop"},
    }
    took = [name for name, given in properties.items() if starts(name, given, trigger=trigger, name="paid")]
    assert took == [f"trigger.{trigger if trigger in ('event', 'schedule', 'webhook') else 'manual'}"]
    assert not starts("chatbot.message_received", {}, trigger=trigger)


@pytest.mark.parametrize(
    ("when", "takes"), [("$input.amount > 100", True), ("$input.amount > 500", False), ("$input.x", False)]
)
def test_an_event_is_taken_by_its_name_and_if_its_condition_holds(when: str, takes: bool) -> None:
    given = {"event": "paid", "when": when}
    assert starts("trigger.event", given, trigger="event", name="paid", input={"amount": 200}) is takes
    assert not starts("trigger.event", given, trigger="event", name="made", input={"amount": 200})


@pytest.mark.parametrize(("amount", "takes"), [("50", False), ("200", True), ("200.5", True), (None, False)])
def test_a_payloads_text_that_is_a_number_is_compared_as_one(amount: str | None, takes: bool) -> None:
    given = {"event": "paid", "when": "$input.amount > 100"}
    assert starts("trigger.event", given, trigger="event", name="paid", input={"amount": amount}) is takes
    with pytest.raises(FlowError, match="cannot compare a text with a number"):
        starts("trigger.event", given, trigger="event", name="paid", input={"amount": "much"})


def test_a_condition_that_an_events_payload_breaks_says_so() -> None:
    with pytest.raises(FlowError, match="failed"):
        starts("trigger.event", {"event": "paid", "when": "1 / $input.n"}, trigger="event", name="paid", input={"n": 0})


@pytest.mark.parametrize("given", [{"a": 1}, [1, 2], "x", 0])
def test_the_input_is_a_variable_and_stays_readable_in_every_turn(given: Any) -> None:
    runs = Runs(node("rest", "logic.wait", for_="1h", next="show"), node("show", "logic.end", output="{{ input }}"))
    runs.run(input=given)
    runs.alarm(1)
    assert runs.last(1).output == given


def test_fields_of_the_input_are_read_as_dollar_input() -> None:
    assert Runs(SHOW).run(input={"a": 1}).output == {"a": 1}
    assert Runs(SHOW).run(input=7).output == 7


VALUES: tuple[Any, ...] = ([{"a": 1}, {"a": 2}], [], 5, 0, -1.5, 2**64 - 1, "text", "", True, False, None, {"a": [1]})
EXPRESSIONS = (
    "$input[1].a == 2",
    "$input | length > 1",
    "$input.a is defined",
    "$input == 5",
    "$input == none",
    "$input is true",
    "$input is string",
    "$input",
    "not $input",
    "$input.value is defined",
    "$input.a[0] == 1",
    "$input.a.b.c is defined",
    "5 in $input",
)


@pytest.mark.parametrize("expression", EXPRESSIONS)
@pytest.mark.parametrize("given", VALUES, ids=repr)
def test_the_input_is_the_same_in_a_triggers_condition_and_in_the_run(expression: str, given: Any) -> None:
    """Whatever JSON it is: a list, a bare value, nothing."""

    def taken() -> Any:
        return starts("trigger.event", {"event": "e", "when": expression}, trigger="event", name="e", input=given)

    def rendered() -> Any:
        output = f"{{{{ true if ({expression}) else false }}}}"
        return Runs(node("end", "logic.end", output=output)).run(input=given)

    turn = rendered()
    if turn.failure is None:
        assert bool(turn.output) is taken()
    else:
        with pytest.raises(FlowError):
            taken()


def test_a_list_is_read_by_position_and_gone_through() -> None:
    text = "{{ $input[0].a }}{% for each in $input %}-{{ each.a }}{% endfor %} of {{ $input | length }}"
    assert Runs(node("end", "logic.end", output=text)).run(input=[{"a": 1}, {"a": 2}]).output == "1-1-2 of 2"
    nothing: tuple[Any, ...] = (None, 5, "text", True, [])
    for given in nothing:
        assert Runs(node("end", "logic.end", output="<{{ $input.a }}>")).run(input=given).output == "<>"


@pytest.mark.parametrize(
    ("type", "good", "bad"),
    [
        ("text", "x", 1),
        ("integer", 3, 3.5),
        ("integer", -1, True),
        ("number", 2.5, "2.5"),
        ("boolean", False, 0),
        ("date", "2026-11-21", "tomorrow"),
        ("date", "2026-11-21", "20261121"),
        ("date", "2026-11-21", "2026-W47-6"),
        ("date", "2026-11-21", " 2026-11-2"),
        ("object", {"a": 1}, [1]),
        ("list", [1], {"a": 1}),
    ],
)
def test_a_value_fits_its_type_or_is_named(type: InputType, good: Any, bad: Any) -> None:
    schema = {"it": InputField(type=type)}
    assert misfits(schema, {"it": good}) == []
    [wrong] = misfits(schema, {"it": bad})
    assert wrong.startswith("'it' must be ")


def test_what_is_missing_or_unknown_is_named() -> None:
    schema = {"a": InputField(), "b": InputField(required=False)}
    assert misfits(schema, {"c": 1}) == ["'c' is not known; there are: a, b", "'a' is missing"]
    assert misfits(schema, [1]) == ["the input must be an object with a, b"]
    assert misfits(schema, None) == ["'a' is missing"]
    assert misfits({"b": InputField(required=False)}, None) == []
    assert misfits({}, [1]) == []


@pytest.mark.parametrize(
    ("signature", "message", "hint"),
    [
        (
            "{scheme: strip}",
            "'hmac', 'stripe', 'slack', 'svix', 'github' or 'shopify', not 'strip'",
            "did you mean stripe?",
        ),
        ("{scheme: github, header: X-Sign}", "the scheme github does not use header; leave it out", ""),
        ("{scheme: github, tolerance: 5m}", "the scheme github does not use tolerance; leave it out", ""),
        ("{tolerance: 5m}", "the scheme hmac does not use tolerance; leave it out", ""),
        ("{scheme: slack, replayWindow: 5m}", "the scheme slack does not use replayWindow; leave it out", ""),
        ("{scheme: slack, tolerance: 2d}", "less than or equal to 86400", ""),
    ],
)
def test_a_signature_that_cannot_be_is_named_with_what_exists(signature: str, message: str, hint: str) -> None:
    [problem] = problems(f"""
        id: hooked
        executionMode: single
        nodes:
          - {{id: hook, type: trigger, actionType: webhook, properties: {{secret: s, signature: {signature}}}}}
    """)

    assert problem.code == "property.invalid"
    assert message in problem.message
    assert problem.hint == hint
