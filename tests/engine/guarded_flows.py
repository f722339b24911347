"""Flows with a `finally`, for the tests of what happens when their execution ends early."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from botflow import Properties, action
from botflow.engine.effects import StartRun
from botflow.engine.node_type import Leave, NodeType, Park, Visit
from botflow.engine.scene import Scene
from tests.engine.conversation import Talk, node, say


class Thing(Properties):
    """What is called."""

    what: str = ""


@action("test.call")
async def call(properties: Thing, variables: Mapping[str, Any]) -> None:
    """Never awaited here."""


class Greedy(NodeType):
    """A node that asks the world without an end."""

    name = "test.greedy"
    properties = Thing

    def visit(self, properties: Thing, scene: Scene) -> Visit:
        while True:
            yield from call.visit(properties, scene)


class Long(NodeType):
    """A node that says too long a text."""

    name = "test.long"
    properties = Thing

    def visit(self, properties: Thing, scene: Scene) -> Visit:
        scene.say("x" * 20_000)
        return Leave()


class Fan(NodeType):
    """A node that starts a run for each visit and waits for it."""

    name = "test.fan"
    properties = Thing

    def visit(self, properties: Thing, scene: Scene) -> Visit:
        scene.follow_up(StartRun(branch="a", group=scene.group, workflow="root"))
        scene.set("big", "x" * 300)
        return Park(("child_done",))

    def resume(self, properties: Thing, scene: Scene) -> Visit:
        return Leave()


TYPES = (call, Greedy(), Long(), Fan())


def guard(at: str, last: str = "always", **on: str) -> dict[str, Any]:
    return node("guard", "logic.try", next="after", on={"try": at, "finally": last, **on})


def emit(id: str, name: str, next: str = "", payload: Any = None) -> dict[str, Any]:
    return node(id, "logic.emit", next=next, event=name, payload=payload)


ALWAYS = say("always", "always{% if $guard.code %} {{ $guard.code }} {{ $guard.node }}{% endif %}")
SPIN = node("spin", "logic.loop", limit=10_000, on={"each": "tick"}, **{"while": "true"})
TICK = node("tick", "logic.set", variables={"n": 1})
AFTER = say("after", "after")
HOUR = {**node("rest", "logic.wait"), "properties": {"for": "1h"}}
REST = node("after", "logic.set", variables={"n": 1})


def failure(talk: Talk) -> tuple[str, str]:
    assert talk.turn.failure is not None
    return talk.turn.failure.node, talk.turn.failure.code
