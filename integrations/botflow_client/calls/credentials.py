"""Credentials. Written by `python -m docs.generate`: do not edit it."""

from __future__ import annotations

from collections.abc import Mapping

from botflow_client.models.credentials import Credential, PageOfModule
from botflow_client.omit import OMIT, Omit
from botflow_client.pages import AsyncPages, Pages
from botflow_client.request import make_request, segment
from botflow_client.transport import AsyncCaller, Caller


class CredentialsCalls(Caller):
    """Credentials."""

    def get_credential_modules(self) -> PageOfModule:
        """List the modules that have credentials, and their fields. It needs the scope `credentials:read`."""
        return self._call(PageOfModule, make_request("GET", "/api/v1/credential-modules"))

    def get_credentials_by_module(
        self, *, cursor: str | None = None, limit: int | None = None, module: str | None = None, user: str | None = None
    ) -> Pages[Credential]:
        """List the credentials by name, inactive ones too. With `user`: those that this user may use. It needs the
        scope `credentials:read`.
        """
        return self._list(
            Credential, "/api/v1/credentials", {"cursor": cursor, "limit": limit, "module": module, "user": user}
        )

    def create_credential(
        self,
        *,
        module: str,
        name: str,
        fields: Mapping[str, str | bool | int | float],
        user: str | Omit | None = OMIT,
        is_default: bool | Omit = OMIT,
        idempotency_key: str | None = None,
    ) -> Credential:
        """Store a credential. Its sensitive fields are never shown again. It needs the scope `credentials:write`."""
        return self._call(
            Credential,
            make_request(
                "POST",
                "/api/v1/credentials",
                body={"module": module, "name": name, "fields": fields, "user": user, "isDefault": is_default},
                idempotency_key=idempotency_key,
            ),
        )

    def get_active_credentials(
        self, *, cursor: str | None = None, limit: int | None = None, module: str | None = None, user: str | None = None
    ) -> Pages[Credential]:
        """List the active credentials by name. With `user`: those that this user may use. It needs the scope
        `credentials:read`.
        """
        return self._list(
            Credential, "/api/v1/credentials/active", {"cursor": cursor, "limit": limit, "module": module, "user": user}
        )

    def get_credential_by_name(self, *, module: str, name: str, user: str | None = None) -> Credential:
        """Read the credential of this name: the user's own, else the organization's. It needs the scope
        `credentials:read`.
        """
        return self._call(
            Credential,
            make_request("GET", "/api/v1/credentials/by-name", query={"module": module, "name": name, "user": user}),
        )

    def get_credential(self, credential: str | int) -> Credential:
        """Read a credential by its id. It needs the scope `credentials:read`."""
        return self._call(Credential, make_request("GET", f"/api/v1/credentials/{segment(credential)}"))

    def update_credential(
        self,
        credential: str | int,
        *,
        fields: Mapping[str, str | bool | int | float | None] | Omit = OMIT,
        is_default: bool | Omit | None = OMIT,
        if_match: int | None = None,
    ) -> Credential:
        """Replace the fields that are sent; null removes one. It needs the scope `credentials:write`."""
        return self._call(
            Credential,
            make_request(
                "PATCH",
                f"/api/v1/credentials/{segment(credential)}",
                body={"fields": fields, "isDefault": is_default},
                if_match=if_match,
            ),
        )

    def delete_credential(self, credential: str | int, *, if_match: int | None = None) -> None:
        """Delete a credential that no active version and no draft names. It needs the scope `credentials:write`."""
        self._do(make_request("DELETE", f"/api/v1/credentials/{segment(credential)}", if_match=if_match))

    def activate_credential(
        self, credential: str | int, *, if_match: int | None = None, idempotency_key: str | None = None
    ) -> Credential:
        """Put a credential back into use. It needs the scope `credentials:write`."""
        return self._call(
            Credential,
            make_request(
                "POST",
                f"/api/v1/credentials/{segment(credential)}/activate",
                if_match=if_match,
                idempotency_key=idempotency_key,
            ),
        )

    def deactivate_credential(
        self, credential: str | int, *, if_match: int | None = None, idempotency_key: str | None = None
    ) -> Credential:
        """Take a credential out of use: what needs it fails from now on, everywhere within seconds. It needs the
        scope `credentials:write`.
        """
        return self._call(
            Credential,
            make_request(
                "POST",
                f"/api/v1/credentials/{segment(credential)}/deactivate",
                if_match=if_match,
                idempotency_key=idempotency_key,
            ),
        )


