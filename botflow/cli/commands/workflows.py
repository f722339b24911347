"""`botflow workflows`: lists the stored workflows, takes one out of service or puts it back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from botflow.cli.launch import AsJson
from botflow.cli.output.printing import print_json, table

if TYPE_CHECKING:
    from botflow.records.workflows import WorkflowStatus

NAME = typer.Argument(metavar="WORKFLOW", help="The workflow's id.")
workflows = typer.Typer(help="List workflows, take one out of service, or put it back.", invoke_without_command=True)


def add_to(app: typer.Typer) -> None:
    app.add_typer(workflows, name="workflows", epilog="Example: botflow workflows; botflow workflows deactivate pizza")


@workflows.callback()
def list_workflows(context: typer.Context, as_json: AsJson = False) -> None:
    """List the workflows of the database, in and out of service."""
    if context.invoked_subcommand is not None:
        return
    from botflow.storage.one_off import run_once_sync
    from botflow.storage.workflow_versions import list_workflows

    found = run_once_sync(_checked_url(), list_workflows)
    if as_json:
        print_json(
            [
                {"id": each.slug, "name": each.name, "status": each.status, "mode": each.mode}
                | {"version": each.version, "underWay": each.under_way}
                for each in found
            ]
        )
        return
    rows = [(each.slug, each.status, each.mode, str(each.version), str(each.under_way)) for each in found]
    typer.echo(table([("ID", "STATUS", "MODE", "VERSION", "UNDER WAY"), *rows]) if rows else "No workflows yet.")


@workflows.command(epilog="Example: botflow workflows activate pizza")
def activate(workflow: Annotated[str, NAME]) -> None:
    """Put a workflow back into service. Timers that came due meanwhile fire now."""
    _set(workflow, "active")


@workflows.command(epilog="Example: botflow workflows deactivate pizza")
def deactivate(workflow: Annotated[str, NAME]) -> None:
    """Take a workflow out of service, also while servers run; they follow within a second.

    It takes no messages and starts nothing. Conversations under way stay where they are, and their timers wait. A run
    that is working goes on to its next wait.
    """
    _set(workflow, "inactive")


def _set(workflow: str, status: WorkflowStatus) -> None:
    from botflow.errors import UsageError, did_you_mean
    from botflow.storage.one_off import run_once_sync
    from botflow.storage.workflow_versions import list_workflows, set_status

    url = _checked_url()
    if not run_once_sync(url, lambda connection: set_status(connection, workflow, status)):
        known = [each.slug for each in run_once_sync(url, list_workflows)]
        hint = did_you_mean(workflow, known, "botflow workflows lists those that there are")
        raise UsageError(f"there is no workflow {workflow!r}", code="workflow.unknown", hint=hint)
    typer.echo(f"{workflow} is {status}.")


def _checked_url() -> str:
    """Return the database that the settings name; UsageError without one, or with another release's schema."""
    from botflow.settings import Settings
    from botflow.storage.read_only import check_database

    url = Settings.from_environment().botflow_database_url
    check_database(url)
    return url
