"""Logs inside of another application: through the standard library's logging, where the application expects them."""

from __future__ import annotations

from typing import Any

import structlog

from botflow.log_facts import add_log_facts

Event = structlog.typing.EventDict


def log_through_logging() -> None:
    """Send botflow's log to the loggers below "botflow", unless the application has configured structlog itself.

    structlog's own default prints to stdout, and prints tracebacks with the values of variables: people's words.
    """
    if structlog.is_configured():
        return
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, add_log_facts, _as_record],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
    )


def _as_record(logger: Any, method: str, event: Event) -> tuple[tuple[str], dict[str, Any]]:
    """Return the arguments for the logger: one line with the facts as `name=value`, and the exception."""
    exception = event.pop("exc_info", None)
    facts = " ".join(f"{name}={value!r}" for name, value in event.items() if name != "event")
    return (f"{event['event']} {facts}".rstrip(),), {"exc_info": exception} if exception else {}
