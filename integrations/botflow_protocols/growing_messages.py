"""The messages of one answer for clients that can only add to what they show: drafts first, as far as what is stored
confirms them.

A retried attempt says its messages anew. Where they differ from what was shown, nothing is added until they are stored;
then the wrong ones are dropped, and those that are stored follow.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from botflow.values import value
from botflow.web.chat.turn_stream import Happening

Body = Mapping[str, Any]
Show = Callable[[Body], str]


@value(frozen=True, slots=True)
class Added:
    """More of the text of the message `number`, the first one is 1; a new number begins a message."""

    number: int
    text: str


@value(frozen=True, slots=True)
class Completed:
    """All of the message's text was added; `body` is the message in the form of the chat's routes."""

    number: int
    body: Body


@value(frozen=True, slots=True)
class Dropped:
    """The message was a draft that the turn did not say in the end."""

    number: int
    text: str


Step = Added | Completed | Dropped


@dataclass(slots=True)
class _Shown:
    number: int
    text: str = ""
    is_complete: bool = False

    def becomes(self, text: str) -> bool:
        """Say whether this can still become a message with this text."""
        return text == self.text if self.is_complete else text.startswith(self.text)


class GrowingMessages:
    """What was shown so far; `show` writes the text of one message."""

    def __init__(self, show: Show) -> None:
        self._show = show
        self._stored: list[Body] = []
        self._previews: dict[str, Body] = {}
        self._delta = ""
        self._attempt = 0
        self._shown: list[_Shown] = []
        self._count = 0

    @property
    def stored(self) -> list[Body]:
        return self._stored

    def take(self, happening: Happening) -> list[Step]:
        """Return what `happening` changes for the client."""
        body = happening.body
        match happening.kind:
            case "message":
                self._forget_drafts()
                self._stored.append(body)
            case "preview":
                self._begin(body["attempt"])
                self._delta = ""
                self._previews[body["id"]] = body
            case "delta":
                self._begin(body["attempt"])
                self._delta += body["text"]
            case "idle":
                return []
        return list(self._grow())

    def finish(self) -> list[Step]:
        """Return what is missing at the end, and which drafts were wrong."""
        self._forget_drafts()
        steps: list[Step] = []
        texts = list(map(self._show, self._stored))
        right = 0
        while right < min(len(texts), len(self._shown)) and self._shown[right].becomes(texts[right]):
            right += 1
        steps.extend(Dropped(wrong.number, wrong.text) for wrong in self._shown[right:])
        del self._shown[right:]
        return [*steps, *self._grow()]

    def _begin(self, attempt: int) -> None:
        if attempt != self._attempt:
            self._forget_drafts()
            self._attempt = attempt

    def _forget_drafts(self) -> None:
        self._previews.clear()
        self._delta = ""

    def _grow(self) -> Iterator[Step]:
        for index, body in enumerate((*self._stored, *self._previews.values())):
            shown = self._at(index)
            text = self._show(body)
            if not shown.becomes(text):
                return
            yield from _more(shown, text)
            if not shown.is_complete:
                shown.is_complete = True
                yield Completed(shown.number, body)
        if self._delta:
            shown = self._at(len(self._stored) + len(self._previews))
            if shown.becomes(self._delta):
                yield from _more(shown, self._delta)

    def _at(self, index: int) -> _Shown:
        if index == len(self._shown):
            self._count += 1
            self._shown.append(_Shown(self._count))
        return self._shown[index]


def _more(shown: _Shown, text: str) -> Iterator[Added]:
    if piece := text[len(shown.text) :]:
        shown.text = text
        yield Added(shown.number, piece)
