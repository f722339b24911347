"""Keys of applications that vouch for people of their own, over HTTP."""

from __future__ import annotations

from http import HTTPStatus

from botflow.records.access import Scope
from botflow.service.access.token_keys import NewTokenKey, TokenKey
from botflow.service.models import Page
from botflow.web.rest.operation import Call, Operation
from botflow.web.rest.query import PageQuery

TAG = "Token keys"


async def get_token_keys(call: Call) -> Page[TokenKey]:
    """List the keys of applications whose tokens your organization trusts."""
    query: PageQuery = call.query
    return await call.service.token_keys.get_token_keys(cursor=query.cursor, limit=query.limit)


async def create_token_key(call: Call) -> TokenKey:
    """Trust the JSON Web Tokens that a key signs: `sub`, `iat`, `exp` at most a day later, and maybe `role`; their
    header has the key's id as `kid`."""
    return await call.service.token_keys.create_token_key(call.body)


async def revoke_token_key(call: Call) -> TokenKey:
    """Trust a key no longer: its tokens are refused from now on."""
    return await call.service.token_keys.revoke_token_key(call.path["token_key"])


OPERATIONS = (
    Operation(
        method="GET",
        path="/token-keys",
        handler=get_token_keys,
        scope=Scope.KEYS_READ,
        tag=TAG,
        query=PageQuery,
        answer=Page[TokenKey],
    ),
    Operation(
        method="POST",
        path="/token-keys",
        handler=create_token_key,
        scope=Scope.KEYS_WRITE,
        tag=TAG,
        body=NewTokenKey,
        answer=TokenKey,
        status=HTTPStatus.CREATED,
    ),
    Operation(
        method="POST",
        path="/token-keys/{token_key}/revoke",
        handler=revoke_token_key,
        scope=Scope.KEYS_WRITE,
        tag=TAG,
        answer=TokenKey,
    ),
)
