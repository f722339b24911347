"""`botflow sessions`: lists conversations, shows one with its transcript, path and variables, revokes a token.

Its commands that end a conversation or hand it off are in `session_handoff`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from botflow.cli.archive import checked_url, read_archive
from botflow.cli.launch import AsJson
from botflow.cli.output.conversation import conversation_json, conversation_lines, summary_json
from botflow.cli.output.printing import print_json, table
from botflow.cli.output.visible import in_one_line
from botflow.errors import UsageError

if TYPE_CHECKING:
    from botflow.records.sessions import SessionSummary
    from botflow.storage.read_only import Archive

MOST = 10_000
LONGEST_ID = 19  # digits of a session's number
LONGEST_SHOWN = 60  # characters of a person's id in the list
LIMIT = typer.Option(help="How many at most.", min=1, max=MOST)
sessions = typer.Typer(
    help="List conversations, show, end or hand off one, or revoke a visitor's token.", invoke_without_command=True
)


def add_to(app: typer.Typer) -> None:
    app.add_typer(
        sessions, name="sessions", epilog="Example: botflow sessions --limit 20; botflow sessions show +15551234567"
    )


@sessions.callback()
def list_sessions(
    context: typer.Context,
    workflow: Annotated[str | None, typer.Option(help="Only those of this workflow.")] = None,
    limit: Annotated[int, LIMIT] = 50,
    as_json: AsJson = False,
) -> None:
    """List conversations, the latest first."""
    if context.invoked_subcommand is not None:
        return
    found = read_archive(lambda archive: archive.transcripts.sessions(workflow, limit))
    if as_json:
        print_json([summary_json(summary) for summary in found])
        return
    header = ("ID", "WORKFLOW", "CHANNEL", "PERSON", "STATUS", "NODE", "TURNS", "LAST CHANGE (UTC)")
    rows = [
        (
            str(each.id),
            each.workflow,
            each.channel,
            in_one_line(each.external_id, LONGEST_SHOWN),
            each.status,
            each.node or "-",
            str(each.turns),
            f"{each.updated_at:%Y-%m-%d %H:%M:%S}",
        )
        for each in found
    ]
    typer.echo(table([header, *rows]) if rows else "No conversations yet.")


@sessions.command(epilog="Example: botflow sessions show 17 --json")
def show(
    session: Annotated[str, typer.Argument(metavar="ID|PERSON", help="A session's id, or a person's number or id.")],
    limit: Annotated[int, LIMIT] = 200,
    as_json: AsJson = False,
) -> None:
    """Show one conversation: what was said, the path it took, and its variables."""
    shown = read_archive(lambda archive: _conversation(archive, session, limit))
    if as_json:
        print_json(shown)
        return
    for line in conversation_lines(shown):
        typer.echo(line)


@sessions.command(epilog="Example: botflow sessions revoke pizza visitor:hgQ2...")
def revoke(
    workflow: Annotated[str, typer.Argument(metavar="WORKFLOW", help="The workflow's id.")],
    external_id: Annotated[str, typer.Argument(metavar="EXTERNAL_ID", help="The chat visitor's id.")],
    as_json: AsJson = False,
) -> None:
    """Refuse the token of a chat visitor from now on, also while servers run.

    New requests are refused at once; open streams end with the next message, at most five seconds later. The
    conversation stays, and servers with the API key can continue it. It cannot be undone: the visitor opens a new
    session.
    """
    from botflow.storage.one_off import run_once_sync
    from botflow.storage.organizations import home_organization
    from botflow.storage.session_tokens import revoke_token

    session = run_once_sync(
        checked_url(), lambda connection: revoke_token(connection, home_organization(connection), workflow, external_id)
    )
    if session is None:
        raise UsageError(
            f"{external_id!r} has no chat in the workflow {workflow!r}",
            code="session.unknown",
            hint="list them: botflow sessions",
        )
    if as_json:
        print_json({"sessionId": str(session), "externalId": external_id, "revoked": True})
    else:
        typer.echo(f"The token of {in_one_line(external_id, LONGEST_SHOWN)} is refused from now on.")


async def _conversation(archive: Archive, wanted: str, limit: int) -> dict[str, Any]:
    return await conversation_json(archive, await _find(archive, wanted), limit)


async def _find(archive: Archive, wanted: str) -> SessionSummary:
    """Find a session by its id, else by its person; UsageError when there is none, or more than one."""
    from botflow.engine.inbound import CHAT, RUN
    from botflow.plugins import channel_types, installed_plugins

    if wanted.isascii() and wanted.isdigit() and len(wanted) < LONGEST_ID:
        numbered = await archive.transcripts.session(int(wanted))
        if numbered is not None:
            return numbered
    people = [(CHAT, wanted), (RUN, wanted)]
    for channel, provider in channel_types(installed_plugins()).items():
        people.append((channel, provider.normal_address(wanted) or wanted))
    found = await archive.transcripts.sessions_of(people)
    if not found:
        raise UsageError(f"there is no session {wanted!r}", code="session.unknown", hint="list them: botflow sessions")
    if len(found) > 1:
        ids = ", ".join(f"{each.id} ({each.workflow}, {each.channel})" for each in found)
        raise UsageError(f"{wanted} has several sessions: {ids}", code="session.ambiguous", hint="name one by its id")
    return found[0]
