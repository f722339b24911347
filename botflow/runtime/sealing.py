"""Sealing: fields of a credential encrypted by AES-256-GCM, and readable only in their own row.

`cryptography` is imported on the first use.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterator, Mapping

import orjson

from botflow.errors import UsageError
from botflow.keyring import Keyring
from botflow.storage.credentials import CredentialKey, StoredCredential

KEY_ID_BYTES = 8
NONCE_BYTES, TAG_BYTES = 12, 16  # NIST SP 800-38D
MOST_BYTES = 64_000


class SecretFields(Mapping[str, str]):
    """Fields of a credential. They must be read explicitly; printing shows only their names.

    `account` is the set's name in the deployment, which no set of another organization has.
    """

    def __init__(self, fields: Mapping[str, str], *, account: str = "", module: str = "") -> None:
        self._fields = dict(fields)
        self.account = account
        self.module = module

    def __getitem__(self, name: str) -> str:
        return self._fields[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._fields)

    def __len__(self) -> int:
        return len(self._fields)

    def __repr__(self) -> str:
        return f"SecretFields({', '.join(sorted(self._fields))})"


class Safe:
    """Seals the fields of a credential for its row, and opens them there."""

    def __init__(self, keyring: Keyring) -> None:
        self._sealer = Sealer(keyring)

    def seal(self, key: CredentialKey, module: str, fields: Mapping[str, str]) -> bytes:
        """UsageError `credential.fields` unless there are fields, all of them texts, of 64,000 bytes at most."""
        plain = orjson.dumps(dict(fields))
        if not fields or len(plain) > MOST_BYTES or not all(isinstance(value, str) for value in fields.values()):
            raise UsageError(
                f"a credential has at least one field, all of them texts, and at most {MOST_BYTES} bytes",
                code="credential.fields",
            )
        return self._sealer.seal(plain, _place(key, module))

    def open(self, stored: StoredCredential) -> SecretFields:
        """UsageError `credential.other_key` or `credential.damaged`."""
        place = _place(stored.key, stored.module)
        fields = orjson.loads(self._sealer.open(stored.sealed, place))
        return SecretFields(fields, account=place.decode(), module=stored.module)

    def resealed(self, stored: StoredCredential) -> bytes | None:
        """Return the fields sealed with the newest key; None if they are. UsageError like `open`."""
        if self._sealer.is_newest(stored.sealed):
            return None
        place = _place(stored.key, stored.module)
        return self._sealer.seal(self._sealer.open(stored.sealed, place), place)


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


def _place(key: CredentialKey, module: str) -> bytes:
    """Return the associated data that binds a sealed text to its row."""
    return orjson.dumps([key.organization, key.user_name, key.name, module])
