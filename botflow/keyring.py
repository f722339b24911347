"""The keys of a deployment: one for each use, derived from its secret, so that no use can be turned against another.

Former secrets stay in the ring until nothing depends on them: what they signed and sealed is still accepted, and
everything new is made with the newest.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Literal

Use = Literal["session tokens", "delivery callbacks", "credentials", "cache", "file links", "erasures"]
KEY_BYTES = 32
FEWEST_CHARACTERS = 8  # of a secret that differ from each other


class Keyring:
    """Made of one or more secrets, the newest first. Printing it shows none of them."""

    def __init__(self, newest: str, *former: str) -> None:
        self._secrets = (newest, *former)

    def newest(self, use: Use) -> bytes:
        """Return the key to sign and seal with."""
        return _derived(self._secrets[0], use)

    def all(self, use: Use) -> tuple[bytes, ...]:
        """Return every key that is accepted, the newest first."""
        return tuple(_derived(secret, use) for secret in self._secrets)

    @property
    def can_be_guessed(self) -> bool:
        """Say whether one of the secrets repeats itself, or has few different characters."""
        return any(
            len(set(secret)) < FEWEST_CHARACTERS or secret in (secret + secret)[1:-1] for secret in self._secrets
        )

    def __repr__(self) -> str:
        return f"Keyring({len(self._secrets)})"


@lru_cache(maxsize=256)
def _derived(secret: str, use: Use) -> bytes:
    """Return the key for one use (HKDF-SHA256, RFC 5869)."""
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=f"botflow: {use}".encode()).derive(
        secret.encode()
    )
