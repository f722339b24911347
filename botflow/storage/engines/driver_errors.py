"""Driver errors as ProviderErrors: the failure is outside this process, and a retry may help.

Which one becomes what is in error_translation.py.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from botflow.errors import ProviderError
    from botflow.storage.outage_log import OutageLog

HINT = "is the server of BOTFLOW_DATABASE_URL running and reachable?"


@contextmanager
def provider_errors(outages: OutageLog | None = None) -> Iterator[None]:
    """Raise driver errors as `database.unavailable` (retryable; told to `outages`) or `database.refused` (a value it
    rejects)."""
    try:
        yield
    except Exception as failure:
        # It loads the drivers. Servers have loaded it by now, also for the day on which no file can be opened.
        from botflow.storage.engines.error_translation import translated

        error = translated(failure)
        if error is None:
            raise
        raise _noted(error, outages) from failure
    if outages is not None and outages.is_away:
        outages.succeeded()


def _noted(failure: ProviderError, outages: OutageLog | None) -> ProviderError:
    if outages is not None and failure.retryable:
        outages.failed(failure.message, hint=failure.hint, kind=failure.hint if failure.hint != HINT else "")
    return failure
