"""People with accounts over HTTP."""

from __future__ import annotations

from http import HTTPStatus

from botflow.records.access import Scope
from botflow.service.access.users import MadeUser, NewUser, User, UserChange
from botflow.service.models import Page
from botflow.web.rest.operation import Call, Operation
from botflow.web.rest.query import PageQuery

TAG = "Users"


async def get_users(call: Call) -> Page[User]:
    """List the people of your organization, the oldest account first, deactivated ones too."""
    query: PageQuery = call.query
    return await call.service.users.get_users(cursor=query.cursor, limit=query.limit)


async def create_user(call: Call) -> MadeUser:
    """Make an account with a role. `password` is shown this once; the person changes it after signing in."""
    return await call.service.users.create_user(call.body)


async def get_user(call: Call) -> User:
    """Read an account."""
    return await call.service.users.get_user(call.path["user"])


async def update_user(call: Call) -> User:
    """Change a name or a role, or deactivate an account, which signs it out everywhere."""
    return await call.service.users.update_user(call.path["user"], call.body, if_revision=call.if_revision)


async def reset_password(call: Call) -> MadeUser:
    """Give an account a new first password, end its lockout, and sign it out everywhere."""
    return await call.service.users.reset_password(call.path["user"])


_ONE = "/users/{user}"
_READS, _WRITES = Scope.USERS_READ, Scope.USERS_WRITE
OPERATIONS = (
    Operation(
        method="GET", path="/users", handler=get_users, scope=_READS, tag=TAG, query=PageQuery, answer=Page[User]
    ),
    Operation(
        method="POST",
        path="/users",
        handler=create_user,
        scope=_WRITES,
        tag=TAG,
        body=NewUser,
        answer=MadeUser,
        status=HTTPStatus.CREATED,
        is_secret=True,
    ),
    Operation(method="GET", path=_ONE, handler=get_user, scope=_READS, tag=TAG, answer=User),
    Operation(
        method="PATCH",
        path=_ONE,
        handler=update_user,
        scope=_WRITES,
        tag=TAG,
        body=UserChange,
        answer=User,
        edits=True,
    ),
    Operation(
        method="POST",
        path=f"{_ONE}/reset-password",
        handler=reset_password,
        scope=_WRITES,
        tag=TAG,
        answer=MadeUser,
        is_secret=True,
    ),
)
