"""`botflow db upgrade`: migrate the database to this release's schema, for processes that do not migrate themselves."""

from __future__ import annotations

import typer

from botflow.cli.launch import AsJson
from botflow.cli.output.printing import print_json

db = typer.Typer(help="Look after the database.", no_args_is_help=True)


def add_to(app: typer.Typer) -> None:
    app.add_typer(db, name="db")


@db.command(epilog="Example: BOTFLOW_DATABASE_URL=postgresql://localhost/botflow botflow db upgrade")
def upgrade(as_json: AsJson = False) -> None:
    """Apply all migrations to the database that BOTFLOW_DATABASE_URL names.

    Processes that migrate at the same moment wait for each other; a schema that is up to date is left alone.
    """
    from botflow.cli.output.banner import database_name
    from botflow.settings import Settings
    from botflow.storage.migrations import HEAD
    from botflow.storage.migrations.upgrade import migrate

    settings = Settings.from_environment()
    migrate(settings.botflow_database_url)
    name = database_name(settings.botflow_database_url)
    if as_json:
        print_json({"database": name, "schema": HEAD})
    else:
        typer.echo(f"{name} is at schema {HEAD}.")
