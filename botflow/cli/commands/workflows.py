"""`botflow workflows`: lists the stored workflows, takes one out of service or puts it back.

Its commands on drafts are in `workflow_drafts`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from botflow.cli.archive import checked_url
from botflow.cli.launch import AsJson
from botflow.cli.output.printing import print_json, table

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from botflow.errors import UsageError
    from botflow.records.workflows import WorkflowStatus

VERSION = "The version to serve: its number, as `botflow workflows versions` lists it."
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

    found = run_once_sync(checked_url(), list_workflows)
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


@workflows.command(epilog="Example: botflow workflows versions pizza")
def versions(workflow: Annotated[str, NAME], as_json: AsJson = False) -> None:
    """List the stored versions of a workflow, the newest first. New conversations and runs get the active one."""
    from botflow.storage.one_off import run_once_sync
    from botflow.storage.workflow_versions import list_versions

    url = checked_url()
    found = run_once_sync(url, lambda connection: list_versions(connection, workflow))
    if not found:
        raise unknown_workflow(url, workflow)
    if as_json:
        print_json(
            [
                {"version": each.number, "publishedAt": each.created_at.isoformat(), "active": each.is_active}
                for each in found
            ]
        )
        return
    rows = [
        (str(each.number), f"{each.created_at:%Y-%m-%d %H:%M} UTC", "active" if each.is_active else "")
        for each in found
    ]
    typer.echo(table([("VERSION", "PUBLISHED", ""), *rows]))


@workflows.command(epilog="Example: botflow workflows activate pizza; botflow workflows activate pizza --version 3")
def activate(
    workflow: Annotated[str, NAME],
    version: Annotated[int | None, typer.Option(help=VERSION, min=1, show_default=False)] = None,
) -> None:
    """Put a workflow back into service, or roll back to another version. Timers that came due meanwhile fire now.

    With --version, new conversations and runs get that version within a second; those under way keep theirs.
    """
    if version is not None:
        _serve_version(workflow, version)
    _set(workflow, "active")


@workflows.command(epilog="Example: botflow workflows deactivate pizza")
def deactivate(workflow: Annotated[str, NAME]) -> None:
    """Take a workflow out of service, also while servers run; they follow within a second.

    It takes no messages and starts nothing. Conversations under way stay where they are, and their timers wait. A run
    that is working goes on to its next wait.
    """
    _set(workflow, "inactive")


@workflows.command(epilog="Example: botflow workflows pause pizza")
def pause(workflow: Annotated[str, NAME]) -> None:
    """Take a workflow out of service as `deactivate` does; its status says that it is for a while."""
    _set(workflow, "paused")


@workflows.command(epilog="Example: botflow workflows archive pizza")
def archive(workflow: Annotated[str, NAME]) -> None:
    """Take a workflow out of service as `deactivate` does; its status says that it is for good. Nothing is deleted."""
    _set(workflow, "archived")


def _serve_version(workflow: str, version: int) -> None:
    from botflow.errors import UsageError
    from botflow.storage.one_off import run_once_sync
    from botflow.storage.workflow_versions import list_versions

    url = checked_url()
    before = run_once_sync(url, lambda connection: _activate_version(connection, workflow, version))
    if before is None:
        if not run_once_sync(url, lambda connection: list_versions(connection, workflow)):
            raise unknown_workflow(url, workflow)
        raise UsageError(
            f"{workflow} has no version {version}",
            code="version.unknown",
            hint=f"botflow workflows versions {workflow} lists those that there are",
        )
    typer.echo(
        f"Version {version} of {workflow} was active already."
        if before == version
        else f"Version {version} of {workflow} replaces version {before}."
    )


def _activate_version(connection: Connection, workflow: str, version: int) -> int | None:
    """Return the number of the version that this one replaces, None when there is no such version. RejectedInbound
    `canary.running`; FlowProblems for credentials that it may not use."""
    from botflow.service.credentials.credential_uses import check_credentials
    from botflow.service.refusals import check_no_canary
    from botflow.storage.service.workflows.drafts import get_draft, organization_of
    from botflow.storage.service.workflows.versions import get_version
    from botflow.storage.workflow_versions import activate_version

    organization = organization_of(connection, workflow)
    draft = get_draft(connection, organization, workflow, lock=True) if organization is not None else None
    found = get_version(connection, organization, workflow, version) if organization is not None else None
    if organization is None or draft is None or found is None:
        return None
    check_no_canary(connection, draft.workflow, workflow)
    check_credentials(connection, organization, found[1])
    return activate_version(connection, workflow, version)


def _set_status(connection: Connection, workflow: str, status: WorkflowStatus) -> bool:
    """Return False when there is no such workflow; FlowProblems for credentials that it may not use."""
    from botflow.service.credentials.credential_uses import check_credentials_of_active
    from botflow.storage.service.workflows.drafts import organization_of
    from botflow.storage.service.workflows.workflow_status import set_status_from_command_line

    organization = organization_of(connection, workflow)
    if organization is not None and status == "active":
        check_credentials_of_active(connection, organization, workflow)
    return set_status_from_command_line(connection, workflow, status)


def _set(workflow: str, status: WorkflowStatus) -> None:
    from botflow.storage.one_off import run_once_sync

    url = checked_url()
    if not run_once_sync(url, lambda connection: _set_status(connection, workflow, status)):
        raise unknown_workflow(url, workflow)
    typer.echo(f"{workflow} is {status}.")


def unknown_workflow(url: str, workflow: str) -> UsageError:
    from botflow.errors import UsageError, did_you_mean
    from botflow.storage.one_off import run_once_sync
    from botflow.storage.workflow_versions import list_workflows

    known = [each.slug for each in run_once_sync(url, list_workflows)]
    hint = did_you_mean(workflow, known, "botflow workflows lists those that there are")
    return UsageError(f"there is no workflow {workflow!r}", code="workflow.unknown", hint=hint)
