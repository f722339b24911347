"""The responses API: requests, whole answers and streams of events. Nothing is stored at OpenAI."""

from __future__ import annotations

from typing import Any

from botflow.engine.asks import AskModel
from botflow_openai.completion import Completion
from botflow_openai.prompts import answer_schema, conversation, system_text

LEAST_TOKENS = 16  # the API refuses a lower limit


class Responses:
    """POST /responses: OpenAI's newer API."""

    path = "/responses"

    def body(self, ask: AskModel, model: str, *, stream: bool) -> dict[str, Any]:
        """Return the request."""
        body: dict[str, Any] = {"model": model, "input": conversation(ask), "store": False}
        if told := system_text(ask):
            body["instructions"] = told
        schema = answer_schema(ask)
        if schema is not None:
            body["text"] = {"format": {"type": "json_schema", "name": ask.purpose, "strict": True, "schema": schema}}
        if ask.max_tokens is not None:
            body["max_output_tokens"] = max(ask.max_tokens, LEAST_TOKENS)
        if stream:
            body["stream"] = True
        return body

    def read(self, document: dict[str, Any]) -> Completion:
        """Read a whole answer; KeyError, IndexError or TypeError when it does not have the documented form."""
        parts = [part for item in document["output"] if item["type"] == "message" for part in item["content"]]
        usage = document.get("usage") or {}
        cut_by = (document.get("incomplete_details") or {}).get("reason")
        return Completion(
            text="".join(part["text"] for part in parts if part["type"] == "output_text"),
            is_truncated=cut_by == "max_output_tokens",
            is_refused=any(part["type"] == "refusal" for part in parts) or cut_by == "content_filter",
            prompt_tokens=usage.get("input_tokens", 0),
            completion_tokens=usage.get("output_tokens", 0),
        )

    def stream(self) -> ResponseStream:
        return ResponseStream(self)


class ResponseStream:
    """Passes on pieces of text; the last event holds the complete answer."""

    def __init__(self, api: Responses) -> None:
        self._api = api
        self._completion: Completion | None = None

    def take(self, event: dict[str, Any]) -> str:
        """Take one event; return the text it adds."""
        if event["type"] == "response.output_text.delta":
            return str(event["delta"])
        if event["type"] in ("response.completed", "response.incomplete"):
            self._completion = self._api.read(event["response"])
        return ""

    def completion(self) -> Completion | None:
        """Return the complete answer, or None when the stream broke off or failed."""
        return self._completion
