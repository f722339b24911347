"""Secrets of webhooks, and the signatures made with them, as Standard Webhooks describes them:
https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md

Secrets are stored sealed, and bound to their webhook's row. After a rotation both sign until the former one ends.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime

import orjson
from sqlalchemy import Connection

from botflow.keyring import Keyring
from botflow.runtime.sealing import Sealer
from botflow.storage.events.webhooks import WebhookRow, all_webhooks, replace_secrets

PREFIX = "whsec_"
SECRET_BYTES = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookSecrets:
    """The secrets of a webhook. The repr shows neither."""

    current: str
    former: str | None = None
    former_until: datetime | None = None

    def __repr__(self) -> str:
        return "WebhookSecrets()"

    def in_force(self, moment: datetime) -> tuple[str, ...]:
        """Return those that sign at this moment, the newest first."""
        if self.former is None or self.former_until is None or self.former_until <= moment:
            return (self.current,)
        return (self.current, self.former)


def new_secret() -> str:
    return PREFIX + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def signed_headers(id: str, moment: datetime, body: bytes, keys: tuple[str, ...]) -> dict[str, str]:
    """Return the headers by which a receiver verifies `body`: a signature by each of `keys`."""
    timestamp = str(int(moment.timestamp()))
    content = f"{id}.{timestamp}.".encode() + body
    signatures = (hmac.digest(base64.b64decode(key.removeprefix(PREFIX)), content, hashlib.sha256) for key in keys)
    written = " ".join(f"v1,{base64.b64encode(signature).decode()}" for signature in signatures)
    return {"webhook-id": id, "webhook-timestamp": timestamp, "webhook-signature": written}


class WebhookSafe:
    """Seals the secrets of a webhook for its row, and opens them there."""

    def __init__(self, keyring: Keyring) -> None:
        self._sealer = Sealer(keyring)

    def seal(self, organization: int, id: str, kept: WebhookSecrets) -> bytes:
        until = kept.former_until.isoformat() if kept.former_until is not None else None
        plain = orjson.dumps([kept.current, kept.former, until])
        return self._sealer.seal(plain, _place(organization, id))

    def open(self, row: WebhookRow) -> WebhookSecrets:
        """UsageError `credential.other_key` or `credential.damaged`."""
        current, former, until = orjson.loads(self._sealer.open(row.secrets, _place(row.organization, row.id)))
        return WebhookSecrets(
            current=current, former=former, former_until=datetime.fromisoformat(until) if until else None
        )

    def resealed(self, row: WebhookRow) -> bytes | None:
        """Return the secrets sealed with the newest key; None if they are. UsageError like `open`."""
        if self._sealer.is_newest(row.secrets):
            return None
        place = _place(row.organization, row.id)
        return self._sealer.seal(self._sealer.open(row.secrets, place), place)


def reseal_webhooks(connection: Connection, safe: WebhookSafe) -> int:
    """Seal the secrets of every webhook with the newest key; return how many were sealed with a former one. UsageError
    like `WebhookSafe.open`."""
    count = 0
    for row in all_webhooks(connection):
        sealed = safe.resealed(row)
        if sealed is not None:
            count += replace_secrets(connection, row, sealed)
    return count


def _place(organization: int, id: str) -> bytes:
    return orjson.dumps(["webhook", organization, id])
