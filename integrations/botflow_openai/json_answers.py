"""The JSON object in a model's answer, also of servers that do not enforce the schema they were given.

Their models put the object into a code fence, between sentences, or behind their reasoning. One object is read; two
that differ are none, since nothing says which of them is meant.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, NoReturn

from botflow_openai.reasoning import without_reasoning

LONGEST = 262_144  # characters; a longer text is not searched
_STARTS = 20  # braces that may be opened in vain: each costs a walk to the end of the text
_SIGNS = re.compile(r"[{}\"\\]")


def only_object(text: str) -> dict[str, Any] | None:
    """Return the one JSON object of `text`; None without one, or with two that differ. Takes linear time."""
    said = without_reasoning(text)
    try:
        whole = _parsed(said)
    except ValueError:
        return _only(_objects(said)) if len(said) <= LONGEST else None
    return whole if isinstance(whole, dict) else None


def _only(found: Iterator[dict[str, Any]]) -> dict[str, Any] | None:
    first = next(found, None)
    return first if all(other == first for other in found) else None


def _objects(text: str) -> Iterator[dict[str, Any]]:
    start = text.find("{")
    for _ in range(_STARTS):
        if start < 0:
            return
        end = _end_of_braces(text, start)
        if end is None:  # opened in vain: a brace of the prose
            start = text.find("{", start + 1)
            continue
        try:
            value = _parsed(text[start:end])
        except ValueError:
            pass
        else:
            if isinstance(value, dict):
                yield value
        start = text.find("{", end)


def _end_of_braces(text: str, start: int) -> int | None:
    """Return where the brace at `start` is closed; braces in JSON strings do not count."""
    depth, is_string, position = 0, False, start
    while (sign := _SIGNS.search(text, position)) is not None:
        position = sign.end()
        match sign[0]:
            case "\\":
                position += 1
            case '"':
                is_string = not is_string
            case brace if not is_string:
                depth += 1 if brace == "{" else -1
                if depth == 0:
                    return position
    return None


def _parsed(text: str) -> Any:
    """Parse JSON strictly; ValueError also for a name that an object has twice with different values."""
    try:
        return json.loads(text, object_pairs_hook=_distinct, parse_constant=_refuse)
    except RecursionError as too_deep:
        raise ValueError("nested too deeply") from too_deep


def _distinct(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs) and any(found[name] != value for name, value in pairs):
        raise ValueError("two values of one name")
    return found


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not JSON")
