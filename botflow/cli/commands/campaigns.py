"""`botflow campaigns`: whom workflows write to because of a date, whom they will, and whom they missed."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from botflow.cli.launch import AsJson
from botflow.cli.operator import OfOrganization, as_operator
from botflow.cli.output.printing import print_json, table
from botflow.records.campaigns import Outcome

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

    from botflow.records.access import Principal
    from botflow.service.campaigns.campaign_models import ShownCampaign
    from botflow.service.campaigns.campaign_reads import CampaignReads

MOST = 1_000
MOST_CONTACTS = 100
WORKFLOW = typer.Argument(metavar="WORKFLOW", help="The workflow's id.")
CAMPAIGN = typer.Argument(metavar="CAMPAIGN", help="The id of the campaign's trigger.")
OF_WORKFLOW = typer.Option(help="Only those of this workflow.", show_default=False)
COUNT = typer.Option(help="How many contacts.", min=1, max=MOST_CONTACTS)
OUTCOME = typer.Option(help="Which: those that started a conversation, wait for one to end, or were missed.")
campaigns = typer.Typer(help="List campaigns, who is due, and what became of it.", invoke_without_command=True)
Result = TypeVar("Result")


def add_to(app: typer.Typer) -> None:
    app.add_typer(
        campaigns, name="campaigns", epilog="Example: botflow campaigns; botflow campaigns next clinic reminder"
    )


@campaigns.callback()
def list_campaigns(
    context: typer.Context,
    workflow: Annotated[str | None, OF_WORKFLOW] = None,
    organization: OfOrganization = "",
    as_json: AsJson = False,
) -> None:
    """List the campaigns of all workflows, with counts of what they did."""
    if context.invoked_subcommand is not None:
        return

    def listed(connection: Connection, reads: CampaignReads) -> list[ShownCampaign]:
        return reads.listed(connection, None, MOST) if workflow is None else reads.of_workflow(connection, workflow)

    found = _run(organization, listed)
    if as_json:
        print_json([each.model_dump(mode="json") for each in found])
        return
    header = ("WORKFLOW", "CAMPAIGN", "WHEN", "GROUP", "STATUS", "STARTED", "WAITING", "MISSED")
    rows = [
        (
            *(each.workflow, each.campaign, _when(each), each.group or "-", each.status),
            *(str(count) for count in (each.counts.started, each.counts.waiting, each.counts.missed)),
        )
        for each in found
    ]
    typer.echo(table([header, *rows]) if rows else "No campaigns.")


@campaigns.command("next", epilog="Example: botflow campaigns next clinic reminder --count 10")
def preview(
    workflow: Annotated[str, WORKFLOW],
    campaign: Annotated[str, CAMPAIGN],
    count: Annotated[int, COUNT] = 20,
    organization: OfOrganization = "",
    as_json: AsJson = False,
) -> None:
    """Print who is due within seven days, by the clocks of their time zones."""
    shown = _run(organization, lambda connection, reads: reads.preview(connection, workflow, campaign, count))
    if as_json:
        print_json(shown.model_dump(mode="json"))
        return
    rows = [(each.local, str(each.contact), each.date.isoformat()) for each in shown.contacts]
    header = ("DUE (THEIR CLOCK)", "CONTACT", "DATE")
    typer.echo(table([header, *rows]) if rows else "No contact is due within seven days.")


@campaigns.command(epilog="Example: botflow campaigns starts clinic reminder --outcome missed")
def starts(
    workflow: Annotated[str, WORKFLOW],
    campaign: Annotated[str, CAMPAIGN],
    outcome: Annotated[Outcome, OUTCOME] = "started",
    organization: OfOrganization = "",
    as_json: AsJson = False,
) -> None:
    """Print what contacts' dates have led to, the latest due first."""
    found = _run(
        organization,
        lambda connection, reads: reads.starts(connection, workflow, campaign, outcome, None, MOST_CONTACTS),
    )
    if as_json:
        from botflow.service.campaigns.campaign_models import shown_start

        print_json([shown_start(each).model_dump(mode="json") for each in found[:MOST_CONTACTS]])
        return
    rows = [
        (_minute(each.due_at), str(each.person), each.occasion, each.outcome, each.reason or str(each.execution or "-"))
        for each in found[:MOST_CONTACTS]
    ]
    header = ("DUE (UTC)", "CONTACT", "DATE", "OUTCOME", "EXECUTION OR REASON")
    typer.echo(table([header, *rows]) if rows else f"No date of a contact is {outcome}.")


def _run(organization: str, work: Callable[[Connection, CampaignReads], Result]) -> Result:
    """Do `work` in one transaction on the organization's campaigns."""

    def as_caller(connection: Connection, caller: Principal) -> Result:
        from botflow.service.campaigns.campaign_reads import CampaignReads

        return work(connection, CampaignReads(caller))

    return as_operator(organization, as_caller)


def _when(shown: ShownCampaign) -> str:
    """Return such as `3d before birthday at 09:00, yearly`."""
    how_long = f"{shown.before} before " if shown.before else f"{shown.after} after " if shown.after else "on "
    at = f" at {shown.at}" if shown.at else ""
    return f"{how_long}{shown.field}{at}{', yearly' if shown.repeats == 'yearly' else ''}"


def _minute(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M}"
