"""`botflow credentials`: the sets of the home organization, also while servers run.

Values are read from standard input, or asked for on a terminal: arguments are visible in the shell's history and in the
list of processes.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from botflow.cli.launch import AsJson
from botflow.cli.output.printing import print_json, table

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from botflow.service.credentials.credential_changes import Credential, CredentialChanges

ID = typer.Argument(metavar="ID", help="The credential's id, as `botflow credentials list` shows it.")
MODULE = typer.Argument(metavar="MODULE", help="The module, such as webhook.")
USER = typer.Option(metavar="NAME", help="The user whose own set it is; else the whole organization's.")
MOST = 1_000
credentials = typer.Typer(help="List and change stored credentials; values are never shown.", no_args_is_help=True)
Result = TypeVar("Result")


def add_to(app: typer.Typer) -> None:
    app.add_typer(credentials, name="credentials", epilog="Example: botflow credentials add webhook Shop")


@credentials.command("list", epilog="Example: botflow credentials list --module webhook")
def list_all(
    module: Annotated[str | None, typer.Option(help="Only the sets of this module.", show_default=False)] = None,
    as_json: AsJson = False,
) -> None:
    """List the credentials by name, inactive ones too."""
    from botflow.storage.service.credentials import list_credentials

    def listed(connection: Connection, changes: CredentialChanges) -> list[Credential]:
        found = list_credentials(connection, changes.caller.organization, None, MOST, module=module)
        return [changes.shown(each) for each in found]

    found = _run(listed)
    if as_json:
        print_json([each.model_dump(mode="json") for each in found])
        return
    rows = [(each.id, each.module, each.name, each.user or "", _state(each)) for each in found]
    typer.echo(table([("ID", "MODULE", "NAME", "USER", "STATE"), *rows]) if rows else "No credentials yet.")


@credentials.command(epilog="Example: botflow credentials add webhook Shop < fields.json")
def add(
    module: Annotated[str, MODULE],
    name: Annotated[str, typer.Argument(metavar="NAME", help="A name for the set, unique in the organization.")],
    user: Annotated[str, USER] = "",
    default: Annotated[
        bool, typer.Option("--default", help="Use it for workflows that name no set of the module.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Store a credential. Its fields come as a JSON object from standard input, or are asked for on a terminal."""

    def added(connection: Connection, changes: CredentialChanges) -> Credential:
        return changes.create(connection, module, name, fields, user=user, is_default=default)

    fields = _fields(module)
    _print(_run(added), as_json)


@credentials.command(epilog='Example: echo \'{"secret": "..."}\' | botflow credentials update 4a5b6c7d8e9f0a1b')
def update(id: Annotated[str, ID], as_json: AsJson = False) -> None:
    """Replace the fields that the JSON object on standard input has; null removes one."""
    fields = _json_fields()
    _print(_run(lambda connection, changes: changes.update(connection, id, fields)), as_json)


@credentials.command(epilog="Example: botflow credentials activate 4a5b6c7d8e9f0a1b")
def activate(id: Annotated[str, ID], as_json: AsJson = False) -> None:
    """Put a credential back into use."""
    _print(_run(lambda connection, changes: changes.set_active(connection, id, True)), as_json)


@credentials.command(epilog="Example: botflow credentials deactivate 4a5b6c7d8e9f0a1b")
def deactivate(id: Annotated[str, ID], as_json: AsJson = False) -> None:
    """Take a credential out of use; servers that run follow within seconds."""
    _print(_run(lambda connection, changes: changes.set_active(connection, id, False)), as_json)


@credentials.command(epilog="Example: botflow credentials delete 4a5b6c7d8e9f0a1b")
def delete(id: Annotated[str, ID], as_json: AsJson = False) -> None:
    """Delete a credential that no active version and no draft of a workflow names."""
    _run(lambda connection, changes: changes.delete(connection, id))
    if as_json:
        print_json({"deleted": id})
    else:
        typer.echo(f"{id} is deleted.")


def _fields(module: str) -> dict[str, Any]:
    """Return the fields from standard input; ask for them on a terminal, where blank leaves one out."""
    if not sys.stdin.isatty():
        return _json_fields()
    from botflow.plugins import credential_modules, installed_plugins

    declared = credential_modules(installed_plugins()).get(module)
    answers = {
        field.id: typer.prompt(field.name, default="", hide_input=field.sensitive, show_default=False)
        for field in (declared.fields if declared is not None else ())
    }
    return {id: answer for id, answer in answers.items() if answer}


def _json_fields() -> dict[str, Any]:
    """UsageError `credential.fields` for what is no JSON object of plain values; its text is not quoted."""
    import orjson

    from botflow.errors import UsageError

    try:
        given = orjson.loads(sys.stdin.buffer.read())
    except orjson.JSONDecodeError:
        given = None
    plain = (str, int, float, bool, type(None))
    if not isinstance(given, dict) or not all(isinstance(value, plain) for value in given.values()):
        raise UsageError(
            "standard input has no JSON object of fields", code="credential.fields", hint='send {"secret": "..."}'
        )
    return given


def _run(work: Callable[[Connection, CredentialChanges], Result]) -> Result:
    """Do `work` in a transaction, for the home organization."""
    from botflow.plugins import credential_modules, installed_plugins
    from botflow.records.access import Principal
    from botflow.runtime.sealing import Safe
    from botflow.service.credentials.credential_changes import CredentialChanges
    from botflow.settings import Settings
    from botflow.storage.one_off import run_once_sync
    from botflow.storage.organizations import home_organization
    from botflow.storage.read_only import check_database
    from botflow.web.auth.deployment_keys import deployment_keys

    settings = Settings.from_environment()
    check_database(settings.botflow_database_url)
    safe, modules = Safe(deployment_keys(settings, dev=False)), credential_modules(installed_plugins())

    def done(connection: Connection) -> Result:
        caller = Principal(organization=home_organization(connection), actor="command line", scopes=frozenset())
        networks = settings.botflow_webhook_networks
        return work(connection, CredentialChanges(safe=safe, modules=modules, networks=networks, caller=caller))

    return run_once_sync(settings.botflow_database_url, done)


def _print(credential: Credential, as_json: bool) -> None:
    if as_json:
        print_json(credential.model_dump(mode="json"))
    else:
        typer.echo(f"{credential.name} ({credential.module}, {credential.id}) is {_state(credential)}.")


def _state(credential: Credential) -> str:
    state = "active" if credential.is_active else "inactive"
    return f"{state}, default" if credential.is_default else state
