"""The part of `botflow.Flow` that asks language models; see `flow.py`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from botflow.flow.building.step import Files, Option, Step, Text, Time, named_items


class ModelSteps(Protocol):
    """Steps that ask a language model."""

    def node(self, type: str, /, *, id: str | None = None, label: str = "", **properties: Any) -> Step: ...

    def route(
        self,
        routes: Mapping[str, Option] | Sequence[Mapping[str, Any]],
        *,
        input: str | None = None,
        instructions: str | None = None,
        model: str | None = None,
        timeout: Time | None = None,
        id: str | None = None,
    ) -> Step:
        """Let a model choose among `routes`, descriptions by handle; beside them `fallback` and `error`."""
        return self.node(
            "ai.route",
            id=id,
            routes=named_items(routes, key="handle", word="description"),
            input=input,
            instructions=instructions,
            model=model,
            timeout=timeout,
        )

    def reply(
        self,
        instructions: str,
        *,
        fallback: Text | None = None,
        variable: str | None = None,
        history: int | None = None,
        max_tokens: int | None = None,
        model: str | None = None,
        timeout: Time | None = None,
        media: Files | None = None,
        id: str | None = None,
    ) -> Step:
        """Let a model write the reply; `fallback` is said when there is none. Handles `next`, `error`."""
        return self.node(
            "ai.reply",
            id=id,
            instructions=instructions,
            fallback=fallback,
            variable=variable,
            history=history,
            max_tokens=max_tokens,
            model=model,
            timeout=timeout,
            media=media,
        )

    def extract(
        self,
        fields: Mapping[str, Mapping[str, Any]],
        *,
        input: str | None = None,
        model: str | None = None,
        timeout: Time | None = None,
        id: str | None = None,
    ) -> Step:
        """Let a model read values into variables; handles `done`, `missing`, `error`."""
        return self.node("ai.extract", id=id, fields=fields, input=input, model=model, timeout=timeout)
