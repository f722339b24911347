"""Where an inbound meets a session: it starts an execution, interrupts or resumes a node, or changes nothing."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from botflow.engine import events
from botflow.engine.asks import Answer, Ask, AskModel, Choice
from botflow.engine.folding import fold
from botflow.engine.node import NodeFailure, NodeType, Starts
from botflow.engine.scene import Level, Scene
from botflow.engine.session import Parent, Session, Wait
from botflow.errors import FlowError
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


@dataclass(frozen=True, slots=True)
class Expired:
    """Nobody answered for as long as the workflow waits at most."""


Arrival = Start | Resume | Ignored | Expired


def arrive(
    flow: Flow, session: Session, scene: Scene, node_types: Mapping[str, NodeType]
) -> Generator[Ask, Answer, Arrival]:
    """Decide what the inbound does; asks a model only when a waiting flow declares interrupts by intent."""
    if not scene.levels:
        return _start(flow, scene, node_types)
    if session.wait is None:
        return Ignored("not_waiting")
    if scene.inbound.kind != "message":
        return _woken(session.wait, scene)
    if "message" not in session.wait.accepts:
        return Ignored("not_waiting")
    interrupt = yield from _interrupt(flow, scene)
    if interrupt is None:
        return Resume()
    scene.push(Level(flow=flow, node=interrupt.target, kind="digression", interrupt=interrupt.id))
    scene.record(events.FrameEntered(interrupt.id, interrupt.target))
    return Start()


def _woken(wait: Wait, scene: Scene) -> Arrival:
    """Decide about an inbound that no person wrote: it must belong to the very wait that it comes for."""
    inbound = scene.inbound
    match inbound.kind:
        case "timeout" if inbound.token == wait.token:
            if wait.alarms:
                scene.alarm, scene.alarm_s = wait.alarms[0].kind, wait.alarms[0].after_s
            else:
                scene.alarm = "timeout"
            return Expired() if scene.alarm == "expiry" else Resume()
        case "timeout":
            return Ignored("stale_timeout")
        case "resume" if "resume" in wait.accepts and inbound.token == wait.token:
            return Start()
        case "child_done" | "delivery" if inbound.kind in wait.accepts and inbound.token == wait.group:
            return Resume()
        case "child_done":
            return Ignored("stale_child")
        case "trigger":
            return Ignored("busy")
        case _:
            return Ignored("not_waiting")


def _start(flow: Flow, scene: Scene, node_types: Mapping[str, NodeType]) -> Arrival:
    if scene.inbound.kind not in ("message", "opened", "trigger"):
        return Ignored("ended")
    if scene.inbound.kind == "trigger" and (parent := scene.inbound.parameters.get("parent")):
        scene.parent = Parent(**parent)
    if scene.inbound.kind == "trigger" and scene.inbound.parameters.get("node"):
        return _start_branch(flow, scene)
    trigger = _trigger(flow, scene, node_types)
    if trigger is None and scene.is_run:
        raise FlowError(f"no trigger of {flow.id!r} takes this", code="run.no_trigger")
    if trigger is None:
        return Ignored("no_trigger")
    return _begin(scene, Level(flow=flow, node=trigger.id, variables=dict(flow.variables)))


def _start_branch(flow: Flow, scene: Scene) -> Arrival:
    """Begin a branch: in the middle of a graph, with the variables of whoever started it."""
    parameters = scene.inbound.parameters
    flow_id = parameters.get("flow", "")
    level = Level(
        flow=flow.scope(flow_id),
        node=parameters["node"],
        flow_id=flow_id,
        variables=dict(parameters.get("input", {})),
    )
    return _begin(scene, level)


def _begin(scene: Scene, level: Level) -> Arrival:
    scene.started = True
    scene.levels.append(level)
    scene.record(events.ExecutionStarted(level.node))
    return Start()


def _trigger(flow: Flow, scene: Scene, node_types: Mapping[str, NodeType]) -> Node | None:
    for node in flow.triggers:
        try:
            takes = cast(Starts, node_types[node.type]).starts(node.properties, scene.inbound)
        except KeyboardInterrupt:
            raise
        except BaseException as crash:  # a plugin's trigger is foreign code
            raise NodeFailure(f"{node.type} crashed: {type(crash).__name__}: {crash}", code="node.crashed") from crash
        if takes:
            return node
    return None


def _interrupt(flow: Flow, scene: Scene) -> Generator[Ask, Answer, Interrupt | None]:
    """Find the interrupt that the message means: by keyword, by pattern, then by a model; one under way is left out."""
    if not flow.interrupts:
        return None
    active = {level.interrupt for level in scene.levels}
    candidates = [interrupt for interrupt in flow.interrupts if interrupt.id not in active]
    text, payload = scene.inbound.text.strip(), scene.inbound.payload
    named = _named(candidates, payload or text)
    if named is not None or payload or not text:  # a pressed button says what it means: no need to guess
        return named
    return (yield from _intended([interrupt for interrupt in candidates if interrupt.intent], text, flow.language))


def _named(candidates: Sequence[Interrupt], said: str) -> Interrupt | None:
    folded = fold(said)
    for interrupt in candidates:
        if folded and any(folded == fold(word) for word in interrupt.match):
            return interrupt
        if interrupt.pattern is not None and search(interrupt.pattern, said):
            return interrupt
    return None


def _intended(candidates: Sequence[Interrupt], text: str, language: str) -> Generator[Ask, Answer, Interrupt | None]:
    if not candidates:
        return None
    answer = yield AskModel(
        purpose="route",
        text=text,
        instructions="Does this message ask for one of these, instead of answering the question at hand?",
        choices=tuple(
            Choice(handle=interrupt.id, description=interrupt.intent or "", examples=interrupt.match)
            for interrupt in candidates
        ),
        language=language,
    )
    return next((interrupt for interrupt in candidates if interrupt.id == answer.value), None)
