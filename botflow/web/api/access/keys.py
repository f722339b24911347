"""API keys over HTTP."""

from __future__ import annotations

from http import HTTPStatus

from botflow.records.access import Scope
from botflow.service.access.api_keys import Key, MadeKey, NewKey
from botflow.service.models import Page
from botflow.web.rest.operation import Call, Operation
from botflow.web.rest.query import PageQuery

TAG = "API keys"


async def get_keys(call: Call) -> Page[Key]:
    """List the API keys of your organization, the newest first, revoked ones too."""
    query: PageQuery = call.query
    return await call.service.keys.get_keys(cursor=query.cursor, limit=query.limit)


async def create_key(call: Call) -> MadeKey:
    """Make an API key with a role, or with scopes of its own. `key` is shown this once."""
    return await call.service.keys.create_key(call.body)


async def revoke_key(call: Call) -> Key:
    """Revoke an API key for good: it is refused from now on, by other processes within seconds."""
    return await call.service.keys.revoke_key(call.path["key"])


OPERATIONS = (
    Operation(
        method="GET",
        path="/keys",
        handler=get_keys,
        scope=Scope.KEYS_READ,
        tag=TAG,
        query=PageQuery,
        answer=Page[Key],
    ),
    Operation(
        method="POST",
        path="/keys",
        handler=create_key,
        scope=Scope.KEYS_WRITE,
        tag=TAG,
        body=NewKey,
        answer=MadeKey,
        status=HTTPStatus.CREATED,
        is_secret=True,
    ),
    Operation(
        method="POST", path="/keys/{key}/revoke", handler=revoke_key, scope=Scope.KEYS_WRITE, tag=TAG, answer=Key
    ),
)
