"""Asks and Answers as JSON: the journal keeps them, so that a retried turn does not repeat a request.

An Answer is used again only for an Ask with the same fingerprint, whatever node asks, and whenever.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, assert_never

import orjson

from botflow.engine.asks import Answer, Ask, AskFailure, AskHistory, AskModel, Invoke, Pause


def fingerprint(ask: Ask) -> str:
    """Return the SHA-256 (hex) of the Ask's canonical JSON: equal if and only if the Asks are equal, except for
    the node and the visit that ask."""
    asked = ask_to_json(ask)
    if not isinstance(ask, Invoke):
        asked.pop("node", None)
        asked.pop("visit", None)
    return hashlib.sha256(orjson.dumps(asked, option=orjson.OPT_SORT_KEYS)).hexdigest()


def ask_to_json(ask: Ask) -> dict[str, Any]:
    """Return the Ask as the AI-call log shows it: its kind, and every field that is not empty, without secrets."""
    if isinstance(ask, Invoke) and ask.secrets:
        ask = replace(ask, secrets={})
    if isinstance(ask, Invoke) and ask.kept:
        ask = replace(ask, variables={name: value for name, value in ask.variables.items() if name not in ask.kept})
    plain: dict[str, Any] = orjson.loads(orjson.dumps(ask, option=orjson.OPT_NON_STR_KEYS))
    return {"ask": _kind(ask), **{name: value for name, value in plain.items() if _is_shown(name, value)}}


def _is_shown(name: str, value: Any) -> bool:
    return value not in (None, "", [], {}) and (name != "visit" or value > 0)


def answer_to_json(answer: Answer) -> dict[str, Any]:
    """Return `{"value", "failure": {"code", "message"} | None, "usage"}`."""
    failure = answer.failure
    return {
        "value": answer.value,
        "failure": {"code": failure.code, "message": failure.message} if failure else None,
        "usage": answer.usage,
    }


def answer_from_json(stored: Mapping[str, Any]) -> Answer:
    """Return the Answer that `answer_to_json` wrote."""
    failure = stored.get("failure")
    return Answer(
        value=stored.get("value"),
        failure=AskFailure(code=failure["code"], message=failure["message"]) if failure else None,
        usage=stored.get("usage") or {},
    )


def _kind(ask: Ask) -> str:
    match ask:
        case AskModel():
            return "model"
        case AskHistory():
            return "history"
        case Invoke():
            return "invoke"
        case Pause():
            return "pause"
        case _:
            assert_never(ask)
