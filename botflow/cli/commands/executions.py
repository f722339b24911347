"""`botflow executions`: lists runs and conversations, and the runs that one of them started."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from botflow.cli.archive import read_archive
from botflow.cli.launch import AsJson
from botflow.cli.output.printing import print_json, table
from botflow.cli.output.visible import in_one_line
from botflow.errors import UsageError

if TYPE_CHECKING:
    from botflow.records.runs import ExecutionRecord
    from botflow.storage.read_only import Archive

MOST = 10_000
LONGEST_SHOWN = 60  # characters of a key or a person's id


def add_to(app: typer.Typer) -> None:
    app.command(
        "executions", epilog="Example: botflow executions --workflow pizza --top-level; botflow executions --of ID"
    )(executions)


def executions(
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
    from botflow.records.runs import STATUSES, ExecutionFilter

    if status is not None and status not in STATUSES:
        raise typer.BadParameter(f"status is one of {', '.join(STATUSES)}")
    former = _id(before, "before")

    async def found(archive: Archive) -> list[ExecutionRecord]:
        parent = await _session(archive, _id(of, "of"))
        wanted = ExecutionFilter(workflow=workflow, status=status, top_level=top_level, parent=parent)
        return await archive.executions.page(limit, wanted, before=former)

    records = read_archive(found)
    if as_json:
        print_json([_json(record) for record in records])
        return
    header = ("ID", "WORKFLOW", "TRIGGER", "KEY", "STATUS", "NODE", "STARTED (UTC)")
    typer.echo(table([header, *(_row(record) for record in records)]) if records else "No executions yet.")


def _id(text: str | None, name: str) -> str | None:
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
    from botflow.web.api.execution_json import shown

    return {**shown(record), "parentSession": record.parent_session, "branch": record.branch}
