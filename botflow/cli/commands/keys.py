"""`botflow keys`: lists the API keys, makes one, or revokes one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from botflow.cli.launch import AsJson
from botflow.cli.operator import OfOrganization, as_operator, filled
from botflow.cli.output.printing import print_json, table
from botflow.records.access import Role, Scope

if TYPE_CHECKING:
    from botflow.service.access.api_keys import Key

SCOPE = "What it may do, such as executions:read; may be repeated. Instead of --role."
LIFE = "After how many days it expires."
keys = typer.Typer(help="List the API keys, make one, or revoke one.", invoke_without_command=True)


def add_to(app: typer.Typer) -> None:
    app.add_typer(keys, name="keys", epilog="Example: botflow keys; botflow keys create CRM --role operator")


@keys.callback()
def list_keys(context: typer.Context, as_json: AsJson = False, organization: OfOrganization = "") -> None:
    """List the newest 100 keys, without their secrets."""
    if context.invoked_subcommand is not None:
        return
    from botflow.service.access import api_keys
    from botflow.service.cursors import LARGEST_PAGE

    found = as_operator(organization, api_keys.list_keys, limit=LARGEST_PAGE).items
    if as_json:
        print_json([each.model_dump(mode="json") for each in found])
        return
    rows = [(each.id, each.name, _state(each), ", ".join(each.scopes)) for each in found]
    typer.echo(table([("ID", "NAME", "STATE", "MAY"), *rows]) if rows else "No API keys yet.")


@keys.command(epilog="Example: botflow keys create CRM --role operator --expires-in-days 90")
def create(
    name: Annotated[str, typer.Argument(help="A name that people recognise.")],
    role: Annotated[Role | None, typer.Option(show_default=False)] = None,
    scope: Annotated[list[Scope] | None, typer.Option(help=SCOPE, metavar="SCOPE", show_default=False)] = None,
    expires_in_days: Annotated[int | None, typer.Option(help=LIFE, min=1, max=3_650, show_default=False)] = None,
    organization: OfOrganization = "",
    as_json: AsJson = False,
) -> None:
    """Make a key, and show it this once. Without --role and --scope it may do what an operator may."""
    from botflow.service.access import api_keys

    if role is None and not scope:
        role = Role.OPERATOR
    new = filled(api_keys.NewKey, name=name, role=role, scopes=scope or None, expiresInDays=expires_in_days)
    made = as_operator(organization, api_keys.create_key, new)
    if as_json:
        print_json(made.model_dump(mode="json"))
        return
    typer.echo(f"{made.key}\nKeep it now: only its digest is stored. It may: {', '.join(made.scopes)}.")


@keys.command(epilog="Example: botflow keys revoke 4be0643f1d98573b")
def revoke(
    id: Annotated[str, typer.Argument(metavar="ID", help="The key's id, as `botflow keys` lists it.")],
    organization: OfOrganization = "",
) -> None:
    """Revoke a key for good. Servers refuse it within two seconds."""
    from botflow.service.access import api_keys

    revoked = as_operator(organization, api_keys.revoke_key, id)
    typer.echo(f"{revoked.name} ({revoked.id}) is revoked.")


def _state(key: Key) -> str:
    from datetime import UTC, datetime

    if key.revoked_at is not None:
        return "revoked"
    if key.expires_at is not None and key.expires_at <= datetime.now(UTC):
        return "expired"
    return "in force"
