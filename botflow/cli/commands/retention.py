"""`botflow retention`: shows how long an organization keeps what is over, or decides it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from botflow.cli.launch import AsJson
from botflow.cli.operator import OfOrganization, as_operator, filled
from botflow.cli.output.printing import print_json, table

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from botflow.records.access import Principal
    from botflow.service.access.retention import Retention

NAMES = {
    "conversation_days": "conversations",
    "run_days": "runs",
    "file_days": "files",
    "event_days": "events",
    "decision_days": "decisions",
    "audit_log_days": "audit log",
}
AS_DEPLOYMENT = "default"


def _option(words: str) -> Any:
    return typer.Option(metavar="DAYS", help=words, show_default=False)


retention = typer.Typer(help="Show how long what is over is kept, or decide it.", invoke_without_command=True)


def add_to(app: typer.Typer) -> None:
    app.add_typer(
        retention, name="retention", epilog="Example: botflow retention; botflow retention set --conversations 90"
    )


@retention.callback()
def show(context: typer.Context, as_json: AsJson = False, organization: OfOrganization = "") -> None:
    """Show after how many days what is over is deleted."""
    if context.invoked_subcommand is not None:
        return
    from botflow.service.access.retention import read_retention

    _print(as_operator(organization, read_retention, _longest_days()), as_json)


@retention.command("set", epilog="Example: botflow retention set --conversations 90 --files 30 --runs default")
def decide(
    conversations: Annotated[str, _option("Their messages and executions; 7 or more.")] = "",
    runs: Annotated[str, _option("Executions without a person; 7 or more.")] = "",
    files: Annotated[str, _option("That visitors have sent; 1 or more, and no more than conversations.")] = "",
    events: Annotated[str, _option("For webhooks and streams; 2 to 7.")] = "",
    decisions: Annotated[str, _option("About messages, but for consent; 90 or more.")] = "",
    audit_log: Annotated[str, _option("Who changed what; 365 or more.")] = "",
    as_json: AsJson = False,
    organization: OfOrganization = "",
) -> None:
    """Decide after how many days what is over is deleted; what is left out stays as it is.

    The word `default` leaves it to the deployment: `botflow db prune --older-than` for conversations, runs and files,
    a week for events; decisions and the audit log are then kept.
    """
    given = dict(zip(NAMES, (conversations, runs, files, events, decisions, audit_log), strict=True))
    changed = {name: _days(name, text) for name, text in given.items() if text}
    if not changed:
        raise typer.BadParameter("say what to keep for how many days, such as --conversations 90")
    _print(as_operator(organization, _change, changed, _longest_days()), as_json)


def _change(connection: Connection, who: Principal, changed: dict[str, int | None], longest_days: int) -> Retention:
    from botflow.service.access.retention import NewRetention, read_retention, set_retention

    now = read_retention(connection, who, longest_days)
    fields = {**{name: getattr(now, name) for name in NAMES}, **changed}
    wire: dict[str, Any] = {NewRetention.model_fields[name].alias or name: days for name, days in fields.items()}
    return set_retention(connection, who, filled(NewRetention, **wire), longest_days, now.revision)


def _days(name: str, text: str) -> int | None:
    if text == AS_DEPLOYMENT:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        option = f"--{NAMES[name].replace(' ', '-')}"
        raise typer.BadParameter(f"{text!r} is no number of days; write 90, or default", param_hint=option)
    return int(text)


def _longest_days() -> int:
    from botflow.settings import Settings

    return Settings.from_environment().botflow_longest_retention_days


def _print(found: Retention, as_json: bool) -> None:
    if as_json:
        print_json(found.model_dump(mode="json"))
        return
    shown = [
        (name, f"{days:,}" if (days := getattr(found, field)) is not None else "-") for field, name in NAMES.items()
    ]
    typer.echo(table([("WHAT IS OVER", "DAYS"), *shown]))
    typer.echo("-: as the deployment keeps it.")
