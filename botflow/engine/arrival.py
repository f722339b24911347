"""What an inbound does to a session: start an execution, interrupt or resume a node, or change nothing."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from dataclasses import replace
from typing import cast

from botflow.engine import events
from botflow.engine.asks import Answer, Ask, AskModel, Choice
from botflow.engine.corrections.rewind import turn_back
from botflow.engine.inbound import CHAT, Inbound
from botflow.engine.level import Level
from botflow.engine.node_type import FITTING, FREE, Answerable, Fit, NodeFailure, NodeType, Questioning, Starts
from botflow.engine.scene import Scene
from botflow.engine.session import Parent, Session, Wait
from botflow.engine.speech.buttons import option_of, question_of
from botflow.engine.text_folding import are_alike, read_authored_words, read_words
from botflow.errors import FlowError
from botflow.flow.graph import Flow, Interrupt, Node
from botflow.flow.pattern import search
from botflow.values import value

_LONGEST_KEYWORD = 200  # characters; a longer message is compared with patterns only


@value(frozen=True, slots=True)
class Start:
    """Visit the current node from its beginning."""


@value(frozen=True, slots=True)
class Resume:
    """Resume the current node: what it waited for has arrived."""


@value(frozen=True, slots=True)
class Ignored:
    """The inbound changes nothing."""

    reason: str


@value(frozen=True, slots=True)
class Expired:
    """The contact did not answer before the session expired."""


Arrival = Start | Resume | Ignored | Expired


def arrive(
    flow: Flow, session: Session, scene: Scene, node_types: Mapping[str, NodeType]
) -> Generator[Ask, Answer, Arrival]:
    """Decide what the inbound does; asks a model only when a waiting flow declares interrupts by intent."""
    if scene.inbound.kind == "cancel":
        return Ignored("ended")  # unless the session says that it is to be cancelled
    if session.handoff is not None and scene.inbound.kind == "message":
        return Ignored("handed_off")  # a person answers it; an opt-out has a turn of its own
    if not scene.levels:
        return _start(flow, scene, node_types)
    if session.wait is None:
        return Ignored("not_waiting")
    if scene.inbound.kind != "message":
        return _woken(session.wait, scene)
    if "message" not in session.wait.accepts:
        return Ignored("not_waiting")
    _drop_other_questions_button(scene)
    interrupt = _named_interrupt(flow, scene, node_types)
    if interrupt is None and scene.policy.corrections and (turning := turn_back(scene, node_types)) is not None:
        scene.answered = turning == "answer"
        return Resume() if turning == "answer" else Start()
    if interrupt is None and any(one.has_meaning for one in flow.interrupts):
        interrupt = yield from _intended_interrupt(flow, scene, node_types)
    if interrupt is None:
        scene.answered = True
        return Resume()
    scene.push(Level(flow=flow, node=interrupt.target, kind="digression", interrupt=interrupt.id))
    scene.record(events.FrameEntered(interrupt.id, interrupt.target))
    return Start()


def _drop_other_questions_button(scene: Scene) -> None:
    """Let the node read nothing where an old message's button was pressed: its words may be an option here, too."""
    inbound = scene.inbound
    pressed = question_of(inbound.payload)
    if pressed and pressed != f"{scene.level.flow.id}/{scene.level.node}":
        scene.hear(replace(inbound, text="", payload=""))


def _woken(wait: Wait, scene: Scene) -> Arrival:
    """Decide about an inbound that no person wrote: its token must be that of the current wait, or the group."""
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
        case "returned" if "returned" in wait.accepts and inbound.token == wait.token:
            return Resume()
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
    trigger = _trigger(flow, scene.inbound, node_types)
    if trigger is None and scene.inbound.kind == "message" and scene.inbound.channel == CHAT:
        # A visitor who writes after the end, in a flow that begins when the chat is opened, opens it once more.
        trigger = _trigger(flow, replace(scene.inbound, kind="opened"), node_types)
    if trigger is None and scene.is_run:
        raise FlowError(f"no trigger of {flow.id!r} takes this", code="run.no_trigger")
    if trigger is None:
        return Ignored("no_trigger")
    variables = dict(flow.variables)
    if scene.speech is not None and not scene.is_run:
        scene.speech.begin(scene, scene.inbound)
        variables = scene.speech.variables(variables)
    return _begin(scene, Level(flow=scene.workflow, node=trigger.id, variables=variables))


def _start_branch(flow: Flow, scene: Scene) -> Arrival:
    """Begin a branch: in the middle of a graph, with the variables of the session that started it."""
    parameters = scene.inbound.parameters
    flow_id, shared = parameters.get("flow", ""), parameters.get("kept", {})
    level = Level(
        flow=flow.scope(flow_id),
        node=parameters["node"],
        kind="branch",
        flow_id=flow_id,
        variables={**parameters.get("input", {}), **{name: scene.kept[kept] for name, kept in shared.items()}},
    )
    scene.kept.of = parameters.get("keptOf", scene.kept.of)
    return _begin(scene, level)


