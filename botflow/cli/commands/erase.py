"""`botflow erase`: erases a person from the database, and shows the receipt."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from botflow.cli.launch import AsJson
from botflow.cli.operator import OfOrganization, as_operator
from botflow.cli.output.printing import print_json

if TYPE_CHECKING:
    from botflow.service.people.erasures import Erasure


def add_to(app: typer.Typer) -> None:
    app.command("erase", epilog="Example: botflow erase --address +15550001111")(erase)


def erase(
    external_id: Annotated[str | None, typer.Option(help="The external id of their sessions.")] = None,
    address: Annotated[str | None, typer.Option(help="An address, such as a phone number.")] = None,
    user_id: Annotated[str | None, typer.Option(help="The user of their executions.")] = None,
    organization: OfOrganization = "",
    as_json: AsJson = False,
) -> None:
    """Erase a person: sessions, runs, messages, answers, files. Their next message begins a new conversation.

    With Redis, and for messages at a provider, the servers finish it: read GET /api/v1/erasures for the receipt.
    """
    if external_id is None and address is None and user_id is None:
        raise typer.BadParameter("name the person by --external-id, --address or --user-id")
    shown = _erased(external_id, address, user_id, organization)
    if as_json:
        print_json(shown.model_dump(mode="json"))
        return
    if shown.receipt is None:
        typer.echo(f"Erasure {shown.id} is under way; the servers finish it.")
        return
    rows = shown.receipt["tables"]
    assert isinstance(rows, dict), "a receipt lists tables"
    typer.echo(f"Erasure {shown.id} is done: rows of {len(rows)} tables. botflow erase --json shows the receipt.")


def _erased(external_id: str | None, address: str | None, user_id: str | None, organization: str) -> Erasure:
    import asyncio

    from botflow.cli.archive import checked_url
    from botflow.plugins import channel_types, installed_plugins
    from botflow.records.access import Principal
    from botflow.runtime.erasures.eraser import Eraser
    from botflow.service.people.erasures import person_of, shown_erasure
    from botflow.settings import Settings
    from botflow.storage.erasure import ledger
    from botflow.storage.one_off import run_once
    from botflow.web.auth.deployment_keys import deployment_keys

    settings = Settings.from_environment()
    keyring = deployment_keys(settings, dev=False)
    channels = channel_types(installed_plugins())
    person = person_of(channels, external_id=external_id, address=address, user_id=user_id)
    who: Principal = as_operator(organization, lambda connection, operator: operator)

    async def work() -> Erasure:
        write = partial(run_once, checked_url())
        eraser = Eraser(write, keyring, finishes=settings.botflow_redis_url is None)
        begun = await eraser.begin(who, person)
        while await eraser.work_on(begun.id):
            pass
        record = await write(partial(ledger.find_erasure, id=begun.id))
        assert record is not None, "it was stored"
        providers = await write(partial(ledger.providers_of, ids=[begun.id]))
        return shown_erasure(record, providers[begun.id], keyring)

    return asyncio.run(work())
