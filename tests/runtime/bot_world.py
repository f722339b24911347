"""The world that a test's bot meets, under the test's control: its answers, its visits, and the calls of a store."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from botflow.crash_points import Point
from botflow.engine.node_type import Leave, NodeType
from botflow.engine.scene import Scene
from botflow.flow.fields import Properties
from botflow.flow.node_spec import NoProperties


class Question(Properties):
    """What a flow asks of the test's world."""

    question: str


class Count(NodeType):
    """A node that counts how often it is visited."""

    name = "test.count"

    def __init__(self, world: World) -> None:
        self._world = world

    def visit(self, properties: NoProperties, scene: Scene) -> Leave:
        self._world.visits += 1
        return Leave("next")


@dataclass(slots=True)
class World:
    """What the nodes meet: while `held` is there, answers wait for it; so many `failures` come before an answer;
    `crashes` says how often a point fails."""

    asked: list[str] = field(default_factory=list)
    visits: int = 0
    held: asyncio.Event | None = None
    begun: asyncio.Event = field(default_factory=asyncio.Event)
    failures: int = 0
    most_at_once: int = 0
    at_once: int = 0
    crashes: dict[Point, int] = field(default_factory=dict)

    async def answer(self, question: str) -> str:
        self.asked.append(question)
        self.begun.set()
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            if self.held is not None:
                await self.held.wait()
        finally:
            self.at_once -= 1
        if self.failures:
            self.failures -= 1
            raise RuntimeError("no answer")
        return f"{question}!"


class Counted:
    """A store of the database, and how often each of its methods was called."""

    def __init__(self, store: object) -> None:
        self._store = store
        self.calls: Counter[str] = Counter()

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._store, name)

        def call(*arguments: Any, **named: Any) -> Any:
            self.calls[name] += 1
            return method(*arguments, **named)

        return call
