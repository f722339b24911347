"""A served botflow for the clients of other protocols."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import structlog

from tests.web.site import HeldModel


@pytest.fixture
def model() -> HeldModel:
    return HeldModel()


@pytest.fixture(autouse=True)
def _plain_logs() -> Iterator[None]:
    """structlog's own default draws each traceback in colours, with its variables."""
    renderer = structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)
    structlog.configure(processors=[structlog.processors.add_log_level, renderer])
    yield
    structlog.reset_defaults()
