"""Watermarks: where a client is in both directions of a conversation.

They are two numbers, because messages of the two directions pass each other: a person may say something more while the
answer to what they said before is being computed, and a client that has read the one has not read the other.
"""

from __future__ import annotations

import re

from botflow.errors import RejectedInbound
from botflow.values import value
from botflow.web.chat.history import LARGEST, LARGEST_INDEX

_MARK = re.compile(r"([0-9]{1,15})\.([0-9]{1,9})-([0-9]{1,15})")


@value(frozen=True, slots=True, kw_only=True)
class Watermark:
    """After a message of the workflow, (version, index), and after one of the person, by its seq."""

    said: tuple[int, int] = (0, 0)
    heard: int = 0

    @classmethod
    def parse(cls, text: str) -> Watermark:
        """Read a watermark, the beginning for "" and "-"; RejectedInbound `watermark.invalid`."""
        if text in ("", "-"):
            return cls()
        match = _MARK.fullmatch(text)
        if match is None:
            raise RejectedInbound(
                "this is not a watermark of this server",
                code="watermark.invalid",
                hint="send the watermark of the last answer, or none",
            )
        version, index, heard = map(int, match.groups())
        return cls(said=(min(version, LARGEST), min(index, LARGEST_INDEX)), heard=min(heard, LARGEST))

    def __str__(self) -> str:
        version, index = self.said
        return f"{version}.{index}-{self.heard}"
