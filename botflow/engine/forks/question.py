"""What makes two Asks the same question, so that a fork may get the answer that its original got.

The turn, the visit and the attempt that ask are no part of it, nor is the time of asking: a fork asks later.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

import orjson

_NOT_ASKED = ("node", "visit", "attempt", "key", "now", "stream", "timeout_s")


def question_of(asked: Mapping[str, Any]) -> str:
    """Return the SHA-256 (hex) of an Ask's JSON, as `ask_to_json` returns it or as the journal has it."""
    question = {name: value for name, value in asked.items() if name not in _NOT_ASKED}
    return hashlib.sha256(orjson.dumps(as_stored(question), option=orjson.OPT_SORT_KEYS)).hexdigest()


def as_stored(value: Any) -> Any:
    """Return JSON in which a number reads the same whether or not a database has stored it: 2.0 is 2."""
    if isinstance(value, float):
        return int(value) if value.is_integer() and abs(value) < 2**63 else value
    if isinstance(value, Mapping):
        return {name: as_stored(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [as_stored(item) for item in value]
    return value
