"""`botflow inbounds`: what came in, also while servers run."""

from __future__ import annotations

from typing import Annotated

import typer

from botflow.cli.launch import AsJson
from botflow.cli.message_search import After, Before, Channel, Limit, Person, Session, Workflow
from botflow.cli.operator import OfOrganization
from botflow.cli.output.printing import print_json, table
from botflow.cli.output.visible import in_one_line

LONGEST_TEXT = 60
STATUS = typer.Option(help="new, done, stale or dead.", metavar="STATUS", show_default=False)


def add_to(app: typer.Typer) -> None:
    app.command(
        "inbounds",
        epilog="Example: botflow inbounds --person +15551234567 --after 2026-11-26",
    )(list_inbounds)


def list_inbounds(
    workflow: Workflow = None,
    session: Session = None,
    person: Person = None,
    channel: Channel = None,
    status: Annotated[str | None, STATUS] = None,
    after: After = None,
    before: Before = None,
    limit: Limit = 50,
    organization: OfOrganization = "",
    as_json: AsJson = False,
) -> None:
    """List what came in, session by session, the newest of each first.

    It needs a workflow, a session, a person, or the status new.
    """
    from botflow.cli.message_search import filter_of, found_messages
    from botflow.service.messages.message_models import Inbound
    from botflow.storage.service.sessions.message_pages import INBOUNDS

    wanted = filter_of(INBOUNDS, person, channel, after, before, workflow=workflow, session=session, status=status)
    found = [Inbound.of(each) for each in found_messages(organization, INBOUNDS, wanted, limit)]
    if as_json:
        print_json([each.model_dump(mode="json") for each in found])
        return
    header = ("ID", "WORKFLOW", "CHANNEL", "FROM", "KIND", "STATUS", "CAME (UTC)", "TEXT")
    rows = [
        (
            *(each.id, each.workflow, each.channel, in_one_line(each.sender, LONGEST_TEXT), each.kind, each.status),
            *(f"{each.received_at:%Y-%m-%d %H:%M:%S}", in_one_line(each.text, LONGEST_TEXT)),
        )
        for each in found
    ]
    typer.echo(table([header, *rows]) if rows else "Nothing came in.")
