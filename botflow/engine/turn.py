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


def take_turn(
    flow: Flow, session: Session, inbound: Inbound, node_types: NodeTypes, limits: Limits = DEFAULT_LIMITS
) -> Generator[Ask, Answer, Turn]:
    """Advance `session` by one `inbound`, until the flow waits, ends or fails."""
    scene = Scene(flow, session, inbound, limits)
    execution, started = session.execution or "", False
    asked = 0
    walk = _walk(flow, session, scene, node_types, limits)
    answer: Answer | None = None
    status: TurnStatus
    timeout_s: float | None = None
    failure: ExecutionFailed | None = None
    try:
        while True:
            ask = walk.send(answer) if answer is not None else next(walk)
            asked += 1
            if asked > limits.asks:
                raise LimitExceeded(f"one turn asked the world more than {limits.asks} times", code="limit.asks")
            answer = yield ask
    except StopIteration as finished:
        status, timeout_s = finished.value
    except FlowError as raised:
        status = "failed"
        failure = _fail(flow, scene, raised, limits)
    if not execution and scene.events and isinstance(scene.events[0], events.ExecutionStarted):
        execution, started = inbound.new_execution_id, True
    after = _freeze(session, scene, status, execution, timeout_s)
    state = orjson.dumps(after.to_json())
    if status == "waiting" and len(state) > limits.session_characters:
        problem = LimitExceeded(
            f"the session's state has {len(state)} bytes, more than {limits.session_characters}",
            code="limit.session_size",
        )
        status, failure = "failed", _fail(flow, scene, problem, limits)
        after = _freeze(session, scene, status, execution, None)
        state = orjson.dumps(after.to_json())
    return Turn(
        session=after,
        state=state,
        status=status,
        events=tuple(scene.events),
        messages=tuple(scene.messages),
        execution=execution,
        started=started,
        failure=failure,
    )


def leave_as_it_is(session: Session, reason: str, messages: tuple[SendMessage, ...] = ()) -> Turn:
    """Return a turn that records an inbound and changes nothing: an opt-out, a dead message with its apology."""
    after = replace(session, version=session.version + 1)
    return Turn(
        session=after,
        state=orjson.dumps(after.to_json()),
        status="ignored",
        events=(events.InboundIgnored(reason),),
        messages=messages,
        execution=session.execution or "",
    )


def _walk(
    flow: Flow, session: Session, scene: Scene, node_types: NodeTypes, limits: Limits
) -> Generator[Ask, Answer, tuple[TurnStatus, float | None]]:
    """Find where the inbound meets the session, then visit node after node."""
    arrival = yield from arrive(flow, session, scene, node_types)
    match arrival:
        case Ignored(reason):
            scene.record(events.InboundIgnored(reason))
            return "ignored", None
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
                return "waiting", outcome.timeout_s
            case End():
                return _complete(scene), None
            case EnterSubflow():
                _enter(flow, scene, outcome)
            case Leave(handle, output):
                scene.keep_output(output)
                resuming = _follow(scene, handle)
                if not scene.levels:
                    return _complete(scene), None
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
        if isinstance(visit, GeneratorType):
            return cast(Outcome, (yield from visit))
        return cast(Outcome, visit)
    except LimitExceeded:
        raise
    except FlowError as problem:
        failure = problem
    except Exception as crash:  # noqa: BLE001 -- a plugin's node is foreign code: its crash is that node's failure
        failure = NodeFailure(f"{type(crash).__name__}: {crash}", code="node.crashed")
    scene.record(events.NodeFailed(node.id, failure.code, failure.message))
    if not scene.connected("error"):
        raise failure
    return Leave("error")


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


def _complete(scene: Scene) -> TurnStatus:
    scene.record(events.ExecutionCompleted())
    scene.levels.clear()
    return "completed"


def _fail(flow: Flow, scene: Scene, problem: FlowError, limits: Limits) -> ExecutionFailed:
    """End the execution, and say so to the person: silence is the worst answer."""
    failed = ExecutionFailed(scene.level.node if scene.levels else "", problem.code, problem.message)
    scene.record(failed)
    scene.levels.clear()
    del scene.messages[limits.messages - 1 :]
    scene.messages.append(SendMessage(text=flow.apology or apology(flow.language)))
    return failed


def _freeze(before: Session, scene: Scene, status: TurnStatus, execution: str, timeout_s: float | None) -> Session:
    """Return the session as it will be stored; an ignored inbound leaves all but the version as it was."""
    version = before.version + 1
    if status == "ignored":
        return replace(before, version=version)
    address = scene.inbound.address or before.address
    if status != "waiting":
        return Session(version=version, address=address)
    return Session(
        version=version,
        frames=tuple(level.freeze() for level in scene.levels),
        wait=Wait(token=str(version), timeout_s=timeout_s),
        execution=execution,
        address=address,
    )
