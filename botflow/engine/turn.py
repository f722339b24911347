"""THE LOOP: one inbound moves one session until its flow waits, ends or fails. Start reading here.

`take_turn` is a generator: it yields Asks, receives Answers and returns a Turn. So the same loop runs in a webhook,
a worker, a terminal, a property test and a replay. It reads no clock, draws no random number and touches no network.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from dataclasses import field, replace
from functools import partial
from types import GeneratorType
from typing import Any, Literal, assert_never, cast

import orjson

from botflow.engine import events
from botflow.engine.arrival import Expired, Ignored, Resume, Start, arrive
from botflow.engine.asks import Answer, Ask
from botflow.engine.bounded_asks import CutOff, may_still_ask, within
from botflow.engine.effects import Effect, SendMessage
from botflow.engine.endings.closing import (
    cancelled,
    close,
    complete,
    conclude,
    failing,
    heed_cancellation,
)
from botflow.engine.endings.ending import Ending, freeze, handoffs_news, own_news, parents_news, state_of
from botflow.engine.events import Event, ExecutionFailed
from botflow.engine.inbound import Inbound
from botflow.engine.limits import LimitExceeded, Limits
from botflow.engine.node_type import (
    End,
    KeepWaiting,
    NodeFailure,
    NodeType,
    Outcome,
    Park,
    WaitForMessage,
)
from botflow.engine.person.contact import Contact, ContactChanges
from botflow.engine.scene import Scene
from botflow.engine.session import Closing, Session
from botflow.engine.steps import step
from botflow.engine.visit import unwind, visit
from botflow.engine.waits import same_wait, wait_for_message, wait_parked
from botflow.errors import FlowError
from botflow.flow.graph import Flow
from botflow.values import value

# running: a run that continues in its next turn at once; cancelled: the session expired without an answer.
TurnStatus = Literal["waiting", "running", "completed", "failed", "cancelled", "ignored"]
NodeTypes = Mapping[str, NodeType]
DEFAULT_LIMITS = Limits()
_RESTING = (WaitForMessage, Park, KeepWaiting, End)
_EXPIRED = {"code": "execution.expired", "message": "the person did not answer in time"}


@value(frozen=True, slots=True, kw_only=True)
class Turn:
    """The result of an inbound. `state` is the session's JSON as stored; an ignored inbound keeps wait and deadline.

    `execution` is the id of the execution that the turn belongs to ("" when there is none); `started` says whether it
    began here. `failure` is set when the execution failed, `output` when a run completed. `keeps_deadline`: the wait
    continues with its former deadline. `effects` follow the commit, like `messages`. `variables` are those of the
    workflow's own graph after the turn, also when the execution has ended with it; they are not stored. `kept` are the
    large values, as JSON by name, that must be stored with the execution `kept_of` before the turn is committed.
    `heard` is the inbound, or the part of it that the nodes have read. `contact` is what is written of its person.
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
    kept: Mapping[str, bytes] = field(default_factory=dict)
    kept_of: str = ""
    heard: Inbound | None = None
    contact: ContactChanges | None = None


def take_turn(
    flow: Flow,
    session: Session,
    inbound: Inbound,
    node_types: NodeTypes,
    limits: Limits = DEFAULT_LIMITS,
    *,
    said: list[SendMessage] | None = None,
    is_known: Callable[[Ask], bool] = lambda ask: True,
    contact: Contact | None = None,
) -> Generator[Ask, Answer, Turn]:
    """Advance `session` by one `inbound`, until the flow waits, ends or fails, or a run has a checkpoint.

    The turn collects its messages in `said`: a caller that passes a list may show its content between two Asks.
    `is_known` says whether the answer to an Ask has been journalled: at the first one where it has not, the turn of a
    session that is to be cancelled goes no further. `contact` is the person of the conversation if the flow
    `reads_contact`; None in a run, which has no person.
    """
    scene = Scene(flow, session, inbound, limits, said, contact)
    ending, after, state = yield from _to_rest(flow, session, scene, node_types, limits, is_known)
    started = session.execution is None and (scene.started or _is_runs_first(scene, ending))
    execution = session.execution or after.execution or (inbound.new_execution_id if started else "")
    return Turn(
        session=after,
        state=state,
        status=ending.status,
        events=tuple(scene.events),
        messages=tuple(scene.messages),
        effects=(
            *scene.effects,
            *parents_news(session, scene, ending),
            *handoffs_news(session, after, scene),
            *own_news(scene, ending, execution),
        ),
        execution=execution,
        started=started,
        failure=ending.failure,
        output=ending.output,
        keeps_deadline=ending.wait is not None and ending.wait is session.wait,
        variables=scene.root.variables if scene.root is not None else {},
        kept=scene.kept.new,
        kept_of=scene.kept.of,
        heard=scene.inbound,
        contact=scene.contact.changes() if scene.contact is not None else None,
    )


def _is_runs_first(scene: Scene, ending: Ending) -> bool:
    """A run exists from the request for it, so a run that could not begin has an end, too."""
    return scene.is_run and scene.inbound.kind == "trigger" and ending.status != "ignored"


