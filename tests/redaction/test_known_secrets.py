"""A process masks the secrets of its settings everywhere, and in its log those of the credentials that it opened."""

from __future__ import annotations

from botflow.redaction import known_secrets
from botflow.redaction.known_secrets import KnownSecrets
from botflow.redaction.redactor import MASK


def test_the_settings_secrets_are_masked_with_every_credentials() -> None:
    known = KnownSecrets(["deployment"])
    before = known.redactor(["credential"])
    known.add_settings(["api-key"])

    masked = known.redactor(["credential"]).text("deployment credential api-key other")

    assert before.text("deployment credential") == f"{MASK} {MASK}"
    assert masked == f"{MASK} {MASK} {MASK} other"
    assert known.redactor().text("deployment credential") == f"{MASK} credential"


def test_the_log_masks_every_credential_that_was_opened() -> None:
    known = KnownSecrets(["deployment"])
    opened = [f"credential-{number:04}" for number in range(300)]
    for secret in opened:
        known.opened([secret])
        known.opened([secret])

    assert known.text(" ".join(["deployment", *opened])) == " ".join([MASK] * 301)


def test_the_oldest_credentials_are_forgotten_when_there_are_very_many() -> None:
    known = KnownSecrets(["deployment"])
    most = known_secrets.MOST_OPENED
    for start in range(0, 3 * most, 100):
        known.opened([f"credential-{number:06}" for number in range(start, start + 100)])

    assert known.text(f"deployment credential-{3 * most - 1:06}") == f"{MASK} {MASK}"
    assert known.text("credential-000000") == "credential-000000"


def test_a_credential_that_was_forgotten_is_masked_again_when_it_is_opened_again() -> None:
    known = KnownSecrets()
    known.opened(["the-first-one"])
    known.opened([f"credential-{number:06}" for number in range(known_secrets.MOST_OPENED)])
    known.opened(
        [f"credential-{number:06}" for number in range(known_secrets.MOST_OPENED, known_secrets.MOST_OPENED + 9)]
    )
    known.opened(["the-first-one"])

    assert known.text("the-first-one") == MASK
