"""Which procrastinate our statements and our worker are written for: they rely on more than its public names."""

from __future__ import annotations

import importlib.metadata

from botflow.errors import UsageError

PROCRASTINATE_VERSION = "3.10.0"


def check_installed() -> None:
    """Refuse to run on another procrastinate than the pinned one; UsageError `jobs.version`."""
    check_version(importlib.metadata.version("procrastinate"))


def check_version(installed: str) -> None:
    """Refuse a version that the statements were not written for; UsageError `jobs.version`."""
    if installed != PROCRASTINATE_VERSION:
        raise UsageError(
            f"procrastinate {installed} is installed, but botflow's jobs need exactly {PROCRASTINATE_VERSION}",
            code="jobs.version",
            hint=f"pip install procrastinate=={PROCRASTINATE_VERSION}",
        )
