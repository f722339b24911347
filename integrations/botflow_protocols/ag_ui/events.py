"""The events of one run. Each message is one of AG-UI; what a text cannot say comes as CUSTOM events after it.

Drafts that a turn did not say in the end are taken back by a MESSAGES_SNAPSHOT.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterator, Sequence
from contextlib import aclosing
from typing import Any

from botflow.errors import RejectedInbound
from botflow.records.turns import TurnId
from botflow.web.chat.turn_stream import Ended, Happening
from botflow_protocols.ag_ui.asked import Asked
from botflow_protocols.answer_names import answer_name
from botflow_protocols.callers import Speaker
from botflow_protocols.event_stream import COMMENT, RUNNING, event, failure_of
from botflow_protocols.growing_messages import Added, Body, Completed, Dropped, GrowingMessages, Step
from botflow_protocols.markdown import Markdown


async def run_events(
    speaker: Speaker,
    asked: Asked,
    turn: AsyncGenerator[TurnId | Happening | Ended],
    markdown: Markdown,
    history: Sequence[dict[str, Any]] | None = None,
) -> AsyncGenerator[bytes]:
    """Yield a turn as a run; a `history` replaces what the client has, before it."""
    place = {"threadId": asked.thread, "runId": asked.run}
    writing = _Writing(asked.messages if history is None else history, markdown)
    begun = False
    try:
        async with aclosing(turn):
            async for happening in turn:
                if isinstance(happening, TurnId):
                    begun = True
                    writing.name = answer_name(speaker, happening)
                    yield event({"type": "RUN_STARTED", **place})
                    if history is not None:
                        yield event(_snapshot(history))
                    continue
                if isinstance(happening, Ended) and happening.status == "running":
                    raise RUNNING
                steps = writing.finish() if isinstance(happening, Ended) else writing.take(happening)
                for each in steps:
                    yield event(each)
                if isinstance(happening, Ended):
                    yield event({"type": "RUN_FINISHED", **place, "result": {"status": happening.status}})
                elif not steps:
                    yield COMMENT
    except Exception as failure:
        if not begun:
            raise
        yield run_error(failure_of(failure))


def history_events(asked: Asked, history: Sequence[dict[str, Any]], status: str) -> list[dict[str, Any]]:
    """Return a run that only reads the conversation."""
    place = {"threadId": asked.thread, "runId": asked.run}
    finished = {"type": "RUN_FINISHED", **place, "result": {"status": status}}
    return [{"type": "RUN_STARTED", **place}, _snapshot(history), finished]


def run_error(failure: RejectedInbound) -> bytes:
    return event({"type": "RUN_ERROR", "message": f"{failure.message}: {failure.hint}", "code": failure.code})


def _snapshot(messages: Sequence[Any]) -> dict[str, Any]:
    return {"type": "MESSAGES_SNAPSHOT", "messages": list(messages)}


class _Writing:
    """Messages, and those that replace them all when one was wrong. `before` are those of the client."""

    def __init__(self, before: Sequence[Any], markdown: Markdown) -> None:
        self.name = ""
        self._before = before
        self._markdown = markdown
        self._messages = GrowingMessages(markdown.with_files)
        self._texts: dict[str, str] = {}
        self._open = ""

    def take(self, happening: Happening) -> list[dict[str, Any]]:
        return [each for step in self._messages.take(happening) for each in self._events(step)]

    def finish(self) -> list[dict[str, Any]]:
        steps = self._messages.finish()
        events = [each for step in steps for each in self._events(step)]
        if any(isinstance(step, Dropped) for step in steps):
            said = [{"id": id, "role": "assistant", "content": text} for id, text in self._texts.items()]
            events.append(_snapshot([*self._before, *said]))
        return events

    def _events(self, step: Step) -> Iterator[dict[str, Any]]:
        id = f"{self.name}-{step.number}"
        match step:
            case Added():
                yield from self._begin(id)
                self._texts[id] += step.text
                yield {"type": "TEXT_MESSAGE_CONTENT", "messageId": id, "delta": step.text}
            case Completed():
                yield from self._begin(id)
                yield from self._end()
                yield from _custom(id, step.body)
            case Dropped():
                yield from self._end() if self._open == id else ()
                self._texts.pop(id, None)

    def _begin(self, id: str) -> Iterator[dict[str, Any]]:
        if self._open != id:
            self._open = id
            self._texts[id] = ""
            yield {"type": "TEXT_MESSAGE_START", "messageId": id, "role": "assistant"}

    def _end(self) -> Iterator[dict[str, Any]]:
        yield {"type": "TEXT_MESSAGE_END", "messageId": self._open}
        self._open = ""


def _custom(id: str, body: Body) -> Iterator[dict[str, Any]]:
    if replies := body["quickReplies"]:
        question = {"question": body["question"]} if body.get("question") else {}
        yield _named("quickReplies", {"messageId": id, "replies": replies, **question})
    if cards := body.get("cards"):
        yield _named("cards", {"messageId": id, "cards": cards})
    if author := body.get("author"):
        picture = {"picture": body["authorPicture"]} if body.get("authorPicture") else {}
        yield _named("author", {"messageId": id, "name": author, **picture})


def _named(name: str, given: dict[str, Any]) -> dict[str, Any]:
    return {"type": "CUSTOM", "name": f"botflow.{name}", "value": given}
