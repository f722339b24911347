"""Every built-in node type fulfils the contract that plugin authors' node types do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from botflow import Properties, action, polling
from botflow.engine.node_type import ActionContext
from botflow.nodes import built_in
from botflow.nodes.custom.polling import Pending
from botflow.testing import Simulator
from botflow.testing.contracts import NodeExample, NodeTypeContract

TYPES = {kind.name: kind for kind in built_in()}
SINGLE: dict[str, Any] = {"mode": "single", "begin": lambda talk: talk.trigger({"a": 1})}
OPTIONS = [{"id": "red", "label": "Red"}, {"id": "blue", "label": "{{ color }}"}]
STREET = {
    "id": "street",
    "nodes": [
        {"id": "start", "type": "chatbot", "actionType": "message_received", "next": "ask"},
        {
            "id": "ask",
            "type": "chatbot",
            "actionType": "ask",
            "properties": {"text": "Street, {{ who }}?", "variable": "street"},
        },
    ],
}
ADDRESS = {**STREET, "id": "address"}  # the workflow of the docstring's example
DOUBLE = {
    "id": "double",
    "executionMode": "single",
    "nodes": [
        {"id": "start", "type": "trigger", "actionType": "manual", "next": "end"},
        {"id": "end", "type": "logic", "actionType": "end", "properties": {"output": "{{ $input.n * 2 }}"}},
    ],
}
INVITED = {
    "id": "invited",
    "nodes": [
        {"id": "start", "type": "trigger", "actionType": "manual", "next": "say"},
        {"id": "say", "type": "chatbot", "actionType": "say", "properties": {"text": "{{ $input.n }}"}},
    ],
}


def paid(talk: Simulator) -> object:
    return talk.emit("order.paid", {"a": 1, "amount": 150})


def of(name: str, properties: Mapping[str, Any] | None = None, **more: Any) -> NodeExample:
    variables = {"color": "red", "stock": 7}
    return NodeExample(node_type=TYPES[name], properties=properties or {}, variables=variables, **more)


class Thing(Properties):
    """What is fetched."""

    what: str
    """What is looked for."""
    variable: str = "got"
    """The variable that stores what is found."""


@action("shop.fetch")
async def fetch(properties: Thing, variables: Mapping[str, Any]) -> dict[str, Any]:
    """Fetches a thing."""
    return {"fetched": properties.what, "for": variables["who"]}


async def look(properties: Thing, state: Any, context: ActionContext) -> Any:
    return Pending({"looks": state["looks"] + 1}) if state["looks"] < 3 else {"made": properties.what}


@polling("shop.make", check=look, every="30s", longest="5m")
async def make(properties: Thing, context: ActionContext) -> Any:
    """Lets a thing be made."""
    return {"looks": 0}


EXAMPLES = [
    of("chatbot.message_received"),
    of("chatbot.opened", begin=lambda talk: talk.opens()),
    of("trigger.manual", {"schema": {"a": {"type": "integer"}}}, **SINGLE),
    of("trigger.event", {"event": "order.paid", "when": "$input.a > 0"}, mode="single", begin=paid),
    of("trigger.schedule", {"cron": "0 9 * * *", "input": {"a": 1}}, mode="single", begin=lambda talk: talk.skip("1d")),
    of("trigger.webhook", {"secret": "shop"}, mode="single", begin=lambda talk: talk.trigger({"a": 1}, by="webhook")),
    of(
        "trigger.missed_call",
        {"say": "We will text you."},
        begin=lambda talk: talk.trigger({"caller": "+12125550111", "number": "+15550002222"}, by="missed_call"),
    ),
    of("chatbot.say", {"text": "{{ color }}", "media": ["https://files.test/1.jpg"], "quickReplies": ["Yes", "No"]}),
    of(
        "chatbot.form",
        {
            "fields": [
                {"name": "people", "text": "How many, {{ color }}?", "expect": "integer", "words": ["for"]},
                {"name": "day", "text": "When?", "expect": "date"},
            ],
            "confirm": "{{ people }} on {{ day }}?",
            "timeout": "1h",
            "reminders": [{"after": "5m"}],
        },
    ),
    of("chatbot.ask", {"text": "Name?", "variable": "name", "timeout": "1h", "reminders": [{"after": "5m"}]}),
    of("chatbot.ask", {"text": "How many?", "expect": "integer", "max": "{{ stock }}", "variable": "n", "retries": 1}),
    of("chatbot.ask", {"text": "Which?", "expect": "choice", "choices": ["Red", "Blue"], "variable": "name"}),
    of(
        "chatbot.ask", {"text": "Which?", "expect": "choices", "choices": ["Red", "Blue"], "max": 1, "variable": "name"}
    ),
    of("chatbot.menu", {"text": "Which?", "options": OPTIONS, "variable": "dish", "timeout": "1h"}),
    of("chatbot.menu", {"text": "Which?", "optionsFrom": {"list": "{{ [color, 'blue'] }}"}, "variable": "dish"}),
    of(
        "chatbot.cards",
        {
            "text": "Which?",
            "cards": [{"id": "a", "title": "A {{ color }}", "buttons": [{"id": "take", "label": "Take"}]}],
            "variable": "dish",
            "timeout": "1h",
        },
    ),
    of("chatbot.cards", {"cards": [{"title": "A {{ color }}", "picture": "https://files.test/1.jpg"}]}),
    of("ai.reply", {"instructions": "Talk.", "fallback": "Call us, {{ color }}.", "variable": "said"}),
    of("ai.route", {"routes": [{"handle": "x", "examples": ["hello"]}, {"handle": "y", "description": "y"}]}),
    of("ai.extract", {"fields": {"qty": {"type": "integer"}, "day": {"type": "date", "required": False}}}),
    of("conditional.branch", {"cases": [{"handle": "large", "when": "stock >= 5"}]}),
    of("conditional.switch", {"value": "color", "cases": [{"handle": "x", "equals": "red"}]}),
    of("conditional.switch", {"value": "stock", "cases": [{"handle": "x", "from": 1, "below": 99}]}),
    of("logic.split", {"variants": [{"id": "a"}, {"id": "b", "weight": 2}], "variable": "variant"}),
    of("logic.set", {"variables": {"total": "{{ stock * 2 }}", "list": [1, "{{ color }}"]}}),
    of(
        "logic.subflow",
        {"workflow": "street", "input": {"who": "x"}, "output": {"s": "street"}},
        workflows=(STREET, ADDRESS),
    ),
    of("logic.handoff", {"queue": "{{ color }}", "summary": ["stock"], "results": ["refund"], "timeout": "10m"}),
    of("contact.set", {"fields": {"name": "{{ color }}", "language": "de"}}),
    of("contact.set", {"fields": {"name": "{{ color }}"}}, **SINGLE),
    of("contact.group", {"join": ["{{ color }}"], "leave": ["blue"]}),
    of("logic.wait", {"for": "2h"}),
    of("logic.wait", {"until": "09:00"}, **SINGLE),
    of("logic.loop", {"items": "{{ [stock, color] }}", "as": "item", "index": "at"}),
    of("logic.loop", {"while": "stock > 0", "limit": 3}),
    of("logic.try"),
    of("logic.parallel", {"branches": [{"id": "a"}, {"id": "b"}], "variable": "came", "timeout": "5m"}),
    of("logic.parallel", {"each": "{{ [1, 2] }}", "as": "item", "until": "any"}, **SINGLE),
    of("logic.run", {"workflow": "double", "input": {"n": 4}, "variable": "got"}, workflows=(DOUBLE,), **SINGLE),
    of(
        "logic.start",
        {"to": "{{ color }}", "channel": "chat", "workflow": "invited", "input": {"n": "{{ stock }}"}},
        workflows=(INVITED,),
    ),
    of("logic.emit", {"event": "ordered", "payload": {"n": "{{ stock }}"}}),
    of("logic.log", {"level": "warning", "message": "{{ stock }} left"}),
    of("logic.end", {"output": {"n": "{{ stock }}"}}, **SINGLE),
    NodeExample(node_type=fetch, properties={"what": "{{ color }}"}, variables={"color": "red", "who": "Ann"}),
    NodeExample(node_type=make, properties={"what": "{{ color }}"}, variables={"color": "red"}),
]


NAMES = [example.node_type.name for example in EXAMPLES]


class TestBuiltInNodeTypes(NodeTypeContract):
    @pytest.fixture(params=EXAMPLES, ids=[f"{name}-{place}" for place, name in enumerate(NAMES)])
    def node_example(self, request: pytest.FixtureRequest) -> NodeExample:
        example: NodeExample = request.param
        return example


def test_no_built_in_node_type_is_left_out() -> None:
    assert TYPES.keys() <= set(NAMES)
