"""Runs without a runtime: a driver that carries effects out in memory, so that children, laps and alarms can be tested.

Whatever waits is in `self.due`, in order; `settle` delivers it until nothing is left. Sessions go through JSON.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import orjson

from botflow.engine.asks import Answer, Ask
from botflow.engine.effects import CancelRuns, EmitEvent, ReportEnd, StartRun
from botflow.engine.inbound import Inbound
from botflow.engine.limits import Limits
from botflow.engine.node_type import NodeType
from botflow.engine.session import Session
from botflow.engine.turn import Turn, take_turn
from botflow.flow.compile import compile_flow
from botflow.nodes import built_in
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
        self.types = {kind.name: kind for kind in (*built_in(), *types)}
        start = {"id": "start", "type": "trigger", "actionType": "manual", "next": nodes[0]["id"]}
        root = {"botflow": 1, "id": "root", "executionMode": "single", "nodes": [start, *nodes], **document}
        documents = {"root": root, **(others or {})}
        self.flows = {name: compile_flow(documents, name, self.types) for name in documents}
        self.sessions: dict[int, Session] = {}
        self.workflows: dict[int, str] = {}
        self.turns: dict[int, list[Turn]] = {}
        self.due: list[tuple[int, Inbound]] = []
        self.children: dict[tuple[int, str, str], int] = {}
        self.cancelled: set[int] = set()
        self.emitted: list[EmitEvent] = []
        self.asks: list[Ask] = []
        self.asks_per_turn: list[int] = []
        self._answer = answer
        self._limits = limits or Limits()
        self._count = 0

    def start(self, workflow: str = "root", **parameters: Any) -> int:
        """Let a run begin with the next `settle`; return its session."""
        session = len(self.sessions) + 1
        self.sessions[session], self.workflows[session], self.turns[session] = Session(), workflow, []
        self.due.append((session, self.inbound("trigger", parameters={"trigger": "manual", **parameters})))
        return session

    def run(self, workflow: str = "root", **parameters: Any) -> Turn:
        """Run one to its end, or as far as it comes; return its last turn."""
        session = self.start(workflow, **parameters)
        self.settle()
        return self.last(session)

    def settle(self, *, order: Callable[[list[tuple[int, Inbound]]], int] = lambda due: 0) -> None:
        """Deliver what is due, whatever comes of it too; `order` picks the next one."""
        while self.due:
            session, inbound = self.due.pop(order(self.due))
            if session not in self.cancelled:
                self.take(session, inbound)

    def alarm(self, session: int) -> None:
        """Let the session's wait run out, and settle."""
        wait = self.sessions[session].wait
        assert wait is not None
        self.due.append((session, self.inbound("timeout", token=wait.token)))
        self.settle()

    def last(self, session: int) -> Turn:
        """Return the last turn that changed anything."""
        return next(turn for turn in reversed(self.turns[session]) if turn.status != "ignored")

    def inbound(self, kind: Any, **fields: Any) -> Inbound:
        self._count += 1
        return message("", kind=kind, channel="run", provider="", key=f"k{self._count}", seed=self._count, **fields)

    def take(self, session: int, inbound: Inbound) -> Turn:
        before = self.sessions[session]
        engine = take_turn(self.flows[self.workflows[session]], before, inbound, self.types, self._limits)
        asks = 0
        try:
            ask = next(engine)
            while True:
                self.asks.append(ask)
                asks += 1
                assert self._answer is not None
                ask = engine.send(self._answer(ask))
        except StopIteration as finished:
            turn: Turn = finished.value
        self.asks_per_turn.append(asks)
        self.turns[session].append(turn)
        self.sessions[session] = Session.from_json(orjson.loads(turn.state), turn.session.version)
        assert self.sessions[session] == turn.session
        if turn.status == "running":
            assert turn.session.wait is not None
            self.due.append((session, self.inbound("resume", token=turn.session.wait.token)))
        for effect in turn.effects:
            self._carry_out(session, effect)
        return turn

    def _carry_out(self, session: int, effect: Any) -> None:
        match effect:
            case StartRun():
                parent = {"session": session, "group": effect.group, "branch": effect.branch} if effect.group else None
                given: dict[str, Any] = {"trigger": "child", "input": dict(effect.input), "parent": parent}
                branch = {} if effect.workflow else {"flow": effect.flow, "node": effect.node}
                child = self.start(effect.workflow or self.workflows[session], **given, **branch)
                self.children[session, effect.group, effect.branch] = child
            case CancelRuns():
                self.cancelled |= {
                    child
                    for (owner, group, _), child in self.children.items()
                    if (owner, group) == (session, effect.group)
                }
            case EmitEvent():
                self.emitted.append(effect)
            case ReportEnd():
                told = {name: getattr(effect, name) for name in ("branch", "status", "output", "error")}
                told["execution"] = f"x{session}"
                news = self.inbound("child_done", token=effect.group, parameters=orjson.loads(orjson.dumps(told)))
                self.due.append((effect.session, news))
