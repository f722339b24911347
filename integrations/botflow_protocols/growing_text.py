"""The messages of one answer as one text, for clients whose answer is one. What was added cannot be taken back."""

from __future__ import annotations

from collections.abc import Iterable

from botflow.web.chat.turn_stream import Happening
from botflow_protocols.growing_messages import Added, GrowingMessages, Show, Step

BETWEEN = "\n\n"


class GrowingText:
    """What was said so far; `show` writes one message."""

    def __init__(self, show: Show) -> None:
        self._show = show
        self._messages = GrowingMessages(show)
        self._last = 0

    def take(self, happening: Happening) -> str:
        """Return what `happening` adds to the text; "" for nothing."""
        return self._written(self._messages.take(happening))

    def rest(self) -> str:
        """Return what is missing at the end: also messages that the drafts showed in another form."""
        return self._written(self._messages.finish())

    def whole(self) -> str:
        """Return the stored messages as one text."""
        return BETWEEN.join(text for text in map(self._show, self._messages.stored) if text)

    def _written(self, steps: Iterable[Step]) -> str:
        pieces: list[str] = []
        for step in steps:
            if isinstance(step, Added):
                pieces += [BETWEEN] if self._last not in (0, step.number) else []
                pieces.append(step.text)
                self._last = step.number
        return "".join(pieces)
