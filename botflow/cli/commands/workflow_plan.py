"""`botflow workflows plan`: what publishing the draft would do to the conversations that are under way."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, cast, get_args

import typer

from botflow.cli.archive import checked_url
from botflow.cli.commands.workflows import NAME, workflows
from botflow.cli.launch import AsJson
from botflow.cli.output.printing import print_json, table

if TYPE_CHECKING:
    from botflow.service.workflows.publication_models import MoveTo, PlainMove, PlannedNode, PublicationPreview

MOVE = "What becomes of those at a node: NODE=stay, NODE=same, NODE=restart, or NODE=to:OTHER. May be repeated."
DEFAULT = "What becomes of all others: stay, same (the node with the same id) or restart."
EXAMPLE = "Example: botflow workflows plan pizza --default same --move ask_name=to:ask_full_name"


@workflows.command(epilog=EXAMPLE)
def plan(
    workflow: Annotated[str, NAME],
    move: Annotated[list[str] | None, typer.Option(help=MOVE, show_default=False)] = None,
    default: Annotated[str, typer.Option(help=DEFAULT)] = "stay",
    as_json: AsJson = False,
) -> None:
    """Try every conversation under way against the draft, and say which could go on there. Changes nothing.

    To publish like this, ask a server for the plan: POST /api/v1/workflows/WORKFLOW/plan answers with a token.
    """
    from botflow.runtime.app import node_types
    from botflow.service.workflows.publication_plans import preview_publication
    from botflow.storage.one_off import run_once_sync

    chosen, others = dict(map(_read_move, move or ())), _read_plain(default)
    kinds, now = node_types(), datetime.now(UTC)
    found = run_once_sync(
        checked_url(),
        lambda connection: preview_publication(connection, workflow, chosen, others, kinds, now),
    )
    if as_json:
        print_json(found.model_dump(mode="json"))
    else:
        typer.echo(_shown(found))


def _shown(plan: PublicationPreview) -> str:
    if not plan.nodes:
        return f"No conversation of {plan.workflow} is under way."
    heading = ("VERSION", "NODE", "WAITING", "WOULD", "MOVE", "CANNOT MOVE")
    rows = [
        (str(node.version), node.node, str(node.waits), node.action, str(node.would_move), _refusals(node))
        for node in plan.nodes
    ]
    total = (
        f"Of {plan.waits} waiting, {plan.would_move} would move, {plan.would_stay} stay, {plan.refused} cannot move."
    )
    return f"{table([heading, *rows])}\n{total}"


def _refusals(node: PlannedNode) -> str:
    return ", ".join(f"{each.count} {each.reason} (session {each.sessions[0]})" for each in node.refused)


def _read_move(written: str) -> tuple[str, PlainMove | MoveTo]:
    from botflow.service.workflows.publication_models import MoveTo

    node, _, action = written.partition("=")
    if action.startswith("to:") and action != "to:":
        return node, MoveTo(to=action.removeprefix("to:"))
    return node, _read_plain(action)


def _read_plain(written: str) -> PlainMove:
    from botflow.errors import UsageError
    from botflow.service.workflows.publication_models import PlainMove

    if written not in get_args(PlainMove):
        raise UsageError(f"{written!r} is no move", code="plan.unknown_move", hint="stay, same, restart or to:NODE")
    return cast("PlainMove", written)
