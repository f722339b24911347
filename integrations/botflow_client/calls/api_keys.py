"""API keys. Written by `python -m docs.generate`: do not edit it."""

from __future__ import annotations

from collections.abc import Sequence

from botflow_client import inputs
from botflow_client.models.api_keys import Key, MadeKey
from botflow_client.omit import OMIT, Omit
from botflow_client.pages import AsyncPages, Pages
from botflow_client.request import make_request, segment
from botflow_client.transport import AsyncCaller, Caller


class APIKeysCalls(Caller):
    """API keys."""

    def get_keys(self, *, cursor: str | None = None, limit: int | None = None) -> Pages[Key]:
        """List the API keys of your organization, the newest first, revoked ones too. It needs the scope
        `keys:read`.
        """
        return self._list(Key, "/api/v1/keys", {"cursor": cursor, "limit": limit})

    def create_key(
        self,
        *,
        name: str,
        role: inputs.Role | Omit | None = OMIT,
        scopes: Sequence[inputs.Scope] | Omit | None = OMIT,
        expires_in_days: int | Omit | None = OMIT,
        idempotency_key: str | None = None,
    ) -> MadeKey:
        """Make an API key with a role, or with scopes of its own. `key` is shown this once. It needs the scope
        `keys:write`.
        """
        return self._call(
            MadeKey,
            make_request(
                "POST",
                "/api/v1/keys",
                body={"name": name, "role": role, "scopes": scopes, "expiresInDays": expires_in_days},
                idempotency_key=idempotency_key,
            ),
        )

    def revoke_key(self, key: str | int, *, idempotency_key: str | None = None) -> Key:
        """Revoke an API key for good: it is refused from now on, by other processes within seconds. It needs the
        scope `keys:write`.
        """
        return self._call(
            Key, make_request("POST", f"/api/v1/keys/{segment(key)}/revoke", idempotency_key=idempotency_key)
        )


class AsyncAPIKeysCalls(AsyncCaller):
    """API keys."""

    def get_keys(self, *, cursor: str | None = None, limit: int | None = None) -> AsyncPages[Key]:
        """List the API keys of your organization, the newest first, revoked ones too. It needs the scope
        `keys:read`.
        """
        return self._list(Key, "/api/v1/keys", {"cursor": cursor, "limit": limit})

    async def create_key(
        self,
        *,
        name: str,
        role: inputs.Role | Omit | None = OMIT,
        scopes: Sequence[inputs.Scope] | Omit | None = OMIT,
        expires_in_days: int | Omit | None = OMIT,
        idempotency_key: str | None = None,
    ) -> MadeKey:
        """Make an API key with a role, or with scopes of its own. `key` is shown this once. It needs the scope
        `keys:write`.
        """
        return await self._call(
            MadeKey,
            make_request(
                "POST",
                "/api/v1/keys",
                body={"name": name, "role": role, "scopes": scopes, "expiresInDays": expires_in_days},
                idempotency_key=idempotency_key,
            ),
        )

    async def revoke_key(self, key: str | int, *, idempotency_key: str | None = None) -> Key:
        """Revoke an API key for good: it is refused from now on, by other processes within seconds. It needs the
        scope `keys:write`.
        """
        return await self._call(
            Key, make_request("POST", f"/api/v1/keys/{segment(key)}/revoke", idempotency_key=idempotency_key)
        )
