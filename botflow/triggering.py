"""Functions with which an application starts workflows: `trigger_workflow`, `emit`, and `watch_rows` for its own rows.

Inside a transaction of the application's, on botflow's database, an execution begins when that transaction commits and
not at all when it rolls back. The application does not run botflow itself: any worker runs the execution.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

from sqlalchemy import Connection

from botflow.interfaces import Channels
from botflow.plugins import channel_types, installed_plugins
from botflow.records.queues import Priority
from botflow.runtime.runs.starts.callers_connection import AnyConnection, SyncConnection, work_on, work_on_sync
from botflow.runtime.runs.starts.emit import Event, emit_with
from botflow.runtime.runs.starts.row_watch import watch_rows
from botflow.runtime.runs.starts.start import NO_CHANNELS, StartRequest, TriggeredExecution, start_with
from botflow.settings import Settings
from botflow.storage.one_off import run_once, run_once_sync

__all__ = ["TriggeredExecution", "emit", "emit_sync", "trigger_workflow", "trigger_workflow_sync", "watch_rows"]

Result = TypeVar("Result")


async def trigger_workflow(
    workflow_id: str,
    user_name: str = "",
    input: Any = None,
    version: int | None = None,
    connection: AnyConnection | None = None,
    *,
    key: str = "",
    priority: Priority = "normal",
    external_id: str = "",
    channel: str = "",
    address: str = "",
    metadata: dict[str, Any] | None = None,
) -> TriggeredExecution:
    """Start a workflow, named by its id, and return (execution id, status) at once.

    With `connection`, an AsyncSession, AsyncConnection, Session or Connection of SQLAlchemy's on botflow's database
    (Postgres by any driver, or the same SQLite file), it starts when that transaction commits; without one, in a
    transaction of its own on BOTFLOW_DATABASE_URL. `user_name` is the user it runs for: it may use only this user's
    credentials and the organization's. `version` is a version's number; None means the active one. The same `key` again
    is the same execution. `external_id` and `channel` (chat, or an installed provider's, such as sms) start a
    persistent workflow in that person's session, whose messages come from `address`, our own number. `metadata` is kept
    with a run's execution. Raises RejectedInbound, whose `code` names the problem.
    """
    request = StartRequest(
        workflow=workflow_id,
        input=input,
        user_name=user_name,
        version=version,
        key=key,
        priority=priority,
        external_id=external_id,
        channel=channel,
        address=address,
        metadata=metadata,
    )
    return await _on(connection, partial(start_with, request=request, channels=_channels(channel)))


def trigger_workflow_sync(
    workflow_id: str,
    user_name: str = "",
    input: Any = None,
    version: int | None = None,
    connection: SyncConnection | None = None,
    *,
    key: str = "",
    priority: Priority = "normal",
    external_id: str = "",
    channel: str = "",
    address: str = "",
    metadata: dict[str, Any] | None = None,
) -> TriggeredExecution:
    """`trigger_workflow` for synchronous code: on a Session or Connection, or in a transaction of its own."""
    request = StartRequest(
        workflow=workflow_id,
        input=input,
        user_name=user_name,
        version=version,
        key=key,
        priority=priority,
        external_id=external_id,
        channel=channel,
        address=address,
        metadata=metadata,
    )
    return _on_sync(connection, partial(start_with, request=request, channels=_channels(channel)))


async def emit(
    event: str, payload: Any = None, *, connection: AnyConnection | None = None, key: str = ""
) -> list[TriggeredExecution]:
    """Start every active workflow whose trigger.event accepts this event, once each; return the started executions.

    `connection` is as above. With a `key`, the same event again starts nothing more.
    """
    told = Event(name=event, payload=payload, key=key)
    return await _on(connection, partial(emit_with, event=told))


def emit_sync(
    event: str, payload: Any = None, *, connection: SyncConnection | None = None, key: str = ""
) -> list[TriggeredExecution]:
    """`emit` for synchronous code, like `trigger_workflow_sync`."""
    told = Event(name=event, payload=payload, key=key)
    return _on_sync(connection, partial(emit_with, event=told))


async def _on(connection: AnyConnection | None, work: Callable[[Connection], Result]) -> Result:
    if connection is None:
        return await run_once(_database_url(), work)
    return await work_on(connection, work)


def _on_sync(connection: SyncConnection | None, work: Callable[[Connection], Result]) -> Result:
    return run_once_sync(_database_url(), work) if connection is None else work_on_sync(connection, work)


def _channels(named: str) -> Channels:
    """Return the installed providers' channels; they are loaded only where a channel is named."""
    return channel_types(installed_plugins()) if named else NO_CHANNELS


def _database_url() -> str:
    return Settings.from_environment().botflow_database_url
