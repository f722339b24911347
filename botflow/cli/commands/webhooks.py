"""`botflow webhooks`: where an organization's events are sent, and what became of them; also while servers run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal, TypeVar

import typer

from botflow.cli.launch import AsJson
from botflow.cli.operator import OfOrganization, as_operator, filled
from botflow.cli.output.printing import print_json, table
from botflow.cli.output.visible import in_one_line

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from botflow.service.events.webhook_models import Attempt, MadeWebhook, Webhook
    from botflow.service.events.webhooks import Webhooks

ID = typer.Argument(metavar="ID", help="The webhook's id, as `botflow webhooks` lists it.")
URL = typer.Argument(metavar="URL", help="The https address that gets the events.")
TYPE = "A type of events, such as workflow.failed, or a family, such as workflow.*; may be repeated."
SINCE = "Send all events since this time again, such as 2026-11-27T09:30:00Z."
OVERLAP = "For how many hours the former secret signs beside the new one."
LONGEST_URL = 60
webhooks = typer.Typer(help="List webhooks, add, change or remove one, replay events.", invoke_without_command=True)
Result = TypeVar("Result")


def add_to(app: typer.Typer) -> None:
    app.add_typer(
        webhooks,
        name="webhooks",
        epilog="Example: botflow webhooks; botflow webhooks add https://example.com/botflow --type 'workflow.*'",
    )


@webhooks.callback()
def list_webhooks(context: typer.Context, organization: OfOrganization = "", as_json: AsJson = False) -> None:
    """List the webhooks, the newest first."""
    if context.invoked_subcommand is not None:
        return
    from botflow.service.cursors import LARGEST_PAGE

    found = _run(organization, lambda on: on.get_webhooks(limit=LARGEST_PAGE)).items
    if as_json:
        print_json([each.model_dump(mode="json") for each in found])
        return
    rows = [
        (each.id, each.status, in_one_line(each.url, LONGEST_URL), ", ".join(each.types) or "all", each.description)
        for each in found
    ]
    typer.echo(table([("ID", "STATUS", "URL", "EVENTS", "DESCRIPTION"), *rows]) if rows else "No webhooks yet.")


@webhooks.command(epilog="Example: botflow webhooks add https://example.com/botflow --type 'workflow.*'")
def add(
    url: Annotated[str, URL],
    types: Annotated[list[str] | None, typer.Option("--type", help=TYPE, show_default=False)] = None,
    description: Annotated[str, typer.Option(help="What it is for.", show_default=False)] = "",
    organization: OfOrganization = "",
    as_json: AsJson = False,
) -> None:
    """Send the events from now on to an address, signed as Standard Webhooks describes it. Without --type: all events.

    The secret that verifies the signatures is shown this once.
    """
    from botflow.service.events.webhook_models import NewWebhook

    new = filled(NewWebhook, url=url, description=description, types=types or [])
    _print_secret(_run(organization, lambda on: on.create_webhook(new)), as_json)


@webhooks.command(epilog="Example: botflow webhooks change whk_4be0643f1d98573b --enable")
def change(
    id: Annotated[str, ID],
    url: Annotated[str | None, typer.Option(help="Another address.", show_default=False)] = None,
    types: Annotated[list[str] | None, typer.Option("--type", help=TYPE, show_default=False)] = None,
    all_types: Annotated[bool, typer.Option("--all-types", help="Send all events.")] = False,
    description: Annotated[str | None, typer.Option(help="What it is for.", show_default=False)] = None,
    enable: Annotated[bool, typer.Option("--enable", help="Go on with the first event that it did not get.")] = False,
    disable: Annotated[bool, typer.Option("--disable", help="Send it nothing until it is enabled.")] = False,
    organization: OfOrganization = "",
    as_json: AsJson = False,
) -> None:
    """Change where a webhook sends, or what; disable it, or put it into service again."""
    from botflow.errors import UsageError
    from botflow.service.events.webhook_models import WebhookChange

    if (enable and disable) or (all_types and types):
        raise UsageError(
            "these options exclude each other",
            code="call.invalid",
            hint="give one of --enable and --disable, and one of --type and --all-types",
        )
    fields = {
        "url": url,
        "description": description,
        "types": [] if all_types else types or None,
        "status": "enabled" if enable else "disabled" if disable else None,
    }
    if not any(value is not None for value in fields.values()):
        raise UsageError("nothing is to be changed", code="call.invalid", hint="botflow webhooks change --help")
    wanted = filled(WebhookChange, **fields)
    _print(_run(organization, lambda on: on.update_webhook(id, wanted)), as_json)


@webhooks.command(epilog="Example: botflow webhooks remove whk_4be0643f1d98573b")
def remove(id: Annotated[str, ID], organization: OfOrganization = "", as_json: AsJson = False) -> None:
    """Delete a webhook, and what is known of its deliveries."""
    _run(organization, lambda on: on.delete_webhook(id))
    if as_json:
        print_json({"deleted": id})
    else:
        typer.echo(f"{id} is deleted.")


@webhooks.command(epilog="Example: botflow webhooks rotate whk_4be0643f1d98573b --overlap-hours 24")
def rotate(
    id: Annotated[str, ID],
    overlap_hours: Annotated[int, typer.Option(help=OVERLAP, min=0, max=168)] = 24,
    organization: OfOrganization = "",
    as_json: AsJson = False,
) -> None:
    """Give a webhook a new secret, which is shown this once."""
    from botflow.service.events.webhook_models import Rotation

    rotation = Rotation(overlapHours=overlap_hours)
    _print_secret(_run(organization, lambda on: on.rotate_webhook_secret(id, rotation)), as_json)


@webhooks.command("test", epilog="Example: botflow webhooks test whk_4be0643f1d98573b; echo $?")
def try_out(id: Annotated[str, ID], organization: OfOrganization = "", as_json: AsJson = False) -> None:
    """Send an event of the type webhook.test now, from here; exits with 1 if it is not received."""
    _print_attempt(_run(organization, lambda on: on.test_webhook(id)), as_json)


@webhooks.command(epilog="Example: botflow webhooks deliveries whk_4be0643f1d98573b --state failed")
def deliveries(
    id: Annotated[str, ID],
    state: Annotated[
        Literal["delivered", "retrying", "failed"] | None,
        typer.Option(help="Only those in this state.", show_default=False),
    ] = None,
    limit: Annotated[int, typer.Option(help="How many at most.", min=1, max=100)] = 50,
    organization: OfOrganization = "",
    as_json: AsJson = False,
) -> None:
    """List what became of the events of the last week, the newest event first."""
    found = _run(organization, lambda on: on.get_webhook_deliveries(id, state=state, limit=limit)).items
    if as_json:
        print_json([each.model_dump(mode="json") for each in found])
        return
    rows = [
        (
            *(each.event, each.type, each.state, str(each.attempts), str(each.status or "-"), each.error or "-"),
            f"{each.at:%Y-%m-%d %H:%M:%S}",
        )
        for each in found
    ]
    header = ("EVENT", "TYPE", "STATE", "ATTEMPTS", "ANSWER", "ERROR", "LAST (UTC)")
    typer.echo(table([header, *rows]) if rows else "No such deliveries.")


@webhooks.command(epilog="Example: botflow webhooks replay whk_4be0643f1d98573b --since 2026-11-27T09:30:00Z")
def replay(
    id: Annotated[str, ID],
    since: Annotated[str | None, typer.Option(metavar="TIME", help=SINCE, show_default=False)] = None,
    event: Annotated[
        str | None, typer.Option(metavar="ID", help="Send only this event, once, from here.", show_default=False)
    ] = None,
    organization: OfOrganization = "",
    as_json: AsJson = False,
) -> None:
    """Send events again: all since a time, by the servers and in their order, or one, now.

    Receivers know a repetition by its id. With --since a disabled webhook is put into service; with --event, botflow
    exits with 1 if the event is not received.
    """
    from botflow.errors import UsageError
    from botflow.service.events.webhook_models import Replay

    if (since is None) == (event is None):
        raise UsageError("it is not clear what to send", code="call.invalid", hint="give --since or --event")
    if event is not None:
        one = event
        _print_attempt(_run(organization, lambda on: on.replay_event(id, one)), as_json)
        return
    wanted = filled(Replay, since=since)
    _print(_run(organization, lambda on: on.replay_webhook(id, wanted)), as_json)


def _run(organization: str, work: Callable[[Webhooks], Awaitable[Result]]) -> Result:
    """Do `work` on the organization's webhooks, with the deployment's keys."""
    import asyncio

    from botflow.cli.archive import checked_url
    from botflow.clock import SystemClock
    from botflow.redaction.known_secrets import KnownSecrets
    from botflow.runtime.events.sender import WebhookSender
    from botflow.runtime.events.signatures import WebhookSafe
    from botflow.service.events.webhooks import Webhooks
    from botflow.settings import Settings
    from botflow.storage.one_off_engine import OneOffEngine
    from botflow.web.auth.deployment_keys import deployment_keys

    settings = Settings.from_environment()
    url, safe = checked_url(), WebhookSafe(deployment_keys(settings, dev=False))
    sender = WebhookSender(safe, SystemClock(), settings.botflow_webhook_networks, KnownSecrets(()))
    operator = as_operator(organization, lambda connection, caller: caller)
    engine = OneOffEngine(url)

    async def done() -> Result:
        return await work(Webhooks(engine, engine, sender, operator))

    return asyncio.run(done())


def _print(webhook: Webhook, as_json: bool) -> None:
    if as_json:
        print_json(webhook.model_dump(mode="json"))
    else:
        what = ", ".join(webhook.types) or "all events"
        typer.echo(f"{webhook.id} is {webhook.status}: {what} to {in_one_line(webhook.url, LONGEST_URL)}.")


def _print_secret(made: MadeWebhook, as_json: bool) -> None:
    if as_json:
        print_json(made.model_dump(mode="json"))
    else:
        typer.echo(f"{made.secret}\nKeep it now: it is not shown again. It verifies what {made.id} sends.")


def _print_attempt(attempt: Attempt, as_json: bool) -> None:
    if as_json:
        print_json(attempt.model_dump(mode="json"))
    else:
        answer = f"The answer was {attempt.status}." if attempt.status is not None else "There was no answer."
        error = f" ({attempt.error})" if attempt.error is not None else ""
        typer.echo(f"{attempt.event} was {'received' if attempt.is_received else 'not received'}{error}. {answer}")
    if not attempt.is_received:
        raise typer.Exit(1)
