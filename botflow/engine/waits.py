"""From what a node wants to wait for to the session's Wait: alarms in order of time, a fresh token, a group."""

from __future__ import annotations

from datetime import UTC

from botflow.engine.node import NodeFailure, Park, WaitForMessage
from botflow.engine.scene import Scene
from botflow.engine.session import Alarm, Session, Wait


def wait_for_message(scene: Scene, outcome: WaitForMessage, expires_s: float | None) -> Wait:
    """Return the wait for a person: reminders, the node's timeout and the session's expiry, whichever comes first."""
    alarms = [Alarm(after_s, "reminder") for after_s in outcome.reminders_s]
    if outcome.timeout_s is not None:
        alarms.append(Alarm(outcome.timeout_s))
    if expires_s is not None and not scene.is_run:
        alarms.append(Alarm(expires_s, "expiry"))
    return Wait(token=scene.group, alarms=_in_order(alarms))


def wait_parked(scene: Scene, outcome: Park) -> Wait:
    """Return the wait for something else than an answer."""
    return Wait(
        token=scene.group,
        accepts=tuple(outcome.accepts),
        alarms=(Alarm(outcome.for_s),) if outcome.for_s is not None else (),
        until=outcome.until.astimezone(UTC).isoformat() if outcome.until is not None else "",
        group=scene.group,
    )


def same_wait(session: Session, scene: Scene) -> Wait:
    """Return the wait that goes on: as it is, or without the alarm that has just gone off, and under a new token."""
    wait = session.wait
    if wait is None:
        raise NodeFailure("a node that was not waiting cannot keep waiting", code="wait.none")
    if scene.inbound.kind != "timeout" or not wait.alarms:
        return wait
    passed, *later = wait.alarms
    return Wait(
        token=str(scene.version),
        accepts=wait.accepts,
        alarms=tuple(Alarm(alarm.after_s - passed.after_s, alarm.kind) for alarm in later),
        group=wait.group,
    )


def _in_order(alarms: list[Alarm]) -> tuple[Alarm, ...]:
    """Sort by time; what would come after the wait has ended is left out."""
    ordered = sorted(alarms, key=lambda alarm: alarm.after_s)
    last = next((place for place, alarm in enumerate(ordered) if alarm.kind != "reminder"), len(ordered))
    return tuple(ordered[: last + 1])
