"""`botflow executions fork`: another execution from a step of one, with other variables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from botflow.cli.archive import checked_url
from botflow.cli.commands.executions import EXECUTION, executions, read_id
from botflow.cli.launch import AsJson
from botflow.cli.output.printing import print_json
from botflow.errors import RejectedInbound, UsageError

if TYPE_CHECKING:
    from botflow.records.forks import ForkRequest
    from botflow.records.runs import StartedRun

SET = "A variable, NAME=VALUE: JSON, or else a text. May be repeated."
SAY = (
    "What a fork of a conversation hears, instead of what was said after the step; an empty text lets the timer of its"
    " wait go off. May be repeated."
)
AGAIN = "A node whose models and actions are asked anew. May be repeated."


@executions.command(
    epilog="Example: botflow executions fork 01890000-0000-7000-8000-000000000000 --step 3 --set size=large"
)
def fork(
    execution: Annotated[str, EXECUTION],
    step: Annotated[int, typer.Option(help="The number of the step that it begins before.", min=1)],
    variables: Annotated[list[str] | None, typer.Option("--set", help=SET, show_default=False)] = None,
    version: Annotated[
        int | None, typer.Option(help="Another version of the workflow.", min=1, show_default=False)
    ] = None,
    ask_again: Annotated[list[str] | None, typer.Option(help=AGAIN, show_default=False)] = None,
    ask_new: Annotated[
        bool, typer.Option("--ask-new", help="Ask what the original was not asked, instead of stopping there.")
    ] = False,
    say: Annotated[list[str] | None, typer.Option(help=SAY, show_default=False)] = None,
    key: Annotated[str, typer.Option(help="The same key again is the same fork.", show_default=False)] = "",
    as_json: AsJson = False,
) -> None:
    """Begin a new execution before a step of one, which stays as it is. A worker runs the fork; it sends nothing."""
    import asyncio

    from botflow.records.forks import AskPolicy, ForkRequest, Played

    request = ForkRequest(
        execution=read_id(execution, "ID") or "",
        step=step,
        variables=dict(map(_read_variable, variables or ())),
        version=version,
        policy=AskPolicy(ask_again=tuple(ask_again or ()), may_ask=ask_new),
        key=key,
        plays=tuple(Played(text=text) for text in say) if say else None,
    )
    try:
        made = asyncio.run(_make(checked_url(), request))
    except RejectedInbound as refused:
        raise UsageError(refused.message, code=refused.code, hint=refused.hint) from refused
    if as_json:
        print_json({"id": made.execution, "status": made.status})
    else:
        typer.echo(f"{made.execution} is {made.status}.")


async def _make(url: str, request: ForkRequest) -> StartedRun:
    from botflow.records.access import Principal
    from botflow.runtime.app import node_types
    from botflow.runtime.runs.forks import ForkMaker
    from botflow.runtime.served_flows import Flows
    from botflow.storage.one_off_engine import OneOffEngine
    from botflow.storage.service.executions.executions import ACTOR, organization_of
    from botflow.storage.workflow_versions import FlowVersions

    engine, kinds = OneOffEngine(url), node_types()
    organization = await engine.read(organization_of, request.execution)
    who = Principal(organization=organization, actor=ACTOR, scopes=frozenset()) if organization else None
    return await ForkMaker(engine, Flows(FlowVersions(engine), kinds), kinds).fork(request, organization, who)


def _read_variable(text: str) -> tuple[str, Any]:
    import orjson

    name, equals, written = text.partition("=")
    if not name or not equals:
        raise typer.BadParameter(f"{text!r} is not NAME=VALUE")
    try:
        return name, orjson.loads(written)
    except orjson.JSONDecodeError:
        return name, written
