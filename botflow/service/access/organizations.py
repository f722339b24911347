"""Organizations: a deployment's tenants. Only the deployment's own key makes them; each sees itself alone."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field
from sqlalchemy import Connection

from botflow.errors import RejectedInbound
from botflow.flow.placed import Slug
from botflow.records.access import Principal
from botflow.service.cursors import PAGE, page_of, read_cursor
from botflow.service.models import Body, Page, Shown, printable_name
from botflow.service.refusals import check_unchanged
from botflow.storage import organizations
from botflow.storage.engines.engine import Engine
from botflow.storage.organizations import OrganizationRow
from botflow.storage.service.audit_log import record_change

_SORT = "id"
Name = Annotated[str, Field(max_length=100), AfterValidator(printable_name)]


class NewOrganization(Body):
    """An organization to make."""

    example = '{"id": "luigi", "name": "Luigi\'s"}'

    id: Slug
    name: Name


class OrganizationChange(Body):
    """What to change."""

    example = '{"name": "Luigi\'s"}'

    name: Name


class Organization(Shown):
    """An organization: no other organization sees its workflows, people and keys."""

    id: str
    name: str
    revision: int


class Organizations:
    """The deployment's organizations, and the caller's own."""

    def __init__(self, engine: Engine, every_organization: Engine, caller: Principal) -> None:
        """`engine` is the caller's organization's, `every_organization` the whole database."""
        self._engine = engine
        self._every_organization = every_organization
        self._caller = caller

    async def get_organizations(self, *, cursor: str | None = None, limit: int = PAGE) -> Page[Organization]:
        """Return a page of all organizations of the deployment."""
        after = read_cursor(cursor, _SORT, (str,))
        found = await self._every_organization.read(organizations.list_organizations, after, limit)
        return page_of(found, limit, _SORT, lambda row: (row.slug,), _shown)

    async def create_organization(self, new: NewOrganization) -> Organization:
        """RejectedInbound `organization.exists` (409)."""
        return _shown(await self._every_organization.write(self._create, new))

    async def get_organization(self) -> Organization:
        """Return the caller's own."""
        return _shown(await self._engine.read(organizations.get_organization, self._caller.organization))

    async def update_organization(self, change: OrganizationChange, *, if_revision: int | None = None) -> Organization:
        """Rename the caller's own. RejectedInbound `organization.changed` (412)."""
        return _shown(await self._engine.write(self._rename, change.name, if_revision))

    def _create(self, connection: Connection, new: NewOrganization) -> OrganizationRow:
        made = organizations.add_organization(connection, new.id, new.name)
        if made is None:
            raise RejectedInbound(
                f"there is an organization {new.id!r} already",
                code="organization.exists",
                hint="choose another id",
                status=409,
            )
        subject = f"organization:{made.slug}"
        record_change(connection, self._caller, "organization.created", subject, after={"name": made.name})
        return made

    def _rename(self, connection: Connection, name: str, if_revision: int | None) -> OrganizationRow:
        before = organizations.get_organization(connection, self._caller.organization, lock=True)
        check_unchanged(before.revision, if_revision, "organization.changed")
        organizations.rename_organization(connection, before.id, name)
        record_change(
            connection,
            self._caller,
            "organization.renamed",
            f"organization:{before.slug}",
            before={"name": before.name},
            after={"name": name},
        )
        return organizations.get_organization(connection, before.id)


def _shown(row: OrganizationRow) -> Organization:
    return Organization(id=row.slug, name=row.name, revision=row.revision)
