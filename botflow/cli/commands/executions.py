"""`botflow executions`: lists runs and conversations, and the runs that one of them started; changes one of them.

Its commands that show one, that begin one at once and that end one are in `execution_show` and `execution_endings`.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from botflow.cli.archive import checked_url, read_archive
from botflow.cli.launch import AsJson
from botflow.cli.output.printing import print_json, table
from botflow.cli.output.visible import in_one_line
from botflow.errors import UsageError

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

    from botflow.records.audit import Action
    from botflow.records.runs import ExecutionRecord, LifecycleChange
    from botflow.storage.read_only import Archive

MOST = 10_000
LONGEST_SHOWN = 60  # characters of a key or a person's id


EXECUTION = typer.Argument(metavar="ID", help="The execution's id.")
executions = typer.Typer(help="List executions; show, pause, resume, end or retry one.", invoke_without_command=True)


def add_to(app: typer.Typer) -> None:
    app.add_typer(
        executions,
        name="executions",
        epilog="Example: botflow executions --workflow pizza --top-level; botflow executions cancel ID",
    )


@executions.callback()
def list_executions(
    context: typer.Context,
    workflow: Annotated[str | None, typer.Option(help="Only those of this workflow.")] = None,
    status: Annotated[str | None, typer.Option(help="Only those with this status, such as failed.")] = None,
    top_level: Annotated[
        bool, typer.Option("--top-level", help="Without the runs that other executions started, such as branches.")
    ] = False,
    of: Annotated[str | None, typer.Option("--of", metavar="ID", help="Only the runs that this one started.")] = None,
    before: Annotated[str | None, typer.Option(metavar="ID", help="The last one of a page: show the next.")] = None,
    limit: Annotated[int, typer.Option(help="How many at most.", min=1, max=MOST)] = 50,
    as_json: AsJson = False,
) -> None:
    """List executions, the newest first."""
    if context.invoked_subcommand is not None:
        return
    from botflow.records.runs import STATUSES, ExecutionFilter

    if status is not None and status not in STATUSES:
        raise typer.BadParameter(f"status is one of {', '.join(STATUSES)}")
    former = read_id(before, "before")

    async def found(archive: Archive) -> list[ExecutionRecord]:
        parent = await _session(archive, read_id(of, "of"))
        wanted = ExecutionFilter(workflow=workflow, status=status, top_level=top_level, parent=parent)
        return await archive.executions.page(limit, wanted, before=former)

    records = read_archive(found)
    if as_json:
        print_json([_json(record) for record in records])
        return
    header = ("ID", "WORKFLOW", "TRIGGER", "KEY", "STATUS", "NODE", "STARTED (UTC)")
    typer.echo(table([header, *(_row(record) for record in records)]) if records else "No executions yet.")


@executions.command(epilog="Example: botflow executions pause 01890000-0000-7000-8000-000000000000")
def pause(execution: Annotated[str, EXECUTION], as_json: AsJson = False) -> None:
    """Pause an execution, also while servers run. A turn under way is abandoned, and runs again after the pause."""
    from botflow.storage.runs.changes import lifecycle

    change_execution(execution, "execution.paused", lifecycle.pause, as_json)


@executions.command(epilog="Example: botflow executions resume 01890000-0000-7000-8000-000000000000")
def resume(execution: Annotated[str, EXECUTION], as_json: AsJson = False) -> None:
    """Resume a paused execution. Timers that came due meanwhile fire."""
    from botflow.storage.runs.changes import lifecycle

    change_execution(execution, "execution.resumed", lifecycle.resume, as_json)


@executions.command(epilog="Example: botflow executions cancel 01890000-0000-7000-8000-000000000000 --skip-finally")
def cancel(
    execution: Annotated[str, EXECUTION],
    skip_finally: Annotated[
        bool, typer.Option("--skip-finally", help="End it at once, without its `finally`.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Cancel an execution, and the runs that it waits for."""
    from botflow.storage.runs.changes import lifecycle

    change_execution(execution, "execution.cancelled", partial(lifecycle.cancel, skip_finally=skip_finally), as_json)


@executions.command(epilog="Example: botflow executions retry 01890000-0000-7000-8000-000000000000 --from-start")
def retry(
    execution: Annotated[str, EXECUTION],
    checkpoint: Annotated[
        int | None, typer.Option(help="The version of one of its checkpoints.", min=0, show_default=False)
    ] = None,
    from_start: Annotated[bool, typer.Option("--from-start", help="Run it again from its beginning.")] = False,
    as_json: AsJson = False,
) -> None:
    """Run an execution again that is over, from its last checkpoint."""
    from botflow.storage.runs.changes import lifecycle

    again = partial(lifecycle.retry, checkpoint=checkpoint, from_start=from_start)
    change_execution(execution, "execution.retried", again, as_json)


def change_execution(
    execution: str, action: Action, change: Callable[[Connection, str, None], LifecycleChange], as_json: bool
) -> None:
    """Make the change in one transaction with its entry in the audit log; workers see it within a second."""
    from botflow.runtime.runs.refusals import refused
    from botflow.storage.one_off import run_once_sync
    from botflow.storage.service.executions.executions import change_from_command_line

    id = read_id(execution, "ID") or ""
    url = checked_url()
    outcome, status = run_once_sync(url, lambda connection: change_from_command_line(connection, id, action, change))
    if outcome not in ("changed", "repeated"):
        raise refused(outcome)
    if as_json:
        print_json({"id": id, "status": status})
    else:
        typer.echo(f"{id} is {status}.")


def read_id(text: str | None, name: str) -> str | None:
    from uuid import UUID

    try:
        return None if text is None else str(UUID(text))
    except ValueError:
        raise typer.BadParameter(f"{name} is an execution's id") from None


async def _session(archive: Archive, execution: str | None) -> int | None:
    if execution is None:
        return None
    found = await archive.executions.read(execution)
    if found is None:
        hint = "botflow executions lists those that there are"
        raise UsageError(f"there is no execution {execution}", code="execution.unknown", hint=hint)
    return found.session


def _row(record: ExecutionRecord) -> tuple[str, ...]:
    key = in_one_line(record.key, LONGEST_SHOWN)
    node, started = record.node or "-", f"{record.started_at:%Y-%m-%d %H:%M:%S}"
    return (record.id, record.workflow, record.trigger, key, record.status, node, started)


def _json(record: ExecutionRecord) -> dict[str, object]:
    """Return the entry that the API's list has, and whose child it is."""
    from botflow.records.queues import PRIORITIES

    priorities = {number: name for name, number in PRIORITIES.items()}
    return {
        "id": record.id,
        "workflow": record.workflow,
        "version": record.version,
        "status": record.status,
        "trigger": record.trigger,
        "session": record.session,
        "channel": record.channel,
        "key": record.key,
        "priority": priorities[record.priority or 0],
        "retries": record.retries,
        "node": record.node,
        "startedAt": _time(record.started_at),
        "endedAt": _time(record.ended_at),
        "wakesAt": _time(record.wakes_at),
        "error": record.error,
        "parentSession": record.parent_session,
        "branch": record.branch,
    }


def _time(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment is not None else None
