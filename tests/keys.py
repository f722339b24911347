"""The keys of the tests' deployments."""

from __future__ import annotations

from botflow.keyring import Keyring

SECRET = "test-secret-key-0123456789-0123456789"
KEYRING = Keyring(SECRET)
