"""Signatures as a receiver's library verifies them, and secrets that open in their row alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from botflow.errors import UsageError
from botflow.keyring import Keyring
from botflow.runtime.events.signatures import WebhookSafe, WebhookSecrets, new_secret, signed_headers
from botflow.storage.events.webhooks import WebhookRow

BODY = b'{"type":"workflow.started"}'
NOW = datetime.now(UTC)
SAFE = WebhookSafe(Keyring("test-secret-key-0123456789-0123456789"))


def test_a_receiver_verifies_body_id_and_time() -> None:
    secret = new_secret()
    now = datetime.now(UTC)  # the receiver's library looks at its clock
    headers = signed_headers("evt_1", now, BODY, (secret,))
    assert Webhook(secret).verify(BODY, headers) == {"type": "workflow.started"}
    earlier = str(int(now.timestamp()) - 9)
    forged = (
        (BODY.replace(b"started", b"stopped"), headers),
        (BODY, {**headers, "webhook-id": "evt_2"}),
        (BODY, {**headers, "webhook-timestamp": earlier}),
    )
    for body, sent in forged:
        with pytest.raises(WebhookVerificationError):
            Webhook(secret).verify(body, sent)
    with pytest.raises(WebhookVerificationError):
        Webhook(new_secret()).verify(BODY, headers)


def test_a_former_secret_signs_until_it_ends() -> None:
    kept = WebhookSecrets(current="whsec_new", former="whsec_old", former_until=NOW)
    assert kept.in_force(NOW - timedelta(seconds=1)) == ("whsec_new", "whsec_old")
    assert kept.in_force(NOW) == ("whsec_new",)
    assert "whsec" not in repr(kept)


def test_secrets_open_in_their_row_alone() -> None:
    row = WebhookRow(
        id="whk_1",
        organization=1,
        url="https://example.com/",
        description="",
        types=(),
        secrets=SAFE.seal(1, "whk_1", WebhookSecrets(current="whsec_AAAA")),
        revision=1,
        created_at=NOW,
        updated_at=NOW,
        disabled_at=None,
        disabled_reason=None,
    )
    assert SAFE.open(row).current == "whsec_AAAA"
    for other in (replace(row, id="whk_2"), replace(row, organization=2)):
        with pytest.raises(UsageError):
            SAFE.open(other)
