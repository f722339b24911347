"""Credentials over HTTP. Values only go in: every answer has sensitive fields masked."""

from __future__ import annotations

from http import HTTPStatus

from botflow.records.access import Scope
from botflow.service.credentials.credential_changes import Credential
from botflow.service.credentials.credentials import CredentialChange, Module, NewCredential
from botflow.service.models import Page
from botflow.web.rest.operation import Call, Operation
from botflow.web.rest.query import PageQuery, Query, QueryText

TAG = "Credentials"


class CredentialsQuery(PageQuery):
    """Which sets: of a module, and those that a user may use."""

    module: QueryText | None = None
    user: QueryText | None = None


class NameQuery(Query):
    """The set of this name in a module; the user's own, if there is one."""

    module: QueryText
    name: QueryText
    user: QueryText | None = None


async def get_credential_modules(call: Call) -> Page[Module]:
    """List the modules that have credentials, and their fields."""
    return await call.service.credentials.get_credential_modules()


async def get_credentials_by_module(call: Call) -> Page[Credential]:
    """List the credentials by name, inactive ones too. With `user`: those that this user may use."""
    query: CredentialsQuery = call.query
    return await call.service.credentials.get_credentials_by_module(
        query.module, user=query.user, cursor=query.cursor, limit=query.limit
    )


async def get_active_credentials(call: Call) -> Page[Credential]:
    """List the active credentials by name. With `user`: those that this user may use."""
    query: CredentialsQuery = call.query
    return await call.service.credentials.get_active_credentials(
        query.module, user=query.user, cursor=query.cursor, limit=query.limit
    )


async def get_credential_by_name(call: Call) -> Credential:
    """Read the credential of this name: the user's own, else the organization's."""
    query: NameQuery = call.query
    return await call.service.credentials.get_credential_by_name(query.module, query.name, user=query.user)


async def get_credential(call: Call) -> Credential:
    """Read a credential by its id."""
    return await call.service.credentials.get_credential(call.path["credential"])


async def create_credential(call: Call) -> Credential:
    """Store a credential. Its sensitive fields are never shown again."""
    return await call.service.credentials.create_credential(call.body)


async def update_credential(call: Call) -> Credential:
    """Replace the fields that are sent; null removes one."""
    change: CredentialChange = call.body
    return await call.service.credentials.update_credential(
        call.path["credential"], change.fields, is_default=change.is_default, if_revision=call.if_revision
    )


async def activate_credential(call: Call) -> Credential:
    """Put a credential back into use."""
    return await call.service.credentials.activate_credential(call.path["credential"], if_revision=call.if_revision)


async def deactivate_credential(call: Call) -> Credential:
    """Take a credential out of use: what needs it fails from now on, everywhere within seconds."""
    return await call.service.credentials.deactivate_credential(call.path["credential"], if_revision=call.if_revision)


async def delete_credential(call: Call) -> None:
    """Delete a credential that no active version and no draft names."""
    await call.service.credentials.delete_credential(call.path["credential"], if_revision=call.if_revision)


_ONE = "/credentials/{credential}"
_READS, _WRITES = Scope.CREDENTIALS_READ, Scope.CREDENTIALS_WRITE
OPERATIONS = (
    Operation(
        method="GET",
        path="/credential-modules",
        handler=get_credential_modules,
        scope=_READS,
        tag=TAG,
        answer=Page[Module],
    ),
    Operation(
        method="GET",
        path="/credentials",
        handler=get_credentials_by_module,
        scope=_READS,
        tag=TAG,
        query=CredentialsQuery,
        answer=Page[Credential],
    ),
    Operation(
        method="POST",
        path="/credentials",
        handler=create_credential,
        scope=_WRITES,
        tag=TAG,
        body=NewCredential,
        answer=Credential,
        status=HTTPStatus.CREATED,
    ),
    Operation(
        method="GET",
        path="/credentials/active",
        handler=get_active_credentials,
        scope=_READS,
        tag=TAG,
        query=CredentialsQuery,
        answer=Page[Credential],
    ),
    Operation(
        method="GET",
        path="/credentials/by-name",
        handler=get_credential_by_name,
        scope=_READS,
        tag=TAG,
        query=NameQuery,
        answer=Credential,
    ),
    Operation(method="GET", path=_ONE, handler=get_credential, scope=_READS, tag=TAG, answer=Credential),
    Operation(
        method="PATCH",
        path=_ONE,
        handler=update_credential,
        scope=_WRITES,
        tag=TAG,
        body=CredentialChange,
        answer=Credential,
        edits=True,
    ),
    Operation(method="DELETE", path=_ONE, handler=delete_credential, scope=_WRITES, tag=TAG, edits=True),
    Operation(
        method="POST",
        path=f"{_ONE}/activate",
        handler=activate_credential,
        scope=_WRITES,
        tag=TAG,
        answer=Credential,
        edits=True,
    ),
    Operation(
        method="POST",
        path=f"{_ONE}/deactivate",
        handler=deactivate_credential,
        scope=_WRITES,
        tag=TAG,
        answer=Credential,
        edits=True,
    ),
)
