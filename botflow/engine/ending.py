"""How a turn ends: the session as it will be stored, and what its parent is told."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Literal

import orjson

from botflow.engine.corrections.answer_history import remember
from botflow.engine.effects import Effect, ReportEnd
from botflow.engine.events import ExecutionFailed
from botflow.engine.limits import Limits
from botflow.engine.scene import LimitExceeded, Scene
from botflow.engine.session import Frame, Past, Session, Wait
from botflow.errors import FlowError
from botflow.values import value

_NO_PAST = Past()


@value(frozen=True, slots=True)
class Ending:
    """How the walk ended; `wait` belongs to waiting, `failure` to failed, `output` to completed."""

    status: Literal["waiting", "running", "completed", "failed", "cancelled", "ignored"]
    wait: Wait | None = None
    failure: ExecutionFailed | None = None
    output: Any = None


def freeze(before: Session, scene: Scene, ending: Ending) -> Session:
    """Return the session as it will be stored; an ignored inbound changes only the version."""
    version = scene.version
    if ending.status == "ignored":
        return replace(before, version=version)
    address = scene.inbound.address or before.address
    if ending.status not in ("waiting", "running"):
        return Session(version=version, address=address)
    frames = tuple(level.freeze() for level in scene.levels)
    return Session(
        version=version,
        frames=frames,
        wait=ending.wait or Wait(token=str(version), accepts=("resume",)),
        execution=before.execution or scene.inbound.new_execution_id,
        address=address,
        laps=before.laps + (ending.status == "running"),
        parent=before.parent or scene.parent,
        past=_past(scene, frames),
        given=scene.kept_input(),
    )


def _past(scene: Scene, frames: tuple[Frame, ...]) -> Past:
    """Return the questions that the person may go back to; none if the workflow does not allow corrections."""
    if not scene.policy.corrections or scene.is_run:
        return _NO_PAST
    acted = scene.acted or bool(scene.effects) or any(message.to for message in scene.messages)
    return remember(scene.past, scene.frames, frames, answered=scene.answered, acted=acted)


def parents_news(before: Session, scene: Scene, ending: Ending) -> tuple[Effect, ...]:
    """Return the report to the session that started this run, once it has ended."""
    parent = before.parent or scene.parent
    if parent is None or ending.status not in ("completed", "failed", "cancelled"):
        return ()
    failure = ending.failure
    return (
        ReportEnd(
            session=parent.session,
            group=parent.group,
            branch=parent.branch,
            status=ending.status,
            output=ending.output,
            error={"node": failure.node, "code": failure.code, "message": failure.message} if failure else None,
        ),
    )


def state_of(session: Session, limits: Limits) -> bytes:
    """Return the state column's JSON; FlowError when it is not JSON, or too large."""
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
