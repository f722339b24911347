"""Logs on stderr, one line each: readable on a terminal, JSON anywhere else."""

from __future__ import annotations

import logging
import sys
from typing import Any

import structlog

from botflow.cli.output.visible import visible
from botflow.redaction.known_secrets import KnownSecrets


def configure_logs(known_secrets: KnownSecrets, *, level: int = logging.INFO) -> None:
    """Send botflow's own log, and warnings and errors of libraries, to stderr; `known_secrets` are masked in them."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="%H:%M:%S" if sys.stderr.isatty() else "iso", utc=not sys.stderr.isatty()),
    ]
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        _WithoutSecrets(
            known_secrets,
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *_rendering()],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(max(level, logging.WARNING))
    logging.getLogger("botflow").setLevel(level)
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )


class _WithoutSecrets(structlog.stdlib.ProcessorFormatter):
    """Masks secrets in the finished line: so also in tracebacks, and in what libraries log."""

    def __init__(self, known_secrets: KnownSecrets, **options: Any) -> None:
        super().__init__(**options)
        self._known_secrets = known_secrets

    def format(self, record: logging.LogRecord) -> str:
        return self._known_secrets.text(super().format(record))


def _rendering() -> list[Any]:
    """Tracebacks are rendered without local variables: those hold people's words, numbers and secrets."""
    if sys.stderr.isatty():
        return [_visible, structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)]
    tracebacks = structlog.processors.ExceptionRenderer(
        structlog.tracebacks.ExceptionDictTransformer(show_locals=False)
    )
    return [tracebacks, structlog.processors.JSONRenderer()]


def _visible(_: Any, __: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    """Show, in other people's words, the characters that a terminal would obey; JSON escapes them itself."""
    return {name: visible(value) if isinstance(value, str) else value for name, value in event.items()}
