"""The deployment's secrets: configured, or in --dev one that is generated once and kept beside the database.

It is kept so that a visitor's page still works after a restart of the server.
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from botflow.errors import UsageError
from botflow.keyring import Keyring
from botflow.private_files import open_private
from botflow.settings import Settings

SQLITE = "sqlite:///"
LOOPBACK = ("127.0.0.1", "::1", "localhost")


def deployment_keys(settings: Settings, *, dev: bool, host: str = "") -> Keyring:
    """Return the keys; UsageError `settings.secret_key_missing` when there is no secret outside of --dev, and
    `settings.secret_key_weak` when one can be guessed.

    A server that only this machine reaches, at `host`, may have a secret that can be guessed: a benchmark's, a test's.
    """
    if settings.botflow_secret_key:
        ring = Keyring(*(secret.get_secret_value() for secret in settings.botflow_secret_key))
        is_local = host in LOOPBACK and settings.botflow_public_url is None
        if ring.can_be_guessed and not is_local:
            raise UsageError(
                "BOTFLOW_SECRET_KEY can be guessed: it repeats itself",
                code="settings.secret_key_weak",
                hint="set it to the output of: openssl rand -base64 48",
            )
        return ring
    if not dev:
        raise UsageError(
            "BOTFLOW_SECRET_KEY is not set; it signs the tokens of chat visitors, and seals stored secrets",
            code="settings.secret_key_missing",
            hint="set it to the output of: python3 -c 'import secrets; print(secrets.token_urlsafe(48))'",
        )
    return Keyring(_kept_secret(_secret_file(settings.botflow_database_url)))


def _secret_file(database_url: str) -> Path:
    """Return the secret's path: beside the SQLite file, else in the working folder."""
    name = database_url.removeprefix(SQLITE).partition("?")[0] if database_url.startswith(SQLITE) else ""
    return Path(f"{name}.secret") if name and name != ":memory:" else Path("botflow.secret")


def _kept_secret(file: Path) -> str:
    """Read the secret, or write a new one that only its owner can read."""
    try:
        kept = file.read_text(encoding="ascii").strip()
        if len(kept) >= 32:
            return kept
    except FileNotFoundError:
        pass
    made = secrets.token_urlsafe(48)
    half = file.with_name(f"{file.name}.{os.getpid()}")
    with open(open_private(half, os.O_WRONLY | os.O_TRUNC), "w", encoding="ascii") as out:
        out.write(made + "\n")
    half.replace(file)
    return made
