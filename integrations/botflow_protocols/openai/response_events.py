"""A response of the OpenAI API and its events, without the parts that a workflow has no values for.
https://platform.openai.com/docs/api-reference/responses-streaming"""

from __future__ import annotations

from typing import Any

import orjson

from botflow.errors import RejectedInbound
from botflow.records.turns import TurnId
from botflow_protocols.answer_names import answer_name
from botflow_protocols.callers import Speaker
from botflow_protocols.openai.errors import error_json


def response_json(speaker: Speaker, previous: str, *, created: float) -> dict[str, Any]:
    """Return a response that is under way, without its id. It has no `usage`: nobody counts tokens for it."""
    return {
        "object": "response",
        "created_at": int(created),
        "status": "in_progress",
        "error": None,
        "incomplete_details": None,
        "instructions": None,
        "metadata": {},
        "model": speaker.live.slug,
        "output": [],
        "parallel_tool_calls": False,
        "previous_response_id": previous or None,
        "temperature": None,
        "tool_choice": "none",
        "tools": [],
        "top_p": None,
    }


def message_item(speaker: Speaker, turn: TurnId, text: str) -> dict[str, Any]:
    """Return the message that is all of a response's output."""
    return {
        "id": f"msg_{answer_name(speaker, turn)}",
        "type": "message",
        "role": "assistant",
        "status": "completed",
        "content": [_part(text)],
    }


def error_event(failure: RejectedInbound) -> bytes:
    """Return the event of a failure whose place among the events is not known: the server stops."""
    return _event("error", 1_000_000, **_error(failure))


class ResponseEvents:
    """The events of one response, in their order and with their numbers."""

    def __init__(self, response: dict[str, Any], item: dict[str, Any]) -> None:
        self._response = response
        self._item = item
        self._number = -1
        self._place = {"item_id": item["id"], "output_index": 0, "content_index": 0}

    def begin(self) -> bytes:
        """Return the events up to the first word."""
        item = {**self._item, "status": "in_progress", "content": []}
        return (
            self._next("response.created", response=self._response)
            + self._next("response.in_progress", response=self._response)
            + self._next("response.output_item.added", output_index=0, item=item)
            + self._next("response.content_part.added", **self._place, part=_part(""))
        )

    def add(self, piece: str) -> bytes:
        """Return the event of more text."""
        return self._next("response.output_text.delta", **self._place, delta=piece, logprobs=[])

    def end(self, text: str) -> bytes:
        """Return the events after the last word. They hold the stored messages: a draft that was added, and that the
        turn did not say in the end, is replaced by them."""
        item = {**self._item, "content": [_part(text)]}
        response = {**self._response, "status": "completed", "output": [item]}
        return (
            self._next("response.output_text.done", **self._place, text=text, logprobs=[])
            + self._next("response.content_part.done", **self._place, part=_part(text))
            + self._next("response.output_item.done", output_index=0, item=item)
            + self._next("response.completed", response=response)
        )

    def fail(self, failure: RejectedInbound) -> bytes:
        """Return the event that ends a stream early."""
        return self._next("error", **_error(failure))

    def _next(self, kind: str, **fields: Any) -> bytes:
        self._number += 1
        return _event(kind, self._number, **fields)


def _event(kind: str, number: int, **fields: Any) -> bytes:
    body = {"type": kind, "sequence_number": number, **fields}
    return f"event: {kind}\ndata: ".encode() + orjson.dumps(body) + b"\n\n"


def _error(failure: RejectedInbound) -> dict[str, Any]:
    shown = error_json(failure)["error"]
    return {"code": shown["code"], "message": shown["message"], "param": None}


def _part(text: str) -> dict[str, Any]:
    return {"type": "output_text", "text": text, "annotations": [], "logprobs": []}
