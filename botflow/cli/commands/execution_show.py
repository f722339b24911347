"""`botflow executions show`: one execution with its values, its times, what it has used, and its log."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from botflow.cli.archive import read_archive
from botflow.cli.commands.executions import EXECUTION, executions, read_id
from botflow.cli.launch import AsJson
from botflow.cli.output.printing import print_json
from botflow.cli.output.visible import in_one_line

if TYPE_CHECKING:
    from botflow.runtime.runs.log import Level, LogEntry
    from botflow.service.executions.execution_models import ExecutionDetails
    from botflow.storage.read_only import Archive

LONGEST_VALUE = 200
READ_TURNS = 2_000
LEVEL = "The lowest level of log lines."


@executions.command(epilog="Example: botflow executions show 01890000-0000-7000-8000-000000000000 --level debug")
def show(
    execution: Annotated[str, EXECUTION],
    level: Annotated[Literal["debug", "info", "warning", "error"], typer.Option(help=LEVEL)] = "info",
    as_json: AsJson = False,
) -> None:
    """Show one execution: its input, output and error, when it was what, what it has used, and its log."""
    id = read_id(execution, "ID") or ""
    details, log = read_archive(lambda archive: _read(archive, id, level))
    if as_json:
        from botflow.service.executions.execution_models import ShownLogEntry

        lines = [ShownLogEntry.of(entry).model_dump(mode="json") for entry in log]
        print_json({**details.model_dump(mode="json"), "logs": lines})
        return
    for line in (*_facts(details), "", *map(_log_line, log)):
        typer.echo(line)


async def _read(archive: Archive, id: str, level: Level) -> tuple[ExecutionDetails, list[LogEntry]]:
    from botflow.runtime.runs.executions import ExecutionDetail
    from botflow.runtime.runs.log import log_of
    from botflow.runtime.runs.refusals import refused
    from botflow.service.executions.execution_models import ExecutionDetails
    from botflow.storage.runs.changes.lifecycle import list_checkpoints

    record = await archive.executions.read(id)
    if record is None:
        raise refused("unknown")
    found = ExecutionDetail(
        record=record,
        spent=await archive.executions.spent(record),
        changed_at=await archive.executions.changed_at(record),
        checkpoints=tuple(await archive.reader.read(list_checkpoints, record.session)),
    )
    turns = await archive.executions.turns(record, READ_TURNS)
    return ExecutionDetails.of_detail(found), list(log_of(turns, level))


def _facts(shown: ExecutionDetails) -> Iterator[str]:
    """Yield a line for each fact that there is."""
    at = f" at {shown.node}" if shown.node else ""
    yield f"{shown.id} is {shown.status}{at}."
    facts: dict[str, Any] = {
        "workflow": f"{shown.workflow}, version {shown.version}",
        "began by": shown.trigger,
        "started": shown.started_at,
        "paused": shown.paused_at,
        "resumed": shown.resumed_at,
        "retried": shown.retried_at,
        "retries": shown.retries or None,
        "ended": shown.ended_at,
        "wakes up": shown.wakes_at,
        "used": f"{shown.turns} turns, {shown.asks} calls, {shown.tokens.prompt + shown.tokens.completion} tokens",
        "input": shown.input,
        "output": shown.output,
        "variables": shown.variables or None,
        "error": shown.error,
    }
    for name, value in facts.items():
        if value is not None:
            yield f"  {name:<10} {_text(value)}"


def _text(value: Any) -> str:
    import json
    from datetime import datetime

    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M:%S} UTC"
    plain = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return in_one_line(plain, LONGEST_VALUE)


def _log_line(entry: LogEntry) -> str:
    node = f" {entry.node}" if entry.node else ""
    said = f": {in_one_line(entry.message, LONGEST_VALUE)}" if entry.message else ""
    return f"{entry.at:%H:%M:%S} {entry.level:<7} {entry.event}{node}{said}"
