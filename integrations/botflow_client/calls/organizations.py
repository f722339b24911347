"""Organizations. Written by `python -m docs.generate`: do not edit it."""

from __future__ import annotations

from botflow_client.models.organizations import Organization, Retention
from botflow_client.omit import OMIT, Omit
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

    def update_organization(self, *, name: str, if_match: int | None = None) -> Organization:
        """Rename your own organization. It needs the scope `users:write`."""
        return self._call(
            Organization, make_request("PATCH", "/api/v1/organization", body={"name": name}, if_match=if_match)
        )

    def get_retention(self) -> Retention:
        """Read how long your organization keeps what is over. It needs the scope `workflows:read`."""
        return self._call(Retention, make_request("GET", "/api/v1/organization/retention"))

    def set_retention(
        self,
        *,
        conversation_days: int | Omit | None = OMIT,
        run_days: int | Omit | None = OMIT,
        file_days: int | Omit | None = OMIT,
        event_days: int | Omit | None = OMIT,
        decision_days: int | Omit | None = OMIT,
        audit_log_days: int | Omit | None = OMIT,
        if_match: int | None = None,
    ) -> Retention:
        """Decide how long your organization keeps what is over: all of it anew, what is left out is as the
        deployment keeps it. What is deleted does not come back when you choose more days later. It needs the scope
        `retention:write`.
        """
        return self._call(
            Retention,
            make_request(
                "PUT",
                "/api/v1/organization/retention",
                body={
                    "conversationDays": conversation_days,
                    "runDays": run_days,
                    "fileDays": file_days,
                    "eventDays": event_days,
                    "decisionDays": decision_days,
                    "auditLogDays": audit_log_days,
                },
                if_match=if_match,
            ),
        )


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

    async def update_organization(self, *, name: str, if_match: int | None = None) -> Organization:
        """Rename your own organization. It needs the scope `users:write`."""
        return await self._call(
            Organization, make_request("PATCH", "/api/v1/organization", body={"name": name}, if_match=if_match)
        )

    async def get_retention(self) -> Retention:
        """Read how long your organization keeps what is over. It needs the scope `workflows:read`."""
        return await self._call(Retention, make_request("GET", "/api/v1/organization/retention"))

    async def set_retention(
        self,
        *,
        conversation_days: int | Omit | None = OMIT,
        run_days: int | Omit | None = OMIT,
        file_days: int | Omit | None = OMIT,
        event_days: int | Omit | None = OMIT,
        decision_days: int | Omit | None = OMIT,
        audit_log_days: int | Omit | None = OMIT,
        if_match: int | None = None,
    ) -> Retention:
        """Decide how long your organization keeps what is over: all of it anew, what is left out is as the
        deployment keeps it. What is deleted does not come back when you choose more days later. It needs the scope
        `retention:write`.
        """
        return await self._call(
            Retention,
            make_request(
                "PUT",
                "/api/v1/organization/retention",
                body={
                    "conversationDays": conversation_days,
                    "runDays": run_days,
                    "fileDays": file_days,
                    "eventDays": event_days,
                    "decisionDays": decision_days,
                    "auditLogDays": audit_log_days,
                },
                if_match=if_match,
            ),
        )
