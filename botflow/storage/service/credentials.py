"""Credentials of one organization: listed, changed and deleted; and the documents that name them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, delete, func, or_, select, update

from botflow.storage.credentials import StoredCredential, public_id, stored_credential
from botflow.storage.engines.dialects import clock_time
from botflow.storage.service.pages import Order
from botflow.storage.tables import canaries, credentials, organizations, workflow_versions, workflows
from botflow.storage.tables.service import drafts

ORDER = Order(columns=(credentials.c.name, credentials.c.user_name))


def list_credentials(
    connection: Connection,
    organization: int,
    after: Sequence[Any] | None,
    limit: int,
    *,
    module: str | None = None,
    user: str | None = None,
    only_active: bool = False,
) -> list[StoredCredential]:
    """Return at most `limit` + 1 sets by name: of the module, and those that the user may use."""
    statement = select(credentials).where(credentials.c.organization_id == organization)
    if module is not None:
        statement = statement.where(credentials.c.module == module)
    if user is not None:
        statement = statement.where(credentials.c.user_name.in_({"", user}))
    if only_active:
        statement = statement.where(credentials.c.is_active)
    return [stored_credential(row) for row in connection.execute(ORDER.page(statement, after, limit))]


def get_credential(
    connection: Connection, organization: int, id: str, *, lock: bool = False
) -> StoredCredential | None:
    """Return a set; None when the organization has none with this id. `lock` keeps others from changing it."""
    row = connection.execute(_locked(select(credentials).where(_is(organization, id)), lock=lock)).first()
    return stored_credential(row) if row is not None else None


def find_credential(
    connection: Connection, organization: int, module: str, name: str, user: str
) -> StoredCredential | None:
    """Return the set of this module and name: the user's own, else the organization's."""
    statement = (
        select(credentials)
        .where(
            credentials.c.organization_id == organization,
            credentials.c.module == module,
            credentials.c.name == name,
            credentials.c.user_name.in_({"", user}),
        )
        .order_by(credentials.c.user_name.desc())
        .limit(1)
    )
    row = connection.execute(statement).first()
    return stored_credential(row) if row is not None else None


def update_credential(connection: Connection, stored: StoredCredential, **values: Any) -> None:
    """Change a locked set: `fields` (sealed), `is_active`, `is_default`."""
    changed = {**values, "revision": stored.revision + 1, "updated_at": clock_time(connection)}
    connection.execute(update(credentials).where(_is(stored.key.organization, stored.id)).values(changed))


def clear_default(connection: Connection, organization: int, module: str) -> None:
    """Let the organization have no default set of the module, until this transaction ends: another one that chooses
    waits for the organization's row, and then sees what was chosen here."""
    row = select(organizations.c.id).where(organizations.c.id == organization)
    connection.execute(row.with_for_update(key_share=True))
    present = (credentials.c.organization_id == organization, credentials.c.module == module, credentials.c.is_default)
    connection.execute(
        update(credentials).where(*present).values(is_default=False, revision=credentials.c.revision + 1)
    )


def delete_credential(connection: Connection, organization: int, id: str) -> None:
    connection.execute(delete(credentials).where(_is(organization, id)))


def count_named(connection: Connection, organization: int, name: str) -> int:
    """Return how many sets have this name: the organization's and those of its users."""
    named = (credentials.c.organization_id == organization, credentials.c.name == name)
    found: int = connection.execute(select(func.count()).select_from(credentials).where(*named)).scalar_one()
    return found


def active_sets(connection: Connection, organization: int, names: Sequence[str]) -> list[tuple[str, str, str]]:
    """Return name, module and user of the active sets with one of these names, and keep them until the transaction
    ends: a version that names them is published together with this look."""
    columns = (credentials.c.name, credentials.c.module, credentials.c.user_name)
    named = (credentials.c.organization_id == organization, credentials.c.name.in_(names), credentials.c.is_active)
    found = connection.execute(select(*columns).where(*named).with_for_update(read=True))
    return [(row.name, row.module, row.user_name) for row in found]


def sets_named(connection: Connection, organization: int, names: Collection[str]) -> list[StoredCredential]:
    """Return the sets with one of these names, inactive ones and those of users too."""
    named = (credentials.c.organization_id == organization, credentials.c.name.in_(names))
    return [stored_credential(row) for row in connection.execute(select(credentials).where(*named))] if names else []


def documents_in_use(connection: Connection, organization: int) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield each workflow's id with the documents of its active version, of one on trial, and with its draft."""
    mine = workflows.c.organization_id == organization
    runs = and_(canaries.c.workflow_id == workflows.c.id, canaries.c.state == "running")
    begins = or_(workflow_versions.c.id == workflows.c.active_version, workflow_versions.c.id == canaries.c.version_id)
    versions = (
        select(workflows.c.slug, workflow_versions.c.documents)
        .outerjoin(canaries, runs)
        .join(workflow_versions, and_(workflow_versions.c.workflow_id == workflows.c.id, begins))
    )
    for row in connection.execute(versions.where(mine)):
        yield row.slug, row.documents
    edited = select(workflows.c.slug, drafts.c.document).join(drafts, drafts.c.workflow_id == workflows.c.id)
    for row in connection.execute(edited.where(mine)):
        yield row.slug, {row.slug: row.document}


def _is(organization: int, id: str) -> ColumnElement[bool]:
    return and_(credentials.c.organization_id == organization, public_id == id)


def _locked(statement: Select[Any], *, lock: bool) -> Select[Any]:
    return statement.with_for_update() if lock else statement
