"""`botflow users`: the people who sign in, made and changed beside the servers; also when no owner can sign in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from botflow.cli.launch import AsJson
from botflow.cli.operator import OfOrganization, as_operator, filled
from botflow.cli.output.printing import print_json, table
from botflow.cli.output.visible import in_one_line
from botflow.records.access import Role

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from botflow.service.access.users import MadeUser, User, Users

ID = typer.Argument(metavar="ID", help="The account's id, as `botflow users` lists it.")
LONGEST_NAME = 40
users = typer.Typer(help="List people's accounts; add or change one, reset a password.", invoke_without_command=True)
Result = TypeVar("Result")


def add_to(app: typer.Typer) -> None:
    app.add_typer(users, name="users", epilog="Example: botflow users; botflow users add ann@example.com Ann")


@users.callback()
def list_users(context: typer.Context, organization: OfOrganization = "", as_json: AsJson = False) -> None:
    """List the oldest 100 accounts, deactivated ones too."""
    if context.invoked_subcommand is not None:
        return
    from botflow.service.cursors import LARGEST_PAGE

    found = _run(organization, lambda on: on.get_users(limit=LARGEST_PAGE)).items
    if as_json:
        print_json([each.model_dump(mode="json") for each in found])
        return
    rows = [(each.id, each.email, in_one_line(each.name, LONGEST_NAME), each.role, _state(each)) for each in found]
    typer.echo(table([("ID", "E-MAIL", "NAME", "ROLE", "STATE"), *rows]) if rows else "No accounts yet.")


@users.command(epilog="Example: botflow users add ann@example.com Ann --role owner")
def add(
    email: Annotated[str, typer.Argument(metavar="EMAIL", help="The address to sign in with.")],
    name: Annotated[str, typer.Argument(metavar="NAME", help="The person's name.")],
    role: Annotated[Role, typer.Option(help="What the person may do.")] = Role.EDITOR,
    organization: OfOrganization = "",
    as_json: AsJson = False,
) -> None:
    """Make an account. Its first password is shown this once; the person changes it after signing in."""
    from botflow.service.access.users import NewUser

    new = filled(NewUser, email=email, name=name, role=role)
    _print_password(_run(organization, lambda on: on.create_user(new)), as_json)


@users.command(epilog="Example: botflow users change 4be0643f1d98573b --role operator")
def change(
    id: Annotated[str, ID],
    name: Annotated[str | None, typer.Option(help="Another name.", show_default=False)] = None,
    role: Annotated[Role | None, typer.Option(help="Another role.", show_default=False)] = None,
    active: Annotated[
        bool | None,
        typer.Option("--activate/--deactivate", help="Let the person sign in, or sign them out everywhere."),
    ] = None,
    organization: OfOrganization = "",
    as_json: AsJson = False,
) -> None:
    """Change a name or a role, deactivate an account, or activate it again. An organization keeps an active owner."""
    from botflow.errors import UsageError
    from botflow.service.access.users import UserChange

    fields = {"name": name, "role": role, "active": active}
    if not any(value is not None for value in fields.values()):
        raise UsageError("no change is given", code="call.invalid", hint="botflow users change --help")
    wanted = filled(UserChange, **fields)
    shown = _run(organization, lambda on: on.update_user(id, wanted))
    if as_json:
        print_json(shown.model_dump(mode="json"))
    else:
        typer.echo(f"{shown.email} is {_state(shown)}, with the role {shown.role}.")


@users.command("reset-password", epilog="Example: botflow users reset-password 4be0643f1d98573b")
def reset_password(id: Annotated[str, ID], organization: OfOrganization = "", as_json: AsJson = False) -> None:
    """Give an account a new first password, end its lockout, and sign it out everywhere."""
    _print_password(_run(organization, lambda on: on.reset_password(id)), as_json)


def _run(organization: str, work: Callable[[Users], Awaitable[Result]]) -> Result:
    """Do `work` on the organization's accounts."""
    import asyncio

    from botflow.cli.archive import checked_url
    from botflow.service.access.users import Users
    from botflow.storage.one_off_engine import OneOffEngine

    operator = as_operator(organization, lambda connection, caller: caller)

    async def done() -> Result:
        return await work(Users(OneOffEngine(checked_url()), operator))

    return asyncio.run(done())


def _print_password(made: MadeUser, as_json: bool) -> None:
    if as_json:
        print_json(made.model_dump(mode="json"))
    else:
        typer.echo(f"{made.password}\nKeep it now: it is not shown again. {made.email} ({made.id}) signs in with it.")


def _state(user: User) -> str:
    from datetime import UTC, datetime

    if not user.active:
        return "deactivated"
    return "locked" if user.locked_until is not None and user.locked_until > datetime.now(UTC) else "active"
