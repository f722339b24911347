"""The vault: secret fields that are sealed with BOTFLOW_SECRET_KEY, for the actions and webhooks that name them.

Fields never appear in a log, an answer or a repr.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from botflow.errors import UsageError
from botflow.keyring import Keyring
from botflow.redaction.known_secrets import KnownSecrets
from botflow.runtime.sealing import Safe, SecretFields
from botflow.storage.credentials import CredentialKey, Credentials, StoredCredential

FROM_ENVIRONMENT = "env:"
ONLY_HOME = "only the home organization may name a variable of the server as a webhook's secret"
OF_THEIR_OWN = "store the secret as a credential of the module webhook, and name that"
LONGEST_NAME = 64
_NAME = re.compile(r"\w[\w .&()/+-]*(?<! )")


@dataclass(frozen=True, slots=True, kw_only=True)
class CredentialSummary:
    """A credential as lists show it, without its fields."""

    name: str
    module: str
    user_name: str
    is_active: bool
    created_at: datetime


class Vault:
    """Adds, finds, lists and deactivates credentials. The secrets that it opens become `known`, for the log."""

    def __init__(self, store: Credentials, keyring: Keyring, known: KnownSecrets | None = None) -> None:
        self._store = store
        self.safe = Safe(keyring)
        self._known = known or KnownSecrets()

    async def add(self, name: str, module: str, fields: Mapping[str, str], *, user_name: str = "") -> None:
        """Seal and store for the home organization; without a user, for the whole of it.

        UsageError `credential.name`, `.fields` or `.exists`. The fields need not be declared: see `service.credentials`
        for sets of a plugin's module.
        """
        check_credential_name(name)
        key = await self._key_of(name, user_name)
        await self._store.add(key, module, self.safe.seal(key, module, fields))

    async def fields(self, organization: int, user_name: str, name: str) -> SecretFields:
        """Return the fields of this user's credential `name`; UsageError `credential.unknown` without an active one."""
        stored = await self._store.usable(organization, user_name, name)
        if stored is None:
            raise UsageError(
                f"there is no active credential {name!r} that this run may use",
                code="credential.unknown",
                hint="add it for its user, or for the whole organization",
            )
        fields = self.safe.open(stored)
        self._known.opened(fields.values())
        return fields

    async def fields_for_run(self, session: int, name: str) -> SecretFields:
        """Like `fields`, for the user for whom the session's run was started."""
        return await self.fields(*await self._store.owner_of(session), name)

    async def is_home(self, session: int) -> bool:
        """Say whether the session is one of the home organization."""
        organization, _ = await self._store.owner_of(session)
        return organization == await self._store.default_organization()

    async def webhook_secret(self, organization: int, name: str) -> str:
        """Return the field `secret` of the organization's credential, or with `env:NAME` that environment variable.

        UsageError `credential.unknown` when there is none, or it is blank; `credential.environment` for a variable that
        another organization than the home names: all variables are the deployment's.
        """
        if name.startswith(FROM_ENVIRONMENT):
            if organization != await self._store.default_organization():
                raise UsageError(ONLY_HOME, code="credential.environment", hint=OF_THEIR_OWN)
            secret = os.environ.get(name.removeprefix(FROM_ENVIRONMENT), "")
        else:
            secret = (await self.fields(organization, "", name)).get("secret", "")
        if not secret.strip():
            hint = (
                "set the variable for the web server" if name.startswith(FROM_ENVIRONMENT) else "give it a field secret"
            )
            raise UsageError(f"there is no secret in {name!r}", code="credential.unknown", hint=hint)
        self._known.opened((secret,))
        return secret

    async def all(self) -> list[CredentialSummary]:
        found = await self._store.all(await self._store.default_organization())
        return [_summary(stored) for stored in found]

    async def reseal(self) -> int:
        """Seal every credential of the deployment with the newest key; return how many were sealed with a former one.

        Credentials that are changed meanwhile are left as they are. UsageError like `fields`: nothing is resealed after
        the first one that cannot be opened.
        """
        count = 0
        for stored in await self._store.of_everyone():
            sealed = self.safe.resealed(stored)
            if sealed is not None:
                count += await self._store.replace(stored, sealed)
        return count

    async def set_active(self, name: str, is_active: bool, *, user_name: str = "") -> None:
        """Activate or deactivate a credential; UsageError `credential.unknown`."""
        if not await self._store.set_active(await self._key_of(name, user_name), is_active):
            raise UsageError(f"there is no credential {name!r}", code="credential.unknown")

    async def _key_of(self, name: str, user_name: str) -> CredentialKey:
        return CredentialKey(organization=await self._store.default_organization(), user_name=user_name, name=name)


def check_credential_name(name: str) -> None:
    """UsageError `credential.name` unless it is a name such as `Sales north`."""
    if len(name) > LONGEST_NAME or not _NAME.fullmatch(name):
        raise UsageError(
            f"{name[:80]!r} is no name for a credential",
            code="credential.name",
            hint=f"at most {LONGEST_NAME} letters, digits, blanks and _ . & ( ) / + -, the first a letter or digit",
        )


def _summary(stored: StoredCredential) -> CredentialSummary:
    return CredentialSummary(
        name=stored.key.name,
        module=stored.module,
        user_name=stored.key.user_name,
        is_active=stored.is_active,
        created_at=stored.created_at,
    )
