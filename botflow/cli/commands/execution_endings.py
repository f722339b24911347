"""`botflow executions start`, `complete` and `fail`: an operator decides about an execution, also while servers run."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from botflow.cli.commands.executions import EXECUTION, change_execution, executions
from botflow.cli.launch import AsJson

OUTPUT = "Its output as JSON."
REASON = typer.Argument(metavar="REASON", help="Why, for people.")
DATA = "More about it for programs, as JSON."


@executions.command(epilog="Example: botflow executions start 01890000-0000-7000-8000-000000000000")
def start(execution: Annotated[str, EXECUTION], as_json: AsJson = False) -> None:
    """Let a pending execution begin before all others that wait for a worker. One that has begun stays as it is."""
    from botflow.storage.runs.changes.operator_changes import begin_now

    change_execution(execution, "execution.hurried", begin_now, as_json)


@executions.command(epilog="Example: botflow executions complete 01890000-0000-7000-8000-000000000000 --output true")
def complete(
    execution: Annotated[str, EXECUTION],
    output: Annotated[str, typer.Option(metavar="JSON", help=OUTPUT, show_default=False)] = "null",
    as_json: AsJson = False,
) -> None:
    """End an execution now, as completed. Its `finally` does not run; the runs that it waits for are cancelled.

    A parent that waits for it gets the output.
    """
    from functools import partial

    from botflow.service.executions.operator_outcomes import completed
    from botflow.storage.runs.changes.operator_changes import end_as

    outcome = completed(_json(output, "--output"))
    change_execution(execution, "execution.completed", partial(end_as, outcome=outcome), as_json)


@executions.command(epilog="Example: botflow executions fail 01890000-0000-7000-8000-000000000000 'order withdrawn'")
def fail(
    execution: Annotated[str, EXECUTION],
    reason: Annotated[str, REASON],
    data: Annotated[str, typer.Option(metavar="JSON", help=DATA, show_default=False)] = "null",
    as_json: AsJson = False,
) -> None:
    """End an execution now, as failed. Its `finally` does not run; the runs that it waits for are cancelled.

    A parent that waits for it is told. It can be retried.
    """
    from functools import partial

    from botflow.service.executions.operator_outcomes import failed
    from botflow.storage.runs.changes.operator_changes import end_as

    outcome = failed(reason, _json(data, "--data"))
    change_execution(execution, "execution.failed", partial(end_as, outcome=outcome), as_json)


def _json(text: str, option: str) -> Any:
    import orjson

    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        raise typer.BadParameter(f"{option} is no JSON: a text needs quotes, such as '\"yes\"'") from None
