"""`botflow export`: a whole list of the database as a file, also while servers run; each is in the audit log."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from botflow.cli.exporting import write_export
from botflow.cli.launch import AsJson
from botflow.cli.message_search import After, Before, Channel, Person, Session, Workflow, moment
from botflow.cli.operator import OfOrganization
from botflow.cli.output.printing import print_json

Kind = Literal[
    "sessions",
    "inbounds",
    "outbounds",
    "executions",
    "handoffs",
    "feedback",
    "contacts",
    "people",
    "audit-log",
    "usage",
]
Form = Literal["csv", "jsonl"]
KINDS = "sessions, inbounds, outbounds, executions, handoffs, feedback, contacts, people, audit-log or usage."
STATUS = typer.Option(help="Only those with this status.", show_default=False)
SUBJECT = typer.Option(help="Only changes of this subject, such as workflow:pizza.", show_default=False)
GROUP_BY = typer.Option(help="Sum up usage by workflow, node, model or day.", show_default="workflow")
OUTPUT = typer.Option("--output", "-o", metavar="FILE", dir_okay=False, help="Write to this file, not to the terminal.")
ACTIVE = typer.Option("--active", help="Only sessions whose conversation is under way.")


def add_to(app: typer.Typer) -> None:
    app.command(
        "export", epilog="Example: botflow export executions --workflow pizza --after 2026-11-01 -o executions.csv"
    )(export)


def export(
    kind: Annotated[Kind, typer.Argument(metavar="KIND", help=KINDS)],
    form: Annotated[Form, typer.Option("--format", help="csv, or jsonl: one JSON object per line.")] = "csv",
    output: Annotated[Path | None, OUTPUT] = None,
    workflow: Workflow = None,
    session: Session = None,
    person: Person = None,
    channel: Channel = None,
    status: Annotated[str | None, STATUS] = None,
    active: Annotated[bool, ACTIVE] = False,
    subject: Annotated[str | None, SUBJECT] = None,
    group_by: Annotated[str | None, GROUP_BY] = None,
    after: After = None,
    before: Before = None,
    organization: OfOrganization = "",
    as_json: AsJson = False,
) -> None:
    """Write a whole list as CSV or JSON lines, with the filters that the list has. It is an entry of the audit log."""
    if as_json and output is None:
        raise typer.BadParameter("--json says what was written: name a file with --output")
    filters = {
        "workflow": workflow,
        "session": session,
        "external_id": person,
        "channel": channel,
        "status": status,
        "active": active or None,
        "subject": subject,
        "group_by": group_by,
        "after": moment("after", after),
        "before": moment("before", before),
    }
    given = {name: value for name, value in filters.items() if value is not None}
    rows = write_export(organization, kind, {"format": form, **given}, output)
    if as_json:
        print_json({"kind": kind, "format": form, "file": str(output), "rows": rows})
    elif output is not None:
        typer.echo(f"{output}: {rows} {'row' if rows == 1 else 'rows'}")
