"""THE LOOP: one inbound moves one session until its flow waits, ends or fails. Start reading here.

`take_turn` is a generator: it yields Asks, receives Answers and returns a Turn. So the same loop runs in a webhook,
a worker, a terminal, a property test and a replay. It reads no clock, draws no random number and touches no network.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping
from dataclasses import field
from types import GeneratorType
from typing import Any, Literal, assert_never, cast

import orjson

from botflow.engine import events
from botflow.engine.arrival import Expired, Ignored, Resume, Start, arrive
from botflow.engine.asks import Answer, Ask
from botflow.engine.effects import CancelRuns, Effect, SendMessage
from botflow.engine.ending import Ending, freeze, parents_news, state_of
from botflow.engine.events import Event, ExecutionFailed
from botflow.engine.inbound import Inbound
from botflow.engine.level import Level
from botflow.engine.limits import Limits
from botflow.engine.node_type import (
    End,
    EnterBody,
    EnterSubflow,
    KeepWaiting,
    Leave,
    NodeFailure,
    NodeType,
    Outcome,
    Park,
    WaitForMessage,
)
from botflow.engine.scene import LimitExceeded, Scene
from botflow.engine.session import Session
from botflow.engine.visit import unwind, visit
from botflow.engine.waits import same_wait, wait_for_message, wait_parked
from botflow.errors import FlowError
from botflow.flow.graph import Flow
from botflow.languages import sentences_in
from botflow.values import value

# running: a run that continues in its next turn at once; cancelled: the session expired without an answer.
TurnStatus = Literal["waiting", "running", "completed", "failed", "cancelled", "ignored"]
NodeTypes = Mapping[str, NodeType]
DEFAULT_LIMITS = Limits()
_RESTING = (WaitForMessage, Park, KeepWaiting, End)


@value(frozen=True, slots=True, kw_only=True)
class Turn:
    """The result of an inbound. `state` is the session's JSON as stored; an ignored inbound keeps wait and deadline.

    `execution` is the id of the execution that the turn belongs to ("" when there is none); `started` says whether it
    began here. `failure` is set when the execution failed, `output` when a run completed. `keeps_deadline`: the wait
    continues with its former deadline. `effects` follow the commit, like `messages`. `variables` are those of the
    workflow's own graph after the turn, also when the execution has ended with it; they are not stored.
    """

    session: Session
    state: bytes
    status: TurnStatus
    events: tuple[Event, ...]
    messages: tuple[SendMessage, ...]
    effects: tuple[Effect, ...] = ()
    execution: str = ""
    started: bool = False
    failure: ExecutionFailed | None = None
    output: Any = None
    keeps_deadline: bool = False
    variables: Mapping[str, Any] = field(default_factory=dict)


def take_turn(
    flow: Flow,
    session: Session,
    inbound: Inbound,
    node_types: NodeTypes,
    limits: Limits = DEFAULT_LIMITS,
    *,
    said: list[SendMessage] | None = None,
) -> Generator[Ask, Answer, Turn]:
    """Advance `session` by one `inbound`, until the flow waits, ends or fails, or a run has a checkpoint.

    The turn collects its messages in `said`: a caller that passes a list may show its content between two Asks.
    """
    scene = Scene(flow, session, inbound, limits, said)
    try:
        ending = yield from _within(limits.asks, _walk(flow, session, scene, node_types, limits))
    except FlowError as problem:
        ending = _fail(flow, scene, problem, limits)
    after = freeze(session, scene, ending)
    try:
        state = state_of(after, limits)
    except FlowError as problem:
        ending = _fail(flow, scene, problem, limits)
        after = freeze(session, scene, ending)
        state = orjson.dumps(after.to_json())
    started = session.execution is None and (scene.started or _is_runs_first(scene, ending))
    execution = session.execution or after.execution or (inbound.new_execution_id if started else "")
    return Turn(
        session=after,
        state=state,
        status=ending.status,
        events=tuple(scene.events),
        messages=tuple(scene.messages),
        effects=(*scene.effects, *parents_news(session, scene, ending)),
        execution=execution,
        started=started,
        failure=ending.failure,
        output=ending.output,
        keeps_deadline=ending.wait is not None and ending.wait is session.wait,
        variables=scene.root.variables if scene.root is not None else {},
    )


def _is_runs_first(scene: Scene, ending: Ending) -> bool:
    """A run exists from the request for it, so a run that could not begin has an end, too."""
    return scene.is_run and scene.inbound.kind == "trigger" and ending.status != "ignored"


def _within(asks: int, walk: Generator[Ask, Answer, Ending]) -> Generator[Ask, Answer, Ending]:
    """Pass on at most `asks` Asks, and their Answers."""
    try:
        ask = next(walk)
        for _ in range(asks):
            ask = walk.send((yield ask))
    except StopIteration as finished:
        return cast(Ending, finished.value)
    raise LimitExceeded(f"one turn asked the world more than {asks} times", code="limit.asks")


def _walk(
    flow: Flow, session: Session, scene: Scene, node_types: NodeTypes, limits: Limits
) -> Generator[Ask, Answer, Ending]:
    """Decide what the inbound does, then visit node after node."""
    arrival = yield from arrive(flow, session, scene, node_types)
    match arrival:
        case Start() | Resume():
            resuming = isinstance(arrival, Resume)
        case Ignored(reason):
            scene.record(events.InboundIgnored(reason))
            return Ending("ignored")
        case Expired():
            return _expire(flow, scene)
        case _:
            assert_never(arrival)
    waiting = len(session.frames)  # depth of the node that may keep waiting; 0 once it has left
    heard = resuming
    for step in range(2 * limits.steps):
        try:
            visited = visit(scene, node_types, resuming)
            outcome: Outcome = (yield from visited) if isinstance(visited, GeneratorType) else cast(Outcome, visited)
            if isinstance(outcome, _RESTING):
                if isinstance(outcome, KeepWaiting) and len(scene.levels) != waiting:
                    raise NodeFailure("a node that was not waiting cannot keep waiting", code="wait.none")
                scene.answered = scene.answered and not heard  # the question has not accepted the message
                return _rest(flow, session, scene, outcome)
            heard = False
            waiting = waiting if len(scene.levels) > waiting else 0
            scene.failure, scene.alarm = None, None
            resuming = _move(flow, scene, outcome)
        except LimitExceeded:
            raise
        except FlowError as failure:
            if not unwind(scene, node_types, failure):
                raise
            heard, resuming = False, True
            waiting = waiting if len(scene.levels) > waiting else 0
        if not scene.levels:
            return _complete(scene, ...)
        if scene.is_run and not resuming and (scene.asked or step >= limits.steps):
            return _lap(session, scene, limits)
        if not scene.is_run and step >= limits.steps - 1:
            break
    raise LimitExceeded(f"one turn visited more than {limits.steps} nodes", code="limit.steps")


def _rest(flow: Flow, session: Session, scene: Scene, outcome: WaitForMessage | Park | KeepWaiting | End) -> Ending:
    """End the walk: the current node waits, or no node comes after it."""
    match outcome:
        case End(output):
            return _complete(scene, output)
        case KeepWaiting():
            return Ending("waiting", wait=same_wait(session, scene))
        case WaitForMessage():
            wait = wait_for_message(scene, outcome, flow.policy.expires)
        case Park():
            wait = wait_parked(scene, outcome)
        case _:
            assert_never(outcome)
    scene.record(events.WaitStarted(scene.level.node))
    return Ending("waiting", wait=wait)


def _move(flow: Flow, scene: Scene, outcome: Leave | EnterBody | EnterSubflow) -> bool:
    """Go to the next node; return whether it resumes rather than starts."""
    match outcome:
        case Leave(handle, output):
            scene.keep_output(output)
            return _follow(flow, scene, handle)
        case EnterBody(handle):
            return _enter_body(scene, handle)
        case EnterSubflow():
            _enter(flow, scene, outcome)
            return False
        case _:
            assert_never(outcome)


def _follow(flow: Flow, scene: Scene, handle: str) -> bool:
    """Leave the current node by `handle`; return whether the next one resumes rather than starts."""
    level = scene.level
    level.notes = {}
    target = level.flow.target(level.node, handle)
    scene.record(events.EdgeFollowed(level.node, handle, target or ""))
    scene.returned = None
    if target is not None and not _closes_body(scene, target):
        level.node = target
        return False
    if len(scene.levels) == 1:
        scene.result = _result_of(level)
    ended = scene.pop()
    if ended.kind in ("main", "branch"):
        return False
    scene.record(events.FrameLeft(ended.interrupt or _frame_name(scene, ended)))
    match ended.kind:
        case "subflow":
            scene.returned = ended.variables
            return True
        case "body":
            scene.returned = {}
            return True
        case _:  # a digression is over: the interrupted node asks again
            _recapitulate(flow, scene)
            return False


def _closes_body(scene: Scene, target: str) -> bool:
    """Say whether an edge leads from a body back to the node that owns it: authors draw loops like that."""
    return scene.level.kind == "body" and scene.levels[-2].node == target


def _frame_name(scene: Scene, ended: Level) -> str:
    return ended.flow_id if ended.kind == "subflow" else scene.level.node


def _recapitulate(flow: Flow, scene: Scene) -> None:
    """Say the workflow's recap before the interrupted question is asked again; a recap that fails is left out."""
    if flow.policy.recap is None:
        return
    try:
        scene.say(scene.render(flow.policy.recap))
    except LimitExceeded:
        raise
    except FlowError as failure:
        scene.record(events.NodeFailed(scene.level.node, failure.code, failure.message))


