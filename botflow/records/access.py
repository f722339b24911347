"""Who calls, for which organization, and what they may do: scopes, and the roles that bundle them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Scope(StrEnum):
    """One kind of thing that a caller may do in its organization."""

    WORKFLOWS_READ = "workflows:read"
    WORKFLOWS_WRITE = "workflows:write"
    EXECUTIONS_READ = "executions:read"
    EXECUTIONS_WRITE = "executions:write"
    SESSIONS_READ = "sessions:read"
    SESSIONS_WRITE = "sessions:write"
    CREDENTIALS_READ = "credentials:read"
    CREDENTIALS_WRITE = "credentials:write"
    KEYS_READ = "keys:read"
    KEYS_WRITE = "keys:write"
    USERS_READ = "users:read"
    USERS_WRITE = "users:write"
    AUDIT_READ = "audit:read"
    EVENTS_READ = "events:read"
    WEBHOOKS_READ = "webhooks:read"
    WEBHOOKS_WRITE = "webhooks:write"
    PEOPLE_ERASE = "people:erase"
    RETENTION_WRITE = "retention:write"
    METRICS_READ = "metrics:read"  # of the whole deployment
    ORGANIZATIONS_WRITE = "organizations:write"


class Role(StrEnum):
    """What a person does in an organization; each role may do all that the ones before it may."""

    VIEWER = "viewer"
    OPERATOR = "operator"
    EDITOR = "editor"
    OWNER = "owner"


_VIEWER = frozenset({Scope.WORKFLOWS_READ, Scope.EXECUTIONS_READ, Scope.SESSIONS_READ, Scope.EVENTS_READ})
_OPERATOR = _VIEWER | {Scope.EXECUTIONS_WRITE, Scope.SESSIONS_WRITE}
_EDITOR = _OPERATOR | {Scope.WORKFLOWS_WRITE, Scope.CREDENTIALS_READ, Scope.WEBHOOKS_READ}
_OWNER = frozenset(Scope) - {Scope.METRICS_READ, Scope.ORGANIZATIONS_WRITE}
SCOPES_OF: Mapping[Role, frozenset[Scope]] = {
    Role.VIEWER: _VIEWER,
    Role.OPERATOR: _OPERATOR,
    Role.EDITOR: _EDITOR,
    Role.OWNER: _OWNER,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Principal:
    """A caller who was identified. `actor` names it in the audit log, `address` says where it calls from."""

    organization: int
    actor: str
    scopes: frozenset[Scope]
    address: str = ""

    def may(self, scope: Scope) -> bool:
        return scope in self.scopes


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyRecord:
    """An API key as it is stored, without its digest."""

    id: str
    organization: int
    name: str
    scopes: frozenset[Scope]
    created_by: str
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None
    revoked_at: datetime | None
