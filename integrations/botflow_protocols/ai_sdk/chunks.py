"""The chunks of one answer. Each message is a text part of its own; what a text cannot say is in parts beside it."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing
from typing import Any

from botflow.errors import RejectedInbound
from botflow.records.turns import TurnId
from botflow.web.chat.turn_stream import Ended, Happening
from botflow_protocols.answer_names import answer_name
from botflow_protocols.callers import Speaker
from botflow_protocols.event_stream import COMMENT, RUNNING, event, failure_of
from botflow_protocols.growing_messages import Added, Body, Completed, Dropped, GrowingMessages, Step

DONE = b"data: [DONE]\n\n"


async def chunks(
    speaker: Speaker, turn: AsyncGenerator[TurnId | Happening | Ended], base: str
) -> AsyncGenerator[bytes]:
    """Yield a turn as a UI message stream; `base` is where the client reaches this server."""
    writing = _Writing(base)
    begun = False
    try:
        async with aclosing(turn):
            async for happening in turn:
                if isinstance(happening, TurnId):
                    begun = True
                    yield event({"type": "start", "messageId": answer_name(speaker, happening)})
                    continue
                if isinstance(happening, Ended) and happening.status == "running":
                    raise RUNNING
                steps = writing.finish() if isinstance(happening, Ended) else writing.take(happening)
                for chunk in steps:
                    yield event(chunk)
                if isinstance(happening, Ended):
                    status = {"status": happening.status}
                    yield event({"type": "finish", "finishReason": "stop", "messageMetadata": status})
                elif not steps:
                    yield COMMENT
    except Exception as failure:
        if not begun:
            raise
        yield error_chunk(failure_of(failure))
    yield DONE


def error_chunk(failure: RejectedInbound) -> bytes:
    return event({"type": "error", "errorText": f"{failure.message}: {failure.hint}"})


def parts_beside(body: Body, base: str, id: str) -> Iterator[dict[str, Any]]:
    """Yield what belongs to a message besides its text."""
    for medium in body.get("media", ()):
        url = base + medium["url"] if medium["url"].startswith("/") else medium["url"]
        yield {"type": "file", "url": url, "mediaType": medium.get("contentType") or "application/octet-stream"}
    if cards := body.get("cards"):
        yield {"type": "data-cards", "id": id, "data": cards}
    if replies := body["quickReplies"]:
        question = {"question": body["question"]} if body.get("question") else {}
        yield {"type": "data-quick-replies", "id": id, "data": {"replies": replies, **question}}
    if author := body.get("author"):
        picture = {"picture": body["authorPicture"]} if body.get("authorPicture") else {}
        yield {"type": "data-author", "id": id, "data": {"name": author, **picture}}


class _Writing:
    """Text parts and those beside them, in the order of the messages."""

    def __init__(self, base: str) -> None:
        self._base = base
        self._messages = GrowingMessages(lambda body: str(body["text"]))
        self._open: int | None = None

    def take(self, happening: Happening) -> list[dict[str, Any]]:
        return [chunk for step in self._messages.take(happening) for chunk in self._chunks(step)]

    def finish(self) -> list[dict[str, Any]]:
        return [chunk for step in self._messages.finish() for chunk in self._chunks(step)]

    def _chunks(self, step: Step) -> Iterator[dict[str, Any]]:
        id = str(step.number)
        match step:
            case Added():
                if self._open != step.number:
                    self._open = step.number
                    yield {"type": "text-start", "id": id}
                yield {"type": "text-delta", "id": id, "delta": step.text}
            case Completed():
                yield from self._end(id)
                yield from parts_beside(step.body, self._base, step.body["id"])
            case Dropped():
                yield from self._end(id)
                yield {"type": "data-dropped", "id": id, "data": {"text": step.text}}

    def _end(self, id: str) -> Iterator[dict[str, Any]]:
        if self._open is not None and str(self._open) == id:
            self._open = None
            yield {"type": "text-end", "id": id}
