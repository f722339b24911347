"""`botflow doctor`: says which conversations and runs are stuck, why, and what to do; explains and mends one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from botflow.cli.launch import AsJson
from botflow.cli.operator import OfOrganization, as_operator, filled
from botflow.cli.output.printing import print_json, table
from botflow.cli.output.visible import in_one_line
from botflow.cli.safe import safe_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection

    from botflow.records.access import Principal
    from botflow.records.leases import Worker
    from botflow.service.doctor.examination import Examination
    from botflow.service.doctor.finding_models import Finding, Mended, Mending

MOST_SHOWN = 1_000
LONGEST_WORDS = 200


SESSION = typer.Argument(metavar="ID", help="The session's id, as `botflow doctor` lists it.")
FINDING = typer.Argument(metavar="FINDING", help="What to mend, such as handoff.forgotten.")
REMEDY = typer.Argument(metavar="REMEDY", help="How: one of move, end, return, release and drop.")
REVISION = "Only if the session is still at this revision, as `botflow doctor show` prints it."
NODE = "The node to move to."
SUBJECT = "Which of several findings of one kind: a message's id."
REPLAY = "With return: let the bot answer what the contact has written meanwhile, too."
findings = typer.Typer(invoke_without_command=True)


def add_to(app: typer.Typer) -> None:
    app.add_typer(findings, name="doctor", epilog="Example: botflow doctor --workflow pizza; botflow doctor show 17")


@findings.callback()
def doctor(
    context: typer.Context,
    workflow: Annotated[str | None, typer.Option(help="Only sessions of this workflow.", show_default=False)] = None,
    organization: OfOrganization = "",
    as_json: AsJson = False,
) -> None:
    """Look for conversations and runs that cannot go on; explain or mend one.

    It works also while servers run. Without a command it lists what is wrong and changes nothing; it exits with 1 if it
    finds something.

    Which channels the servers have is not known here, and without BOTFLOW_SECRET_KEY not whether credentials can be
    opened: GET /api/v1/doctor/findings of a server looks at that, too.
    """
    if context.invoked_subcommand is not None:
        return
    import asyncio

    from botflow.storage.service.sessions.session_pages import knows_workflow

    def is_known(connection: Connection, caller: Principal) -> bool:
        return workflow is None or knows_workflow(connection, caller.organization, workflow)

    if workflow is not None and not as_operator(organization, is_known):
        from botflow.service.refusals import unknown_workflow

        raise unknown_workflow(workflow)
    found = asyncio.run(_all_findings(_examination(*_begun(organization)), workflow))
    _print(found, as_json)
    if found:
        raise typer.Exit(1)


@findings.command(epilog="Example: botflow doctor show 17")
def show(session: Annotated[str, SESSION], organization: OfOrganization = "", as_json: AsJson = False) -> None:
    """Explain what a session or a run waits for, what is wrong with that, and how it can be mended. Exits with 1 if
    something is."""
    import asyncio

    from botflow.cli.output.diagnosis import diagnosis_lines
    from botflow.service.doctor.mending import diagnose

    diagnosis = asyncio.run(diagnose(_examination(*_begun(organization)), session))
    if as_json:
        print_json(diagnosis.model_dump(mode="json"))
    else:
        typer.echo("\n".join(diagnosis_lines(diagnosis)))
    if diagnosis.findings:
        raise typer.Exit(1)


@findings.command(epilog="Example: botflow doctor mend 17 node.missing move --node ask")
def mend(
    session: Annotated[str, SESSION],
    finding: Annotated[str, FINDING],
    remedy: Annotated[str, REMEDY],
    node: Annotated[str | None, typer.Option(help=NODE, show_default=False)] = None,
    subject: Annotated[str | None, typer.Option(help=SUBJECT, show_default=False)] = None,
    replay: Annotated[bool, typer.Option("--replay", help=REPLAY)] = False,
    revision: Annotated[int | None, typer.Option(help=REVISION, min=0, show_default=False)] = None,
    organization: OfOrganization = "",
    as_json: AsJson = False,
) -> None:
    """Apply one remedy to one finding of a session, also while servers run. `botflow doctor show` lists the remedies.

    A session that has gone on since it was examined is not changed. Exits with 1 if something is wrong with it still.
    """
    import asyncio

    from botflow.cli.output.diagnosis import diagnosis_lines
    from botflow.service.doctor.finding_models import Mending

    asked = {"finding": finding, "remedy": remedy, "node": node, "subject": subject, "replay": replay}
    wanted = filled(Mending, **asked, revision=revision or 0)
    mended = asyncio.run(_mend(*_begun(organization), session, wanted, at_any_revision=revision is None))
    if as_json:
        print_json(mended.model_dump(mode="json"))
    else:
        typer.echo(f"{mended.remedy}: it {mended.did}.")
        typer.echo("\n".join(diagnosis_lines(mended.diagnosis)))
    if mended.diagnosis.findings:
        raise typer.Exit(1)


async def _mend(
    operator: Principal, workers: Sequence[Worker], session: str, wanted: Mending, *, at_any_revision: bool
) -> Mended:
    from botflow.cli.archive import checked_url
    from botflow.service.doctor import mending
    from botflow.service.doctor.remedies import Remedies
    from botflow.storage.one_off_engine import OneOffEngine

    examination = _examination(operator, workers)
    if at_any_revision:
        seen = await mending.diagnose(examination, session)
        wanted = wanted.model_copy(update={"revision": seen.revision})
    return await mending.mend(examination, Remedies(OneOffEngine(checked_url()), operator), session, wanted)


def _begun(organization: str) -> tuple[Principal, Sequence[Worker]]:
    """Return the operator, and the processes that are alive."""

    def begun(connection: Connection, caller: Principal) -> tuple[Principal, Sequence[Worker]]:
        from botflow.runtime.process.timing import Timing
        from botflow.storage.service.sessions.stuck_sessions import live_workers

        return caller, live_workers(connection, Timing().dead_after_s)

    return as_operator(organization, begun)


def _examination(operator: Principal, workers: Sequence[Worker]) -> Examination:
    from botflow.cli.archive import checked_url
    from botflow.runtime.app import node_types
    from botflow.runtime.served_flows import Flows
    from botflow.service.doctor.examination import Examination
    from botflow.settings import Settings
    from botflow.storage.one_off_engine import OneOffEngine
    from botflow.storage.workflow_versions import FlowVersions

    engine, kinds, settings = OneOffEngine(checked_url()), node_types(), Settings.from_environment()
    return Examination(
        operator.organization,
        engine=engine,
        flows=Flows(FlowVersions(engine), kinds),
        node_types=kinds,
        safe=safe_of(settings),
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
