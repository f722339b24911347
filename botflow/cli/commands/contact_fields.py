"""`botflow contacts fields`, `declare` and `groups`: what contacts may have, and which groups there are."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from botflow.cli.commands.contacts import contacts
from botflow.cli.contacts_service import with_fields
from botflow.cli.launch import AsJson
from botflow.cli.operator import OfOrganization, filled
from botflow.cli.output.printing import print_json, table

Type = Literal["text", "number", "boolean", "date", "datetime", "choice"]
TYPE = typer.Argument(metavar="TYPE", help="text, number, boolean, date, datetime or choice.")
CHOICE = typer.Option("--choice", metavar="VALUE", help="A value of a choice.")


@contacts.command(epilog="Example: botflow contacts fields")
def fields(organization: OfOrganization = "", as_json: AsJson = False) -> None:
    """List the fields that contacts may have besides name, language and time zone."""
    found = with_fields(organization, lambda known: known.get_contact_fields()).items
    if as_json:
        print_json([each.model_dump(mode="json") for each in found])
        return
    rows = [(each.name, each.type, ", ".join(each.choices)) for each in found]
    typer.echo(table([("FIELD", "TYPE", "CHOICES"), *rows]) if rows else "No fields are declared.")


@contacts.command(epilog="Example: botflow contacts declare plan choice --choice free --choice pro")
def declare(
    field: Annotated[str, typer.Argument(metavar="FIELD", help="The field's name.")],
    type: Annotated[Type, TYPE],
    choice: Annotated[list[str] | None, CHOICE] = None,
    organization: OfOrganization = "",
    as_json: AsJson = False,
) -> None:
    """Declare a field of contacts for all workflows."""
    from botflow.service.people.contact_models import FieldDeclaration

    wanted = filled(FieldDeclaration, type=type, choices=list(choice or ()))
    made = with_fields(organization, lambda known: known.declare_contact_field(field, wanted))
    if as_json:
        print_json(made.model_dump(mode="json"))
    else:
        typer.echo(f"{made.name} is a {made.type}.")


@contacts.command(epilog="Example: botflow contacts groups")
def groups(organization: OfOrganization = "", as_json: AsJson = False) -> None:
    """List the groups of contacts, the first hundred by name."""
    found = with_fields(organization, lambda known: known.get_contact_groups(limit=100)).items
    if as_json:
        print_json([each.model_dump(mode="json") for each in found])
    else:
        typer.echo("\n".join(each.name for each in found) or "No groups.")
