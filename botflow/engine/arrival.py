"""Where an inbound meets a session: it starts an execution, interrupts or resumes a node, or changes nothing."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from dataclasses import dataclass
from typing import cast

from botflow.engine import events
from botflow.engine.asks import Answer, Ask, AskModel, Choice
from botflow.engine.node import NodeType, Starts
from botflow.engine.scene import Level, Scene
from botflow.engine.session import Session
from botflow.flow.graph import Flow, Interrupt, Node
from botflow.flow.pattern import search


@dataclass(frozen=True, slots=True)
class Start:
    """Visit the node at hand as new."""


@dataclass(frozen=True, slots=True)
class Resume:
    """The node at hand goes on with what it waited for."""


@dataclass(frozen=True, slots=True)
class Ignored:
    """The inbound changes nothing."""

    reason: str


Arrival = Start | Resume | Ignored


def arrive(
    flow: Flow, session: Session, scene: Scene, node_types: Mapping[str, NodeType]
) -> Generator[Ask, Answer, Arrival]:
    """Decide what the inbound does; asks a model only when a waiting flow declares interrupts by intent."""
    kind = scene.inbound.kind
    if not scene.levels:
        return _start(flow, scene, node_types)
    if kind == "timeout":
        if session.wait is None or session.wait.token != scene.inbound.token:
            return Ignored("stale_timeout")
        return Resume()
    if kind != "message" or session.wait is None or "message" not in session.wait.accepts:
        return Ignored("not_waiting")
    interrupt = yield from _interrupt(flow, scene)
    if interrupt is None:
        return Resume()
    scene.push(Level(flow=flow, node=interrupt.target, kind="digression", interrupt=interrupt.id))
    scene.record(events.FrameEntered(interrupt.id, interrupt.target))
    return Start()


def _start(flow: Flow, scene: Scene, node_types: Mapping[str, NodeType]) -> Arrival:
    if scene.inbound.kind not in ("message", "opened", "trigger"):
        return Ignored("ended")
    trigger = _trigger(flow, scene, node_types)
    if trigger is None:
        return Ignored("no_trigger")
    scene.levels.append(Level(flow=flow, node=trigger.id, variables=dict(flow.variables)))
    scene.record(events.ExecutionStarted(trigger.id))
    return Start()


def _trigger(flow: Flow, scene: Scene, node_types: Mapping[str, NodeType]) -> Node | None:
    for node in flow.triggers:
        if cast(Starts, node_types[node.type]).starts(node.properties, scene.inbound):
            return node
    return None


def _interrupt(flow: Flow, scene: Scene) -> Generator[Ask, Answer, Interrupt | None]:
    """Find the interrupt that the message means; one that is under way is not entered again."""
    active = {level.interrupt for level in scene.levels}
    candidates = [interrupt for interrupt in flow.interrupts if interrupt.id not in active]
    if not candidates:
        return None
    text = scene.inbound.text.strip()
    folded = text.casefold()
    for interrupt in candidates:
        if folded in (word.casefold() for word in interrupt.match):
            return interrupt
        if interrupt.pattern is not None and search(interrupt.pattern, text):
            return interrupt
    by_intent = {interrupt.id: interrupt for interrupt in candidates if interrupt.intent}
    if not by_intent or not text:
        return None
    answer = yield AskModel(
        purpose="route",
        text=text,
        instructions="Does this message ask for one of these, instead of answering the question at hand?",
        choices=tuple(
            Choice(handle=name, description=interrupt.intent or "", examples=interrupt.match)
            for name, interrupt in by_intent.items()
        ),
        language=flow.language,
    )
    return by_intent.get(answer.value) if isinstance(answer.value, str) else None
