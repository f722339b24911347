"""A model's completion, from either API, and its Answer to the Ask."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, assert_never

from botflow.engine.asks import Answer, AskFailure, AskModel
from botflow_openai.json_answers import only_object
from botflow_openai.prompts import ABSTAIN
from botflow_openai.reasoning import without_reasoning


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

    A route that can be read and is none of the choices is an abstention. What cannot be read is a failure, for routes
    and for extractions: a part of the values would look like all of them. A reply that is cut off is still a reply.
    """
    match ask.purpose:
        case "route":
            said = only_object(completion.text) or {}
            edge = said.get("edge", 0)
            if edge is None or isinstance(edge, str):
                return Answer(value=_handle(ask, edge or ABSTAIN), usage=usage)
        case "reply":
            text = without_reasoning(completion.text)
            if text and not completion.is_refused:
                return Answer(value=text, usage=usage)
        case "extract":
            values = only_object(completion.text)
            is_whole = not completion.is_refused and not completion.is_truncated
            if values is not None and is_whole and _has_fields(ask, values):
                return Answer(value={name: value for name, value in values.items() if value is not None}, usage=usage)
        case _:
            assert_never(ask.purpose)
    return Answer(failure=_failure(ask, completion), usage=usage)


def _handle(ask: AskModel, edge: str) -> str | None:
    """Return the handle that is named: exactly, or else the only one that differs in case or blanks alone."""
    handles = [choice.handle for choice in ask.choices]
    if edge in handles:
        return edge
    alike = [handle for handle in handles if handle.casefold() == edge.strip().casefold()]
    return alike[0] if len(alike) == 1 else None


def _has_fields(ask: AskModel, values: dict[str, Any]) -> bool:
    """Say whether an object may be the one that was asked for: it has one of the fields, or is empty."""
    return not values or any(field.name in values for field in ask.fields)


def _failure(ask: AskModel, completion: Completion) -> AskFailure:
    if completion.is_refused:
        return AskFailure(code="model.refused", message="the model declined to answer")
    if completion.is_truncated:
        return AskFailure(code="model.truncated", message="the answer was cut off: raise maxTokens")
    if ask.purpose == "reply":
        return AskFailure(code="model.empty", message="the model's reply is empty")
    return AskFailure(code="model.garbled", message="the model's answer is not the object that was asked for")
