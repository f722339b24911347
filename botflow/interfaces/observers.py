"""Observers: what a plugin brings to be told what happens to executions, sessions and workflows."""

from __future__ import annotations

from typing import Protocol

from botflow.records.events import LifecycleEvent


class Observer(Protocol):
    """Is told every lifecycle event of every organization, in the order of each organization.

    `name` is unique in the deployment, and stays: under it the database keeps how far the observer has come. An event
    is told again, with the same id, after an exception or when the process dies before that is written.
    """

    name: str

    async def notice(self, organization: int, event: LifecycleEvent) -> None:
        """Take note of an event, within ten seconds. An exception lets it be told again later."""
