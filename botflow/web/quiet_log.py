"""Warnings that a stranger can cause as often as he likes: the first is logged, then their number once a minute."""

from __future__ import annotations

import asyncio

import structlog

EVERY_S = 60.0


class QuietLog:
    """Logs each event at most once within `every_s` seconds, with how many more there were."""

    def __init__(self, every_s: float = EVERY_S) -> None:
        self._every_s = every_s
        self._more: dict[str, int] = {}  # by event: those since its last line
        self._log = structlog.get_logger("botflow.web")

    def warning(self, event: str, **facts: object) -> None:
        """Log `event`, or count it. Event names are constants of the code: their number is bounded."""
        if event in self._more:
            self._more[event] += 1
            return
        self._log.warning(event, **facts)
        self._wait(event)

    def _wait(self, event: str) -> None:
        self._more[event] = 0
        asyncio.get_running_loop().call_later(self._every_s, self._end_wait, event)

    def _end_wait(self, event: str) -> None:
        if more := self._more.pop(event):
            self._log.warning(event, more=more)
            self._wait(event)