def _to_rest(
    flow: Flow,
    session: Session,
    scene: Scene,
    node_types: NodeTypes,
    limits: Limits,
    is_known: Callable[[Ask], bool],
) -> Generator[Ask, Answer, tuple[Ending, Session, bytes]]:
    """Walk until the turn can be stored. Each walk after the first one goes through a last body, further outside each
    time, because the execution ends."""
    may_ask = partial(may_still_ask, scene, node_types, is_known) if session.cancel else None
    walk = _walk(flow, session, scene, node_types, limits)
    while True:
        try:
            reached = yield from within(limits.asks, walk, may_ask)
            if session.cancel:
                reached = heed_cancellation(session, scene, node_types, reached)
            if isinstance(reached, Ending):
                after = freeze(session, scene, reached)
                return reached, after, state_of(after, limits)
        except FlowError as problem:
            reached = cancelled(scene) if isinstance(problem, CutOff) else failing(scene, problem)
        if not close(scene, node_types, reached, limits):
            ending = conclude(scene.workflow, scene)
            after = freeze(session, scene, ending)
            return ending, after, orjson.dumps(after.to_json())
        walk = _visits(flow, session, scene, node_types, limits)


def _walk(
    flow: Flow, session: Session, scene: Scene, node_types: NodeTypes, limits: Limits
) -> Generator[Ask, Answer, Ending | Closing]:
    """Decide what the inbound does, then visit node after node."""
    arrival = yield from arrive(scene.workflow, session, scene, node_types)
    if scene.contact is not None and not isinstance(arrival, Ignored):
        scene.events.insert(0, events.ContactRead(scene.contact.read.to_json()))
    match arrival:
        case Start() | Resume():
            resuming = isinstance(arrival, Resume)
        case Ignored() if session.cancel:
            return Ending("ignored")
        case Ignored(reason):
            scene.record(events.InboundIgnored(reason))
            return Ending("ignored")
        case Expired():
            scene.record(events.SessionExpired(scene.level.node))
            return Closing(status="expired", error={**_EXPIRED, "node": scene.level.node})
        case _:
            assert_never(arrival)
    return (yield from _visits(flow, session, scene, node_types, limits, len(session.frames), resuming=resuming))


def _visits(
    flow: Flow,
    session: Session,
    scene: Scene,
    node_types: NodeTypes,
    limits: Limits,
    waiting: int = 0,
    *,
    resuming: bool = False,
) -> Generator[Ask, Answer, Ending | Closing]:
    """Visit node after node. `waiting` is the depth of the node that may keep waiting, 0 once it has left."""
    heard = resuming
    for visits in range(2 * limits.steps):
        if len(scene.events) == limits.stops_after and not resuming:
            return _lap(session, scene, limits)
        try:
            visited = visit(scene, node_types, resuming)
            outcome: Outcome = (yield from visited) if isinstance(visited, GeneratorType) else cast(Outcome, visited)
            if isinstance(outcome, _RESTING):
                if isinstance(outcome, KeepWaiting) and len(scene.levels) != waiting:
                    raise NodeFailure("a node that was not waiting cannot keep waiting", code="wait.none")
                scene.answered = scene.answered and not heard  # the question has not accepted the message
                if isinstance(outcome, End):
                    return Closing(status="completed", output=() if outcome.output is ... else (outcome.output,))
                return _rest(flow, session, scene, outcome)
            heard = False
            waiting = waiting if len(scene.levels) > waiting else 0
            scene.failure, scene.alarm = None, None
            resuming = step(scene, outcome)
            if scene.speech is not None and scene.levels:
                scene.speech.follow_choice(scene)
        except LimitExceeded:
            raise
        except FlowError as failure:
            if not unwind(scene, node_types, failure):
                raise
            heard, resuming = False, True
            waiting = waiting if len(scene.levels) > waiting else 0
        if not scene.levels:
            return complete(scene)
        if scene.closing is not None and len(scene.levels) <= scene.closing.at:
            return scene.closing
        if scene.is_run and not resuming and (scene.asked or visits >= limits.steps):
            return _lap(session, scene, limits)
        # A node whose body is over still goes on to what follows it: `finally` after `try`.
        if not scene.is_run and not resuming and visits >= limits.steps - 1:
            break
    raise LimitExceeded(f"one turn visited more than {limits.steps} nodes", code="limit.steps")


def _rest(flow: Flow, session: Session, scene: Scene, outcome: WaitForMessage | Park | KeepWaiting) -> Ending:
    """End the walk: the current node waits."""
    match outcome:
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


def _lap(session: Session, scene: Scene, limits: Limits) -> Ending:
    """Set a checkpoint: a run's next turn starts here, and a retry need not go further back."""
    if scene.closing is not None:
        if scene.closing.laps >= limits.last_laps:
            raise LimitExceeded(f"`finally` took more than {limits.last_laps} turns", code="limit.laps")
        scene.closing = replace(scene.closing, laps=scene.closing.laps + 1)
    elif scene.laps >= limits.laps:
        raise LimitExceeded(f"a run took more than {limits.laps} turns", code="limit.laps")
    scene.laps += 1
    scene.record(events.CheckpointReached(scene.level.node))
    return Ending("running")
