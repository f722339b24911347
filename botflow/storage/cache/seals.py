"""Seals on what is kept outside of the database: a MAC (BLAKE2b, RFC 7693) over the place and the bytes."""

from __future__ import annotations

import hashlib
import hmac
import time

import structlog

from botflow.keyring import Keyring

SEAL_BYTES = 16
SAID_EVERY_S = 60.0

_log = structlog.get_logger(__name__)


class Seals:
    """Seals bytes for one place, and opens them only there."""

    def __init__(self, keyring: Keyring) -> None:
        self._newest, self._all = keyring.newest("cache"), keyring.all("cache")
        self._said_s = float("-inf")

    def sealed(self, place: str, body: bytes) -> bytes:
        return _seal(self._newest, place, body) + body

    def opened(self, place: str, sealed: bytes) -> bytes | None:
        """Return the bytes that `sealed` was made of for this place; None, and a line in the log, for others."""
        seal, body = sealed[:SEAL_BYTES], sealed[SEAL_BYTES:]
        if any(hmac.compare_digest(seal, _seal(key, place, body)) for key in self._all):
            return body
        if time.monotonic() - self._said_s >= SAID_EVERY_S:
            self._said_s = time.monotonic()
            hint = "it is not ours: keep Redis private, and give all processes the same secrets"
            _log.warning("redis_value_refused", hint=hint)
        return None


def _seal(key: bytes, place: str, body: bytes) -> bytes:
    mac = hashlib.blake2b(key=key, digest_size=SEAL_BYTES)
    mac.update(b"%d:" % len(place.encode()))
    mac.update(place.encode())
    mac.update(body)
    return mac.digest()
