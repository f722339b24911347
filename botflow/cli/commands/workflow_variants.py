"""`botflow workflows variants`: what became of the variants of an experiment (`logic.split`)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from botflow.cli.commands.workflows import NAME, workflows
from botflow.cli.launch import AsJson
from botflow.cli.operator import OfOrganization, as_operator
from botflow.cli.output.printing import print_json, table
from botflow.moment import parse_moment

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

    from botflow.records.access import Principal
    from botflow.service.executions.usage import VariantResult, VariantResults, VariantsWanted

NODE = typer.Argument(metavar="NODE", help="The id of the logic.split node.")
GOAL = "The id of the node that counts as a success, such as the one that says that it is booked."
VERSION = "Count one version only. Without it: all."
AFTER = "Only conversations that began then or later: 2026-11-01 (UTC)."
BEFORE = "Only conversations that began earlier: 2026-11-01T09:30 (UTC)."
EXAMPLE = "Example: botflow workflows variants salon offer --goal booked"


@workflows.command(epilog=EXAMPLE)
def variants(
    workflow: Annotated[str, NAME],
    node: Annotated[str, NODE],
    goal: Annotated[str | None, typer.Option(metavar="NODE", help=GOAL)] = None,
    version: Annotated[int | None, typer.Option(min=1, help=VERSION, show_default=False)] = None,
    after: Annotated[str | None, typer.Option(metavar="TIME", help=AFTER)] = None,
    before: Annotated[str | None, typer.Option(metavar="TIME", help=BEFORE)] = None,
    organization: OfOrganization = "",
    as_json: AsJson = False,
) -> None:
    """Count what became of each variant of an experiment: conversations, people, and how many reached a goal.

    Without times: of the last 31 days, which is the longest time.
    """
    from botflow.service.executions.usage import VariantsWanted

    wanted = VariantsWanted(
        node=node, goal=goal, version=version, after=_moment(after, "after"), before=_moment(before, "before")
    )
    found = as_operator(organization, _work, workflow, wanted)
    if as_json:
        print_json(found.model_dump(mode="json", by_alias=True))
    elif not found.variants:
        typer.echo(f"No conversation has come to the node {node!r} of {workflow} in this time.")
    else:
        typer.echo(table([_header(found), *(_row(each) for each in found.variants)]))


def _work(connection: Connection, caller: Principal, workflow: str, wanted: VariantsWanted) -> VariantResults:
    from datetime import UTC, datetime

    from botflow.service.executions.usage import read_variants

    return read_variants(connection, caller.organization, workflow, wanted, datetime.now(UTC))


def _header(found: VariantResults) -> tuple[str, ...]:
    goal = ("REACHED", "OF PEOPLE") if found.goal is not None else ()
    return ("VARIANT", "CONVERSATIONS", "PEOPLE", *goal, "COMPLETED", "FAILED", "WAITING")


def _row(result: VariantResult) -> tuple[str, ...]:
    goal: tuple[str, ...] = ()
    if result.reached is not None and result.people_reached is not None:
        goal = (_share(result.reached, result.conversations), _share(result.people_reached, result.people))
    return (
        result.variant,
        str(result.conversations),
        str(result.people),
        *goal,
        str(result.completed),
        str(result.failed),
        str(result.waiting),
    )


def _share(part: int, whole: int) -> str:
    return f"{part} of {whole} ({part / whole:.0%})"


def _moment(written: str | None, option: str) -> datetime | None:
    try:
        return None if written is None else parse_moment(written, option)
    except ValueError as wrong:
        raise typer.BadParameter(str(wrong), param_hint=f"--{option}") from None
