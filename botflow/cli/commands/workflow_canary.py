"""`botflow workflows canary`: lets a share of the new executions begin in another version, and ends that.

It works on the database, also while servers run; they follow within a second.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from botflow.cli.archive import checked_url
from botflow.cli.commands.workflows import NAME, unknown_workflow, workflows
from botflow.cli.launch import AsJson
from botflow.cli.operator import OfOrganization, as_operator
from botflow.cli.output.printing import print_json
from botflow.cli.safe import safe_of

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from botflow.errors import UsageError
    from botflow.records.access import Principal
    from botflow.records.canaries import CanaryEnd, CanaryRecord

PERCENT = "How many of each hundred new conversations and runs begin in the version on trial."
VERSION = "A stored version to try, by its number; without one, a version of the draft."
EXAMPLE = "Example: botflow workflows canary pizza --percent 10; botflow workflows canary pizza --promote"


@workflows.command(epilog=EXAMPLE)
def canary(
    workflow: Annotated[str, NAME],
    percent: Annotated[int | None, typer.Option(min=0, max=100, help=PERCENT, show_default=False)] = None,
    version: Annotated[int | None, typer.Option(min=1, help=VERSION, show_default=False)] = None,
    promote: Annotated[bool, typer.Option("--promote", help="Serve the version on trial to all.")] = False,
    abort: Annotated[bool, typer.Option("--abort", help="Serve the active version to all again.")] = False,
    organization: OfOrganization = "",
    as_json: AsJson = False,
) -> None:
    """Try a version with a share of the new conversations and runs, give it another share, promote or abort it.

    Without an option it shows what is on trial. Whoever has begun stays in that version. To move those who wait when it
    ends, ask a server for a plan: POST /api/v1/workflows/WORKFLOW/canaries/CANARY/plan answers with a token.
    """
    if promote + abort + (percent is not None) > 1 or (version is not None and percent is None):
        raise _unclear()
    end: CanaryEnd | None = "promote" if promote else "abort" if abort else None
    found = as_operator(organization, _work, workflow, end, percent, version)
    if isinstance(found, str):
        raise unknown_workflow(checked_url(), found)
    if as_json:
        print_json(None if found is None else _plain(found))
    else:
        typer.echo(f"No version of {workflow} is on trial." if found is None else _sentence(workflow, found))


def _unclear() -> UsageError:
    from botflow.errors import UsageError

    return UsageError(
        "it is not clear what to do",
        code="call.invalid",
        hint="give --percent, perhaps with --version, or --promote, or --abort",
    )


def _work(
    connection: Connection,
    caller: Principal,
    workflow: str,
    end: CanaryEnd | None,
    percent: int | None,
    version: int | None,
) -> CanaryRecord | str | None:
    """Do what is wanted, in one transaction; return the canary, None when none runs, and the id of a workflow that does
    not exist."""
    from botflow.errors import UsageError
    from botflow.service.workflows import canary_changes
    from botflow.storage.service.workflows.canaries import running_canary
    from botflow.storage.service.workflows.drafts import get_draft

    draft = get_draft(connection, caller.organization, workflow)
    if draft is None:
        return workflow
    running = running_canary(connection, draft.workflow)
    if end is not None and running is None:
        raise UsageError(f"no version of {workflow} is on trial", code="canary.unknown", hint="begin with --percent 10")
    if end is not None and running is not None:
        return canary_changes.end(connection, caller, workflow, running.id, end)
    if percent is None:
        return running
    if version is not None:
        return canary_changes.try_version(connection, caller, workflow, version, percent)
    if running is not None:
        return canary_changes.weigh(connection, caller, workflow, running.id, percent)
    return _try_draft(connection, caller, workflow, percent)


def _try_draft(connection: Connection, caller: Principal, workflow: str, percent: int) -> CanaryRecord:
    from botflow.nodes import built_in
    from botflow.plugins import installed_plugins, node_types_of
    from botflow.service.workflows.canary_changes import try_draft
    from botflow.service.workflows.publishing import compile_draft
    from botflow.settings import Settings

    types = node_types_of(installed_plugins(), built_in())
    safe = safe_of(Settings.from_environment())
    draft, bundle = compile_draft(connection, caller.organization, workflow, types, safe=safe)
    return try_draft(connection, caller, draft, bundle, percent)


def _plain(canary: CanaryRecord) -> dict[str, object]:
    return {
        "id": canary.id,
        "state": canary.state,
        "version": canary.number,
        "base": canary.base_number,
        "percent": canary.percent,
    }


def _sentence(workflow: str, canary: CanaryRecord) -> str:
    match canary.state:
        case "promoted":
            return f"Version {canary.number} of {workflow} is active now."
        case "aborted":
            return f"Version {canary.base_number} of {workflow} gets all new conversations and runs again."
        case _:
            rest = f"the others in version {canary.base_number}"
            return f"{canary.percent} % of {workflow} begin in version {canary.number}, {rest}."
