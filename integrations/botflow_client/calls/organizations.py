"""Organizations. Written by `python -m docs.generate`: do not edit it."""

from __future__ import annotations

from botflow_client.models.organizations import Organization
from botflow_client.pages import AsyncPages, Pages
from botflow_client.request import make_request
from botflow_client.transport import AsyncCaller, Caller


class OrganizationsCalls(Caller):
    """Organizations."""

    def get_organizations(self, *, cursor: str | None = None, limit: int | None = None) -> Pages[Organization]:
        """List the organizations of the deployment. With the header Botflow-Organization a call works on one of
        them. It needs the scope `organizations:write`.
        """
        return self._list(Organization, "/api/v1/organizations", {"cursor": cursor, "limit": limit})

    def create_organization(self, *, id: str, name: str, idempotency_key: str | None = None) -> Organization:
        """Make an organization. It needs the scope `organizations:write`."""
        return self._call(
            Organization,
            make_request(
                "POST", "/api/v1/organizations", body={"id": id, "name": name}, idempotency_key=idempotency_key
            ),
        )

    def get_organization(self) -> Organization:
        """Read your own organization. It needs the scope `workflows:read`."""
        return self._call(Organization, make_request("GET", "/api/v1/organization"))

    def update_organization(self, *, name: str) -> Organization:
        """Rename your own organization. It needs the scope `users:write`."""
        return self._call(Organization, make_request("PATCH", "/api/v1/organization", body={"name": name}))


class AsyncOrganizationsCalls(AsyncCaller):
    """Organizations."""

    def get_organizations(self, *, cursor: str | None = None, limit: int | None = None) -> AsyncPages[Organization]:
        """List the organizations of the deployment. With the header Botflow-Organization a call works on one of
        them. It needs the scope `organizations:write`.
        """
        return self._list(Organization, "/api/v1/organizations", {"cursor": cursor, "limit": limit})

    async def create_organization(self, *, id: str, name: str, idempotency_key: str | None = None) -> Organization:
        """Make an organization. It needs the scope `organizations:write`."""
        return await self._call(
            Organization,
            make_request(
                "POST", "/api/v1/organizations", body={"id": id, "name": name}, idempotency_key=idempotency_key
            ),
        )

    async def get_organization(self) -> Organization:
        """Read your own organization. It needs the scope `workflows:read`."""
        return await self._call(Organization, make_request("GET", "/api/v1/organization"))

    async def update_organization(self, *, name: str) -> Organization:
        """Rename your own organization. It needs the scope `users:write`."""
        return await self._call(Organization, make_request("PATCH", "/api/v1/organization", body={"name": name}))
