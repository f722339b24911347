"""`botflow handoffs`: the conversations that wait for a person, and what a person does with one.

They work on the database, also while servers run, which follow within a second and send what is said.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from botflow.cli.launch import AsJson
from botflow.cli.operator import OfOrganization, as_operator, filled
from botflow.cli.output.printing import print_json, table
from botflow.cli.output.visible import in_one_line
from botflow.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sqlalchemy import Connection

    from botflow.interfaces import Channel
    from botflow.records.access import Principal
    from botflow.service.models import Page
    from botflow.service.sessions.handoff_changes import HandoffChanges
    from botflow.service.sessions.handoff_models import Handoff
    from botflow.service.sessions.persons_messages import SaidMessage
    from botflow.service.sessions.waiting_times import HandoffTimes
    from botflow.storage.service.sessions.handoff_pages import HandoffRow

handoffs = typer.Typer(
    help="List the conversations that wait for a person; claim, answer and return one.", invoke_without_command=True
)
HANDOFF = typer.Argument(metavar="ID", help="The handoff's id, as `botflow handoffs` lists it.")
PERSON = typer.Argument(metavar="PERSON", help="Who takes it: the name that the contact sees.")
STATE = typer.Option(help="open, waiting, claimed or ended.")
NOTE = "What the flow is told, as {{ $node.note }}."
VALUE = "A value for one of the handoff's results, as NAME=VALUE; it may be repeated."
REPLAY = "Let the bot answer what the contact has written meanwhile, too."
LONGEST_SHOWN = 40


def add_to(app: typer.Typer) -> None:
    app.add_typer(handoffs, name="handoffs", epilog="Example: botflow handoffs; botflow handoffs claim 17.3 Maria")


@handoffs.callback()
def list_handoffs(
    context: typer.Context,
    state: Annotated[str, STATE] = "open",
    queue: Annotated[str | None, typer.Option(help="Only those of this queue.")] = None,
    workflow: Annotated[str | None, typer.Option(help="Only those of this workflow.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=100)] = 50,
    organization: OfOrganization = "",
    as_json: AsJson = False,
) -> None:
    """List handoffs: open ones by urgency and age, ended ones from the latest on."""
    if context.invoked_subcommand is not None:
        return
    page = as_operator(organization, _page, state, queue, workflow, limit)
    if as_json:
        print_json([each.model_dump(mode="json") for each in page.items])
        return
    header = ("ID", "STATE", "PRIORITY", "QUEUE", "WORKFLOW", "PERSON", "CONTACT", "SINCE (UTC)", "NOTE")
    rows = [
        (
            each.id,
            each.state,
            each.priority,
            each.queue or "-",
            each.workflow,
            each.person or "-",
            in_one_line(each.external_id, LONGEST_SHOWN),
            f"{each.requested_at:%Y-%m-%d %H:%M:%S}",
            in_one_line(each.note, LONGEST_SHOWN) or "-",
        )
        for each in page.items
    ]
    typer.echo(table([header, *rows]) if rows else "No conversation is handed off.")
    if page.next is not None:
        typer.echo(f"There are more: --limit, at most 100, shows more than {limit}.")


@handoffs.command("times", epilog="Example: botflow handoffs times --days 30 --queue billing")
def show_times(
    days: Annotated[int, typer.Option(min=1, max=92, help="The last days, today too.")] = 7,
    queue: Annotated[str | None, typer.Option(help="Only those of this queue.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=100)] = 100,
    organization: OfOrganization = "",
    as_json: AsJson = False,
) -> None:
    """Show how long conversations waited for a person, by day (UTC) and queue."""
    page = as_operator(organization, _times, days, queue, limit)
    if as_json:
        print_json([each.model_dump(mode="json") for each in page.items])
        return
    header = ("DAY", "QUEUE", "REQUESTED", "CLAIMED", "MEDIAN", "P95", "RETURNED", "MEDIAN", "P95", "ABANDONED")
    rows = [
        (
            *(f"{each.day}", in_one_line(each.queue, LONGEST_SHOWN), str(each.requested)),
            *(str(each.claimed), _time(each.until_claimed.median), _time(each.until_claimed.p95)),
            *(str(each.returned), _time(each.until_returned.median), _time(each.until_returned.p95)),
            str(each.abandoned),
        )
        for each in page.items
    ]
    typer.echo(table([header, *rows]) if rows else "No flow has asked for a person in this time.")


@handoffs.command(epilog="Example: botflow handoffs claim 17.3 Maria")
def claim(
    handoff: Annotated[str, HANDOFF],
    person: Annotated[str, PERSON],
    organization: OfOrganization = "",
    as_json: AsJson = False,
) -> None:
    """Take a conversation that waits. Of two claims one wins."""
    from botflow.service.sessions.handoff_changes import Claim

    name = filled(Claim, person=person).person
    shown = _change(organization, lambda connection, on: on.claim(connection, handoff, name))
    _print(shown, f"is with {shown.person}", as_json)


@handoffs.command(epilog="Example: botflow handoffs release 17.3")
def release(handoff: Annotated[str, HANDOFF], organization: OfOrganization = "", as_json: AsJson = False) -> None:
    """Let a conversation wait in its queue again, in its old place: the person who had it is gone."""
    shown = _change(organization, lambda connection, on: on.release(connection, handoff))
    _print(shown, f"waits for a person in {shown.queue}", as_json)


@handoffs.command(epilog="Example: botflow handoffs transfer 17.3 --queue refunds")
def transfer(
    handoff: Annotated[str, HANDOFF],
    queue: Annotated[str | None, typer.Option(help="Let it wait in this queue.")] = None,
    person: Annotated[str | None, typer.Option(help="Give it to this person.")] = None,
    organization: OfOrganization = "",
    as_json: AsJson = False,
) -> None:
    """Give a conversation to another person, or let it wait in another queue."""
    from botflow.service.sessions.handoff_changes import Transfer

    to = filled(Transfer, queue=queue, person=person)
    shown = _change(organization, lambda connection, on: on.transfer(connection, handoff, to))
    _print(shown, f"is with {shown.person}" if shown.person else f"waits for a person in {shown.queue}", as_json)


@handoffs.command(epilog='Example: botflow handoffs say 17.3 "Good morning, this is Maria."')
def say(
    handoff: Annotated[str, HANDOFF],
    text: Annotated[str, typer.Argument(metavar="TEXT", help="What the person says to the contact.")],
    organization: OfOrganization = "",
    as_json: AsJson = False,
) -> None:
    """Say something as the person who has the conversation. A server that runs sends it at once, else the next one."""
    from botflow.service.sessions.handoff_changes import read_id
    from botflow.service.sessions.persons_messages import PersonsMessage, say_as_person

    session, words = read_id(handoff)[0], filled(PersonsMessage, text=text).text
    channels = _channels()

    def said(connection: Connection, caller: Principal) -> SaidMessage:
        return say_as_person(connection, caller, channels, session, words)

    shown = as_operator(organization, said)
    if as_json:
        print_json(shown.model_dump(mode="json"))
    else:
        typer.echo(f"Said as {shown.author}.")


@handoffs.command("return", epilog='Example: botflow handoffs return 17.3 --note "Refunded." --value refund=12')
def give_back(
    handoff: Annotated[str, HANDOFF],
    note: Annotated[str, typer.Option(help=NOTE)] = "",
    value: Annotated[list[str] | None, typer.Option(metavar="NAME=VALUE", help=VALUE)] = None,
    replay: Annotated[bool, typer.Option("--replay", help=REPLAY)] = False,
    organization: OfOrganization = "",
    as_json: AsJson = False,
) -> None:
    """Give a conversation back to the bot: its handoff node leaves by `returned`.

    What the contact has written to the person stays unanswered, unless --replay is given.
    """
    from botflow.service.sessions.handoff_changes import HandoffReturn

    back = filled(HandoffReturn, note=note, values=_values(value or ()), replay=replay)
    shown = _change(organization, lambda connection, on: on.give_back(connection, handoff, back))
    _print(shown, "is with the bot again", as_json)


def _times(connection: Connection, caller: Principal, days: int, queue: str | None, limit: int) -> Page[HandoffTimes]:
    from botflow.service.sessions.waiting_times import days_back, read_waiting_times

    since, before = days_back(connection, days)
    return read_waiting_times(connection, caller.organization, since, before, queue, None, limit)


def _time(seconds: float | None) -> str:
    return "-" if seconds is None else f"{seconds:,.1f} s"


def _page(
    connection: Connection, caller: Principal, state: str, queue: str | None, workflow: str | None, limit: int
) -> Page[Handoff]:
    from typing import get_args

    from botflow.service.sessions.handoff_models import read_handoffs
    from botflow.storage.service.sessions.handoff_pages import HandoffChoice, HandoffFilter

    choices: tuple[HandoffChoice, ...] = get_args(HandoffChoice)
    chosen = next((choice for choice in choices if choice == state), None)
    if chosen is None:
        raise UsageError(f"--state is one of {', '.join(choices)}, not {state!r}", code="call.invalid")
    wanted = HandoffFilter(state=chosen, queue=queue, workflow=workflow)
    return read_handoffs(connection, caller.organization, wanted, None, limit)


def _change(organization: str, change: Callable[[Connection, HandoffChanges], HandoffRow]) -> Handoff:
    """Make one change in one transaction; UsageError when there is no such handoff."""
    from botflow.service.sessions.handoff_changes import HandoffChanges
    from botflow.service.sessions.handoff_models import shown_handoff

    def made(connection: Connection, caller: Principal) -> HandoffRow:
        return change(connection, HandoffChanges(caller))

    return shown_handoff(as_operator(organization, made))


def _channels() -> Mapping[str, Channel]:
    """Return the providers of the channels, which render what is said; nothing is sent from here."""
    import os

    from botflow.clock import SystemClock
    from botflow.plugins import installed_plugins

    made = [plugin.open_channel(os.environ, SystemClock()) for plugin in installed_plugins()]
    return {name: channel for channel in made if channel is not None for name in channel.names}


def _values(given: list[str] | tuple[()]) -> dict[str, object]:
    """Return values by name: each is JSON if it can be read as such, else a text."""
    import orjson

    values: dict[str, object] = {}
    for each in given:
        name, equals, written = each.partition("=")
        if not equals or not name:
            raise UsageError(f"--value is NAME=VALUE, not {each[:64]!r}", code="call.invalid")
        try:
            values[name] = orjson.loads(written)
        except orjson.JSONDecodeError:
            values[name] = written
    return values


def _print(shown: Handoff, what: str, as_json: bool) -> None:
    if as_json:
        print_json(shown.model_dump(mode="json"))
    else:
        typer.echo(f"The conversation {shown.session} {what}.")
