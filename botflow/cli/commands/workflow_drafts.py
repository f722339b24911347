"""`botflow workflows draft|diff|publish`: what editors are writing, what is different about it, and its publication.

They work on the database, also while servers run.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from botflow.cli.archive import checked_url
from botflow.cli.commands.workflows import NAME, unknown_workflow
from botflow.cli.launch import AsJson
from botflow.cli.output.printing import print_json
from botflow.cli.safe import safe_of

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from botflow.storage.service.workflows.documents import StoredDocument, Which

ACTOR = "command line"  # in the audit log, and as a version's author
_SIDE = "A version's number, `active` or `draft`."
From = Annotated[str, typer.Argument(metavar="[FROM]", help=_SIDE)]
To = Annotated[str, typer.Argument(metavar="[TO]", help=_SIDE)]
Message = Annotated[str, typer.Option("--message", "-m", help="What to say of this version, for the list of versions.")]


def add_to(workflows: typer.Typer) -> None:
    workflows.command(epilog="Example: botflow workflows draft pizza > pizza.yaml")(draft)
    workflows.command(epilog="Example: botflow workflows diff pizza; botflow workflows diff pizza 3 4")(diff)
    workflows.command(epilog='Example: botflow workflows publish pizza -m "Asks for the size first"')(publish)


def draft(workflow: Annotated[str, NAME], as_json: AsJson = False) -> None:
    """Print a workflow's draft as a document in YAML; without edits, that of the active version."""
    document = _documents(workflow, "draft")[0]
    assert document is not None, "every workflow has a draft"
    if as_json:
        print_json(document.document)
        return
    from io import StringIO

    from ruamel.yaml import YAML

    written = StringIO()
    yaml = YAML()
    yaml.width = 1_000_000
    yaml.dump(document.document, written)
    typer.echo(written.getvalue(), nl=False)


def diff(workflow: Annotated[str, NAME], from_: From = "active", to: To = "draft", as_json: AsJson = False) -> None:
    """Say what is different between two documents of a workflow: which nodes, edges and settings."""
    from dataclasses import asdict

    from pydantic.alias_generators import to_camel

    from botflow.flow.editing.diff import difference
    from botflow.flow.editing.diff_text import diff_text

    before, after = _documents(workflow, _which(from_), _which(to))
    found = difference(before and before.document, after and after.document)
    if not as_json:
        typer.echo("\n".join(diff_text(found)))
        return
    sides = {"from": before and before.which, "to": after and after.which}
    parts = {to_camel(name): part for name, part in asdict(found).items()}
    print_json({"workflow": workflow, **sides, "same": found.is_none, "text": diff_text(found), **parts})


def publish(workflow: Annotated[str, NAME], message: Message = "", as_json: AsJson = False) -> None:
    """Make a version of the draft. New conversations and runs get it within a second; those under way keep theirs.

    `botflow workflows activate --version` serves a former version again.
    """
    from botflow.nodes import built_in
    from botflow.plugins import installed_plugins, node_types_of
    from botflow.records.access import Principal
    from botflow.service.workflows.publishing import compile_draft, publish_draft
    from botflow.settings import Settings
    from botflow.storage.one_off import run_once_sync
    from botflow.storage.organizations import home_organization

    types = node_types_of(installed_plugins(), built_in())
    safe = safe_of(Settings.from_environment())

    def publishing(connection: Connection) -> dict[str, Any]:
        home = home_organization(connection)
        caller = Principal(organization=home, actor=ACTOR, scopes=frozenset())
        draft, bundle = compile_draft(connection, home, workflow, types, safe=safe)
        done = publish_draft(connection, caller, draft, bundle, message).publication
        return {"workflow": workflow, "version": done.active, "replaced": done.before}

    _documents(workflow, "draft")  # an unknown workflow gets the command line's own hint
    done = run_once_sync(checked_url(), publishing)
    if as_json:
        print_json(done)
    else:
        replaced = f", replacing version {done['replaced']}" if done["replaced"] else ""
        typer.echo(f"Published {workflow} as version {done['version']}{replaced}.")


def _which(written: str) -> Which:
    from botflow.errors import UsageError

    match written:
        case "draft" | "active":
            return written
        case _ if written.isascii() and written.isdigit() and len(written) < 10:
            return int(written)
    raise UsageError(f"{written!r} is no version", code="version.unknown", hint="name a number, active or draft")


def _documents(workflow: str, *wanted: Which) -> list[StoredDocument | None]:
    """Return documents in canonical form, None for the active version of a workflow that was never published.

    UsageError `workflow.unknown`, `version.unknown`.
    """
    from botflow.errors import UsageError
    from botflow.flow.editing.canonical import canonical
    from botflow.storage.one_off import run_once_sync
    from botflow.storage.organizations import home_organization
    from botflow.storage.service.workflows.documents import get_document

    def reading(connection: Connection) -> list[StoredDocument | None]:
        home = home_organization(connection)
        return [get_document(connection, home, workflow, which) for which in ("draft", *wanted)]

    url = checked_url()
    draft, *found = run_once_sync(url, reading)
    if draft is None:
        raise unknown_workflow(url, workflow)
    for which, document in zip(wanted, found, strict=True):
        if document is None and isinstance(which, int):
            raise UsageError(
                f"{workflow} has no version {which}",
                code="version.unknown",
                hint=f"botflow workflows versions {workflow} lists those that there are",
            )
    return [each and each._replace(document=canonical(each.document)) for each in found]
