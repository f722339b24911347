"""Documents that can be read and make no sense: each gets an error with a code, its line, and what to write instead."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from tests.engine.conversation import node, say
from tests.flow.read_documents import problems

START = {"id": "start", "type": "chatbot", "actionType": "message_received", "next": "bye"}
BYE = say("bye", "Bye")
LONG = "a" * 1_000


def each(*values: Any) -> tuple[Any, ...]:
    return values


# What stands at the top of a document: of each rule, what it cannot be.
RULES: tuple[tuple[str, str, Any], ...] = (
    *(("zone.unknown", "timeZone", zone) for zone in each("Mars", "", "../../etc/passwd", "+01:00", LONG)),
    *(("document.invalid", "timeZone", zone) for zone in each(1, None, [], {})),
    *(
        ("duration.invalid", "expires", span)
        for span in each("soon", "", "0s", "-1h", "5", 5, "99999d", "1e9s", [], True)
    ),
    *(("document.invalid", "expiredText", text) for text in each(1, [], {"text": "x"})),
    *(("document.invalid", "corrections", choice) for choice in each("perhaps", 7, [], {})),
    *(("document.invalid", "recap", text) for text in each(1, [], {})),
    *(("document.invalid", "bursts", kind) for kind in each("drop", "Merge", "", 1, True, [], {})),
    *(("duration.invalid", "mergeWithin", span) for span in each("later", "0s", "-2s", 2, [])),
    *(("document.invalid", "ordering", kind) for kind in each("any", "", 1, [])),
    *(("duration.invalid", "validity", span) for span in each("never", "0s", 60, {})),
    *(("document.invalid", "quietHours", hours) for hours in each("22:00-08:00", [], 7)),
    *(("document.missing_key", "quietHours", hours) for hours in each({}, {"from": "22:00"}, {"to": "08:00"})),
    *(
        ("time.invalid", "quietHours", {"from": moment, "to": "08:00"})
        for moment in each("24:00", "8:00", "22.00", "", "22:00:00", "noon", "٢٢:٠٠")
    ),
    ("document.invalid", "quietHours", {"from": 22, "to": 8}),
    ("document.unknown_key", "quietHours", {"from": "22:00", "to": "08:00", "zone": "UTC"}),
    *(("document.invalid", "countries", where) for where in each("US", ["usa"], ["us"], [""], [1], {}, 7, ["U\n"])),
    *(("document.invalid", "budgets", money) for money in each(5, [], "10 USD")),
    ("document.unknown_key", "budgets", {"workflow": {"cost": 1}}),
    ("document.unknown_key", "budgets", {"session": {"dollars": 1}}),
    *(
        ("document.invalid", "budgets", {scope: cap})
        for scope in each("session", "contact", "organization")
        for cap in each({"cost": -1}, {"cost": "much"}, {"segments": -1}, {"segments": 1.5}, {"segments": "x"}, 5, [])
    ),
    ("document.missing_key", "budgets", {"prices": {"gpt": {"input": 1}}}),
    ("document.invalid", "budgets", {"prices": {"gpt": {"input": -1, "output": 1}}}),
    ("document.invalid", "budgets", {"prices": []}),
)

# What may stand at any node, and what its type takes.
STEP = node("all", "logic.log", message="x", next="bye")


def of(name: str, **properties: Any) -> dict[str, Any]:
    return node("all", name, **properties)


NODES: tuple[tuple[str, dict[str, Any]], ...] = (
    *(("document.invalid", {**STEP, "retry": given}) for given in each(3, "often", [])),
    *(
        ("document.invalid", {**STEP, "retry": {"attempts": times}})
        for times in each(0, 1, 11, -1, 2.5, "three", None, [], 10**9)
    ),
    *(("duration.invalid", {**STEP, "retry": {"delay": span}}) for span in each("soon", 1, "0s", "-1s")),
    ("document.invalid", {**STEP, "retry": {"delay": "61s"}}),
    *(("document.invalid", {**STEP, "retry": {"backoff": times}}) for times in each(0, 0.5, 11, "x", None)),
    ("document.unknown_key", {**STEP, "retry": {"times": 3}}),
    *(("duration.invalid", {**STEP, "timeLimit": span}) for span in each("soon", 5, "0s", "-1s", "99999d", [])),
    *(("document.invalid", {**STEP, "credential": given}) for given in each(7, [], {})),
    # logic.wait
    *(("property.invalid", of("logic.wait", **given)) for given in each({}, {"for": "1h", "until": "09:00"})),
    *(("duration.invalid", of("logic.wait", **{"for": span})) for span in each("soon", "", 60, "0s", "{{ x }}")),
    *(
        ("property.invalid", of("logic.wait", until=moment))
        for moment in each("tomorrow", "", "25:00", "2026-13-01", "09:60", 9, [])
    ),
    *(("property.invalid", of("logic.wait", until="09:00", timeZone=zone)) for zone in each("Mars", "", 1, LONG)),
    *(
        ("property.invalid", of("logic.wait", businessHours=hours))
        for hours in each({}, [], {"mon": "nine"}, {"someday": "09:00-17:00"}, {"mon": "17:00-09:00x"}, {"mon": 7}, 7)
    ),
    ("template.syntax", of("logic.wait", until="{{ when")),
    ("template.unknown_node", of("logic.wait", until="{{ $nobody.when }}")),
    # logic.loop
    *(
        ("property.invalid", of("logic.loop", **given))
        for given in each({}, {"items": [1], "while": "n"}, {"items": 7}, {"items": {"a": 1}}, {"items": True})
    ),
    *(("property.invalid", of("logic.loop", items=[1], limit=most)) for most in each(0, -1, 10_001, 1.5, "many", None)),
    *(("property.invalid", of("logic.loop", items=[1], **{"as": name})) for name in each("", LONG, 7)),
    ("template.syntax", of("logic.loop", items="{{ x")),
    ("condition.syntax", of("logic.loop", **{"while": "n <"})),
    ("property.unknown_key", of("logic.loop", items=[1], times=3)),
    # logic.try
    ("property.unknown_key", of("logic.try", attempts=3)),
    ("edge.unknown_handle", {**of("logic.try"), "on": {"sometimes": "bye"}}),
    # logic.parallel
    *(
        ("property.invalid", of("logic.parallel", **given))
        for given in each(
            {}, {"branches": []}, {"branches": [{"id": "a"}], "each": [1]}, {"branches": [{"id": ""}]},
            {"branches": [{"id": LONG}]}, {"branches": [{"id": "a"}, {"id": "a"}]}, {"branches": [{"id": "done"}]},
            {"branches": [{"id": "timeout"}]}, {"branches": "ab"}, {"branches": [{"id": str(n)} for n in range(101)]},
            {"each": 7}, {"each": {"a": 1}},
        )
    ),
    *(("property.invalid", of("logic.parallel", each=[1], until=many)) for many in each(0, -1, 1_001, "most", 1.5, [])),
    ("duration.invalid", of("logic.parallel", each=[1], timeout="soon")),
    ("property.missing_key", of("logic.parallel", branches=[{"label": "A"}])),
    # logic.run
    ("property.missing_key", of("logic.run")),
    *(("property.invalid", of("logic.run", workflow=given)) for given in each("", 7, [], "a" * 1_001)),
    ("property.invalid", of("logic.run", workflow="job", input=[1])),
    ("property.invalid", of("logic.run", workflow="job", wait="perhaps")),
    ("duration.invalid", of("logic.run", workflow="job", timeout=60)),
    # logic.emit, logic.log, logic.end
    ("property.missing_key", of("logic.emit")),
    *(("property.invalid", of("logic.emit", event=name)) for name in each("", LONG + "b", 7, [])),
    ("property.missing_key", of("logic.log")),
    *(("property.invalid", of("logic.log", message="x", level=level)) for level in each("loud", "", 7, "INFO")),
    ("property.unknown_key", of("logic.end", result=1)),
    ("edge.no_handle", {**of("logic.end"), "next": "bye"}),
    # triggers
    *(
        ("property.invalid", of("trigger.manual", schema=given))
        for given in each([], "order", {"a": {"type": "colour"}}, {"": {}}, {LONG: {}}, {"a": "text"}, {"a": None})
    ),
    ("property.unknown_key", of("trigger.manual", schema={"a": {"kind": "text"}})),
    ("property.missing_key", of("trigger.event")),
    *(("property.invalid", of("trigger.event", event=name)) for name in each("", LONG, 7)),
    ("condition.syntax", of("trigger.event", event="paid", when="$input.amount >")),
    ("property.missing_key", of("trigger.schedule")),
    *(
        ("cron.invalid", of("trigger.schedule", cron=line))
        for line in each("every day", "* * * *", "61 * * * *", "0 25 * * *", "0 0 30 2 *", "@daily", "0 9 * * 1-9")
    ),
    *(("property.invalid", of("trigger.schedule", cron=line)) for line in each("", LONG, 7)),
    *(("zone.unknown", of("trigger.schedule", cron="0 9 * * *", timeZone=zone)) for zone in each("Mars", "", LONG)),
    ("property.invalid", of("trigger.schedule", cron="0 9 * * *", missed="later")),
    ("property.missing_key", of("trigger.webhook")),
    *(("property.invalid", of("trigger.webhook", secret=name)) for name in each("", LONG, 7)),
    *(
        ("property.invalid", of("trigger.webhook", secret="s", signature={"header": name}))
        for name in each("", "X Signature", "X-Sig\r\nSet-Cookie: a", LONG, "Ü")
    ),
    ("property.invalid", of("trigger.webhook", secret="s", signature={"algorithm": "md5"})),
    ("property.invalid", of("trigger.webhook", secret="s", signature={"encoding": "rot13"})),
    ("property.unknown_key", of("trigger.webhook", secret="s", signature={"key": "s"})),
    # reminders
    *(
        ("property.invalid", of("chatbot.ask", text="Who?", variable="who", reminders=given))
        for given in each("1h", {"after": "1h"}, [7], [{"after": "1h", "text": "x"}] * 100)
    ),
    ("property.missing_key", of("chatbot.ask", text="Who?", variable="who", reminders=[{"text": "x"}])),
    ("duration.invalid", of("chatbot.ask", text="Who?", variable="who", reminders=[{"after": "soon", "text": "x"}])),
    # twilio.send_message
    *(
        ("property.invalid", of("twilio.send_message", to="+12125550111", **given))
        for given in each(
            {}, {"text": "  "}, {"text": "x", "contentSid": "HX1"}, {"text": "x", "contentVariables": {"1": "a"}},
            {"contentSid": "HX1", "contentVariables": {"1": 7}}, {"text": "x", "waitFor": "read"},
            {"text": "x", "waitFor": True},
        )
    ),
    *(
        ("duration.invalid", of("twilio.send_message", to="+12125550111", text="x", **{name: span}))
        for name in each("validity", "timeout")
        for span in each("soon", 60, "0s", "-1h")
    ),
)  # fmt: skip


def found(**document: Any) -> list[Any]:
    full = {"id": "shop", "nodes": [START, BYE], **document}
    return problems(orjson.dumps(full, option=orjson.OPT_INDENT_2).decode())


@pytest.mark.parametrize(("code", "rule", "value"), RULES, ids=range(len(RULES)))
def test_a_rule_that_cannot_be_is_an_error_where_it_stands(code: str, rule: str, value: Any) -> None:
    errors = [problem for problem in found(**{rule: value}) if problem.severity == "error"]

    assert code in [problem.code for problem in errors]
    assert all(problem.line > 1 and problem.message for problem in errors)


@pytest.mark.parametrize(("code", "broken"), NODES, ids=range(len(NODES)))
def test_a_node_that_cannot_be_is_an_error_where_it_stands(code: str, broken: dict[str, Any]) -> None:
    errors = [problem for problem in found(nodes=[START, broken, BYE]) if problem.severity == "error"]

    assert code in [problem.code for problem in errors]
    assert all(problem.line > 1 and problem.message for problem in errors)
