"""Flows drawn at random from blocks: every node type that needs no provider, in any order and at most two deep."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

from tests.engine.conversation import node, say

Nodes = list[dict[str, Any]]
Block = Callable[[Random, str, str], Nodes]  # name and next node of the block; its first node has the name
LOOP: dict[str, Any] = {"as": "item"}
OPTIONS = [{"id": "a", "label": "Red", "match": ["rot"]}, {"id": "b", "label": "Blue"}]
GENERATED = "generated"


def _say(draw: Random, name: str, to: str) -> Nodes:
    buttons: dict[str, Any] = {"quickReplies": ["Yes", "No"]} if draw.random() < 0.3 else {}
    watched = {"undelivered": f"{name}_lost"} if draw.random() < 0.4 else {}
    said = node(
        name, "chatbot.say", text=f"{name}: {{{{ word }}}} {{{{ $message.text }}}}", on=_on(watched, next=to), **buttons
    )
    return [said, *([say(f"{name}_lost", f"lost {{{{ ${name}.code }}}}", to)] if watched else [])]


def _ask(draw: Random, name: str, to: str) -> Nodes:
    expect = draw.choice(("text", "integer", "yes_no", "choice", "choices", "email", "time"))
    more: dict[str, Any] = {"choices": ["Red", "Blue"]} if expect in ("choice", "choices") else {}
    on: dict[str, str] = {}
    if draw.random() < 0.5:
        more |= {"timeout": "2h", "reminders": [{"after": "30m", "text": "Still there?"}]}
        on["timeout"] = to
    if draw.random() < 0.4:
        on["invalid"] = f"{name}_no"
    if draw.random() < 0.4:
        on["undelivered"] = f"{name}_no"
    variable = draw.choice(("word", "contact.name", "other")) if expect == "text" else "word"
    question = node(
        name,
        "chatbot.ask",
        text=f"{name}?",
        expect=expect,
        variable=variable,
        retries=1,
        on=_on(on, answered=to),
        **more,
    )
    return [question, *([say(f"{name}_no", "Never mind.", to)] if f"{name}_no" in on.values() else [])]


def _menu(draw: Random, name: str, to: str) -> Nodes:
    on = {"a": to, "b": f"{name}_b"} | ({"other": f"{name}_b"} if draw.random() < 0.5 else {})
    more: dict[str, Any] = {"timeout": "1h"} if draw.random() < 0.3 else {}
    menu = node(name, "chatbot.menu", text=f"{name}?", options=OPTIONS, variable="word", on=on, **more)
    return [menu, say(f"{name}_b", "Blue, or so: {{ word }}", to)]


def _cards(draw: Random, name: str, to: str) -> Nodes:
    cards = [
        {
            "id": id,
            "title": title,
            "picture": f"https://files.test/{id}.jpg",
            "buttons": [{"id": "take", "label": "Take"}],
        }
        for id, title in (("a", "Red"), ("b", "Blue"))
    ]
    return [node(name, "chatbot.cards", text=f"{name}?", cards=cards, variable="word", on={"take": to, "other": to})]


def _form(draw: Random, name: str, to: str) -> Nodes:
    asked = [{"name": "n", "text": "How many?", "expect": "integer"}, {"name": "word", "text": "Which?"}]
    return [node(name, "chatbot.form", fields=asked, confirm="{{ n }} {{ word }}?", on={"done": to})]


def _branch(draw: Random, name: str, to: str) -> Nodes:
    cases = [{"handle": "red", "when": "word == 'red'"}, {"handle": "long", "when": "word | length > 3"}]
    return [
        node(name, "conditional.branch", cases=cases, on={"red": f"{name}_red", "long": to, "else": to}),
        say(f"{name}_red", "Red it is.", to),
    ]


def _switch(draw: Random, name: str, to: str) -> Nodes:
    cases = [{"handle": "few", "below": 3}, {"handle": "seven", "equals": 7}]
    return [
        node(name, "conditional.switch", value="count", cases=cases, on={"few": to, "seven": f"{name}_7", "else": to}),
        say(f"{name}_7", "Seven.", to),
    ]


def _set(draw: Random, name: str, to: str) -> Nodes:
    values = {"count": "{{ count + 3 }}", "list": [1, "{{ word }}"]}
    if draw.random() < 0.15:
        values["broken"] = "{{ 1 / 0 }}"
    return [node(name, "logic.set", variables=values, next=to)]


def _wait(draw: Random, name: str, to: str) -> Nodes:
    return [node(name, "logic.wait", next=to, for_=draw.choice(("5m", "3h")))]


def _loop(draw: Random, name: str, to: str) -> Nodes:
    body = draw.choice((_say, _ask, _set, _emit))(draw, f"{name}_in", "")
    return [node(name, "logic.loop", items=["x", "y"], **LOOP, on={"each": f"{name}_in", "done": to}), *body]


def _try(draw: Random, name: str, to: str) -> Nodes:
    body = draw.choice((_ask, _set, _run))(draw, f"{name}_in", "")
    on = {"try": f"{name}_in", "error": f"{name}_caught", "finally": f"{name}_last", "next": to}
    return [
        node(name, "logic.try", on=on),
        *body,
        say(f"{name}_caught", f"caught {{{{ ${name}.code }}}}"),
        say(f"{name}_last", "finally"),
    ]


def _parallel(draw: Random, name: str, to: str) -> Nodes:
    until: dict[str, Any] = {"until": "any"} if draw.random() < 0.3 else {}
    waits = [node(f"{name}_x", "logic.wait", for_="10m")] if draw.random() < 0.5 else _set(draw, f"{name}_x", "")
    both = node(
        name,
        "logic.parallel",
        branches=[{"id": "x"}, {"id": "y"}],
        variable="came",
        timeout="2h",
        on={"x": f"{name}_x", "y": f"{name}_y", "done": to, "timeout": to, "error": to},
        **until,
    )
    return [both, *waits, *_set(draw, f"{name}_y", "")]


def _run(draw: Random, name: str, to: str) -> Nodes:
    workflow, given = draw.choice((("double", {"n": 4}), ("double", {"n": "four"}), ("slow", {}), ("nowhere", {})))
    timeout: dict[str, Any] = {"timeout": "30m"} if draw.random() < 0.5 else {}
    run = node(
        name,
        "logic.run",
        workflow=workflow,
        input=given,
        variable="got",
        on=_on({"timeout": to} if timeout else {}, done=to, error=f"{name}_bad"),
        **timeout,
    )
    return [run, say(f"{name}_bad", f"{{{{ ${name}.code }}}}", to)]


def _subflow(draw: Random, name: str, to: str) -> Nodes:
    return [
        node(name, "logic.subflow", workflow="street", input={"who": "{{ word }}"}, output={"road": "street"}, next=to)
    ]


def _emit(draw: Random, name: str, to: str) -> Nodes:
    return [node(name, "logic.emit", event="told", payload={"n": "{{ count }}"}, next=to)]


def _log(draw: Random, name: str, to: str) -> Nodes:
    return [node(name, "logic.log", level="warning", message="{{ word }}", next=to)]


def _split(draw: Random, name: str, to: str) -> Nodes:
    variants = [{"id": "a"}, {"id": "b", "weight": 2}]
    return [node(name, "logic.split", variants=variants, on={"a": to, "b": f"{name}_b"}), say(f"{name}_b", "b", to)]


def _handoff(draw: Random, name: str, to: str) -> Nodes:
    on = {"returned": f"{name}_back", "timeout": to}
    handed = node(name, "logic.handoff", summary=["word"], results=["word"], note="{{ word }}", timeout="20m", on=on)
    return [handed, say(f"{name}_back", f"{{{{ ${name}.person }}}} {{{{ word }}}}", to)]


def _start(draw: Random, name: str, to: str) -> Nodes:
    key: dict[str, Any] = {"key": "{{ word }}"} if draw.random() < 0.5 else {}
    given = draw.choice(({"host": "{{ word }}"}, {"host": "x", "n": "many"}))
    start = node(
        name,
        "logic.start",
        to=draw.choice(("{{ bea }}", "{{ cay }}", "nobody's number")),
        channel="{{ channel }}",
        workflow=draw.choice(("invited", "invited", "nowhere")),
        input=given,
        on={"next": to, "busy": f"{name}_busy", "error": f"{name}_bad"},
        **key,
    )
    return [start, say(f"{name}_busy", "busy", to), say(f"{name}_bad", f"{{{{ ${name}.code }}}}", to)]


def _contact(draw: Random, name: str, to: str) -> Nodes:
    fields = {"plan": draw.choice(("free", "{{ word }}")), "language": "de"}
    known = "{{ $contact.name }} {{ $contact.plan }} {{ $contact.id is none }} {{ $contact.groups | join }}"
    return [
        node(name, "contact.set", fields=fields, on={"next": f"{name}_join", "error": f"{name}_join"}),
        node(f"{name}_join", "contact.group", join=["guests"], leave=["old"], on={"next": f"{name}_known"}),
        say(f"{name}_known", known, to),
    ]


def _route(draw: Random, name: str, to: str) -> Nodes:
    routes = [{"handle": "eat", "examples": ["I am hungry"]}, {"handle": "colour", "examples": ["red", "blue"]}]
    on = {"eat": f"{name}_eat", "colour": to, "fallback": to, "error": to}
    return [node(name, "ai.route", routes=routes, on=on), say(f"{name}_eat", "Soup?", to)]


def _extract(draw: Random, name: str, to: str) -> Nodes:
    fields = {"count": {"type": "integer"}}
    return [node(name, "ai.extract", fields=fields, on={"done": to, "missing": to, "error": to})]


def _reply(draw: Random, name: str, to: str) -> Nodes:
    return [node(name, "ai.reply", instructions="Be kind.", fallback="We are sorry, {{ word }}.", on={"next": to})]


def _send(draw: Random, name: str, to: str) -> Nodes:
    send = node(
        name,
        "twilio.send_message",
        to="+12125550113",
        text=f"{name} {{{{ word }}}}",
        **({"waitFor": draw.choice(("sent", "delivered")), "timeout": "1h"} if draw.random() < 0.5 else {}),
        on={"next": to, "failed": to},
    )
    return [{**send, "properties": {**send["properties"], "from": "+15550002222"}}]


BLOCKS: tuple[Block, ...] = (
    _say, _ask, _menu, _cards, _form, _branch, _switch, _set, _wait, _loop, _try, _parallel, _run, _subflow, _emit,
    _log, _split, _handoff, _start, _contact, _route, _extract, _reply, _send,
)  # fmt: skip


def _on(given: dict[str, str], **more: str) -> dict[str, str]:
    return {handle: to for handle, to in {**more, **given}.items() if to}


def generated(draw: Random, channel: str) -> list[dict[str, Any]]:
    """Return the documents of a world: a flow of some blocks, and the workflows that its blocks name."""
    chosen = draw.choices(BLOCKS, k=draw.randint(2, 6))
    nodes: Nodes = []
    for place, block in enumerate(chosen):
        to = f"n{place + 1}" if place + 1 < len(chosen) else "end"
        nodes += block(draw, f"n{place}", to)
    nodes.append(node("end", "logic.end") if draw.random() < 0.3 else say("end", "Bye {{ word }} {{ count }}"))
    starts = [
        node("start", "chatbot.message_received", next="n0"),
        node("by_hand", "trigger.manual", schema={"n": {"type": "integer", "required": False}}, next="n0"),
        *([node("opened", "chatbot.opened", next="n0")] if draw.random() < 0.5 else []),
        *([node("called", "trigger.missed_call", next="n0")] if draw.random() < 0.5 else []),
    ]
    numbers = {"bea": "bea", "cay": "cay"} if channel == "chat" else {"bea": "+12125550112", "cay": "+12125550113"}
    document: dict[str, Any] = {
        "botflow": 1,
        "id": GENERATED,
        "name": "Generated",
        "variables": {"word": "red", "count": 1, "channel": channel, **numbers},
        "contactFields": {"plan": {"type": "choice", "choices": ["free", "pro"]}},
        "nodes": [*starts, *nodes],
    }
    if draw.random() < 0.3:
        document |= {
            "interrupts": [{"id": "help", "match": ["help"], "target": "help"}],
            "nodes": [*document["nodes"], say("help", "Here is help.")],
        }
    if draw.random() < 0.3:
        document["corrections"] = True
    if draw.random() < 0.2:
        document["expires"] = "1d"
    return [document, *OTHERS]


OTHERS: tuple[dict[str, Any], ...] = (
    {
        "id": "double",
        "executionMode": "single",
        "nodes": [
            node("go", "trigger.manual", schema={"n": {"type": "integer"}}, next="end"),
            node("end", "logic.end", output="{{ $input.n * 2 }}"),
        ],
    },
    {
        "id": "slow",
        "executionMode": "single",
        "nodes": [
            node("go", "trigger.manual", next="rest"),
            node("rest", "logic.wait", next="end", for_="1h"),
            node("end", "logic.end", output="late"),
        ],
    },
    {
        "id": "street",
        "nodes": [
            node("start", "chatbot.message_received", next="ask"),
            node("ask", "chatbot.ask", text="Street, {{ who }}?", variable="street"),
        ],
    },
    {
        "id": "invited",
        "nodes": [
            node("go", "trigger.manual", schema={"host": {}, "n": {"type": "integer", "required": False}}, next="ask"),
            node("ask", "chatbot.ask", text="{{ input.host }} invites you.", variable="said", next="bye"),
            say("bye", "Noted: {{ said }}"),
        ],
    },
    {
        "id": "listener",
        "executionMode": "single",
        "nodes": [
            node("go", "trigger.event", event="told", when="$input.n > 3", next="note"),
            node("note", "logic.log", message="{{ $input.n }}"),
        ],
    },
)
