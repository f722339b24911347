"""Generated flows and conversations: any graph over the built-in node types, however foolish, and any inbounds.

The flows are built as graphs, past the checker, which would refuse most of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from botflow import Properties, action, polling
from botflow.engine.asks import Answer, Ask, AskFailure, AskHistory, Invoke
from botflow.engine.inbound import RUN, Inbound, Location, Media
from botflow.engine.node_type import ActionContext, NodeType
from botflow.flow.graph import Flow, Interrupt, Node
from botflow.flow.policy import Policy, Retry
from botflow.flow.templates.template import Templates
from tests.node_types import with_types


class Lookup(Properties):
    """What a plugin's action is asked for."""

    key: str


@action("shop.lookup")
async def lookup(properties: Lookup, variables: Mapping[str, Any]) -> None:
    """Never awaited here: the tests answer in its place."""


async def look(properties: Lookup, state: Any, context: ActionContext) -> None:
    """Never awaited here either."""


@polling("shop.batch", check=look, longest="2m")
async def batch(properties: Lookup, context: ActionContext) -> None:
    """Nor is this."""


TYPES: dict[str, NodeType] = with_types(lookup, batch)
NAMES = ("n0", "n1", "n2", "n3", "n4", "n5", "n6", "n7")
SUBFLOWS = ("child", "other")
SMALL = 3  # nodes of a subflow; with fewer edges, too, so that it ends and its caller goes on
VARIABLES = ("a", "b", "c")
START = datetime(2026, 11, 18, 9, 30, tzinfo=UTC)

EXPRESSIONS = st.sampled_from(
    (
        "a",
        "b + 1",
        "a * b",
        "a ~ a",
        "[a, b]",
        "{'x': a}",
        "$input.text",
        "$n1.value",
        "a >= b",
        "c.x.y",
        "1 / a",
        "a ~ b ~ c",
    )
)
TEMPLATES = st.one_of(
    st.sampled_from(
        ("Hello", "{{ a }} and {{ b }}", "{{ $input.text }}", "{{ $n1.value }}", "{{ a ~ a }}", "", "{{ 1 / a }}")
    ),
    EXPRESSIONS.map(lambda expression: "{{ " + expression + " }}"),
)
WORDS = st.sampled_from(
    (
        *("back",) * 16,
        *("I meant 2", "I meant 2", "no, red"),
        *("yes", "no", "1", "two", "red", "blu", "help", "stop it", "tomorrow", "14:30", "-3", "2.5", "12.3."),
        *("ann@botflow.dev", "+44 20 7946 0958", "agent", "I want red please", "9999999999999999999999", "", " "),
    )
)
JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-(2**53), 2**53), st.floats(), st.text(max_size=8)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=4), inner, max_size=3)),
    max_leaves=4,
)
OPTIONS = [{"id": "red", "label": "Red", "match": ["rot"]}, {"id": "blue", "label": "{{ a }} blue"}]
_OPTIONAL_TIMEOUT = st.sampled_from(({}, {"timeout": "5m"}))

