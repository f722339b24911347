"""Which version a start gets while a canary runs. The active version decides that something begins; the canary's
version gets its share of that, if it has the same trigger: a start is never refused because of a canary."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import Connection

from botflow.runtime.runs.starts.plan import Plan, plan_of
from botflow.storage.runs.starts.targets import Target, on_trial


def begun_in(connection: Connection, target: Target, key: str, has_trigger: Callable[[Plan], bool]) -> Target:
    """Return the target with the version in which an execution with this key begins: a person's id, or a run's key."""
    trial = on_trial(connection, target, key)
    return trial if trial is not None and has_trigger(plan_of(trial.slug, trial.documents)) else target
