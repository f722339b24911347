"""Routes are learnt when a flow is loaded, so that the first message waits for nothing. Nothing depends on it:
a model that has not learnt the routes yet does so when it is asked. What detects languages is loaded then, too."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping, Sequence

from botflow.engine.arrival import interrupt_ask
from botflow.engine.asks import AskModel
from botflow.engine.node_type import NodeType, Routing
from botflow.flow.graph import Flow
from botflow.interfaces import Learns, Model
from botflow.languages.detection import prepare_detection
from botflow.runtime.asks.perform import model_named
from botflow.runtime.served_flows import Flows


class RouteLearning:
    """A background loop: lets the models that can do so learn the routes of every flow in service."""

    def __init__(self, flows: Flows, models: Sequence[Model], node_types: Mapping[str, NodeType]) -> None:
        self._flows = flows
        self._models = models
        self._node_types = node_types

    async def run(self) -> None:
        """Learn what is in service, and then what is loaded, until cancelled."""
        learnt: set[str] = set()
        while True:
            in_service = {flow.digest: flow for flow in self._flows.in_service()}
            learnt &= in_service.keys()
            for digest in in_service.keys() - learnt:
                await self._learn(in_service[digest])
                learnt.add(digest)
            await self._flows.loaded()

    async def _learn(self, flow: Flow) -> None:
        if flow.detects_language:
            await asyncio.to_thread(prepare_detection, (flow.language, *flow.translations))
        spoken = (flow, *flow.translations.values())
        for part in (part for each in spoken for part in (each, *each.subflows.values())):
            for ask in routes_of(part, self._node_types):
                model, _ = model_named(self._models, ask.model)
                if isinstance(model, Learns):
                    await model.learn(ask)


def routes_of(flow: Flow, node_types: Mapping[str, NodeType]) -> Iterator[AskModel]:
    """Return the Asks with which this flow lets a model choose a route or an interrupt, without a person's words."""
    for node in flow.nodes.values():
        node_type = node_types.get(node.type)
        if isinstance(node_type, Routing):
            yield node_type.route_ask(node.properties, node.language)
    meant = [interrupt for interrupt in flow.interrupts if interrupt.has_meaning]
    if meant:
        yield interrupt_ask(meant, flow.language)