PROPERTIES: dict[str, st.SearchStrategy[dict[str, Any]]] = {
    "chatbot.say": st.fixed_dictionaries(
        {"text": TEMPLATES.map(lambda text: text or "x")}, optional={"quickReplies": st.just(["{{ a }}", "ok"])}
    ),
    "chatbot.ask": st.one_of(
        st.fixed_dictionaries(
            {
                "text": TEMPLATES,
                "expect": st.sampled_from(
                    (
                        *("text",) * 6,
                        "integer",
                        "number",
                        "yes_no",
                        "date",
                        "time",
                        "email",
                        "phone",
                        "location",
                        "media",
                    )
                ),
                "retries": st.integers(0, 2),
            },
            optional={
                "variable": st.sampled_from(VARIABLES),
                "timeout": st.just("5m"),
                "invalidText": TEMPLATES,
                "reminders": st.just([{"after": "1m"}, {"after": "2m", "text": "{{ a }}?"}]),
            },
        ),
        st.just({"text": "Code?", "expect": "regex", "pattern": "[a-z]+", "variable": "c"}),
        st.just({"text": "Which?", "expect": "choice", "choices": ["red", "{{ b }}"], "variable": "b"}),
        st.just(
            {"text": "Which?", "expect": "choices", "choices": ["red", "{{ b }}"], "max": "{{ a }}", "variable": "b"}
        ),
        st.just({"text": "How many?", "expect": "integer", "min": 1, "max": "{{ a }}", "variable": "a"}),
    ),
    "chatbot.menu": _OPTIONAL_TIMEOUT.map(lambda more: {"text": "Which?", "options": OPTIONS, "variable": "b", **more}),
    "conditional.branch": st.lists(
        st.fixed_dictionaries({"handle": st.sampled_from(("x", "y")), "when": EXPRESSIONS}), min_size=1, max_size=3
    ).map(lambda cases: {"cases": cases}),
    "conditional.switch": EXPRESSIONS.map(
        lambda value: {"value": value, "cases": [{"handle": "x", "equals": 1}, {"handle": "y", "equals": None}]}
    ),
    "logic.set": st.dictionaries(
        st.sampled_from(VARIABLES), st.one_of(TEMPLATES, JSON.filter(lambda value: _is_finite(value))), min_size=1
    ).map(lambda variables: {"variables": variables}),
    "logic.subflow": st.fixed_dictionaries(
        {"workflow": st.sampled_from((*SUBFLOWS, *SUBFLOWS, "missing"))},
        optional={"input": st.just({"a": "{{ b }}"}), "output": st.just({"b": "a", "c": "{{ a ~ b }}"})},
    ),
    "logic.end": st.sampled_from(({}, {}, {"output": "{{ a }}"}, {"output": {"x": "{{ b }}"}})),
    "logic.loop": st.one_of(
        st.sampled_from(({"items": [1, "two"]}, {"items": "{{ a }}"}, {"items": "{{ [a, b] }}", "as": "c"})),
        st.sampled_from(({"while": "a", "limit": 3}, {"while": "b >= 2", "index": "b", "limit": 9})),
    ),
    "logic.try": st.just({}),
    "logic.parallel": st.fixed_dictionaries(
        {"branches": st.just([{"id": "x"}, {"id": "y"}]), "until": st.sampled_from(("all", "any", 2))},
        optional={"timeout": st.just("5m"), "variable": st.sampled_from(VARIABLES)},
    ),
    "logic.run": st.fixed_dictionaries(
        {"workflow": st.sampled_from(("child", "{{ a }}")), "wait": st.booleans()},
        optional={"timeout": st.just("5m"), "variable": st.just("c"), "input": st.just({"n": "{{ b }}"})},
    ),
    "logic.wait": st.sampled_from(({"for": "1h"}, {"until": "09:00"}, {"for": "2h", "timeZone": "Europe/Berlin"})),
    "logic.emit": st.just({"event": "e{{ a }}", "payload": {"b": "{{ b }}"}}),
    "logic.log": st.just({"message": "{{ a }} {{ b }}"}),
    "shop.batch": st.just({"key": "{{ a }}"}),
    "twilio.send_message": st.fixed_dictionaries(
        {"to": st.sampled_from(("+4915112345678", "{{ a }}", "whatsapp:+12025550123")), "text": st.just("Hi {{ a }}")}
    ),
    "ai.route": st.just({"routes": [{"handle": "x", "description": "x"}, {"handle": "y", "examples": ["y"]}]}),
    "ai.reply": st.fixed_dictionaries(
        {"instructions": st.just("Be brief, {{ a }}.")},
        optional={"fallback": TEMPLATES, "variable": st.sampled_from(VARIABLES), "history": st.integers(0, 3)},
    ),
    "shop.lookup": st.just({"key": "{{ a }}"}),
    "ai.extract": st.just({"fields": {"a": {"type": "integer"}, "b": {"required": False}, "c": {"type": "date"}}}),
}

# Questions come often, or hardly any conversation would ever wait.
KINDS = (
    *sorted(PROPERTIES),
    *("chatbot.ask", "chatbot.ask", "chatbot.menu") * 6,
    *("logic.subflow", "chatbot.say", "logic.loop", "logic.try", "logic.try", "logic.try"),
)
VALUES = st.one_of(
    st.integers(1, 9), st.integers(1, 9), st.sampled_from(("one", "yes")), JSON.filter(lambda v: _is_finite(v))
)


@st.composite
def graphs(draw: st.DrawFn, most: int) -> dict[str, Any]:
    """Draw the nodes and edges of one flow: the first node is a trigger, any handle may lead anywhere, also back."""
    kinds = draw(st.lists(st.sampled_from(KINDS), min_size=1, max_size=most))
    triggers = [("start", "chatbot.message_received"), ("manual", "trigger.manual")]
    triggers += [("open", "chatbot.opened")] if draw(st.booleans()) else []
    nodes = {name: _node(name, kind, {}) for name, kind in triggers}
    for name, kind in zip(NAMES, kinds, strict=False):
        retry = Retry(attempts=2) if draw(st.integers(0, 4)) == 0 else None
        nodes[name] = replace(_node(name, kind, draw(PROPERTIES[kind])), retry=retry)
    places = st.sampled_from(NAMES[: len(kinds)])
    targets = {
        (node.id, handle): draw(places)
        for node in nodes.values()
        for handle in TYPES[node.type].handles(node.properties)
        if node.id in ("start", "manual")
        or handle in ("try", "finally")
        or draw(st.integers(0, 3 if most > SMALL else 1))
    }
    return {
        "nodes": nodes,
        "targets": targets,
        "edges": (),
        "templates": Templates(),
        "triggers": tuple(nodes[name] for name, _ in triggers),
        "kept_outputs": frozenset(("n1", "n2")),
        "variables": {name: draw(VALUES) for name in VARIABLES},
    }


