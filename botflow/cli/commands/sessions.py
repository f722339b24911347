"""`botflow sessions`: lists conversations, and shows one with its transcript, path and variables."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from botflow.cli.launch import AsJson
from botflow.cli.output.printing import print_json
from botflow.errors import UsageError

if TYPE_CHECKING:
    from botflow.records.sessions import SessionSummary
    from botflow.storage.read_only import Archive

T = TypeVar("T")
LOOKED_THROUGH = 10_000
LIMIT = typer.Option(help="How many at most.", min=1, max=LOOKED_THROUGH)
sessions = typer.Typer(help="List conversations, or show one.", invoke_without_command=True)


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
    found = _read(lambda archive: archive.transcripts.sessions(workflow, limit))
    if as_json:
        print_json([_summary_json(summary) for summary in found])
        return
    header = ("ID", "WORKFLOW", "CHANNEL", "PERSON", "STATUS", "NODE", "TURNS", "LAST CHANGE")
    rows = [
        (
            str(each.id),
            each.workflow,
            each.channel,
            each.external_id,
            each.status,
            each.node or "-",
            str(each.turns),
            f"{each.updated_at:%Y-%m-%d %H:%M:%S}",
        )
        for each in found
    ]
    typer.echo(_table([header, *rows]) if rows else "No conversations yet.")


@sessions.command(epilog="Example: botflow sessions show 17 --json")
def show(
    session: Annotated[str, typer.Argument(metavar="ID|PERSON", help="A session's id, or a person's number or id.")],
    limit: Annotated[int, LIMIT] = 200,
    as_json: AsJson = False,
) -> None:
    """Show one conversation: what was said, the path it took, and its variables."""
    shown = _read(lambda archive: _conversation(archive, session, limit))
    if as_json:
        print_json(shown)
        return
    about = shown["session"]
    typer.secho(f"session {about['id']}: {about['workflow']}, {about['channel']}, {about['externalId']}", bold=True)
    typer.echo(f"{about['status']} at {about['node'] or '-'}, {about['turns']} turns, {about['updatedAt']}\n")
    for line in shown["transcript"]:
        mark = ">" if line["direction"] == "in" else "<"
        typer.echo(f"{line['at'][11:19]} {mark} {line['text'] or json.dumps(line['body'], ensure_ascii=False)}")
    typer.echo("\npath")
    for turn in shown["path"]:
        typer.echo(f"  turn {turn['turn']}: {' '.join(turn['steps']) or '-'}")
    typer.echo(f"\nvariables\n{json.dumps(shown['variables'], indent=2, ensure_ascii=False)}")


async def _conversation(archive: Archive, wanted: str, limit: int) -> dict[str, Any]:
    summary = await _find(archive, wanted)
    stored = await archive.turns.load_by_id(summary.id)
    lines = await archive.transcripts.transcript(summary.id, limit)
    traces = await archive.transcripts.traces(summary.id, limit)
    frames = stored.session.frames if stored is not None else ()
    return {
        "session": _summary_json(summary),
        "transcript": [
            {"direction": line.direction, "id": line.id, "at": line.at.isoformat(), "text": line.text}
            | ({"body": line.body} if line.body else {})
            | ({"state": line.state} if line.state else {})
            for line in lines
        ],
        "path": [{"turn": seq, "steps": _steps(trace)} for seq, trace in traces],
        "variables": dict(frames[0].variables) if frames else {},
    }


async def _find(archive: Archive, wanted: str) -> SessionSummary:
    """Find a session by its id, else by its person; UsageError when there is none, or more than one."""
    from botflow.interfaces import normal_address
    from botflow.plugins import channel_types, installed_plugins

    everyone = await archive.transcripts.sessions(None, LOOKED_THROUGH)
    channels = channel_types(installed_plugins())
    found = [each for each in everyone if str(each.id) == wanted] or [
        each for each in everyone if each.external_id == normal_address(channels, each.channel, wanted)
    ]
    if not found:
        raise UsageError(f"there is no session {wanted!r}", code="session.unknown", hint="list them: botflow sessions")
    if len(found) > 1:
        ids = ", ".join(f"{each.id} ({each.workflow}, {each.channel})" for each in found)
        raise UsageError(f"{wanted} has several sessions: {ids}", code="session.ambiguous", hint="name one by its id")
    return found[0]


def _steps(trace: Sequence[Any]) -> list[str]:
    """Return the edges a turn followed, as `node--handle-->`, and the node where it ended."""
    steps = []
    for kind, *facts in trace:
        if kind == "edge":
            steps.append(f"{facts[0]} --{facts[1]}-->")
        elif kind in ("waits", "failed", "completed"):
            steps.append(f"{facts[0]} ({kind})" if facts else f"({kind})")
    return steps


def _read(query: Callable[[Archive], Awaitable[T]]) -> T:
    """Open the database that the settings name, read, and close it."""
    import asyncio

    from botflow.settings import Settings
    from botflow.storage.read_only import open_archive

    async def read() -> T:
        async with open_archive(Settings.from_environment().botflow_database_url) as archive:
            return await query(archive)

    return asyncio.run(read())


def _summary_json(summary: SessionSummary) -> dict[str, Any]:
    return {
        "id": summary.id,
        "workflow": summary.workflow,
        "channel": summary.channel,
        "externalId": summary.external_id,
        "status": summary.status,
        "node": summary.node,
        "turns": summary.turns,
        "updatedAt": summary.updated_at.isoformat(),
    }


def _table(rows: Sequence[tuple[str, ...]]) -> str:
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    )
