"""The vault: secret fields encrypted by AES-256-GCM, readable only with BOTFLOW_SECRET_KEY and only in their own row.

Fields never appear in a log, an answer or a repr. `cryptography` is imported on the first use.
"""

from __future__ import annotations

import hashlib
import os
import re
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

import orjson

from botflow.errors import UsageError
from botflow.keyring import Keyring
from botflow.redaction.known_secrets import KnownSecrets
from botflow.storage.credentials import CredentialKey, Credentials, StoredCredential

KEY_ID_BYTES = 8
NONCE_BYTES, TAG_BYTES = 12, 16  # NIST SP 800-38D
MOST_BYTES = 64_000
FROM_ENVIRONMENT = "env:"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")


class SecretFields(Mapping[str, str]):
    """Fields of a credential. They must be read explicitly; printing shows only their names."""

    def __init__(self, fields: Mapping[str, str]) -> None:
        self._fields = dict(fields)

    def __getitem__(self, name: str) -> str:
        return self._fields[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._fields)

    def __len__(self) -> int:
        return len(self._fields)

    def __repr__(self) -> str:
        return f"SecretFields({', '.join(sorted(self._fields))})"


@dataclass(frozen=True, slots=True, kw_only=True)
class CredentialSummary:
    """A credential as lists show it, without its fields."""

    name: str
    module: str
    user_name: str
    is_active: bool
    created_at: datetime


class Sealer:
    """Encrypts bytes for one place (a row), and opens them there. Sealed text: key id, nonce, ciphertext with tag."""

    def __init__(self, keyring: Keyring) -> None:
        self._newest = keyring.newest("credentials")
        self._keys = {_key_id(key): key for key in keyring.all("credentials")}

    def is_newest(self, sealed: bytes) -> bool:
        """Say whether the newest key sealed it."""
        return sealed[:KEY_ID_BYTES] == _key_id(self._newest)

    def seal(self, plain: bytes, place: bytes) -> bytes:
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        nonce, key_id = secrets.token_bytes(NONCE_BYTES), _key_id(self._newest)
        return key_id + nonce + AESGCM(self._newest).encrypt(nonce, plain, key_id + place)

    def open(self, sealed: bytes, place: bytes) -> bytes:
        """UsageError `credential.other_key` when a key of another secret sealed it, `credential.damaged` if it is not
        its own."""
        from cryptography.exceptions import InvalidTag
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        key_id, rest = sealed[:KEY_ID_BYTES], sealed[KEY_ID_BYTES:]
        if len(rest) < NONCE_BYTES + TAG_BYTES:
            raise _damaged()
        key = self._keys.get(key_id)
        if key is None:
            raise UsageError(
                "this credential was sealed with another BOTFLOW_SECRET_KEY",
                code="credential.other_key",
                hint="add the former secret behind the present one, or add the credential again",
            )
        try:
            return AESGCM(key).decrypt(rest[:NONCE_BYTES], rest[NONCE_BYTES:], key_id + place)
        except InvalidTag:
            raise _damaged() from None


def _key_id(key: bytes) -> bytes:
    return hashlib.sha256(b"botflow key id" + key).digest()[:KEY_ID_BYTES]


def _damaged() -> UsageError:
    return UsageError(
        "this credential's row was changed, or copied from another one",
        code="credential.damaged",
        hint="add it again",
    )


class Vault:
    """Adds, finds, lists and deactivates credentials. The secrets that it opens become `known`, for the log."""

    def __init__(self, store: Credentials, keyring: Keyring, known: KnownSecrets | None = None) -> None:
        self._store = store
        self._sealer = Sealer(keyring)
        self._known = known or KnownSecrets()

    async def add(self, name: str, module: str, fields: Mapping[str, str], *, user_name: str = "") -> None:
        """Seal and store; without a user, for the whole organization; UsageError `credential.name`, `.fields` or
        `.exists`."""
        if not _NAME.fullmatch(name):
            raise UsageError(
                f"{name[:80]!r} is no name for a credential",
                code="credential.name",
                hint="at most 64 letters, digits, - _ and ., the first a letter or digit",
            )
        plain = orjson.dumps(dict(fields))
        if not fields or len(plain) > MOST_BYTES or not all(isinstance(value, str) for value in fields.values()):
            raise UsageError(
                f"a credential has at least one field, all of them texts, and at most {MOST_BYTES} bytes",
                code="credential.fields",
            )
        key = await self._key_of(name, user_name)
        await self._store.add(key, module, self._sealer.seal(plain, _place(key, module)))

    async def fields(self, organization: int, user_name: str, name: str) -> SecretFields:
        """Return the fields of this user's credential `name`; UsageError `credential.unknown` without an active one."""
        stored = await self._store.usable(organization, user_name, name)
        if stored is None:
            raise UsageError(
                f"there is no active credential {name!r} that this run may use",
                code="credential.unknown",
                hint="add it for its user, or for the whole organization",
            )
        fields = SecretFields(orjson.loads(self._sealer.open(stored.sealed, _place(stored.key, stored.module))))
        self._known.opened(fields.values())
        return fields

    async def fields_for_run(self, session: int, name: str) -> SecretFields:
        """Like `fields`, for the user for whom the session's run was started."""
        return await self.fields(*await self._store.owner_of(session), name)

    async def webhook_secret(self, name: str) -> str:
        """Return the field `secret` of an organization's credential, or with `env:NAME` that environment variable.

        UsageError `credential.unknown` when there is none, or it is blank.
        """
        if name.startswith(FROM_ENVIRONMENT):
            secret = os.environ.get(name.removeprefix(FROM_ENVIRONMENT), "")
        else:
            secret = (await self.fields(await self._store.default_organization(), "", name)).get("secret", "")
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
            if self._sealer.is_newest(stored.sealed):
                continue
            place = _place(stored.key, stored.module)
            count += await self._store.replace(
                stored, self._sealer.seal(self._sealer.open(stored.sealed, place), place)
            )
        return count

    async def set_active(self, name: str, is_active: bool, *, user_name: str = "") -> None:
        """Activate or deactivate a credential; UsageError `credential.unknown`."""
        if not await self._store.set_active(await self._key_of(name, user_name), is_active):
            raise UsageError(f"there is no credential {name!r}", code="credential.unknown")

    async def _key_of(self, name: str, user_name: str) -> CredentialKey:
        return CredentialKey(organization=await self._store.default_organization(), user_name=user_name, name=name)


def _place(key: CredentialKey, module: str) -> bytes:
    """Return the associated data that binds a sealed text to its row."""
    return orjson.dumps([key.organization, key.user_name, key.name, module])


def _summary(stored: StoredCredential) -> CredentialSummary:
    return CredentialSummary(
        name=stored.key.name,
        module=stored.module,
        user_name=stored.key.user_name,
        is_active=stored.is_active,
        created_at=stored.created_at,
    )
