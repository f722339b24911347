"""One visit to one node: its bounded Asks, its retries, and the node that takes its failure."""

from __future__ import annotations

import itertools
from collections.abc import Generator, Mapping
from dataclasses import replace
from types import GeneratorType
from typing import Any, cast

from botflow.engine import events
from botflow.engine.asks import Answer, Ask, AskModel, Invoke, Pause
from botflow.engine.limits import LimitExceeded
from botflow.engine.node_type import (
    Catches,
    End,
    EnterBody,
    EnterSubflow,
    KeepWaiting,
    Leave,
    NodeFailure,
    NodeType,
    Outcome,
    Park,
    Resumable,
    Visit,
    WaitForMessage,
)
from botflow.engine.scene import Scene
from botflow.errors import FlowError
from botflow.flow.graph import Node
from botflow.flow.policy import Retry

_OUTCOMES = frozenset((Leave, WaitForMessage, Park, KeepWaiting, EnterSubflow, EnterBody, End))
CRASHED = "node.crashed"


def visit(scene: Scene, node_types: Mapping[str, NodeType], resuming: bool) -> Visit:
    """Run the current node: its outcome, or a generator when it yields Asks or may be tried again.

    A failing node leaves by `error` if something is connected there, else its FlowError is raised.
    """
    node = scene.node
    scene.visits += 1
    if node.retry is not None:
        return _try_again(scene, node, node_types[node.type], node.retry, resuming)
    try:
        made = _run(node, node_types[node.type], scene, resuming)
        return made if not isinstance(made, GeneratorType) else _once(made, scene, node, node_types[node.type])
    except LimitExceeded:
        raise
    except FlowError as failure:
        return _leave_by_error(scene, node, node_types[node.type], failure)


def _once(
    made: Generator[Ask, Answer, Outcome], scene: Scene, node: Node, node_type: NodeType
) -> Generator[Ask, Answer, Outcome]:
    try:
        return (yield from _asking(made, node, scene, 1))
    except LimitExceeded:
        raise
    except FlowError as failure:
        return _leave_by_error(scene, node, node_type, failure)


def _try_again(
    scene: Scene, node: Node, node_type: NodeType, retry: Retry, resuming: bool
) -> Generator[Ask, Answer, Outcome]:
    """Run the node until it succeeds or has no tries left, with pauses; messages of a failed try are dropped."""
    for failed in range(1, retry.attempts + 1):
        said = scene.following.mark()
        try:
            made = _run(node, node_type, scene, resuming)
            if isinstance(made, GeneratorType):
                return (yield from _asking(made, node, scene, failed))
            return cast(Outcome, made)
        except LimitExceeded:
            raise
        except FlowError as failure:
            if failed == retry.attempts or getattr(failure, "is_final", False):
                return _leave_by_error(scene, node, node_type, failure)
            scene.following.unsay(said)
            scene.record(events.NodeRetried(node.id, failure.code, failure.message, failed))
            yield Pause(seconds=retry.pause_s(failed), node=node.id, visit=scene.visits)
    raise AssertionError("the last try returns or raises")


def unwind(scene: Scene, node_types: Mapping[str, NodeType], failure: FlowError) -> bool:
    """Pass a failure to the nearest node that has it in its body and takes it; False if there is no such node.

    While the execution is closing, only nodes within the last body that runs now are asked.
    """
    failed = getattr(failure, "node", "") or scene.level.node
    lowest = scene.closing.at if scene.closing is not None else 0
    for position in range(len(scene.levels) - 1, lowest, -1):
        if scene.levels[position].kind != "body":
            continue
        above = scene.levels[position:]
        scene.cut(position)
        node = scene.node
        node_type = node_types[node.type]
        if isinstance(node_type, Catches) and node_type.catches(node.properties, scene):
            scene.failure = {"code": failure.code, "message": failure.message, "node": failed}
            scene.record(events.FrameLeft(node.id))
            return True
        scene.levels.extend(above)
    return False


def _run(node: Node, node_type: NodeType, scene: Scene, resuming: bool) -> Visit:
    """Run the node up to its first Ask; any exception of its code becomes a FlowError."""
    try:
        made = (
            cast(Resumable, node_type).resume(node.properties, scene)
            if resuming
            else node_type.visit(node.properties, scene)
        )
    except (FlowError, GeneratorExit, KeyboardInterrupt):
        raise
    except BaseException as crash:  # plugin code: even its sys.exit() is only that node's failure
        raise _crashed(crash) from crash
    return made if isinstance(made, GeneratorType) else _checked(cast(Outcome, made), node)


def _asking(
    made: Generator[Ask, Answer, Outcome], node: Node, scene: Scene, attempt: int
) -> Generator[Ask, Answer, Outcome]:
    """Run the rest of a node that asks; any exception of its code becomes a FlowError, too."""
    try:
        outcome = yield from _bounded(made, node, scene, attempt)
    except (FlowError, GeneratorExit, KeyboardInterrupt):
        raise
    except BaseException as crash:  # as above
        raise _crashed(crash) from crash
    return _checked(outcome, node)


def _checked(outcome: Outcome, node: Node) -> Outcome:
    if type(outcome) not in _OUTCOMES:
        raise NodeFailure(
            f"{node.type} returned {type(outcome).__name__} instead of an outcome such as Leave", code=CRASHED
        )
    return outcome


def _crashed(crash: BaseException) -> NodeFailure:
    return NodeFailure(f"{type(crash).__name__}: {crash}", code=CRASHED)


def _crash_of(failure: FlowError) -> BaseException | None:
    return failure.__cause__ if failure.code == CRASHED else None


def _bounded(
    made: Generator[Ask, Answer, Outcome], node: Node, scene: Scene, attempt: int
) -> Generator[Ask, Answer, Outcome]:
    """Pass on the node's Asks, each within the node's time limit; an Invoke gets its node, attempt and key."""
    answer: Any = None
    for count in itertools.count(1):
        try:
            ask = made.send(answer)
        except StopIteration as finished:
            return cast(Outcome, finished.value)
        scene.asked = True
        if isinstance(ask, (AskModel, Invoke)) and node.time_limit_s is not None:
            ask = replace(ask, timeout_s=min(ask.timeout_s, node.time_limit_s))
        if not isinstance(ask, Invoke):
            ask = replace(ask, node=node.id, visit=scene.visits)
        else:
            scene.acted = True
            # Not the session's version: a pause raises that, and the next attempt must repeat the same Ask.
            key = f"{scene.inbound.seed:x}.{scene.visits}.{count}"
            kept = scene.kept.names_of(ask.variables) if scene.is_run else {}
            ask = replace(ask, credential=node.credential, node=node.id, attempt=attempt, key=key, kept=kept)
        answer = yield ask
    raise AssertionError("a visit ends by its outcome")


def _leave_by_error(scene: Scene, node: Node, node_type: NodeType, failure: FlowError) -> Leave:
    scene.record(events.NodeFailed(node.id, failure.code, failure.message, _crash_of(failure)))
    is_body = "error" in node_type.bodies(node.properties)
    if is_body or not scene.connected("error"):
        raise failure
    return Leave("error", {"code": failure.code, "message": failure.message, "node": node.id})
