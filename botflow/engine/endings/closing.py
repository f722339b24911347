"""The early end of an execution: its `finally` bodies run first, from the inside out.

An execution ends early when a failure is not taken, at a bound of the engine, at `logic.end`, when its person does not
answer in time, or when it is cancelled. Each body gets the means of one more turn, so also these ends have a bound: a
body that fails or runs into a bound is left, and the next one outside it begins.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, assert_never

import orjson

from botflow.engine import events
from botflow.engine.effects import CancelRuns, SendMessage, StartConversation, StartRun
from botflow.engine.endings.ending import Ending
from botflow.engine.events import ExecutionFailed
from botflow.engine.kept_values import SMALLEST
from botflow.engine.level import Level
from botflow.engine.limits import Limits
from botflow.engine.node_type import Finishes, NodeType
from botflow.engine.scene import Scene
from botflow.engine.session import Closing, Session
from botflow.errors import FlowError
from botflow.flow.graph import Flow
from botflow.languages import sentences_in

NodeTypes = Mapping[str, NodeType]
_CANCELLED = {"code": "execution.cancelled", "message": "the execution was cancelled"}
_TOO_LARGE = ("limit.session_size", "limit.kept_values", "session.not_json")


def cancelled(scene: Scene) -> Closing:
    """Return the end of an execution that is cancelled where it stands now."""
    return Closing(status="cancelled", error={**_CANCELLED, "node": scene.level.node if scene.levels else ""})


def heed_cancellation(
    session: Session, scene: Scene, node_types: NodeTypes, reached: Ending | Closing
) -> Ending | Closing:
    """Return how the turn of a session that is to be cancelled continues, from where it has come.

    A last body that has begun is not cut off: the cancellation waits for its end.
    """
    if not scene.levels:
        if isinstance(reached, Ending) and reached.status == "ignored":
            scene.record(events.InboundIgnored("ended"))
        return reached
    at = finishing(scene, node_types)
    if isinstance(reached, Closing) or not (at or scene.closing):
        return cancelled(scene)
    if scene.closing is None:
        scene.closing = replace(cancelled(scene), at=at)
    elif scene.closing.status == "completed":
        scene.closing = replace(scene.closing, status="cancelled", error=cancelled(scene).error, output=())
    return Ending("waiting", wait=session.wait) if reached.status == "ignored" else reached


def finishing(scene: Scene, node_types: NodeTypes) -> int:
    """Return the position of the outermost last body that runs, 0 if none does."""
    for position in range(1, len(scene.levels)):
        if scene.levels[position].kind == "body" and _is_last_body(scene, position, node_types):
            return position
    return 0


def _is_last_body(scene: Scene, position: int, node_types: NodeTypes) -> bool:
    above = scene.levels[position:]
    scene.cut(position)
    node = scene.node
    node_type = node_types[node.type]
    is_last = isinstance(node_type, Finishes) and node_type.is_finishing(node.properties, scene)
    scene.levels.extend(above)
    return is_last


def failing(scene: Scene, problem: FlowError) -> Closing:
    """Return the end of an execution that fails by `problem`."""
    node = getattr(problem, "node", "") or (scene.level.node if scene.levels else "")
    return Closing(status="failed", error={"code": problem.code, "message": problem.message, "node": node})


def close(scene: Scene, node_types: NodeTypes, end: Closing, limits: Limits) -> bool:
    """Let the execution end as `end`, unless it ends already; enter its next last body, False if there is none left.

    A failure counts in the end of what had completed; of two failures the first one counts.
    """
    former, logged = scene.closing, len(scene.events)
    if former is None:
        scene.closing = end
    elif former.status == "completed" and end.status in ("failed", "cancelled"):
        scene.closing = replace(end, laps=former.laps)
    if end.status != "completed" and end is not former:
        _leave_runs(scene)
    code = end.error.get("code", "")
    is_entered = _enter_next(scene, node_types, limits, slims=code in _TOO_LARGE)
    log: list[events.Event] = []
    if code.startswith("limit.") and end is not former and (is_entered or former is not None):  # no node logs these
        log.append(events.NodeFailed(end.error["node"], code, end.error["message"]))
    if is_entered and former is None:
        log.append(events.ExecutionClosing(end.status))
    scene.events[logged:logged] = log
    return is_entered


def conclude(flow: Flow, scene: Scene) -> Ending:
    """End the execution as it was to end: no last body is left."""
    closing = scene.closing
    assert closing is not None
    match closing.status:
        case "completed":
            return complete(scene, closing.output)
        case "failed":
            return _fail(flow, scene, ExecutionFailed(**closing.error))
        case "expired":  # the contact did not answer in time
            if flow.policy.expired_text:
                scene.messages.append(SendMessage(text=flow.policy.expired_text))
        case "cancelled":
            scene.record(events.ExecutionCancelled())
        case _:
            assert_never(closing.status)
    scene.levels.clear()
    return Ending("cancelled")


def complete(scene: Scene, output: tuple[Any, ...] = ()) -> Ending:
    """End the execution; a run with no output given gives its variables, a conversation nothing."""
    scene.record(events.ExecutionCompleted())
    if output:
        result = output[0]
    elif scene.is_run:
        result = result_of(scene.levels[0]) if scene.levels else scene.result
    else:
        result = None
    scene.levels.clear()
    return Ending("completed", output=result)


def result_of(level: Level) -> dict[str, Any]:
    """Return a run's output when no node gives one: its variables; for a branch, those that it has changed."""
    names = level.changed if level.kind == "branch" else level.variables
    return {name: level.variables[name] for name in names}


