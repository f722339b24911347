"""THE LOOP: one inbound moves one session until its flow waits, ends or fails. Start reading here.

`take_turn` is a generator: it yields Asks, receives Answers and returns a Turn. So the same loop runs in a webhook,
a worker, a terminal, a property test and a replay. It reads no clock, draws no random number and touches no network.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping
from dataclasses import dataclass, replace
from types import GeneratorType
from typing import Literal, assert_never, cast

import orjson

from botflow.engine import events
from botflow.engine.arrival import Ignored, Resume, Start, arrive
from botflow.engine.asks import Answer, Ask
from botflow.engine.effects import SendMessage
from botflow.engine.events import Event, ExecutionFailed
from botflow.engine.inbound import Inbound
from botflow.engine.limits import Limits
from botflow.engine.node import End, EnterSubflow, Leave, NodeFailure, NodeType, Outcome, Resumable, WaitForMessage
from botflow.engine.scene import Level, LimitExceeded, Scene
from botflow.engine.session import Session, Wait
from botflow.engine.words import apology
from botflow.errors import FlowError
from botflow.flow.graph import Flow

TurnStatus = Literal["waiting", "completed", "failed", "ignored"]
NodeTypes = Mapping[str, NodeType]
DEFAULT_LIMITS = Limits()


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """What one inbound did. `state` is the session's JSON as it is stored; an ignored inbound keeps wait and deadline.

    `execution` is the id of the execution that the turn belongs to ("" when there is none); `started` says whether it
    began here. `failure` is set when the execution failed.
    """

    session: Session
    state: bytes
    status: TurnStatus
    events: tuple[Event, ...]
    messages: tuple[SendMessage, ...]
    execution: str = ""
    started: bool = False
    failure: ExecutionFailed | None = None


@dataclass(frozen=True, slots=True)
class _Ending:
    """How the walk ended; `timeout_s` belongs to the wait, `failure` to a failed execution."""

    status: TurnStatus
    timeout_s: float | None = None
    failure: ExecutionFailed | None = None


def take_turn(
    flow: Flow, session: Session, inbound: Inbound, node_types: NodeTypes, limits: Limits = DEFAULT_LIMITS
) -> Generator[Ask, Answer, Turn]:
    """Advance `session` by one `inbound`, until the flow waits, ends or fails."""
    scene = Scene(flow, session, inbound, limits)
    try:
        ending = yield from _within(limits.asks, _walk(flow, session, scene, node_types, limits))
    except FlowError as problem:
        ending = _fail(flow, scene, problem, limits)
    after = _freeze(session, scene, ending)
    try:
        state = _state(after, limits)
    except FlowError as problem:
        ending = _fail(flow, scene, problem, limits)
        after = _freeze(session, scene, ending)
        state = orjson.dumps(after.to_json())
    execution = _execution(session, scene)
    return Turn(
        session=after,
        state=state,
        status=ending.status,
        events=tuple(scene.events),
        messages=tuple(scene.messages),
        execution=execution,
        started=bool(execution) and session.execution is None,
        failure=ending.failure,
    )


def _within(asks: int, walk: Generator[Ask, Answer, _Ending]) -> Generator[Ask, Answer, _Ending]:
    """Pass on at most `asks` Asks, and their Answers."""
    try:
        ask = next(walk)
        for _ in range(asks):
            ask = walk.send((yield ask))
    except StopIteration as finished:
        return cast(_Ending, finished.value)
    raise LimitExceeded(f"one turn asked the world more than {asks} times", code="limit.asks")


def _walk(
    flow: Flow, session: Session, scene: Scene, node_types: NodeTypes, limits: Limits
) -> Generator[Ask, Answer, _Ending]:
    """Find where the inbound meets the session, then visit node after node."""
    arrival = yield from arrive(flow, session, scene, node_types)
    match arrival:
        case Ignored(reason):
            scene.record(events.InboundIgnored(reason))
            return _Ending("ignored")
        case Start() | Resume():
            resuming = isinstance(arrival, Resume)
        case _:
            assert_never(arrival)
    for _ in range(limits.steps):
        outcome = yield from _visit(scene, node_types, resuming)
        resuming = False
        match outcome:
            case WaitForMessage():
                scene.record(events.WaitStarted(scene.level.node))
                return _Ending("waiting", timeout_s=outcome.timeout_s)
            case End():
                return _complete(scene)
            case EnterSubflow():
                _enter(flow, scene, outcome)
            case Leave(handle, output):
                scene.keep_output(output)
                resuming = _follow(scene, handle)
                if not scene.levels:
                    return _complete(scene)
            case _:
                assert_never(outcome)
    raise LimitExceeded(f"one turn visited more than {limits.steps} nodes", code="limit.steps")


def _visit(scene: Scene, node_types: NodeTypes, resuming: bool) -> Generator[Ask, Answer, Outcome]:
    """Run one node. A failing node leaves by `error` if something is connected there, else the execution fails."""
    node = scene.node
    node_type = node_types[node.type]
    try:
        visit = (
            cast(Resumable, node_type).resume(node.properties, scene)
            if resuming
            else node_type.visit(node.properties, scene)
        )
        outcome = (yield from visit) if isinstance(visit, GeneratorType) else visit
        if isinstance(outcome, (Leave, WaitForMessage, EnterSubflow, End)):
            return outcome
        failure: FlowError = NodeFailure(
            f"{node.type} returned {type(outcome).__name__} instead of an outcome such as Leave", code="node.crashed"
        )
    except LimitExceeded:
        raise
    except FlowError as problem:
        failure = problem
    except (GeneratorExit, KeyboardInterrupt):
        raise
    except BaseException as crash:  # noqa: BLE001 -- foreign code: also its sys.exit() is just that node's failure
        failure = NodeFailure(f"{type(crash).__name__}: {crash}", code="node.crashed")
    scene.record(events.NodeFailed(node.id, failure.code, failure.message))
    if not scene.connected("error"):
        raise failure
    return Leave("error", {"code": failure.code, "message": failure.message})


def _follow(scene: Scene, handle: str) -> bool:
    """Leave the node at hand by `handle`; return whether the node now at hand resumes rather than starts."""
    level = scene.level
    level.notes = {}
    target = level.flow.target(level.node, handle)
    scene.record(events.EdgeFollowed(level.node, handle, target or ""))
    scene.returned = None
    if target is not None:
        level.node = target
        return False
    ended = scene.pop()
    if ended.kind == "main":
        return False
    scene.record(events.FrameLeft(ended.interrupt or ended.flow_id))
    if ended.kind == "subflow":
        scene.returned = ended.variables
        return True
    return False  # a digression is over: the interrupted node asks again


def _enter(flow: Flow, scene: Scene, entry: EnterSubflow) -> None:
    """Push the frame of a subflow and stand on its trigger."""
    child = flow.subflows.get(entry.workflow)
    if child is None or not child.triggers:
        raise NodeFailure(f"there is no workflow {entry.workflow!r} to run", code="subflow.unknown")
    first = child.triggers[0].id
    scene.push(
        Level(
            flow=child,
            node=first,
            kind="subflow",
            flow_id=entry.workflow,
            variables={**child.variables, **entry.variables},
        )
    )
    scene.record(events.FrameEntered(entry.workflow, first))


def _complete(scene: Scene) -> _Ending:
    scene.record(events.ExecutionCompleted())
    scene.levels.clear()
    return _Ending("completed")


def _fail(flow: Flow, scene: Scene, problem: FlowError, limits: Limits) -> _Ending:
    """End the execution, and say so to the person: silence is the worst answer."""
    failed = ExecutionFailed(scene.level.node if scene.levels else "", problem.code, problem.message)
    scene.record(failed)
    scene.levels.clear()
    del scene.messages[limits.messages - 1 :]
    scene.messages.append(SendMessage(text=flow.apology or apology(flow.language)))
    return _Ending("failed", failure=failed)


def _execution(before: Session, scene: Scene) -> str:
    """Return the id of the execution that the turn belongs to: the running one, or the one that began here."""
    if before.execution is not None:
        return before.execution
    return scene.inbound.new_execution_id if scene.events and scene.events[0].kind == "started" else ""


def _freeze(before: Session, scene: Scene, ending: _Ending) -> Session:
    """Return the session as it will be stored; an ignored inbound leaves all but the version as it was."""
    version = before.version + 1
    if ending.status == "ignored":
        return replace(before, version=version)
    address = scene.inbound.address or before.address
    if ending.status != "waiting":
        return Session(version=version, address=address)
    return Session(
        version=version,
        frames=tuple(level.freeze() for level in scene.levels),
        wait=Wait(token=str(version), timeout_s=ending.timeout_s),
        execution=_execution(before, scene),
        address=address,
    )


def _state(session: Session, limits: Limits) -> bytes:
    """Return the state column's JSON; FlowError when it cannot be kept, or should not."""
    try:
        state = orjson.dumps(session.to_json())
    except TypeError as failure:
        raise FlowError(f"the session's state is not JSON: {failure}", code="session.not_json") from failure
    if session.wait is not None and len(state) > limits.session_characters:
        raise LimitExceeded(
            f"the session's state has {len(state)} bytes, more than {limits.session_characters}",
            code="limit.session_size",
        )
    return state
