"""Users. Written by `python -m docs.generate`: do not edit it."""

from __future__ import annotations

from botflow_client import inputs
from botflow_client.models.users import MadeUser, User
from botflow_client.omit import OMIT, Omit
from botflow_client.pages import AsyncPages, Pages
from botflow_client.request import make_request, segment
from botflow_client.transport import AsyncCaller, Caller


class UsersCalls(Caller):
    """Users."""

    def get_users(self, *, cursor: str | None = None, limit: int | None = None) -> Pages[User]:
        """List the people of your organization, the oldest account first, deactivated ones too. It needs the scope
        `users:read`.
        """
        return self._list(User, "/api/v1/users", {"cursor": cursor, "limit": limit})

    def create_user(
        self,
        *,
        email: str,
        name: str,
        role: inputs.Role,
        picture: str | Omit | None = OMIT,
        idempotency_key: str | None = None,
    ) -> MadeUser:
        """Make an account with a role. `password` is shown this once; the person changes it after signing in. It
        needs the scope `users:write`.
        """
        return self._call(
            MadeUser,
            make_request(
                "POST",
                "/api/v1/users",
                body={"email": email, "name": name, "role": role, "picture": picture},
                idempotency_key=idempotency_key,
            ),
        )

    def get_user(self, user: str | int) -> User:
        """Read an account. It needs the scope `users:read`."""
        return self._call(User, make_request("GET", f"/api/v1/users/{segment(user)}"))

    def update_user(
        self,
        user: str | int,
        *,
        name: str | Omit | None = OMIT,
        role: inputs.Role | Omit | None = OMIT,
        active: bool | Omit | None = OMIT,
        picture: str | Omit | None = OMIT,
        if_match: int | None = None,
    ) -> User:
        """Change a name or a role, or deactivate an account, which signs it out everywhere. It needs the scope
        `users:write`.
        """
        return self._call(
            User,
            make_request(
                "PATCH",
                f"/api/v1/users/{segment(user)}",
                body={"name": name, "role": role, "active": active, "picture": picture},
                if_match=if_match,
            ),
        )

    def reset_password(self, user: str | int, *, idempotency_key: str | None = None) -> MadeUser:
        """Give an account a new first password, end its lockout, and sign it out everywhere. It needs the scope
        `users:write`.
        """
        return self._call(
            MadeUser,
            make_request("POST", f"/api/v1/users/{segment(user)}/reset-password", idempotency_key=idempotency_key),
        )


class AsyncUsersCalls(AsyncCaller):
    """Users."""

    def get_users(self, *, cursor: str | None = None, limit: int | None = None) -> AsyncPages[User]:
        """List the people of your organization, the oldest account first, deactivated ones too. It needs the scope
        `users:read`.
        """
        return self._list(User, "/api/v1/users", {"cursor": cursor, "limit": limit})

    async def create_user(
        self,
        *,
        email: str,
        name: str,
        role: inputs.Role,
        picture: str | Omit | None = OMIT,
        idempotency_key: str | None = None,
    ) -> MadeUser:
        """Make an account with a role. `password` is shown this once; the person changes it after signing in. It
        needs the scope `users:write`.
        """
        return await self._call(
            MadeUser,
            make_request(
                "POST",
                "/api/v1/users",
                body={"email": email, "name": name, "role": role, "picture": picture},
                idempotency_key=idempotency_key,
            ),
        )

    async def get_user(self, user: str | int) -> User:
        """Read an account. It needs the scope `users:read`."""
        return await self._call(User, make_request("GET", f"/api/v1/users/{segment(user)}"))

    async def update_user(
        self,
        user: str | int,
        *,
        name: str | Omit | None = OMIT,
        role: inputs.Role | Omit | None = OMIT,
        active: bool | Omit | None = OMIT,
        picture: str | Omit | None = OMIT,
        if_match: int | None = None,
    ) -> User:
        """Change a name or a role, or deactivate an account, which signs it out everywhere. It needs the scope
        `users:write`.
        """
        return await self._call(
            User,
            make_request(
                "PATCH",
                f"/api/v1/users/{segment(user)}",
                body={"name": name, "role": role, "active": active, "picture": picture},
                if_match=if_match,
            ),
        )

    async def reset_password(self, user: str | int, *, idempotency_key: str | None = None) -> MadeUser:
        """Give an account a new first password, end its lockout, and sign it out everywhere. It needs the scope
        `users:write`.
        """
        return await self._call(
            MadeUser,
            make_request("POST", f"/api/v1/users/{segment(user)}/reset-password", idempotency_key=idempotency_key),
        )
