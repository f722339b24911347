"""The chat completions API: requests, whole answers and streams of chunks."""

from __future__ import annotations

from typing import Any

from botflow.engine.asks import AskModel
from botflow_openai.completion import Completion
from botflow_openai.prompts import answer_schema, conversation, system_text


class ChatCompletions:
    """POST /chat/completions: available at OpenAI and at every compatible server."""

    path = "/chat/completions"

    def body(self, ask: AskModel, model: str, *, stream: bool) -> dict[str, Any]:
        """Return the request."""
        told = system_text(ask)
        system = [{"role": "system", "content": told}] if told else []
        body: dict[str, Any] = {"model": model, "messages": [*system, *conversation(ask)]}
        schema = answer_schema(ask)
        if schema is not None:
            form = {"name": ask.purpose, "strict": True, "schema": schema}
            body["response_format"] = {"type": "json_schema", "json_schema": form}
        if ask.max_tokens is not None:
            body["max_completion_tokens"] = ask.max_tokens
        if stream:
            body |= {"stream": True, "stream_options": {"include_usage": True}}
        return body

    def read(self, document: dict[str, Any]) -> Completion:
        """Read a whole answer; KeyError, IndexError or TypeError when it does not have the documented form."""
        choice, usage = document["choices"][0], document.get("usage") or {}
        message = choice["message"]
        return Completion(
            text=message.get("content") or "",
            is_truncated=choice.get("finish_reason") == "length",
            is_refused=bool(message.get("refusal")) or choice.get("finish_reason") == "content_filter",
            prompt_tokens=usage.get("prompt_tokens", 0),
            completion_tokens=usage.get("completion_tokens", 0),
        )

    def stream(self) -> ChatStream:
        return ChatStream()


class ChatStream:
    """Gathers the chunks of one answer."""

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self._finish: str | None = None
        self._is_refused = False
        self._usage: dict[str, Any] = {}

    def take(self, event: dict[str, Any]) -> str:
        """Take one chunk; return the text it adds."""
        self._usage = event.get("usage") or self._usage
        if not event["choices"]:
            return ""
        choice = event["choices"][0]
        delta = choice.get("delta") or {}
        self._finish = choice.get("finish_reason") or self._finish
        self._is_refused = self._is_refused or bool(delta.get("refusal"))
        text: str = delta.get("content") or ""
        self._pieces.append(text)
        return text

    def completion(self) -> Completion | None:
        """Return the complete answer, or None when the stream broke off."""
        if self._finish is None:
            return None
        return Completion(
            text="".join(self._pieces),
            is_truncated=self._finish == "length",
            is_refused=self._is_refused or self._finish == "content_filter",
            prompt_tokens=self._usage.get("prompt_tokens", 0),
            completion_tokens=self._usage.get("completion_tokens", 0),
        )