def _enter_next(scene: Scene, node_types: NodeTypes, limits: Limits, *, slims: bool) -> bool:
    """Drop the levels down to the next node whose last body has not begun, and enter that body; False without one."""
    assert scene.closing is not None
    for position in range(len(scene.levels) - 1, 0, -1):
        if scene.levels[position].kind != "body":
            continue
        scene.cut(position)
        node = scene.node
        node_type = node_types[node.type]
        if not isinstance(node_type, Finishes) or node_type.is_finishing(node.properties, scene):
            continue
        target = scene.flow.target(node.id, handle) if (handle := node_type.last_body(node.properties, scene)) else None
        if target is None:
            continue
        if slims:
            _slim(scene, node_types, limits)
        scene.following.allow_more(limits)
        node_type.finish(node.properties, scene, scene.closing.error)
        scene.record(events.EdgeFollowed(node.id, handle, target))
        scene.push(Level(flow=scene.flow, node=target, kind="body", flow_id=scene.level.flow_id))
        scene.closing = replace(scene.closing, at=position)
        scene.failure, scene.alarm, scene.returned = None, None, None
        return True
    return False


def _fail(flow: Flow, scene: Scene, failed: ExecutionFailed) -> Ending:
    """End the execution, and apologise to the person: no reply at all would be worse."""
    scene.record(failed)
    scene.levels.clear()
    if not scene.is_run:
        scene.following.make_room_for_message()
        scene.messages.append(SendMessage(text=flow.apology or sentences_in(flow.language).apology))
    return Ending("failed", failure=failed)


def _leave_runs(scene: Scene) -> None:
    """Give up the runs that are waited for: those of the wait that this turn began with, and those of a wait that was
    to begin, which have not started."""
    begins = (StartRun, StartConversation)
    scene.effects[:] = [
        effect for effect in scene.effects if not (isinstance(effect, begins) and effect.group == scene.group)
    ]
    if scene.waits_for:
        scene.effects.append(CancelRuns(group=scene.waits_for))
        scene.waits_for = ""


def _slim(scene: Scene, node_types: NodeTypes, limits: Limits) -> None:
    """Drop the largest values until the rest takes half of what the state may take: `finally` needs room of its own."""
    for level in scene.levels:
        if not isinstance(node_types[level.flow.nodes[level.node].type], Finishes):
            level.notes.clear()  # its node never resumes
    room = {False: limits.session_characters // 2, True: min(limits.kept_characters, limits.kept_in_all) // 2}
    sizes = dict.fromkeys(room, 0)
    found = sorted(_values_of(scene), key=lambda each: each[0])
    for size, values, name in found:
        is_large = scene.is_run and size >= SMALLEST and isinstance(values[name], str | list | dict)
        sizes[is_large] += size
        if sizes[is_large] > room[is_large]:
            del values[name]
    scene.kept_bytes = min(scene.kept_bytes, limits.kept_in_all // 4)
    left = {name for level in scene.levels for part in (level.variables, level.outputs) for name in _kept(scene, part)}
    left |= {name for effect in scene.effects if isinstance(effect, StartRun) for name in effect.kept.values()}
    scene.kept.new = {name: stored for name, stored in scene.kept.new.items() if name in left}


def _kept(scene: Scene, values: Mapping[str, object]) -> Iterator[str]:
    return iter(scene.kept.names_of(values).values()) if scene.is_run else iter(())


def _values_of(scene: Scene) -> Iterator[tuple[int, dict[str, object], str]]:
    """Yield the size of each variable and output, and where it is; what is not JSON counts as the largest."""
    for level in scene.levels:
        for values in (level.variables, level.outputs):
            for name, kept in values.items():
                try:
                    yield len(name) + len(orjson.dumps(kept)), values, name
                except TypeError:
                    yield 1 << 62, values, name
