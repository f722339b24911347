"""Models learn the routes of a flow when it is loaded, before anybody writes."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from botflow.engine.asks import Answer, AskModel
from botflow.engine.node_type import NodeType
from botflow.flow.compile import compile_flow
from botflow.interfaces import Model, OnDelta
from botflow.nodes import built_in
from botflow.runtime.asks.route_learning import RouteLearning, routes_of
from botflow.runtime.offline_model import LexicalModel
from botflow.runtime.served_flows import Flows
from botflow.storage.database import Database
from tests.engine.conversation import START, node, say
from tests.runtime.bot_without_worker import publish
from tests.runtime.until import until

TYPES: Mapping[str, NodeType] = {kind.name: kind for kind in built_in()}


class Pupil:
    """A model that remembers what it was to learn."""

    name = "pupil"

    def __init__(self) -> None:
        self.learnt: list[AskModel] = []

    async def learn(self, ask: AskModel) -> None:
        self.learnt.append(ask)

    async def answer(self, ask: AskModel, on_delta: OnDelta | None = None) -> Answer:
        return Answer()

    async def close(self) -> None:
        """Nothing is open."""


def routing(*handles: str, **properties: Any) -> dict[str, Any]:
    return node("say", "ai.route", routes=[{"handle": handle} for handle in handles], **properties)


def handles(asks: list[AskModel]) -> list[list[str]]:
    return [[choice.handle for choice in ask.choices] for ask in asks]


async def learning(database: Database, *models: Model) -> tuple[Flows, asyncio.Task[None]]:
    flows = Flows(database.flows, TYPES)
    return flows, asyncio.create_task(RouteLearning(flows, models, TYPES).run())


async def stop(task: asyncio.Task[None]) -> None:
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


async def test_the_routes_of_each_version_are_learnt_when_it_is_loaded(database: Database) -> None:
    pupil = Pupil()
    flows, task = await learning(database, pupil)
    await publish(flows, TYPES, routing("a", "b"))
    await until(lambda: handles(pupil.learnt) == [["a", "b"]])
    await publish(flows, TYPES, routing("a", "c"))
    await until(lambda: handles(pupil.learnt) == [["a", "b"], ["a", "c"]])
    await stop(task)


async def test_a_model_learns_only_the_routes_that_it_is_asked_about(database: Database) -> None:
    default, other = Pupil(), Pupil()
    default.name = "default"
    flows, task = await learning(database, default, other, LexicalModel())
    await publish(flows, TYPES, routing("a", "b", model="pupil:small"))
    await until(lambda: handles(other.learnt) == [["a", "b"]])
    assert default.learnt == []
    await stop(task)


def test_the_routes_of_a_flow_are_those_of_its_nodes_and_its_interrupts() -> None:
    document = {
        "botflow": 1,
        "id": "root",
        "language": "de",
        "interrupts": [
            {"id": "help", "match": ["help"], "target": "end"},
            {"id": "agent", "match": ["agent"], "intent": "a person", "examples": ["get me a human"], "target": "end"},
        ],
        "nodes": [START, routing("a", "b") | {"on": {"a": "end"}}, say("end", "Bye.")],
    }
    asks = list(routes_of(compile_flow({"root": document}, "root", TYPES), TYPES))
    assert [(ask.purpose, ask.text, ask.language) for ask in asks] == [("route", "", "de")] * 2
    assert handles(asks) == [["a", "b"], ["agent"]]
    assert asks[1].choices[0].examples == ("agent", "get me a human")


async def test_the_built_in_model_learns() -> None:
    [ask] = routes_of(compile_flow({"root": {"id": "root", "nodes": [START, routing("a", "b")]}}, "root", TYPES), TYPES)
    model = LexicalModel()
    await model.learn(ask)
    assert (await model.answer(ask)).value is None
