"""Builds a session's Wait from a node's outcome: alarms in order of time, a new token, a group."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, timedelta
from typing import Any

from botflow.engine.node_type import NodeFailure, Park, WaitForMessage
from botflow.engine.scene import Scene
from botflow.engine.session import Alarm, Session, Wait


def wait_for_message(scene: Scene, outcome: WaitForMessage, expires_s: float | None) -> Wait:
    """Return the wait for a person: reminders, the node's timeout and the session's expiry, whichever comes first."""
    told: dict[str, Any] = {"accepts": ("message", "delivery"), "group": scene.group} if outcome.delivery else {}
    if not outcome.reminders_s and outcome.timeout_s is None and expires_s is None:
        return Wait(token=scene.group, **told)
    alarms = [Alarm(after_s, "reminder") for after_s in outcome.reminders_s]
    if outcome.timeout_s is not None:
        alarms.append(Alarm(outcome.timeout_s))
    if expires_s is not None and not scene.is_run:
        alarms.append(Alarm(expires_s, "expiry"))
    return Wait(token=scene.group, alarms=_in_order(alarms), **told)


def wait_parked(scene: Scene, outcome: Park) -> Wait:
    """Return the wait for something other than an answer."""
    return Wait(
        token=scene.group,
        accepts=tuple(outcome.accepts),
        alarms=(Alarm(outcome.for_s),) if outcome.for_s is not None else (),
        until=outcome.until.astimezone(UTC).isoformat() if outcome.until is not None else "",
        group=scene.group,
    )


def same_wait(session: Session, scene: Scene) -> Wait:
    """Return the continued wait: unchanged, or after an alarm without that alarm and under a new token.

    The next alarm keeps its moment, however late this one is. A reminder whose moment has passed meanwhile is left out:
    after an outage a person gets one reminder, not all of them at once.
    """
    wait = session.wait
    if wait is None:
        raise NodeFailure("a node that was not waiting cannot keep waiting", code="wait.none")
    if scene.inbound.kind != "timeout" or not wait.alarms:
        return wait
    passed = wait.alarms[0]
    began = (scene.inbound.due or scene.now) - timedelta(seconds=passed.after_s)
    late_s = (scene.now - began).total_seconds()
    alarms = tuple(alarm for alarm in wait.alarms[1:] if alarm.kind != "reminder" or alarm.after_s > late_s)
    return replace(
        wait,
        token=str(scene.version),
        alarms=alarms,
        until=(began + timedelta(seconds=alarms[0].after_s)).astimezone(UTC).isoformat() if alarms else "",
    )


def _in_order(alarms: list[Alarm]) -> tuple[Alarm, ...]:
    """Sort by time; alarms at or after the end of the wait are left out."""
    ordered = sorted(alarms, key=lambda alarm: (alarm.after_s, alarm.kind == "reminder"))
    last = next((place for place, alarm in enumerate(ordered) if alarm.kind != "reminder"), len(ordered))
    return tuple(ordered[: last + 1])