def _enter(flow: Flow, scene: Scene, entry: EnterSubflow) -> None:
    """Push the frame of a subflow, at its trigger."""
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


def _enter_body(scene: Scene, handle: str) -> bool:
    """Push a frame at the target of `handle`. True if there is no target: then the node resumes at once."""
    level = scene.level
    target = level.flow.target(level.node, handle)
    scene.record(events.EdgeFollowed(level.node, handle, target or ""))
    scene.returned = {}
    if target is None:
        return True
    scene.returned = None
    scene.push(Level(flow=level.flow, node=target, kind="body", flow_id=level.flow_id))
    return False


def _lap(session: Session, scene: Scene, limits: Limits) -> Ending:
    """Set a checkpoint: a run's next turn starts here, and a retry need not go further back."""
    if session.laps >= limits.laps:
        raise LimitExceeded(f"a run took more than {limits.laps} turns", code="limit.laps")
    scene.record(events.CheckpointReached(scene.level.node))
    return Ending("running")


def _complete(scene: Scene, output: Any) -> Ending:
    """End the execution; a run with no output given (`...`) gives its variables, a conversation nothing."""
    scene.record(events.ExecutionCompleted())
    if output is ... and not scene.is_run:
        output = None
    elif output is ...:
        output = _result_of(scene.levels[0]) if scene.levels else scene.result
    scene.levels.clear()
    return Ending("completed", output=output)


