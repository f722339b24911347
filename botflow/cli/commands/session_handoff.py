"""`botflow sessions deactivate`, `hand-off` and `return`: an operator takes a conversation from the bot.

They work on the database, also while servers run; a turn under way is given up, and servers follow within a second.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from botflow.cli.commands.sessions import sessions
from botflow.cli.launch import AsJson
from botflow.cli.operator import OfOrganization, as_operator, filled
from botflow.cli.output.printing import print_json

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Connection

    from botflow.records.access import Principal
    from botflow.service.sessions.conversation_changes import ConversationChanges
    from botflow.service.sessions.sessions import Session
    from botflow.storage.service.sessions.session_pages import SessionRow

SESSION = typer.Argument(metavar="ID", help="The session's id, as `botflow sessions` lists it.")
PERSON = typer.Argument(metavar="PERSON", help="Who takes it: the name that the contact sees.")
REPLAY = "Let the bot answer what the contact has written meanwhile, too."


@sessions.command(epilog="Example: botflow sessions deactivate 17")
def deactivate(session: Annotated[str, SESSION], organization: OfOrganization = "", as_json: AsJson = False) -> None:
    """End a conversation: its execution is cancelled with the runs that it waits for, and its timers are dead.

    The contact's next message begins a new conversation. Repeated, it changes nothing.
    """
    shown = _change(organization, session, lambda connection, on, number: on.deactivate(connection, number))
    _print(
        shown, "is over" if not shown.active else f"ends: it is {shown.status}, until its `finally` has run", as_json
    )


@sessions.command("hand-off", epilog="Example: botflow sessions hand-off 17 Maria")
def hand_off(
    session: Annotated[str, SESSION],
    person: Annotated[str, PERSON],
    organization: OfOrganization = "",
    as_json: AsJson = False,
) -> None:
    """Let a person have a conversation: the bot is silent until it is given back, and its timers wait."""
    from botflow.service.sessions.conversation_changes import HandoffTo

    to = filled(HandoffTo, person=person).person
    shown = _change(organization, session, lambda connection, on, number: on.hand_off(connection, number, to))
    _print(shown, f"is with {shown.handed_to}", as_json)


@sessions.command("return", epilog="Example: botflow sessions return 17 --replay")
def give_back(
    session: Annotated[str, SESSION],
    replay: Annotated[bool, typer.Option("--replay", help=REPLAY)] = False,
    organization: OfOrganization = "",
    as_json: AsJson = False,
) -> None:
    """Give a conversation back to the bot: it goes on at the node where it waits, whose deadline begins again.

    What the contact has written to the person stays unanswered, unless --replay is given.
    """
    shown = _change(organization, session, lambda connection, on, number: on.give_back(connection, number, replay))
    _print(shown, f"is with the bot again, and is {shown.status}", as_json)


def _change(
    organization: str, session: str, change: Callable[[Connection, ConversationChanges, int], SessionRow]
) -> Session:
    """Make one change in one transaction; UsageError when there is no such session, or it is a run's."""
    from botflow.service.sessions.conversation_changes import ConversationChanges
    from botflow.service.sessions.sessions import session_number, shown_session

    number = session_number(session)

    def made(connection: Connection, caller: Principal) -> SessionRow:
        return change(connection, ConversationChanges(caller), number)

    return shown_session(as_operator(organization, made))


def _print(shown: Session, what: str, as_json: bool) -> None:
    if as_json:
        print_json(shown.model_dump(mode="json"))
    else:
        typer.echo(f"The conversation {shown.id} {what}.")
