"""Token keys. Written by `python -m docs.generate`: do not edit it."""

from __future__ import annotations

from typing import Literal

from botflow_client import inputs
from botflow_client.models.token_keys import TokenKey
from botflow_client.pages import AsyncPages, Pages
from botflow_client.request import make_request, segment
from botflow_client.transport import AsyncCaller, Caller


class TokenKeysCalls(Caller):
    """Token keys."""

    def get_token_keys(self, *, cursor: str | None = None, limit: int | None = None) -> Pages[TokenKey]:
        """List the keys of applications whose tokens your organization trusts. It needs the scope `keys:read`."""
        return self._list(TokenKey, "/api/v1/token-keys", {"cursor": cursor, "limit": limit})

    def create_token_key(
        self,
        *,
        name: str,
        algorithm: Literal["ES256", "RS256"],
        public_key: str,
        role: inputs.Role,
        idempotency_key: str | None = None,
    ) -> TokenKey:
        """Trust the JSON Web Tokens that a key signs: `sub`, `iat`, `exp` at most a day later, and maybe `role`;
        their header has the key's id as `kid`. It needs the scope `keys:write`.
        """
        return self._call(
            TokenKey,
            make_request(
                "POST",
                "/api/v1/token-keys",
                body={"name": name, "algorithm": algorithm, "publicKey": public_key, "role": role},
                idempotency_key=idempotency_key,
            ),
        )

    def revoke_token_key(self, token_key: str | int, *, idempotency_key: str | None = None) -> TokenKey:
        """Trust a key no longer: its tokens are refused from now on. It needs the scope `keys:write`."""
        return self._call(
            TokenKey,
            make_request("POST", f"/api/v1/token-keys/{segment(token_key)}/revoke", idempotency_key=idempotency_key),
        )


class AsyncTokenKeysCalls(AsyncCaller):
    """Token keys."""

    def get_token_keys(self, *, cursor: str | None = None, limit: int | None = None) -> AsyncPages[TokenKey]:
        """List the keys of applications whose tokens your organization trusts. It needs the scope `keys:read`."""
        return self._list(TokenKey, "/api/v1/token-keys", {"cursor": cursor, "limit": limit})

    async def create_token_key(
        self,
        *,
        name: str,
        algorithm: Literal["ES256", "RS256"],
        public_key: str,
        role: inputs.Role,
        idempotency_key: str | None = None,
    ) -> TokenKey:
        """Trust the JSON Web Tokens that a key signs: `sub`, `iat`, `exp` at most a day later, and maybe `role`;
        their header has the key's id as `kid`. It needs the scope `keys:write`.
        """
        return await self._call(
            TokenKey,
            make_request(
                "POST",
                "/api/v1/token-keys",
                body={"name": name, "algorithm": algorithm, "publicKey": public_key, "role": role},
                idempotency_key=idempotency_key,
            ),
        )

    async def revoke_token_key(self, token_key: str | int, *, idempotency_key: str | None = None) -> TokenKey:
        """Trust a key no longer: its tokens are refused from now on. It needs the scope `keys:write`."""
        return await self._call(
            TokenKey,
            make_request("POST", f"/api/v1/token-keys/{segment(token_key)}/revoke", idempotency_key=idempotency_key),
        )