@st.composite
def flows(draw: st.DrawFn) -> Flow:
    """Draw a flow with its subflows, which may call each other and themselves, and its interrupts."""
    children = {name: Flow(id=name, name=name, **draw(graphs(SMALL))) for name in SUBFLOWS}
    root = draw(graphs(len(NAMES)))
    places = st.sampled_from([name for name in root["nodes"] if name in NAMES])
    interrupts: list[Interrupt] = []
    for kind in draw(st.lists(st.sampled_from(("match", "pattern", "intent")), max_size=3)):
        means: dict[str, Any] = {"match": ("help", "Yes"), "pattern": "^[0-9]{3}", "intent": "wants a person"}
        interrupts.append(Interrupt(id=f"i{len(interrupts)}", target=draw(places), **{kind: means[kind]}))
    language = draw(st.sampled_from(("en", "de", "es-MX", "fr", "ja")))
    policy = Policy(
        corrections=draw(st.sampled_from((True, True, True, False))),
        recap=draw(st.sampled_from((None, "So, {{ a }}"))),
        expires=draw(st.sampled_from((None, "3m", "1d"))),
    )
    return Flow(
        id="root",
        name="Root",
        language=language,
        policy=policy,
        subflows=children,
        interrupts=tuple(interrupts),
        **root,
    )


_PARAMETERS: dict[str, st.SearchStrategy[dict[str, Any]]] = {
    "child_done": st.fixed_dictionaries(
        {"branch": st.sampled_from(("x", "y", "run", "")), "status": st.sampled_from(("completed", "failed"))},
        optional={
            "output": JSON.filter(lambda value: _is_finite(value)),
            "error": st.just({"code": "e", "message": "m"}),
        },
    ),
    "trigger": st.just({"trigger": "manual", "input": {"a": 1}}),
}


@dataclass(frozen=True)
class Arriving:
    """An inbound whose token is only known when it arrives."""

    inbound: Inbound
    token_is_due: bool


MESSAGES = ("message",) * 16 + ("timeout",) * 4 + ("opened", "trigger", "resume", "child_done", "delivery")
RUNS = ("resume", "timeout", "child_done") * 3 + ("trigger", "delivery", "message")


@st.composite
def arrivals(draw: st.DrawFn, is_run: bool = False) -> Arriving:
    """Draw an inbound: of a conversation mostly messages, of every sort; timeouts due and stale; everything else."""
    kind: Any = draw(st.sampled_from(RUNS if is_run else MESSAGES))
    inbound = Inbound(
        kind=kind,
        key=str(draw(st.integers(0, 10**6))),
        received_at=START + timedelta(minutes=draw(st.integers(0, 10**6))),
        seed=draw(st.integers(0, 2**63 - 1)),
        channel=RUN if is_run else draw(st.sampled_from(("chat", "sms", "whatsapp"))),
        provider=draw(st.sampled_from(("chat", "twilio"))),
        address=draw(st.sampled_from(("", "+12025550100"))),
        text=draw(st.one_of(WORDS, WORDS, st.text(max_size=30))) if kind == "message" else "",
        payload=draw(st.sampled_from(("", "", "", "red", "gone", "help"))) if kind == "message" else "",
        media=(Media(url="https://files.test/1"),) if draw(st.integers(0, 9)) == 0 else (),
        location=Location(latitude=1.5, longitude=-2) if draw(st.integers(0, 9)) == 0 else None,
        token="0",
        parameters=draw(_PARAMETERS[kind]) if kind in _PARAMETERS else {},
    )
    return Arriving(inbound, draw(st.integers(0, 3)) > 0)


@st.composite
def beginnings(draw: st.DrawFn) -> Inbound:
    """Draw what starts a run: by hand, or as the child of another."""
    parent = {"session": 7, "group": "3", "branch": "x"}
    ways: tuple[dict[str, Any], ...] = ({}, {"parent": parent}, {"parent": parent, "flow": "", "node": "n0"})
    more = draw(st.sampled_from(ways))
    drawn = draw(arrivals(is_run=True)).inbound
    given = {"a": draw(VALUES), "b": draw(VALUES)}
    return replace(drawn, kind="trigger", parameters={"trigger": "manual", "input": given, **more})


ANSWERS = st.one_of(
    st.sampled_from(("x", "y", "i0", "i1", None, {"a": 3, "b": "two", "c": "2026-01-02"})).map(
        lambda value: Answer(value=value)
    ),
    JSON.filter(lambda value: _is_finite(value)).map(lambda value: Answer(value=value)),
    st.just(Answer(failure=AskFailure(code="model.timeout", message="no answer within 30 s"))),
)


def fitting(ask: Ask, drawn: Answer) -> Answer:
    """Return the drawn answer; history and a polling node's check always have the runtime's own shape."""
    if isinstance(ask, AskHistory):
        return Answer(value=[{"role": "user", "text": "hi"}])
    if isinstance(ask, Invoke) and ask.step == "check" and drawn.failure is None:
        return Answer(value={"done": drawn.value} if drawn.value else {"pending": None})
    return drawn


def _node(name: str, kind: str, properties: dict[str, Any]) -> Node:
    return Node(id=name, type=kind, properties=TYPES[kind].properties.model_validate(properties))


def _is_finite(value: Any) -> bool:
    match value:
        case float():
            return value - value == 0
        case list():
            return all(map(_is_finite, value))
        case dict():
            return all(map(_is_finite, value.values()))
        case _:
            return True
