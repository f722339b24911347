"""A model's completion, from either API, and its Answer to the Ask."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, assert_never

import orjson

from botflow.engine.asks import Answer, AskFailure, AskModel


@dataclass(frozen=True, slots=True, kw_only=True)
class Completion:
    """`is_truncated`: the token limit was reached. `is_refused`: the model or the provider's filter refused it."""

    text: str = ""
    is_truncated: bool = False
    is_refused: bool = False
    prompt_tokens: int = 0
    completion_tokens: int = 0


def answer_of(ask: AskModel, completion: Completion, usage: dict[str, Any]) -> Answer:
    """Turn a completion into the Ask's value.

    A route that is not one of the choices is an abstention, whatever the cause. A reply that is cut off is still a
    reply. An extraction that cannot be parsed is a failure: a part of its values would look like all of them.
    """
    match ask.purpose:
        case "route":
            return Answer(value=_handle(ask, completion), usage=usage)
        case "reply":
            if completion.text and not completion.is_refused:
                return Answer(value=completion.text, usage=usage)
        case "extract":
            values = _object(completion.text)
            if values is not None and not completion.is_refused and not completion.is_truncated:
                return Answer(value={name: value for name, value in values.items() if value is not None}, usage=usage)
        case _:
            assert_never(ask.purpose)
    return Answer(failure=_failure(ask, completion), usage=usage)


def _handle(ask: AskModel, completion: Completion) -> str | None:
    said = _object(completion.text) or {}
    edge = said.get("edge")
    return next((choice.handle for choice in ask.choices if choice.handle == edge), None)


def _object(text: str) -> dict[str, Any] | None:
    try:
        value = orjson.loads(text)
    except ValueError:
        return None
    return value if isinstance(value, dict) else None


def _failure(ask: AskModel, completion: Completion) -> AskFailure:
    if completion.is_refused:
        return AskFailure(code="model.refused", message="the model declined to answer")
    if completion.is_truncated:
        return AskFailure(code="model.truncated", message="the answer was cut off: raise maxTokens")
    if ask.purpose == "reply":
        return AskFailure(code="model.empty", message="the model's reply is empty")
    return AskFailure(code="model.garbled", message="the model's answer is not the object that was asked for")
