"""`botflow contacts`: people at all of their addresses; found, read, changed, merged, and imported from a file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from botflow.cli.contacts_service import with_contacts
from botflow.cli.launch import AsJson
from botflow.cli.operator import OfOrganization, filled
from botflow.cli.output.printing import print_json, table
from botflow.errors import UsageError

if TYPE_CHECKING:
    from botflow.service.people.contact_models import ContactProfile

CONTACT = typer.Argument(metavar="ID", help="The contact's id.", min=1)
FILE = typer.Argument(metavar="FILE", exists=True, dir_okay=False, help="CSV in UTF-8, as `export people` writes it.")
VALUES = typer.Argument(metavar="FIELD=VALUE...", help="Fields to set; an empty value clears one.")
NAME = typer.Option(help="The beginning of a word of the name.", show_default=False)
ADDRESS = typer.Option(help="An address on any channel.", show_default=False)
FIELD = typer.Option(metavar="FIELD=VALUE", help="The value of a field.", show_default=False)
GROUP = typer.Option(help="A group that they are in.", show_default=False)
JOIN = typer.Option("--join", metavar="GROUP", help="A group to put them into.")
LEAVE = typer.Option("--leave", metavar="GROUP", help="A group to take them out of.")
TAKE = typer.Option("--take", metavar="FIELD", help="A field whose value is the other contact's.")
DRY_RUN = typer.Option("--dry-run", help="Store nothing; say what would be.")
STANDARD = {"name": "name", "language": "language", "timeZone": "timeZone"}
contacts = typer.Typer(help="Find people, read and change what is stored of them.", invoke_without_command=True)


def add_to(app: typer.Typer) -> None:
    app.add_typer(contacts, name="contacts", epilog="Example: botflow contacts --group guests --field plan=pro")


@contacts.callback()
def search(
    context: typer.Context,
    name: Annotated[str | None, NAME] = None,
    address: Annotated[str | None, ADDRESS] = None,
    field: Annotated[str | None, FIELD] = None,
    group: Annotated[str | None, GROUP] = None,
    limit: Annotated[int, typer.Option(min=1, max=100)] = 50,
    organization: OfOrganization = "",
    as_json: AsJson = False,
) -> None:
    """List contacts for which all that is given holds."""
    if context.invoked_subcommand is not None:
        return
    wanted: dict[str, Any] = {"name": name, "address": address, "group": group, "limit": limit}
    if field is not None:
        wanted["field"], wanted["value"] = _pair(field)
    page = with_contacts(organization, lambda known: known.get_contacts(**wanted))
    if as_json:
        print_json([each.model_dump(mode="json") for each in page.items])
        return
    header = ("ID", "NAME", "ADDRESSES", "GROUPS")
    rows = [(str(each.id), each.name or "-", _addresses(each), ", ".join(each.groups)) for each in page.items]
    typer.echo(table([header, *rows]) if rows else "No contacts.")
    if page.next is not None:
        typer.echo("There are more: narrow the search, or give --limit.")


@contacts.command(epilog="Example: botflow contacts show 12")
def show(contact: Annotated[int, CONTACT], organization: OfOrganization = "", as_json: AsJson = False) -> None:
    """Show what is stored of a contact."""
    _print(with_contacts(organization, lambda known: known.get_contact(contact)), as_json)


@contacts.command("set", epilog='Example: botflow contacts set 12 name="Ann Lee" plan=pro --join guests')
def change(
    contact: Annotated[int, CONTACT],
    values: Annotated[list[str] | None, VALUES] = None,
    join: Annotated[list[str] | None, JOIN] = None,
    leave: Annotated[list[str] | None, LEAVE] = None,
    organization: OfOrganization = "",
    as_json: AsJson = False,
) -> None:
    """Set fields of a contact, and change its groups. Consent is not part of it."""
    from botflow.service.people.contact_models import ContactChange

    given = dict(map(_pair, values or ()))
    own = {name: value or None for name, value in given.items() if name in STANDARD}
    fields = {name: value or None for name, value in given.items() if name not in STANDARD}
    wanted = filled(ContactChange, **own, fields=fields, join=list(join or ()), leave=list(leave or ()))
    _print(with_contacts(organization, lambda known: known.change_contact(contact, wanted)), as_json)


@contacts.command(epilog="Example: botflow contacts merge 12 57 --take name")
def merge(
    contact: Annotated[int, CONTACT],
    other: Annotated[int, typer.Argument(metavar="OTHER", help="The contact that becomes part of it.", min=1)],
    take: Annotated[list[str] | None, TAKE] = None,
    organization: OfOrganization = "",
    as_json: AsJson = False,
) -> None:
    """Make one contact of two. Addresses and groups are united; opt-outs stay with their addresses."""
    from botflow.service.people.contact_models import ContactMerge
    from botflow.service.people.contacts import Contacts

    async def merged(known: Contacts) -> ContactProfile:
        kept, gone = await known.get_contact(contact), await known.get_contact(other)
        wanted = filled(
            ContactMerge,
            other=gone.id,
            revision=kept.revision,
            otherRevision=gone.revision,
            take=list(take or ()),
        )
        return await known.merge_contacts(kept.id, wanted)

    _print(with_contacts(organization, merged), as_json)


@contacts.command("import", epilog="Example: botflow contacts import guests.csv --dry-run")
def import_file(
    file: Annotated[Path, FILE],
    dry_run: Annotated[bool, DRY_RUN] = False,
    organization: OfOrganization = "",
    as_json: AsJson = False,
) -> None:
    """Import contacts from a CSV file; the same file again changes nothing. No consent is changed."""
    try:
        with file.open(encoding="utf-8", newline="") as lines:
            done = with_contacts(organization, lambda known: known.import_contacts(lines, dry_run=dry_run))
    except UnicodeDecodeError:
        raise UsageError(f"{file} is not UTF-8", code="import.encoding", hint="save it as CSV in UTF-8") from None
    if as_json:
        print_json(done.model_dump(mode="json"))
    else:
        would = "would be " if dry_run else ""
        typer.echo(
            f"{done.rows} rows: {done.created} {would}new, {done.changed} {would}changed,"
            f" {done.unchanged} unchanged, {done.refused} refused"
        )
        for problem in done.problems:
            typer.echo(f"line {problem.line}: {problem.message} ({problem.code})")
    if done.refused:
        raise typer.Exit(1)


def _pair(written: str) -> tuple[str, str]:
    name, equals, value = written.partition("=")
    if not equals or not name:
        raise typer.BadParameter(f"{written!r} is no FIELD=VALUE")
    return name, value


def _addresses(shown: ContactProfile) -> str:
    return ", ".join(f"{each.channel}:{each.address}" for each in shown.addresses)


def _print(shown: ContactProfile, as_json: bool) -> None:
    if as_json:
        print_json(shown.model_dump(mode="json"))
        return
    values = {"name": shown.name, "language": shown.language, "timeZone": shown.time_zone, **shown.fields}
    rows = [(name, str(value)) for name, value in values.items() if value is not None]
    stopped = [f"{each.channel}:{each.address}" for each in shown.addresses if each.stopped]
    seen = f"{shown.last_seen_at:%Y-%m-%d %H:%M} UTC" if shown.last_seen_at is not None else "-"
    facts = [("addresses", _addresses(shown)), ("opted out", ", ".join(stopped) or "-")]
    facts += [("groups", ", ".join(shown.groups) or "-"), ("last seen", seen)]
    typer.echo(table([(f"CONTACT {shown.id}", ""), *rows, *facts]))
