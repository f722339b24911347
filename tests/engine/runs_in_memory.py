"""Runs of some workflows, in memory: children, laps and alarms, each turn taken when a test wants it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from botflow.engine.asks import Answer, Ask
from botflow.engine.effects import EmitEvent
from botflow.engine.inbound import Inbound
from botflow.engine.limits import Limits
from botflow.engine.node_type import NodeType
from botflow.engine.session import Session
from botflow.engine.turn import Turn
from botflow.plugins import Plugin
from botflow.testing.simulated.deployment import Deployment, Due
from botflow.testing.simulated.session import SimulatedSession
from botflow.testing.virtual_clock import VirtualClock
from botflow.testing.workflows import load_workflows
from tests.engine.inbounds import message


class Runs:
    """Every run of some workflows. The first of `nodes` follows a trigger.manual; `others` are further documents."""

    def __init__(
        self,
        *nodes: dict[str, Any],
        answer: Callable[[Ask], Answer] | None = None,
        others: Mapping[str, dict[str, Any]] | None = None,
        types: tuple[NodeType, ...] = (),
        limits: Limits | None = None,
        **document: Any,
    ) -> None:
        start = {"id": "start", "type": "trigger", "actionType": "manual", "next": nodes[0]["id"]}
        root = {"botflow": 1, "id": "root", "executionMode": "single", "nodes": [start, *nodes], **document}
        workflows = load_workflows(root, (others or {}).values(), [Plugin(name="tests", node_types=types)])
        self.deployment = Deployment(workflows, VirtualClock(), self._perform, self._took, limits)
        self.asks: list[Ask] = []
        self.asks_per_turn: list[int] = []
        self._asked = 0
        self._answer = answer
        self._count = 1_000

    def start(self, workflow: str = "root", *, trigger: str = "manual", input: Any = None, **parameters: Any) -> int:
        """Let a run begin with the next `settle`; return its session."""
        return self.deployment.start(self.deployment.flows[workflow], trigger, input, **parameters).number

    def run(self, workflow: str = "root", **parameters: Any) -> Turn:
        """Run one to its end, or as far as it comes; return its last turn."""
        session = self.start(workflow, **parameters)
        self.settle()
        return self.last(session)

    def settle(self, order: Callable[[Sequence[Due]], int] | None = None) -> None:
        """Deliver what is due, whatever comes of it too; `order` picks the next one."""
        self.deployment.settle(order)

    def alarm(self, session: int) -> None:
        """Let the session's wait run out, and settle."""
        self.deployment.alarm(self.deployment.sessions[session])

    def take(self, session: int, inbound: Inbound) -> Turn:
        return self.deployment.take(self.deployment.sessions[session], inbound)

    def last(self, session: int) -> Turn:
        """Return the last turn that changed anything."""
        last = self.deployment.sessions[session].last
        assert last is not None
        return last

    def inbound(self, kind: Any, **fields: Any) -> Inbound:
        """Return an inbound that comes from elsewhere."""
        self._count += 1
        return message("", kind=kind, channel="run", provider="", key=f"k{self._count}", seed=self._count, **fields)

    @property
    def due(self) -> list[Due]:
        return self.deployment.due

    @property
    def sessions(self) -> dict[int, Session]:
        return {number: session.state for number, session in self.deployment.sessions.items()}

    @property
    def turns(self) -> dict[int, list[Turn]]:
        return {number: session.turns for number, session in self.deployment.sessions.items()}

    @property
    def cancelled(self) -> set[int]:
        return {number for number, session in self.deployment.sessions.items() if session.status == "cancelled"}

    @property
    def emitted(self) -> list[EmitEvent]:
        return self.deployment.emitted

    def _perform(self, session: SimulatedSession, ask: Ask) -> Answer:
        assert self._answer is not None
        self.asks.append(ask)
        return self._answer(ask)

    def _took(self, session: SimulatedSession, turn: Turn) -> None:
        self.asks_per_turn.append(len(self.asks) - self._asked)
        self._asked = len(self.asks)
