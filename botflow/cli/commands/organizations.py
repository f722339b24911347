"""`botflow organizations`: the deployment's tenants, listed and added beside the servers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from botflow.cli.launch import AsJson
from botflow.cli.operator import as_operator, filled
from botflow.cli.output.printing import print_json, table
from botflow.cli.output.visible import in_one_line

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from botflow.service.access.organizations import Organizations

LONGEST_NAME = 60
organizations = typer.Typer(help="List the deployment's organizations, or add one.", invoke_without_command=True)
Result = TypeVar("Result")


def add_to(app: typer.Typer) -> None:
    app.add_typer(
        organizations,
        name="organizations",
        epilog="Example: botflow organizations; botflow organizations add luigi 'Luigi and Sons'",
    )


@organizations.callback()
def list_organizations(context: typer.Context, as_json: AsJson = False) -> None:
    """List the first 100 organizations, by their ids."""
    if context.invoked_subcommand is not None:
        return
    from botflow.service.cursors import LARGEST_PAGE

    found = _run(lambda on: on.get_organizations(limit=LARGEST_PAGE)).items
    if as_json:
        print_json([each.model_dump(mode="json") for each in found])
        return
    typer.echo(table([("ID", "NAME"), *((each.id, in_one_line(each.name, LONGEST_NAME)) for each in found)]))


@organizations.command(epilog="Example: botflow organizations add luigi 'Luigi and Sons'")
def add(
    id: Annotated[str, typer.Argument(metavar="ID", help="Its id: a-z 0-9 - _, at most 64 characters.")],
    name: Annotated[str, typer.Argument(metavar="NAME", help="The name that people see.")],
    as_json: AsJson = False,
) -> None:
    """Add an organization. `botflow users add --organization` gives it people, `botflow keys create` applications."""
    from botflow.service.access.organizations import NewOrganization

    new = filled(NewOrganization, id=id, name=name)
    made = _run(lambda on: on.create_organization(new))
    if as_json:
        print_json(made.model_dump(mode="json"))
    else:
        typer.echo(f"There is an organization {made.id} now.")


def _run(work: Callable[[Organizations], Awaitable[Result]]) -> Result:
    """Do `work` on all organizations, as the deployment's operator."""
    import asyncio

    from botflow.cli.archive import checked_url
    from botflow.service.access.organizations import Organizations
    from botflow.storage.one_off_engine import OneOffEngine

    engine, operator = OneOffEngine(checked_url()), as_operator("", lambda connection, caller: caller)

    async def done() -> Result:
        return await work(Organizations(engine, engine, operator))

    return asyncio.run(done())
