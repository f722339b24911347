"""`botflow doctor`: says which conversations and runs are stuck, why, and what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from botflow.cli.launch import AsJson
from botflow.cli.operator import OfOrganization, as_operator
from botflow.cli.output.printing import print_json, table
from botflow.cli.output.visible import in_one_line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection

    from botflow.records.access import Principal
    from botflow.records.leases import Worker
    from botflow.service.doctor.examination import Examination
    from botflow.service.doctor.finding_models import Finding

MOST_SHOWN = 1_000
LONGEST_WORDS = 200


def add_to(app: typer.Typer) -> None:
    app.command("doctor", epilog="Example: botflow doctor --workflow pizza; echo $?")(doctor)


def doctor(
    workflow: Annotated[str | None, typer.Option(help="Only sessions of this workflow.", show_default=False)] = None,
    organization: OfOrganization = "",
    as_json: AsJson = False,
) -> None:
    """Look for conversations and runs that cannot go on, also while servers run. Changes nothing; exits with 1 if it
    finds some.

    Which channels the servers have is not known here, and without BOTFLOW_SECRET_KEY not whether credentials can be
    opened: GET /api/v1/doctor/findings of a server looks at that, too, and POST /api/v1/sessions/ID/mend mends.
    """
    import asyncio

    from botflow.storage.service.sessions.session_pages import knows_workflow

    def begun(connection: Connection, operator: Principal) -> tuple[Principal, list[Worker], bool]:
        from botflow.runtime.process.timing import Timing
        from botflow.storage.service.sessions.stuck_sessions import live_workers

        is_known = workflow is None or knows_workflow(connection, operator.organization, workflow)
        return operator, live_workers(connection, Timing().dead_after_s), is_known

    operator, workers, is_known = as_operator(organization, begun)
    if workflow is not None and not is_known:
        from botflow.service.refusals import unknown_workflow

        raise unknown_workflow(workflow)
    found = asyncio.run(_all_findings(_examination(operator, workers), workflow))
    _print(found, as_json)
    if found:
        raise typer.Exit(1)


def _examination(operator: Principal, workers: Sequence[Worker]) -> Examination:
    from botflow.cli.archive import checked_url
    from botflow.runtime.app import node_types
    from botflow.runtime.sealing import Safe
    from botflow.runtime.served_flows import Flows
    from botflow.service.doctor.examination import Examination
    from botflow.settings import Settings
    from botflow.storage.one_off_engine import OneOffEngine
    from botflow.storage.workflow_versions import FlowVersions
    from botflow.web.auth.deployment_keys import deployment_keys

    engine, kinds, settings = OneOffEngine(checked_url()), node_types(), Settings.from_environment()
    return Examination(
        operator.organization,
        engine=engine,
        flows=Flows(FlowVersions(engine), kinds),
        node_types=kinds,
        safe=Safe(deployment_keys(settings, dev=False)) if settings.botflow_secret_key else None,
        channels=None,
        workers=lambda: workers,
    )


async def _all_findings(examination: Examination, workflow: str | None) -> list[Finding]:
    """Return the findings of all sessions, MOST_SHOWN and those of one more page at most."""
    found: list[Finding] = []
    after = None
    while len(found) < MOST_SHOWN:
        stuck, after = await examination.page(workflow, after)
        found += [finding for _, findings in stuck for finding in findings]
        if after is None:
            break
    return found


def _print(found: Sequence[Finding], as_json: bool) -> None:
    if as_json:
        print_json([each.model_dump(mode="json") for each in found])
        return
    if not found:
        typer.echo("No session is stuck.")
        return
    rows = [
        (each.session, each.workflow, each.node or "-", each.code, in_one_line(f"{each.why} {each.do}", LONGEST_WORDS))
        for each in found
    ]
    typer.echo(table([("SESSION", "WORKFLOW", "NODE", "FINDING", "WHY, AND WHAT TO DO"), *rows]))
    if len(found) >= MOST_SHOWN:
        typer.echo(f"There may be more: these are the first {len(found)}.")
