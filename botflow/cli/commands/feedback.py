"""`botflow feedback`: what people of the chat think of messages, and how many by node and version."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from botflow.cli.launch import AsJson
from botflow.cli.message_search import After, Before, Workflow, moment
from botflow.cli.operator import OfOrganization, as_operator
from botflow.cli.output.printing import print_json, table
from botflow.cli.output.visible import in_one_line
from botflow.errors import UsageError

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from botflow.records.access import Principal
    from botflow.service.messages.feedback import MessageFeedback, NodeFeedback
    from botflow.service.models import Page
    from botflow.storage.service.sessions.feedback_pages import FeedbackFilter

feedback = typer.Typer(help="Show what people of the chat think of messages.", invoke_without_command=True)
NODE = typer.Option(help="Only that on messages of this node.", show_default=False)
VALUE = typer.Option(help="Only up or down.", show_default=False)
LONGEST_SHOWN = 40
MORE = "There are more: --limit, at most 100, shows more than {}."


def add_to(app: typer.Typer) -> None:
    app.add_typer(feedback, name="feedback", epilog="Example: botflow feedback --value down; botflow feedback summary")


@feedback.callback()
def list_feedback(
    context: typer.Context,
    workflow: Workflow = None,
    node: Annotated[str | None, NODE] = None,
    value: Annotated[str | None, VALUE] = None,
    after: After = None,
    before: Before = None,
    limit: Annotated[int, typer.Option(min=1, max=100)] = 50,
    organization: OfOrganization = "",
    as_json: AsJson = False,
) -> None:
    """List feedback on messages, the newest first, with the text that it is about."""
    if context.invoked_subcommand is not None:
        return
    page = as_operator(organization, _page, _filter(workflow, node, value, after, before), limit)
    if as_json:
        print_json([each.model_dump(mode="json") for each in page.items])
        return
    header = ("GIVEN (UTC)", "VALUE", "WORKFLOW", "VERSION", "NODE", "SESSION", "MESSAGE", "COMMENT")
    rows = [
        (
            *(f"{each.created_at:%Y-%m-%d %H:%M:%S}", each.value, each.workflow),
            *(str(each.version or "-"), each.node or "-", each.session),
            *(in_one_line(each.text, LONGEST_SHOWN), in_one_line(each.comment or "-", LONGEST_SHOWN)),
        )
        for each in page.items
    ]
    typer.echo(table([header, *rows]) if rows else "There is no feedback.")
    if page.next is not None:
        typer.echo(MORE.format(limit))


@feedback.command("summary", epilog="Example: botflow feedback summary --workflow pizza --after 2026-11-01")
def show_summary(
    workflow: Workflow = None,
    after: After = None,
    before: Before = None,
    limit: Annotated[int, typer.Option(min=1, max=100)] = 100,
    organization: OfOrganization = "",
    as_json: AsJson = False,
) -> None:
    """Show how many found the messages good and bad, by workflow, node and version."""
    page = as_operator(organization, _summary, _filter(workflow, None, None, after, before), limit)
    if as_json:
        print_json([each.model_dump(mode="json") for each in page.items])
        return
    header = ("WORKFLOW", "NODE", "VERSION", "UP", "DOWN")
    rows = [
        (each.workflow, each.node or "-", str(each.version or "-"), str(each.up), str(each.down)) for each in page.items
    ]
    typer.echo(table([header, *rows]) if rows else "There is no feedback.")
    if page.next is not None:
        typer.echo(MORE.format(limit))


def _filter(
    workflow: str | None, node: str | None, value: str | None, after: str | None, before: str | None
) -> FeedbackFilter:
    from typing import get_args

    from botflow.records.feedback import FeedbackValue
    from botflow.storage.service.sessions.feedback_pages import FeedbackFilter

    chosen: FeedbackValue | None = next((each for each in get_args(FeedbackValue) if each == value), None)
    if value is not None and chosen is None:
        raise UsageError(f"--value is up or down, not {value!r}", code="call.invalid")
    since, until = moment("after", after), moment("before", before)
    return FeedbackFilter(workflow=workflow, node=node, value=chosen, after=since, before=until)


def _page(connection: Connection, caller: Principal, wanted: FeedbackFilter, limit: int) -> Page[MessageFeedback]:
    from botflow.service.messages.feedback import read_feedback

    return read_feedback(connection, caller.organization, wanted, None, limit)


def _summary(connection: Connection, caller: Principal, wanted: FeedbackFilter, limit: int) -> Page[NodeFeedback]:
    from botflow.service.messages.feedback import read_summary

    return read_summary(connection, caller.organization, wanted, None, limit)
