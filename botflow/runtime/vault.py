"""The vault: secret fields encrypted by AES-256-GCM, readable only with BOTFLOW_SECRET_KEY and only in their own row.

Fields never appear in a log, an answer or a repr. `cryptography` is imported on the first use.
"""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from botflow.errors import UsageError
from botflow.storage.credentials import CredentialKey, Credentials, StoredCredential

KEY_ID_BYTES = 8
NONCE_BYTES = 12  # NIST SP 800-38D
MOST_BYTES = 64_000
SHORTEST_SECRET = 6
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

    def __init__(self, secret_key: str) -> None:
        self._secret = secret_key.encode()

    def seal(self, plain: bytes, place: bytes) -> bytes:
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        nonce = secrets.token_bytes(NONCE_BYTES)
        key_id = self._derived(b"botflow credentials: key id", KEY_ID_BYTES)
        return key_id + nonce + AESGCM(self._key()).encrypt(nonce, plain, key_id + place)

    def open(self, sealed: bytes, place: bytes) -> bytes:
        """UsageError `credential.other_key` when another key sealed it, `credential.damaged` if it is not its own."""
        from cryptography.exceptions import InvalidTag
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        key_id, rest = sealed[:KEY_ID_BYTES], sealed[KEY_ID_BYTES:]
        if key_id != self._derived(b"botflow credentials: key id", KEY_ID_BYTES):
            raise UsageError(
                "this credential was sealed with another BOTFLOW_SECRET_KEY",
                code="credential.other_key",
                hint="set the former key again, or add the credential again",
            )
        try:
            return AESGCM(self._key()).decrypt(rest[:NONCE_BYTES], rest[NONCE_BYTES:], key_id + place)
        except InvalidTag:
            raise UsageError(
                "this credential's row was changed, or copied from another one",
                code="credential.damaged",
                hint="add it again",
            ) from None

    def _key(self) -> bytes:
        return self._derived(b"botflow credentials: AES-256-GCM", 32)

    def _derived(self, purpose: bytes, length: int) -> bytes:
        from cryptography.hazmat.primitives.hashes import SHA256
        from cryptography.hazmat.primitives.kdf.hkdf import HKDF

        return HKDF(algorithm=SHA256(), length=length, salt=None, info=purpose).derive(self._secret)


class Vault:
    """Adds, finds, lists and deactivates credentials."""

    def __init__(self, store: Credentials, secret_key: str) -> None:
        self._store = store
        self._sealer = Sealer(secret_key)

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
        return SecretFields(orjson.loads(self._sealer.open(stored.sealed, _place(stored.key, stored.module))))

    async def fields_for_run(self, session: int, name: str) -> SecretFields:
        """Like `fields`, for the user for whom the session's run was started."""
        return await self.fields(*await self._store.owner_of(session), name)

    async def webhook_secret(self, name: str) -> str:
        """Return the field `secret` of an organization's credential, or with `env:NAME` that environment variable.

        UsageError `credential.unknown` when there is none.
        """
        if name.startswith(FROM_ENVIRONMENT):
            secret = os.environ.get(name.removeprefix(FROM_ENVIRONMENT), "")
        else:
            secret = (await self.fields(await self._store.default_organization(), "", name)).get("secret", "")
        if not secret:
            hint = (
                "set the variable for the web server" if name.startswith(FROM_ENVIRONMENT) else "give it a field secret"
            )
            raise UsageError(f"there is no secret in {name!r}", code="credential.unknown", hint=hint)
        return secret

    async def all(self) -> list[CredentialSummary]:
        found = await self._store.all(await self._store.default_organization())
        return [_summary(stored) for stored in found]

    async def set_active(self, name: str, is_active: bool, *, user_name: str = "") -> None:
        """Activate or deactivate a credential; UsageError `credential.unknown`."""
        if not await self._store.set_active(await self._key_of(name, user_name), is_active):
            raise UsageError(f"there is no credential {name!r}", code="credential.unknown")

    async def _key_of(self, name: str, user_name: str) -> CredentialKey:
        return CredentialKey(organization=await self._store.default_organization(), user_name=user_name, name=name)


def covered(value: Any, fields: Mapping[str, str]) -> Any:
    """Return plain JSON with the values of `fields` masked in all texts; very short values are not masked."""
    match value:
        case str():
            for secret in fields.values():
                value = value.replace(secret, "***") if len(secret) >= SHORTEST_SECRET else value
            return value
        case dict():
            return {covered(name, fields): covered(item, fields) for name, item in value.items()}
        case list() | tuple():
            return [covered(item, fields) for item in value]
        case _:
            return value


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
