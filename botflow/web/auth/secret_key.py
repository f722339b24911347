"""The key that signs session tokens: configured, or in --dev generated once and kept beside the database.

It is kept so that a visitor's page still works after a restart of the server.
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from botflow.errors import UsageError
from botflow.settings import Settings

SQLITE = "sqlite:///"


def secret_key(settings: Settings, *, dev: bool) -> str:
    """Return the signing key; UsageError `settings.secret_key_missing` when there is none outside of --dev."""
    if settings.botflow_secret_key is not None:
        return settings.botflow_secret_key.get_secret_value()
    if not dev:
        raise UsageError(
            "BOTFLOW_SECRET_KEY is not set; it signs the tokens of chat visitors",
            code="settings.secret_key_missing",
            hint="set it to the output of: python3 -c 'import secrets; print(secrets.token_urlsafe(48))'",
        )
    return _kept_key(_key_file(settings.botflow_database_url))


def _key_file(database_url: str) -> Path:
    """Return the key's path: beside the SQLite file, else in the working folder."""
    name = database_url.removeprefix(SQLITE).partition("?")[0] if database_url.startswith(SQLITE) else ""
    return Path(f"{name}.secret") if name and name != ":memory:" else Path("botflow.secret")


def _kept_key(file: Path) -> str:
    """Read the key, or write a new one that only its owner can read."""
    try:
        kept = file.read_text(encoding="ascii").strip()
        if len(kept) >= 32:
            return kept
    except FileNotFoundError:
        pass
    made = secrets.token_urlsafe(48)
    file.parent.mkdir(parents=True, exist_ok=True)
    half = file.with_name(f"{file.name}.{os.getpid()}")
    with open(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="ascii") as out:
        out.write(made + "\n")
    half.replace(file)
    return made