def _result_of(level: Level) -> dict[str, Any]:
    """Return a run's output when no node gives one: its variables; for a branch, those that it has changed."""
    names = level.changed if level.kind == "branch" else level.variables
    return {name: level.variables[name] for name in names}


def _expire(flow: Flow, scene: Scene) -> Ending:
    """End a conversation whose contact did not answer in time."""
    scene.record(events.SessionExpired(scene.level.node))
    scene.levels.clear()
    if flow.policy.expired_text:
        scene.messages.append(SendMessage(text=flow.policy.expired_text))
    if scene.waits_for:
        scene.effects.append(CancelRuns(group=scene.waits_for))
    return Ending("cancelled")


def _fail(flow: Flow, scene: Scene, problem: FlowError, limits: Limits) -> Ending:
    """End the execution, and apologise to the person: no reply at all would be worse."""
    node = getattr(problem, "node", "") or (scene.level.node if scene.levels else "")
    failed = ExecutionFailed(node, problem.code, problem.message)
    scene.record(failed)
    scene.levels.clear()
    if scene.waits_for:
        scene.effects.append(CancelRuns(group=scene.waits_for))
    if not scene.is_run:
        del scene.messages[limits.messages - 1 :]
        scene.messages.append(SendMessage(text=flow.apology or sentences_in(flow.language).apology))
    return Ending("failed", failure=failed)
