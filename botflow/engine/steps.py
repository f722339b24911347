"""From one node to the next: along an edge, into a body or a subflow, and out of a frame that is over."""

from __future__ import annotations

from typing import assert_never

from botflow.engine import events
from botflow.engine.endings.closing import result_of
from botflow.engine.level import Level
from botflow.engine.limits import LimitExceeded
from botflow.engine.node_type import EnterBody, EnterSubflow, Leave, NodeFailure
from botflow.engine.scene import Scene
from botflow.errors import FlowError


def step(scene: Scene, outcome: Leave | EnterBody | EnterSubflow) -> bool:
    """Go to the next node; return whether it resumes rather than starts."""
    match outcome:
        case Leave(handle, output):
            scene.keep_output(output)
            return _follow(scene, handle)
        case EnterBody(handle):
            return _enter_body(scene, handle)
        case EnterSubflow():
            _enter(scene, outcome)
            return False
        case _:
            assert_never(outcome)


def _follow(scene: Scene, handle: str) -> bool:
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
        scene.result = result_of(level)
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
            _recapitulate(scene)
            return False


def _closes_body(scene: Scene, target: str) -> bool:
    """Say whether an edge leads from a body back to the node that owns it: authors draw loops like that."""
    return scene.level.kind == "body" and scene.levels[-2].node == target


def _frame_name(scene: Scene, ended: Level) -> str:
    return ended.flow_id if ended.kind == "subflow" else scene.level.node


def _recapitulate(scene: Scene) -> None:
    """Say the workflow's recap before the interrupted question is asked again; a recap that fails is left out."""
    if scene.policy.recap is None:
        return
    try:
        scene.say(scene.render(scene.policy.recap))
    except LimitExceeded:
        raise
    except FlowError as failure:
        scene.record(events.NodeFailed(scene.level.node, failure.code, failure.message))


def _enter(scene: Scene, entry: EnterSubflow) -> None:
    """Push the frame of a subflow, at its trigger."""
    child = scene.workflow.subflows.get(entry.workflow)
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
