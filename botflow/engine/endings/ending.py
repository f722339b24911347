"""How a turn ends: the session as it will be stored, and what its parent is told."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Literal

import orjson

from botflow.engine.corrections.answer_history import remember
from botflow.engine.effects import CloseHandoff, Effect, ReportEnd, TellOfEnd
from botflow.engine.events import ExecutionFailed
from botflow.engine.kept_values import size_of
from botflow.engine.limits import LimitExceeded, Limits
from botflow.engine.scene import Scene
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
        return replace(before, version=version, cancel=0)
    address = scene.inbound.address or before.address
    language = scene.speech.language if scene.speech is not None else before.language
    if ending.status not in ("waiting", "running"):
        return Session(version=version, address=address, language=language)
    frames = tuple(level.freeze() for level in scene.levels)
    if scene.is_run:
        frames = tuple(replace(frame, kept=_kept(frame, scene)) for frame in frames)
    execution = before.execution or scene.inbound.new_execution_id
    frozen = Session(
        version=version,
        frames=frames,
        wait=ending.wait or Wait(token=str(version), accepts=("resume",)),
        execution=execution,
        address=address,
        laps=scene.laps,
        parent=before.parent or scene.parent,
        past=_past(scene, frames) if scene.closing is None else _NO_PAST,
        given=scene.kept_input(),
        kept_of=scene.kept.of if scene.kept.of != execution else "",
        kept_bytes=scene.kept_bytes + sum(map(len, scene.kept.new.values())),
        closing=scene.closing,
        handoff=scene.handoff,
        persona=before.persona,
        language=language,
    )
    names = frozen.kept_names() if scene.is_run else ()
    return replace(frozen, values={name: scene.kept[name] for name in names}) if names else frozen


def _kept(frame: Frame, scene: Scene) -> dict[str, dict[str, str]]:
    """Name the frame's large values. Of a node's notes only lists: it goes through a list, and adds to an object."""
    lists = {name: noted for name, noted in frame.notes.items() if isinstance(noted, list)}
    parts = {"variables": frame.variables, "outputs": frame.outputs, "notes": lists}
    return {part: names for part, values in parts.items() if (names := scene.kept.names_of(values))}


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
    return (
        ReportEnd(
            session=parent.session,
            group=parent.group,
            branch=parent.branch,
            status=ending.status,
            output=ending.output,
            error=_error_of(ending),
        ),
    )


def own_news(scene: Scene, ending: Ending, execution: str) -> tuple[Effect, ...]:
    """Return the report to the workflow's own triggers that hear of such an end. A branch is a part of another one."""
    if ending.status not in scene.workflow.heard_ends or (scene.root is not None and scene.root.kind == "branch"):
        return ()
    return (TellOfEnd(execution=execution, status=ending.status, error=_error_of(ending)),)


def _error_of(ending: Ending) -> dict[str, str] | None:
    failure = ending.failure
    return {"node": failure.node, "code": failure.code, "message": failure.message} if failure else None


def handoffs_news(before: Session, after: Session, scene: Scene) -> tuple[Effect, ...]:
    """Return the end of a handoff that no person has ended: its time is over, or its execution."""
    if before.handoff is None or before.handoff == after.handoff:
        return ()
    outcome: Literal["timed_out", "cancelled"] = "timed_out" if scene.inbound.kind == "timeout" else "cancelled"
    return (CloseHandoff(version=before.handoff.version, outcome=outcome),)


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
    held = sum(map(size_of, session.values))
    if held > limits.kept_characters:
        raise LimitExceeded(
            f"the run's large values have {held} bytes, more than {limits.kept_characters}",
            code="limit.session_size",
            hint="keep large values elsewhere, such as in artifacts, and store their ids",
        )
    if session.kept_bytes > limits.kept_in_all:
        raise LimitExceeded(
            f"the run has stored {session.kept_bytes} bytes of large values, more than {limits.kept_in_all}:"
            " a long text or list changes too often",
            code="limit.kept_values",
        )
    return state
