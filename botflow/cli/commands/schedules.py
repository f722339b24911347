"""`botflow schedules`: what starts by itself and when; one is paused, resumed or run, also while servers run."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from botflow.cli.launch import AsJson
from botflow.cli.operator import OfOrganization, as_operator
from botflow.cli.output.printing import print_json, table

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

    from botflow.records.access import Principal
    from botflow.service.schedules.schedule_changes import ScheduleChanges
    from botflow.service.schedules.schedule_models import ShownSchedule

MOST = 1_000
MOST_TIMES = 100
WORKFLOW = typer.Argument(metavar="WORKFLOW", help="The workflow's id.")
SCHEDULE = typer.Argument(metavar="SCHEDULE", help="The id of the schedule's trigger.")
OF_WORKFLOW = typer.Option(help="Only those of this workflow.", show_default=False)
COUNT = typer.Option(help="How many times.", min=1, max=MOST_TIMES)
schedules = typer.Typer(help="List schedules, pause, resume or run one.", invoke_without_command=True)
Result = TypeVar("Result")


def add_to(app: typer.Typer) -> None:
    app.add_typer(
        schedules, name="schedules", epilog="Example: botflow schedules; botflow schedules pause report daily"
    )


@schedules.callback()
def list_schedules(
    context: typer.Context,
    workflow: Annotated[str | None, OF_WORKFLOW] = None,
    organization: OfOrganization = "",
    as_json: AsJson = False,
) -> None:
    """List the schedules of all workflows, with the next and the last run of each."""
    if context.invoked_subcommand is not None:
        return

    def listed(connection: Connection, changes: ScheduleChanges) -> list[ShownSchedule]:
        return changes.listed(connection, None, MOST) if workflow is None else changes.of_workflow(connection, workflow)

    found = _run(organization, listed)
    if as_json:
        print_json([each.model_dump(mode="json") for each in found])
        return
    header = ("WORKFLOW", "SCHEDULE", "CRON", "ZONE", "STATUS", "NEXT (UTC)", "LAST (UTC)", "LAST RUN")
    rows = [
        (
            *(each.workflow, each.schedule, each.cron, each.time_zone, each.status, _minute(each.next_at)),
            *_last(each),
        )
        for each in found
    ]
    typer.echo(table([header, *rows]) if rows else "No schedules.")


@schedules.command("next", epilog="Example: botflow schedules next report daily --count 10")
def preview(
    workflow: Annotated[str, WORKFLOW],
    schedule: Annotated[str, SCHEDULE],
    count: Annotated[int, COUNT] = 5,
    organization: OfOrganization = "",
    as_json: AsJson = False,
) -> None:
    """Print when a schedule is due next, by the clocks of its time zone."""
    shown = _run(organization, lambda connection, changes: changes.preview(connection, workflow, schedule, count))
    if as_json:
        print_json(shown.model_dump(mode="json"))
        return
    for each in shown.times:
        typer.echo(f"{each.local}  {shown.time_zone}")


@schedules.command(epilog="Example: botflow schedules pause report daily")
def pause(
    workflow: Annotated[str, WORKFLOW],
    schedule: Annotated[str, SCHEDULE],
    organization: OfOrganization = "",
    as_json: AsJson = False,
) -> None:
    """Let a schedule start nothing until it is resumed, whatever is published meanwhile."""
    _print(_run(organization, lambda connection, changes: changes.pause(connection, workflow, schedule)), as_json)


@schedules.command(epilog="Example: botflow schedules resume report daily")
def resume(
    workflow: Annotated[str, WORKFLOW],
    schedule: Annotated[str, SCHEDULE],
    organization: OfOrganization = "",
    as_json: AsJson = False,
) -> None:
    """Let a paused schedule go on from now; what it would have started meanwhile is not made up for."""
    _print(_run(organization, lambda connection, changes: changes.resume(connection, workflow, schedule)), as_json)


@schedules.command(epilog="Example: botflow schedules run report daily")
def run(
    workflow: Annotated[str, WORKFLOW],
    schedule: Annotated[str, SCHEDULE],
    organization: OfOrganization = "",
    as_json: AsJson = False,
) -> None:
    """Start a run of a schedule now, beside those of its times; also while it is paused."""
    started = _run(organization, lambda connection, changes: changes.run(connection, workflow, schedule))
    if as_json:
        print_json({"id": started.execution, "status": started.status})
    else:
        typer.echo(f"Started {started.execution}.")


def _run(organization: str, work: Callable[[Connection, ScheduleChanges], Result]) -> Result:
    """Do `work` in one transaction on the organization's schedules."""

    def as_caller(connection: Connection, caller: Principal) -> Result:
        from botflow.service.schedules.schedule_changes import ScheduleChanges

        return work(connection, ScheduleChanges(caller))

    return as_operator(organization, as_caller)


def _print(shown: ShownSchedule, as_json: bool) -> None:
    if as_json:
        print_json(shown.model_dump(mode="json"))
    else:
        coming = f", next {_minute(shown.next_at)} UTC" if shown.next_at is not None else ""
        typer.echo(f"{shown.schedule} of {shown.workflow} is {shown.status.replace('_', ' ')}{coming}.")


def _last(shown: ShownSchedule) -> tuple[str, str]:
    last: Any = shown.last_run
    if last is None:
        return "-", "-"
    code = f" ({last.error['code']})" if last.error and "code" in last.error else ""
    return _minute(last.scheduled_at), f"{last.status or 'deleted'}{code}"


def _minute(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d %H:%M}" if moment is not None else "-"
