"""The events of a turn as lines for people: which way it went, and why."""

from __future__ import annotations

import json
from collections.abc import Sequence
from types import MappingProxyType
from typing import Any

from botflow.cli.output.visible import in_one_line

_REASONS = MappingProxyType(
    {
        "opted_out": "the person has opted out",
        "opted_in": "no node answers an opt-in",
        "help": "the provider answers this word",
        "handed_off": "a person has taken the conversation over",
    }
)


def trace_line(event: Sequence[Any]) -> str:
    """Return one event for reading: `menu --pizza--> size`, `size refused the answer: not_a_number`."""
    match event:
        case ["edge", node, handle, target]:
            line = f"{node} --{handle}--> {target or '(end)'}"
        case ["decided", node, handle, saw]:
            line = f"{node} decided {handle}{_seen(saw)}"
        case ["routed", node, handle, said]:
            line = (
                f"{node} routed to {handle}"
                if handle
                else f"{node} did not know where to; the model said {_json(said)}"
            )
        case ["refused", node, reason]:
            line = f"{node} refused the answer: {reason}"
        case ["error", node, code, message]:
            line = f"{node} failed: {code}, {message}"
        case ["failed", node, code, message]:
            line = f"failed at {node}: {code}, {message}" if node else f"failed: {code}, {message}"
        case ["retried", node, code, message, failed]:
            line = f"{node} failed (try {failed}) and is tried again: {code}, {message}"
        case ["waits", node]:
            line = f"{node} waits"
        case ["ignored", reason]:
            line = f"ignored: {_REASONS.get(reason, reason)}"
        case ["log", node, level, message]:
            line = f"{node} logged {level}: {message}"
        case [kind, *facts]:
            line = " ".join([kind, *(fact if isinstance(fact, str) else _json(fact) for fact in facts)])
        case _:
            line = _json(event)
    return in_one_line(line)


def _seen(saw: Any) -> str:
    """Return the values that a condition read, as `, because qty = 5`."""
    if not isinstance(saw, dict) or not saw:
        return ""
    return ", because " + ", ".join(f"{name} = {_json(value)}" for name, value in saw.items())


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
