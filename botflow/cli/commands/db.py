"""`botflow db`: migrate the database, copy it while it is served, put a copy back, and delete what is old."""

from __future__ import annotations

from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer

from botflow.cli.archive import checked_url
from botflow.cli.launch import AsJson
from botflow.cli.output.printing import print_json

OLDER_THAN = (
    "How long ago it ended: 90d, P1W; 7d at least. For organizations that have not decided how long they keep theirs;"
    " without it all of those is kept."
)

db = typer.Typer(help="Look after the database.", no_args_is_help=True)


def add_to(app: typer.Typer) -> None:
    app.add_typer(db, name="db")


@db.command(epilog="Example: BOTFLOW_DATABASE_URL=postgresql://localhost/botflow botflow db upgrade")
def upgrade(as_json: AsJson = False) -> None:
    """Apply all migrations to the database that BOTFLOW_DATABASE_URL names.

    Processes that migrate at the same moment wait for each other; a schema that is up to date is left alone. On
    Postgres it also says whether row-level security holds between organizations.
    """
    from botflow.cli.output.banner import database_name
    from botflow.settings import Settings
    from botflow.storage.migrations import HEAD
    from botflow.storage.migrations.upgrade import migrate

    settings = Settings.from_environment()
    security = migrate(settings.botflow_database_url)
    name = database_name(settings.botflow_database_url)
    if as_json:
        state = None if security is None else {"isOn": security.is_on, "lacks": security.lacks, "hint": security.hint}
        print_json({"database": name, "schema": HEAD, "rowLevelSecurity": state})
        return
    typer.echo(f"{name} is at schema {HEAD}.")
    if security is not None and not security.is_on:
        typer.echo(f"Row-level security is off: {security.lacks}. Do this: {security.hint}", err=True)


@db.command(epilog="Example: botflow db backup backups/2026-11-26.db")
def backup(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A new file for the copy.", show_default=False)],
    as_json: AsJson = False,
) -> None:
    """Copy the SQLite database that BOTFLOW_DATABASE_URL names, also while it is served.

    Do not copy the file itself: what was written last stands in another one. For Postgres, use pg_dump.
    """
    from botflow.settings import Settings
    from botflow.storage.backup import back_up

    copied = back_up(Settings.from_environment().botflow_database_url, file)
    if as_json:
        print_json({"file": str(file), "bytes": copied.size, "schema": copied.schema, "sessions": copied.sessions})
    else:
        typer.echo(f"{file}: {copied.size:,} bytes, {_sessions(copied.sessions)}, schema {copied.schema}.")


@db.command(epilog="Example: botflow db restore backups/2026-11-26.db")
def restore(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="What `botflow db backup` wrote.", show_default=False)],
    as_json: AsJson = False,
) -> None:
    """Put a copy in the place of the SQLite database that BOTFLOW_DATABASE_URL names; no process may serve it.

    The database that was there is kept beside it, under another name.
    """
    from botflow.settings import Settings
    from botflow.storage.backup import restore as put_back

    restored, kept = put_back(Settings.from_environment().botflow_database_url, file)
    if as_json:
        print_json({"database": str(restored.file), "sessions": restored.sessions, "kept": str(kept) if kept else None})
        return
    typer.echo(f"{restored.file} is {file} now: {_sessions(restored.sessions)}, schema {restored.schema}.")
    if kept:
        typer.echo(f"What was there before is {kept}.")


@db.command(epilog="Example: botflow db prune --older-than 90d --dry-run")
def prune(
    older_than: Annotated[str, typer.Option(metavar="TIME", help=OLDER_THAN, show_default=False)] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only count what would be deleted.")] = False,
    as_json: AsJson = False,
) -> None:
    """Delete what is over, also while it is served: of each organization what it does not keep by `botflow retention`,
    of the others what is older than --older-than.

    Kept are every person's session with its variables, what is under way from its first message on, messages that may
    still be sent, and who has opted out, with the evidence. What is deleted is in no list, export or transcript any
    more.
    """
    from botflow.settings import Settings
    from botflow.storage.retention.cutoffs import Policy
    from botflow.storage.retention.prune import prune as prune_rows

    age = _age(older_than) if older_than else None
    longest = Settings.from_environment().botflow_longest_retention_days
    pruned = prune_rows(checked_url(), Policy(older_than=age, longest_days=longest), is_rehearsal=dry_run)
    if as_json:
        print_json({**asdict(pruned), "dryRun": dry_run})
        return
    found = {name: count for name, count in asdict(pruned).items() if count}
    counts = ", ".join(f"{count:,} {name.removesuffix('s') if count == 1 else name}" for name, count in found.items())
    typer.echo(f"{'Would delete' if dry_run else 'Deleted'}: {counts or 'nothing'}.")


def _age(text: str) -> timedelta:
    from botflow.flow.duration import parse_duration
    from botflow.records.retention import LEAST_DAYS

    try:
        age = timedelta(seconds=parse_duration(text))
    except (ValueError, OverflowError):
        age = timedelta(0)
    if age < timedelta(days=LEAST_DAYS):
        raise typer.BadParameter(f"older-than is a time of at least {LEAST_DAYS} days, such as 90d")
    return age


def _sessions(count: int) -> str:
    return "1 session" if count == 1 else f"{count:,} sessions"
