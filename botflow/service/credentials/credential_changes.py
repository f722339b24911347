"""Changes of credentials, each within the transaction of its caller: the service's, or that of a command.

Values only go in: what is answered and written to the audit log has every sensitive field masked.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from botflow.errors import RejectedInbound, UsageError, did_you_mean
from botflow.interfaces.credential_modules import CredentialModule, Value
from botflow.outgoing_targets import Network
from botflow.records.access import Principal
from botflow.runtime.sealing import Safe
from botflow.runtime.vault import check_credential_name
from botflow.service.credentials.credential_uses import workflows_that_name
from botflow.service.models import Shown
from botflow.service.refusals import check_unchanged
from botflow.storage.credentials import CredentialKey, StoredCredential, add_credential
from botflow.storage.service import credentials
from botflow.storage.service.audit_log import record_change

MASK = "••••"
SHORTEST_WITH_END = 12  # characters: the last four of a shorter secret would be too much of it


class Credential(Shown):
    """A named set of a module. Sensitive fields are masked; `user` is null for one of the whole organization.

    `readable` is false when its fields cannot be opened with the present BOTFLOW_SECRET_KEY: then none is shown.
    """

    id: str
    module: str
    name: str
    user: str | None
    is_active: bool
    is_default: bool
    fields: dict[str, str | int | float | bool]
    readable: bool
    revision: int
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CredentialChanges:
    """The changes that `caller` makes. `modules` are those that the plugins declare, by their ids; addresses among the
    fields may lead to no private networks but these."""

    safe: Safe
    modules: Mapping[str, CredentialModule]
    networks: Sequence[Network]
    caller: Principal

    def create(
        self,
        connection: Connection,
        module: str,
        name: str,
        fields: Mapping[str, Value],
        *,
        user: str = "",
        is_default: bool = False,
    ) -> Credential:
        """RejectedInbound `credential.exists` (409); 422 for a wrong name, module or field."""
        try:
            check_credential_name(name)
            _check_not_masked(fields)
            kept = self._changed(module, {}, fields)
            key = CredentialKey(organization=self.caller.organization, user_name=user, name=name)
            id = add_credential(connection, key, module, self.safe.seal(key, module, kept))
        except UsageError as wrong:
            raise _refused(wrong) from None
        if id is None:
            raise RejectedInbound(
                f"there is a credential {name!r} already",
                code="credential.exists",
                hint="change it, or use another name; names are unique over all modules",
                status=409,
            )
        if is_default:
            self._make_default(connection, self._locked(connection, id))
        made = self.shown(self._locked(connection, id))
        record_change(connection, self.caller, "credential.created", f"credential:{id}", after=_logged(made))
        return made

    def update(
        self,
        connection: Connection,
        id: str,
        fields: Mapping[str, Value | None],
        *,
        is_default: bool | None = None,
        if_revision: int | None = None,
    ) -> Credential:
        """Replace the fields that are given; None removes one. RejectedInbound `credential.changed` (412)."""
        stored = self._locked(connection, id, if_revision)
        before = self.shown(stored)
        if fields:
            try:
                _check_not_masked(fields)
                kept = self._changed(stored.module, self.safe.open(stored), fields)
                sealed = self.safe.seal(stored.key, stored.module, kept)
            except UsageError as wrong:
                raise _refused(wrong) from None
            credentials.update_credential(connection, stored, fields=sealed)
        if is_default is not None:
            self._set_default(connection, self._locked(connection, id), is_default)
        after = self.shown(self._locked(connection, id))
        record_change(
            connection,
            self.caller,
            "credential.updated",
            f"credential:{id}",
            before=_logged(before),
            after={**_logged(after), "changed": sorted(fields)},
        )
        return after

    def set_active(
        self, connection: Connection, id: str, is_active: bool, *, if_revision: int | None = None
    ) -> Credential:
        """Take a set out of use, or back; also one that workflows name: they fail where they need it."""
        stored = self._locked(connection, id, if_revision)
        if stored.is_active == is_active:
            return self.shown(stored)
        credentials.update_credential(connection, stored, is_active=is_active)
        record_change(
            connection,
            self.caller,
            "credential.activated" if is_active else "credential.deactivated",
            f"credential:{id}",
        )
        return self.shown(self._locked(connection, id))

    def delete(self, connection: Connection, id: str, *, if_revision: int | None = None) -> None:
        """RejectedInbound `credential.in_use` (409) names the workflows that need it."""
        stored = self._locked(connection, id, if_revision)
        organization, name = self.caller.organization, stored.key.name
        # A user's own set may go while another set has its name: the workflow names no user.
        is_only_one = not stored.key.user_name or credentials.count_named(connection, organization, name) == 1
        users = workflows_that_name(credentials.documents_in_use(connection, organization), name)
        if is_only_one and users:
            raise RejectedInbound(
                f"the credential {name!r} is named by {', '.join(users[:10])}{', ...' if len(users) > 10 else ''}",
                code="credential.in_use",
                hint="let these workflows name another one, or deactivate it",
                status=409,
            )
        credentials.delete_credential(connection, organization, id)
        record_change(
            connection, self.caller, "credential.deleted", f"credential:{id}", before=_logged(self.shown(stored))
        )

    def shown(self, stored: StoredCredential) -> Credential:
        """Return a set as it is shown: without secrets."""
        try:
            fields, readable = self._masked(stored), True
        except UsageError:
            fields, readable = {}, False
        return Credential(
            id=stored.id,
            module=stored.module,
            name=stored.key.name,
            user=stored.key.user_name or None,
            is_active=stored.is_active,
            is_default=stored.is_default,
            fields=fields,
            readable=readable,
            revision=stored.revision,
            created_at=stored.created_at,
            updated_at=stored.updated_at,
        )

    def _masked(self, stored: StoredCredential) -> dict[str, Value]:
        """Return the fields; all of a module that is not declared here, and those that it does not have, are masked."""
        module = self.modules.get(stored.module)
        shown: dict[str, Value] = {}
        for id, kept in self.safe.open(stored).items():
            field = module.field(id) if module is not None else None
            shown[id] = masked(kept) if field is None or field.sensitive else field.shown(kept)
        return shown

    def _set_default(self, connection: Connection, stored: StoredCredential, is_default: bool) -> None:
        if is_default:
            self._make_default(connection, stored)
        elif stored.is_default:
            credentials.update_credential(connection, stored, is_default=False)

    def _make_default(self, connection: Connection, stored: StoredCredential) -> None:
        if stored.key.user_name:
            raise RejectedInbound(
                "a user's credential cannot be the organization's default",
                code="credential.users_default",
                hint="add it without a user",
                status=422,
            )
        if not stored.is_default:
            credentials.clear_default(connection, self.caller.organization, stored.module)
            credentials.update_credential(connection, stored, is_default=True)

    def _changed(self, id: str, before: Mapping[str, str], given: Mapping[str, Value | None]) -> Mapping[str, str]:
        module = self._declared(id)
        kept = module.changed(before, given)
        module.check_addresses(kept, self.networks)
        return kept

    def _declared(self, id: str) -> CredentialModule:
        module = self.modules.get(id)
        if module is None:
            known = ", ".join(sorted(self.modules))
            raise RejectedInbound(
                f"there is no credential module {id[:64]!r}",
                code="credential.unknown_module",
                hint=did_you_mean(id, list(self.modules), f"a plugin declares it; there are {known}"),
                status=422,
            )
        return module

    def _locked(self, connection: Connection, id: str, if_revision: int | None = None) -> StoredCredential:
        stored = None
        if id.isprintable():
            stored = credentials.get_credential(connection, self.caller.organization, id, lock=True)
        if stored is None:
            raise unknown_credential(id)
        check_unchanged(stored.revision, if_revision, "credential.changed")
        return stored


def masked(secret: str) -> str:
    """Return what may be shown of a secret: its last four characters, if it is long enough."""
    return MASK + secret[-4:] if len(secret) >= SHORTEST_WITH_END else MASK


def _check_not_masked(fields: Mapping[str, Value | None]) -> None:
    """UsageError `credential.masked` for what was read and is sent back: it would take the place of the secret."""
    for id, value in fields.items():
        if isinstance(value, str) and value.startswith(MASK):
            raise UsageError(
                f"{id[:64]} is what is shown in place of the secret, and not the secret",
                code="credential.masked",
                hint="leave the field out to keep its value",
            )


def unknown_credential(named: str) -> RejectedInbound:
    """Return the refusal of an id or a name that the organization does not have."""
    return RejectedInbound(
        f"there is no credential {named[:64]!r}",
        code="credential.unknown",
        hint="list them with GET /api/v1/credentials",
        status=404,
    )


def _refused(wrong: UsageError) -> RejectedInbound:
    status = 409 if wrong.code in ("credential.other_key", "credential.damaged") else 422
    return RejectedInbound(wrong.message, code=wrong.code, hint=wrong.hint, status=status)


def _logged(credential: Credential) -> dict[str, Any]:
    return {
        "module": credential.module,
        "name": credential.name,
        "user": credential.user,
        "isDefault": credential.is_default,
        "fields": credential.fields,
    }
