"""What opens credentials in a command, if its settings have the key."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from botflow.runtime.sealing import Safe
    from botflow.settings import Settings


def safe_of(settings: Settings) -> Safe | None:
    """Return the safe of BOTFLOW_SECRET_KEY; None without that."""
    from botflow.runtime.sealing import Safe
    from botflow.web.auth.deployment_keys import deployment_keys

    return Safe(deployment_keys(settings, dev=False)) if settings.botflow_secret_key else None
