"""`botflow secrets rotate`: makes the newest of several secrets the only one that the credentials need."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from botflow.cli.launch import AsJson
from botflow.cli.output.printing import print_json

if TYPE_CHECKING:
    from botflow.keyring import Keyring

secrets = typer.Typer(help="Look after the secret of the deployment.", no_args_is_help=True)


def add_to(app: typer.Typer) -> None:
    app.add_typer(secrets, name="secrets")


@secrets.command(epilog="Example: BOTFLOW_SECRET_KEY=new...,former... botflow secrets rotate")
def rotate(as_json: AsJson = False) -> None:
    """Seal the stored credentials and the secrets of webhooks with the first secret in BOTFLOW_SECRET_KEY.

    Restart every process with both secrets first. Afterwards the credentials do not need the former one any more; keep
    it for as long as visitors' tokens that it signed shall be valid, at most 90 days.
    """
    import asyncio

    from botflow.settings import Settings
    from botflow.web.auth.deployment_keys import deployment_keys

    settings = Settings.from_environment()
    count = asyncio.run(_reseal(settings.botflow_database_url, deployment_keys(settings, dev=False)))
    if as_json:
        print_json({"resealed": count})
    else:
        typer.echo(f"{count} credential{'' if count == 1 else 's'} sealed with the newest secret.")


async def _reseal(url: str, keyring: Keyring) -> int:
    from botflow.runtime.events.signatures import WebhookSafe, reseal_webhooks
    from botflow.runtime.vault import Vault
    from botflow.storage.credentials import Credentials
    from botflow.storage.database import open_database

    database = await open_database(url, migrate=False)
    try:
        webhooks = await database.engine.write(reseal_webhooks, WebhookSafe(keyring))
        return webhooks + await Vault(Credentials(database.engine), keyring).reseal()
    finally:
        await database.close()
