"""`botflow outbounds`: messages to people, and what is done about held ones, also while servers run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from botflow.cli.launch import AsJson
from botflow.cli.message_search import After, Before, Channel, Limit, Person, Session, Workflow
from botflow.cli.operator import OfOrganization, as_operator
from botflow.cli.output.printing import print_json, table
from botflow.cli.output.visible import in_one_line

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from botflow.records.access import Principal
    from botflow.storage.service.sessions.message_pages import Found

LONGEST_TEXT = 60
STATUS = typer.Option(help="held, failed, sent, delivered, …", metavar="STATUS", show_default=False)
ID = typer.Argument(metavar="ID", help="The message's id, such as 7.3.0.")
outbounds = typer.Typer(help="List messages to people; release or drop held ones.", invoke_without_command=True)


def add_to(app: typer.Typer) -> None:
    app.add_typer(outbounds, name="outbounds", epilog="Example: botflow outbounds --status held")


@outbounds.callback()
def list_outbounds(
    context: typer.Context,
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
    """List messages to people, session by session, the newest of each first.

    It needs a workflow, a session, a person, or the status held, ready, handed, sending or unknown.
    """
    if context.invoked_subcommand is not None:
        return
    from botflow.cli.message_search import filter_of, found_messages
    from botflow.service.messages.message_models import Outbound
    from botflow.storage.service.sessions.message_pages import OUTBOUNDS

    wanted = filter_of(OUTBOUNDS, person, channel, after, before, workflow=workflow, session=session, status=status)
    found = [Outbound.of(each) for each in found_messages(organization, OUTBOUNDS, wanted, limit)]
    if as_json:
        print_json([each.model_dump(mode="json") for each in found])
        return
    header = ("ID", "WORKFLOW", "CHANNEL", "TO", "STATUS", "WHY", "WRITTEN (UTC)", "TEXT")
    rows = [
        (
            *(each.id, each.workflow, each.channel, in_one_line(each.to, LONGEST_TEXT), each.status),
            *(each.error_code or "-", f"{each.created_at:%Y-%m-%d %H:%M:%S}", in_one_line(each.text, LONGEST_TEXT)),
        )
        for each in found
    ]
    typer.echo(table([header, *rows]) if rows else "No such messages.")


@outbounds.command(epilog="Example: botflow outbounds release 7.3.0")
def release(id: Annotated[str, ID], organization: OfOrganization = "", as_json: AsJson = False) -> None:
    """Send a held message after all, as if for the first time."""
    _print(as_operator(organization, _release, id), as_json)


@outbounds.command(epilog="Example: botflow outbounds drop 7.3.0")
def drop(id: Annotated[str, ID], organization: OfOrganization = "", as_json: AsJson = False) -> None:
    """Give a held message up: it has failed, and is not sent."""
    _print(as_operator(organization, _drop, id), as_json)


def _release(connection: Connection, caller: Principal, id: str) -> Found:
    from botflow.service.messages.held_messages import HeldMessages

    return HeldMessages(caller).release(connection, id)


def _drop(connection: Connection, caller: Principal, id: str) -> Found:
    from botflow.service.messages.held_messages import HeldMessages

    return HeldMessages(caller).drop(connection, id)


def _print(found: Found, as_json: bool) -> None:
    from botflow.service.messages.message_models import Outbound

    shown = Outbound.of(found)
    if as_json:
        print_json(shown.model_dump(mode="json"))
    else:
        typer.echo(f"{shown.id} is {shown.status}.")
