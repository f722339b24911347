"""What the local OpenAI answers: chat completions and responses, whole and as streams of events."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

MADE_AT = 1_790_000_000
Event = dict[str, Any]


def person_text(body: dict[str, Any]) -> str:
    """Return the last message's text."""
    messages = body.get("messages") or body.get("input") or [{"content": ""}]
    content = messages[-1].get("content", "")
    return content if isinstance(content, str) else json.dumps(content)


def schema_of(body: dict[str, Any]) -> dict[str, Any] | None:
    """Return the schema of the structured output that is asked for, if one is."""
    chat = body.get("response_format", {}).get("json_schema")
    form = chat if chat is not None else body.get("text", {}).get("format", {})
    schema: dict[str, Any] | None = form.get("schema")
    return schema


def usual_content(body: dict[str, Any]) -> str:
    """Return what the model says unless a test scripts it: the handle that the person names, nulls, or an echo."""
    schema = schema_of(body)
    if schema is None:
        return f"You said: {person_text(body)}"
    if "edge" in schema["properties"]:
        words = person_text(body).casefold().split()
        named = (handle for handle in schema["properties"]["edge"]["enum"] if handle in words)
        return json.dumps({"edge": next(named, "abstain")})
    return json.dumps(dict.fromkeys(schema["properties"]))


def chat(body: dict[str, Any], content: str, finish: str = "stop", refusal: str | None = None) -> dict[str, Any]:
    """Return a whole chat completion."""
    message: dict[str, Any] = {
        "role": "assistant",
        "content": None if refusal else content,
        "refusal": refusal,
        "annotations": [],
    }
    return {
        "id": "chatcmpl-local",
        "object": "chat.completion",
        "created": MADE_AT,
        "model": body["model"],
        "choices": [{"index": 0, "message": message, "logprobs": None, "finish_reason": finish}],
        "usage": chat_usage(body, content),
    }


def chat_events(
    body: dict[str, Any], content: str, finish: str = "stop", refusal: str | None = None
) -> Iterator[Event]:
    """Yield the same as chunks."""
    deltas: list[dict[str, Any]] = [{"role": "assistant", "content": "", "refusal": None}]
    deltas += [{"refusal": refusal}] if refusal else [{"content": piece} for piece in pieces(content)]
    for delta in deltas:
        yield _chunk(body, [{"index": 0, "delta": delta, "logprobs": None, "finish_reason": None}])
    yield _chunk(body, [{"index": 0, "delta": {}, "logprobs": None, "finish_reason": finish}])
    if (body.get("stream_options") or {}).get("include_usage"):
        yield {**_chunk(body, []), "usage": chat_usage(body, content)}


def _chunk(body: dict[str, Any], choices: list[dict[str, Any]]) -> Event:
    return {
        "id": "chatcmpl-local",
        "object": "chat.completion.chunk",
        "created": MADE_AT,
        "model": body["model"],
        "choices": choices,
    }


def chat_usage(body: dict[str, Any], content: str) -> dict[str, int]:
    """Count words for tokens."""
    asked = sum(len(str(message.get("content", "")).split()) for message in body["messages"])
    said = len(content.split())
    return {"prompt_tokens": asked, "completion_tokens": said, "total_tokens": asked + said}


def response(body: dict[str, Any], content: str, finish: str = "stop", refusal: str | None = None) -> dict[str, Any]:
    """Return a whole response."""
    text = {"type": "output_text", "text": content, "annotations": [], "logprobs": []}
    part = {"type": "refusal", "refusal": refusal} if refusal else text
    complete = finish == "stop"
    status = "completed" if complete else "incomplete"
    asked, said = len(str(body["input"]).split()), len(content.split())
    return {
        "id": "resp_local",
        "object": "response",
        "created_at": MADE_AT,
        "status": status,
        "error": None,
        "incomplete_details": None if complete else {"reason": "max_output_tokens"},
        "instructions": body.get("instructions"),
        "model": body["model"],
        "output": [{"id": "msg_local", "type": "message", "role": "assistant", "status": status, "content": [part]}],
        "parallel_tool_calls": True,
        "metadata": {},
        "tool_choice": "auto",
        "tools": [],
        "temperature": 1,
        "top_p": 1,
        "usage": {
            "input_tokens": asked,
            "input_tokens_details": {"cached_tokens": 0, "cache_write_tokens": 0},
            "output_tokens": said,
            "output_tokens_details": {"reasoning_tokens": 0},
            "total_tokens": asked + said,
        },
    }


def response_events(
    body: dict[str, Any], content: str, finish: str = "stop", refusal: str | None = None
) -> Iterator[Event]:
    """Yield the same as events."""
    place = {"item_id": "msg_local", "output_index": 0, "content_index": 0}
    number = 0
    for piece in [] if refusal else pieces(content):
        yield {"type": "response.output_text.delta", **place, "delta": piece, "logprobs": [], "sequence_number": number}
        number += 1
    if refusal:
        yield {"type": "response.refusal.done", **place, "refusal": refusal, "sequence_number": number}
        number += 1
    last = "response.completed" if finish == "stop" else "response.incomplete"
    yield {"type": last, "response": response(body, content, finish, refusal), "sequence_number": number}


def pieces(content: str) -> list[str]:
    """Cut a text as a model's tokens would: after each space."""
    return [piece for piece in content.replace(" ", " \0").split("\0") if piece]
