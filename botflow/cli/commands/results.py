"""`botflow results`: what a workflow's executions collected, as a table, CSV or JSON lines."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from botflow.cli.archive import read_archive
from botflow.cli.exporting import run_export
from botflow.cli.operator import OfOrganization, as_operator
from botflow.cli.output.printing import table
from botflow.cli.output.visible import in_one_line
from botflow.moment import parse_moment

if TYPE_CHECKING:
    from botflow.records.runs import ExecutionFilter, ExecutionRecord
    from botflow.service.exports.export import Form
    from botflow.storage.read_only import Archive

WIDEST = 40  # characters of a cell in the terminal


def add_to(app: typer.Typer) -> None:
    app.command(
        "results", epilog="Example: botflow results pizza --csv > results.csv; botflow results pizza --after 2026-11-01"
    )(results)


def results(
    flow: Annotated[str, typer.Argument(metavar="FLOW", help="A workflow's id, or its file.")],
    as_csv: Annotated[bool, typer.Option("--csv", help="Write CSV.")] = False,
    as_json_lines: Annotated[bool, typer.Option("--jsonl", help="Write one JSON object per line.")] = False,
    after: Annotated[
        str | None, typer.Option(metavar="TIME", help="Only those that started then or later: 2026-11-01 (UTC).")
    ] = None,
    before: Annotated[
        str | None, typer.Option(metavar="TIME", help="Only those that started earlier: 2026-11-01T09:30 (UTC).")
    ] = None,
    organization: OfOrganization = "",
) -> None:
    """Show the results of a workflow's executions: who, when, how it ended, and the variables."""
    if as_csv and as_json_lines:
        raise typer.BadParameter("choose --csv or --jsonl")
    wanted = _wanted(_id_of(flow), _moment(after, "after"), _moment(before, "before"))
    if as_csv or as_json_lines:
        _export(organization, wanted, "csv" if as_csv else "jsonl")
    else:
        _show(as_operator(organization, lambda connection, operator: operator.organization), wanted)


def _wanted(workflow: str, after: datetime | None, before: datetime | None) -> ExecutionFilter:
    from botflow.records.runs import ExecutionFilter

    return ExecutionFilter(workflow=workflow, started_after=after, started_before=before)


def _export(organization: str, wanted: ExecutionFilter, form: Form) -> None:
    base = _base()
    run_export(organization, lambda exports: exports.export_results(wanted, base, format=form), None)


def _show(organization: int, wanted: ExecutionFilter) -> None:
    """Print the results as a table, which has all of them in memory."""

    async def show(archive: Archive) -> None:
        from botflow.runtime.runs.results import find_results

        found = await find_results(archive.executions, replace(wanted, organization=organization), _base())
        rows = [_row(record, found.variables) async for page in found.pages() for record in page]
        header = ("WHO", "STARTED", "STATUS", *found.variables)
        typer.echo(table([header, *rows]) if rows else f"No results of {wanted.workflow!r} yet.")

    read_archive(show)


def _base() -> str:
    from botflow.settings import Settings

    return (Settings.from_environment().botflow_public_url or "").rstrip("/")


def _row(record: ExecutionRecord, variables: tuple[str, ...]) -> tuple[str, ...]:
    cells = (_cell(record.variables.get(name)) for name in variables)
    return (in_one_line(record.who, WIDEST) or "-", f"{record.started_at:%Y-%m-%d %H:%M:%S}", record.status, *cells)


def _cell(value: Any) -> str:
    text = value if isinstance(value, str) else "" if value is None else json.dumps(value, ensure_ascii=False)
    return in_one_line(text, WIDEST)


def _id_of(flow: str) -> str:
    if not Path(flow).is_file():
        return flow
    from botflow.runtime.flow_files import read_flow_files

    return next(iter(read_flow_files([Path(flow)]).sources))


def _moment(written: str | None, option: str) -> datetime | None:
    try:
        return None if written is None else parse_moment(written, option)
    except ValueError as wrong:
        raise typer.BadParameter(str(wrong), param_hint=f"--{option}") from None