def _begin(scene: Scene, level: Level) -> Arrival:
    scene.begin(level)
    if scene.speech is not None:
        scene.speech.follow_choice(scene)
    scene.record(events.ExecutionStarted(level.node))
    return Start()


def _trigger(flow: Flow, inbound: Inbound, node_types: Mapping[str, NodeType]) -> Node | None:
    meant = inbound.parameters.get("start") if inbound.kind == "trigger" else None
    for node in flow.triggers:
        if meant not in (None, node.id):
            continue
        try:
            takes = cast(Starts, node_types[node.type]).starts(node.properties, inbound)
        except (FlowError, KeyboardInterrupt):
            raise
        except BaseException as crash:  # the trigger may be a plugin's code
            raise NodeFailure(f"{node.type} crashed: {type(crash).__name__}: {crash}", code="node.crashed") from crash
        if takes:
            return node
    return None


def _named_interrupt(flow: Flow, scene: Scene, node_types: Mapping[str, NodeType]) -> Interrupt | None:
    """Find the interrupt that the message names, by keyword or by pattern.

    A keyword that is spelt as the message comes first. One that is only like it ("C++" to "c++!", "café" to "cafe")
    counts if it belongs to one interrupt, and the message does not answer the question at hand.
    """
    if not flow.interrupts:
        return None
    text = option_of(scene.inbound.payload) or scene.inbound.text.strip()
    candidates = _candidates(flow, scene)
    alike: list[Interrupt] = []
    if text and len(text) <= _LONGEST_KEYWORD:
        said = read_words(text)
        for interrupt in candidates:
            known = [read_authored_words(word) for word in interrupt.match]
            if any(said.exact == word.exact or said.bare == word.bare for word in known):
                return interrupt
            if any(are_alike(said, word) for word in known):
                alike.append(interrupt)
    for interrupt in candidates:
        if interrupt.pattern is not None and search(interrupt.pattern, text):
            return interrupt
        if alike == [interrupt] and _fit(scene, node_types) not in FITTING:
            return interrupt
    return None


def _candidates(flow: Flow, scene: Scene) -> list[Interrupt]:
    """Return the interrupts that are not under way already."""
    active = {level.interrupt for level in scene.levels}
    return [interrupt for interrupt in flow.interrupts if interrupt.id not in active]


def _fit(scene: Scene, node_types: Mapping[str, NodeType]) -> Fit:
    """Return how well the message answers the question at hand: "2 people" one for a number, exactly."""
    node = scene.node
    node_type = node_types[node.type]
    try:
        return node_type.fits(node.properties, scene) if isinstance(node_type, Answerable) else "no"
    except FlowError:  # the node itself will say so
        return "no"


def _question(scene: Scene, node_types: Mapping[str, NodeType]) -> str:
    """Return what the person was asked, "" if it is not known."""
    node = scene.node
    node_type = node_types[node.type]
    try:
        return node_type.question(node.properties, scene) if isinstance(node_type, Questioning) else ""
    except FlowError:
        return ""


def _intended_interrupt(
    flow: Flow, scene: Scene, node_types: Mapping[str, NodeType]
) -> Generator[Ask, Answer, Interrupt | None]:
    """Let a model find the interrupt that the message means; not for a pressed button or an answer that fits, whose
    meaning is known."""
    text = scene.inbound.text.strip()
    candidates = [interrupt for interrupt in _candidates(flow, scene) if interrupt.has_meaning]
    if scene.inbound.payload or not text or not candidates:
        return None
    fit = _fit(scene, node_types)
    if fit in FITTING and not (fit == "possibly" and _is_an_example(text, candidates)):
        return None
    answer = yield replace(
        interrupt_ask(candidates, flow.language),
        text=text,
        question=_question(scene, node_types),
        accepts="any text" if fit in FREE else "",
        node=scene.level.node,
    )
    return next((interrupt for interrupt in candidates if interrupt.id == answer.value), None)


def _is_an_example(text: str, candidates: Sequence[Interrupt]) -> bool:
    """Say whether the message is an author's example: then it need not be the answer that it may be."""
    said = read_words(text) if len(text) <= _LONGEST_KEYWORD else None
    return said is not None and any(
        are_alike(said, read_authored_words(example)) for interrupt in candidates for example in interrupt.examples
    )


def interrupt_ask(candidates: Sequence[Interrupt], language: str) -> AskModel:
    """Return the Ask which of `candidates` a message means, without the person's words."""
    return AskModel(
        purpose="route",
        text="",
        instructions="Does this message ask for one of these, instead of answering the question at hand?",
        choices=tuple(
            Choice(
                handle=interrupt.id,
                description=interrupt.intent or "",
                examples=(*interrupt.match, *interrupt.examples),
            )
            for interrupt in candidates
        ),
        language=language,
    )