class AsyncCredentialsCalls(AsyncCaller):
    """Credentials."""

    async def get_credential_modules(self) -> PageOfModule:
        """List the modules that have credentials, and their fields. It needs the scope `credentials:read`."""
        return await self._call(PageOfModule, make_request("GET", "/api/v1/credential-modules"))

    def get_credentials_by_module(
        self, *, cursor: str | None = None, limit: int | None = None, module: str | None = None, user: str | None = None
    ) -> AsyncPages[Credential]:
        """List the credentials by name, inactive ones too. With `user`: those that this user may use. It needs the
        scope `credentials:read`.
        """
        return self._list(
            Credential, "/api/v1/credentials", {"cursor": cursor, "limit": limit, "module": module, "user": user}
        )

    async def create_credential(
        self,
        *,
        module: str,
        name: str,
        fields: Mapping[str, str | bool | int | float],
        user: str | Omit | None = OMIT,
        is_default: bool | Omit = OMIT,
        idempotency_key: str | None = None,
    ) -> Credential:
        """Store a credential. Its sensitive fields are never shown again. It needs the scope `credentials:write`."""
        return await self._call(
            Credential,
            make_request(
                "POST",
                "/api/v1/credentials",
                body={"module": module, "name": name, "fields": fields, "user": user, "isDefault": is_default},
                idempotency_key=idempotency_key,
            ),
        )

    def get_active_credentials(
        self, *, cursor: str | None = None, limit: int | None = None, module: str | None = None, user: str | None = None
    ) -> AsyncPages[Credential]:
        """List the active credentials by name. With `user`: those that this user may use. It needs the scope
        `credentials:read`.
        """
        return self._list(
            Credential, "/api/v1/credentials/active", {"cursor": cursor, "limit": limit, "module": module, "user": user}
        )

    async def get_credential_by_name(self, *, module: str, name: str, user: str | None = None) -> Credential:
        """Read the credential of this name: the user's own, else the organization's. It needs the scope
        `credentials:read`.
        """
        return await self._call(
            Credential,
            make_request("GET", "/api/v1/credentials/by-name", query={"module": module, "name": name, "user": user}),
        )

    async def get_credential(self, credential: str | int) -> Credential:
        """Read a credential by its id. It needs the scope `credentials:read`."""
        return await self._call(Credential, make_request("GET", f"/api/v1/credentials/{segment(credential)}"))

    async def update_credential(
        self,
        credential: str | int,
        *,
        fields: Mapping[str, str | bool | int | float | None] | Omit = OMIT,
        is_default: bool | Omit | None = OMIT,
        if_match: int | None = None,
    ) -> Credential:
        """Replace the fields that are sent; null removes one. It needs the scope `credentials:write`."""
        return await self._call(
            Credential,
            make_request(
                "PATCH",
                f"/api/v1/credentials/{segment(credential)}",
                body={"fields": fields, "isDefault": is_default},
                if_match=if_match,
            ),
        )

    async def delete_credential(self, credential: str | int, *, if_match: int | None = None) -> None:
        """Delete a credential that no active version and no draft names. It needs the scope `credentials:write`."""
        await self._do(make_request("DELETE", f"/api/v1/credentials/{segment(credential)}", if_match=if_match))

    async def activate_credential(
        self, credential: str | int, *, if_match: int | None = None, idempotency_key: str | None = None
    ) -> Credential:
        """Put a credential back into use. It needs the scope `credentials:write`."""
        return await self._call(
            Credential,
            make_request(
                "POST",
                f"/api/v1/credentials/{segment(credential)}/activate",
                if_match=if_match,
                idempotency_key=idempotency_key,
            ),
        )

    async def deactivate_credential(
        self, credential: str | int, *, if_match: int | None = None, idempotency_key: str | None = None
    ) -> Credential:
        """Take a credential out of use: what needs it fails from now on, everywhere within seconds. It needs the
        scope `credentials:write`.
        """
        return await self._call(
            Credential,
            make_request(
                "POST",
                f"/api/v1/credentials/{segment(credential)}/deactivate",
                if_match=if_match,
                idempotency_key=idempotency_key,
            ),
        )
