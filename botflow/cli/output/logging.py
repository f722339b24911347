"""Logs on stderr, one line each: readable on a terminal, JSON anywhere else."""

from __future__ import annotations

import logging
import re
import sys
from typing import Any

import structlog

from botflow.cli.output.visible import visible
from botflow.log_facts import add_log_facts
from botflow.redaction.known_secrets import KnownSecrets
from botflow.settings import LogFormat, LogLevel

_ADDRESS = re.compile(r" at 0x[0-9a-f]{6,16}\b")


def configure_logs(
    known_secrets: KnownSecrets, *, level: LogLevel = "info", written_as: LogFormat | None = None
) -> None:
    """Send botflow's own log, and warnings and errors of libraries, to stderr; `known_secrets` are masked in them.

    `written_as`: for people or for machines; None decides by where stderr leads.
    """
    is_console = sys.stderr.isatty() if written_as is None else written_as == "console"
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,  # an action's own
        add_log_facts,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="%H:%M:%S" if is_console else "iso", utc=not is_console),
    ]
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        _WithoutSecrets(
            known_secrets,
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *_rendering(is_console=is_console)],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    least: int = getattr(logging, level.upper())
    root.setLevel(max(least, logging.WARNING))
    logging.getLogger("botflow").setLevel(least)
    # A line for each connection, also for each attempt at one: `database_away` says it once.
    logging.getLogger("psycopg.pool").setLevel(logging.CRITICAL)
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
    """Masks secrets in the finished line: so also in tracebacks, and in what libraries log. Objects of libraries are
    named without their address in memory, which is another in every line and says nothing."""

    def __init__(self, known_secrets: KnownSecrets, **options: Any) -> None:
        super().__init__(**options)
        self._known_secrets = known_secrets

    def format(self, record: logging.LogRecord) -> str:
        return self._known_secrets.text(_ADDRESS.sub("", super().format(record)))


def _rendering(*, is_console: bool) -> list[Any]:
    """Tracebacks are rendered without local variables: those hold people's words, numbers and secrets."""
    if is_console:
        plain = structlog.dev.plain_traceback
        return [_visible, structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), exception_formatter=plain)]
    tracebacks = structlog.processors.ExceptionRenderer(
        structlog.tracebacks.ExceptionDictTransformer(show_locals=False)
    )
    return [tracebacks, structlog.processors.JSONRenderer()]


def _visible(_: Any, __: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    """Show, in other people's words, the characters that a terminal would obey; JSON escapes them itself."""
    return {name: visible(value) if isinstance(value, str) else value for name, value in event.items()}
