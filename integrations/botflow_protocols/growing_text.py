"""The text of one answer for clients that can only add to it: drafts first, where the stored messages confirm them.

A draft that is replaced cannot be taken back from such a client. Then nothing is added until the messages are stored,
and those that differ follow.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from botflow.web.chat.turn_stream import Happening

BETWEEN = "\n\n"
Shown = Callable[[Mapping[str, Any]], str]


class GrowingText:
    """What was said so far; `show` writes one message as text."""

    def __init__(self, show: Shown) -> None:
        self._show = show
        self._stored: list[str] = []
        self._previews: dict[str, str] = {}
        self._delta = ""
        self._attempt = 0
        self._added = ""

    def take(self, happening: Happening) -> str:
        """Return what `happening` adds to the text; "" for nothing."""
        body = happening.body
        match happening.kind:
            case "message":
                self._forget_drafts()
                self._stored.append(self._show(body))
            case "preview":
                self._begin(body["attempt"])
                self._delta = ""
                self._previews[body["id"]] = self._show(body)
            case "delta":
                self._begin(body["attempt"])
                self._delta += body["text"]
            case "idle":
                return ""
        return self._grown()

    def rest(self) -> str:
        """Return what is missing at the end: those messages that the drafts did not show as they are stored."""
        self._forget_drafts()
        told = 0
        for count in range(1, len(self._stored) + 1):
            whole = BETWEEN.join(self._stored[:count])
            if self._added != whole and not self._added.startswith(whole + BETWEEN):
                break
            told = count
        whole = BETWEEN.join(self._stored)
        if whole.startswith(self._added):
            return whole[len(self._added) :]
        missing = BETWEEN.join(self._stored[told:])
        return BETWEEN + missing if missing else ""

    def whole(self) -> str:
        """Return the stored messages as one text."""
        return BETWEEN.join(self._stored)

    def _begin(self, attempt: int) -> None:
        if attempt != self._attempt:
            self._forget_drafts()
            self._attempt = attempt

    def _forget_drafts(self) -> None:
        self._previews.clear()
        self._delta = ""

    def _grown(self) -> str:
        parts = [*self._stored, *self._previews.values(), *([self._delta] if self._delta else [])]
        whole = BETWEEN.join(parts)
        if not whole.startswith(self._added):
            return ""
        piece = whole[len(self._added) :]
        self._added = whole
        return piece
