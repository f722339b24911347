"""Organizations over HTTP."""

from __future__ import annotations

from http import HTTPStatus

from botflow.records.access import Scope
from botflow.service.access.organizations import NewOrganization, Organization, OrganizationChange
from botflow.service.models import Page
from botflow.web.rest.operation import Call, Operation
from botflow.web.rest.query import PageQuery

TAG = "Organizations"


async def get_organizations(call: Call) -> Page[Organization]:
    """List the organizations of the deployment. With the header Botflow-Organization a call works on one of them."""
    query: PageQuery = call.query
    return await call.service.organizations.get_organizations(cursor=query.cursor, limit=query.limit)


async def create_organization(call: Call) -> Organization:
    """Make an organization."""
    return await call.service.organizations.create_organization(call.body)


async def get_organization(call: Call) -> Organization:
    """Read your own organization."""
    return await call.service.organizations.get_organization()


async def update_organization(call: Call) -> Organization:
    """Rename your own organization."""
    return await call.service.organizations.update_organization(call.body, if_revision=call.if_revision)


OPERATIONS = (
    Operation(
        method="GET",
        path="/organizations",
        handler=get_organizations,
        scope=Scope.ORGANIZATIONS_WRITE,
        tag=TAG,
        query=PageQuery,
        answer=Page[Organization],
    ),
    Operation(
        method="POST",
        path="/organizations",
        handler=create_organization,
        scope=Scope.ORGANIZATIONS_WRITE,
        tag=TAG,
        body=NewOrganization,
        answer=Organization,
        status=HTTPStatus.CREATED,
    ),
    Operation(
        method="GET",
        path="/organization",
        handler=get_organization,
        scope=Scope.WORKFLOWS_READ,
        tag=TAG,
        answer=Organization,
    ),
    Operation(
        method="PATCH",
        path="/organization",
        handler=update_organization,
        scope=Scope.USERS_WRITE,
        tag=TAG,
        body=OrganizationChange,
        answer=Organization,
        edits=True,
    ),
)
