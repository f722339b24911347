"""Durations as people write them: `30s 5m 24h 3d 1w`, `7d 1h`, `90 minutes`, or ISO 8601 (`PT30S`, `P1DT12H`, `P2W`).
Inside they are seconds."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Annotated

from pydantic import BeforeValidator, PlainSerializer, WithJsonSchema
from pydantic_core import PydanticCustomError

LONGEST_QUOTED = 60  # characters of what is refused
LONGEST_S = 10 * 366 * 86_400.0
_SECONDS = {"w": 604_800, "d": 86_400, "h": 3_600, "m": 60, "s": 1}
_PART = r"[0-9]{1,12}(?:\.[0-9]{1,6})?"
_UNITS = ("w|weeks?", "d|days?", "h|hours?", "m|min|minutes?", "s|sec|seconds?")
# From the largest unit to the smallest, each at most once, with or without blanks between: whatever else is unclear.
_BARE_SHORT = "".join(rf"(?:{_PART}\s?(?:{unit})(?![a-z])\s?)?" for unit in _UNITS)
_SHORT = re.compile("".join(rf"(?:({_PART})\s?(?:{unit})(?![a-z])\s?)?" for unit in _UNITS))
_ISO = re.compile(
    rf"P(?=.)(?:({_PART})W)?(?:({_PART})D)?(?:T(?=.)(?:({_PART})H)?(?:({_PART})M)?(?:({_PART})S)?)?", re.IGNORECASE
)
# What _SHORT and _ISO take, without flags, as JSON Schema needs it; its own format "duration" is ISO 8601 alone.
DURATION_PATTERN = (
    rf"^\s*(?:(?=[0-9]){_BARE_SHORT}|[Pp](?=[0-9Tt])(?:{_PART}[Ww])?(?:{_PART}[Dd])?"
    rf"(?:[Tt](?=[0-9])(?:{_PART}[Hh])?(?:{_PART}[Mm])?(?:{_PART}[Ss])?)?)\s*$"
)


def parse_duration(text: object) -> float:
    """Return the seconds in `text`; ValueError when it is not a duration, not positive or longer than ten years.

    ISO 8601's years and months are refused: they have no fixed length.
    """
    if isinstance(text, timedelta):
        return _bounded(text.total_seconds(), str(text))
    if isinstance(text, int | float):
        raise ValueError(f"{text!r} has no unit; write a duration as 30s, 5m, 24h or 3d")
    if not isinstance(text, str):  # it is not repeated: what is in it may be large, or a secret
        raise ValueError("a duration is a text such as 30s, 5m, 24h or 3d")
    word = text.strip()
    if word and (short := _SHORT.fullmatch(word)):
        return _bounded(
            sum(float(part or 0) * unit for part, unit in zip(short.groups(), _SECONDS.values(), strict=True)), word
        )
    if iso := _ISO.fullmatch(word):
        weeks, days, hours, minutes, seconds = (float(part or 0) for part in iso.groups())
        return _bounded((weeks * 7 + days) * 86_400 + hours * 3_600 + minutes * 60 + seconds, word)
    raise ValueError(
        f"{text[:LONGEST_QUOTED]!r} is no duration; write 30s, 5m, 24h, 3d, 1w, 7d 1h, or ISO 8601 such as PT30S"
    )


def write_duration(seconds: float) -> str:
    """Return `seconds` as `parse_duration` reads it, in the largest unit that keeps it a whole number."""
    for unit in ("d", "h", "m"):
        if seconds % _SECONDS[unit] == 0:
            return f"{seconds / _SECONDS[unit]:.0f}{unit}"
    return f"{seconds:.6f}".rstrip("0").rstrip(".") + "s"


def _bounded(seconds: float, text: str) -> float:
    if not 0 < seconds <= LONGEST_S:
        raise ValueError(f"the duration {text!r} must be longer than nothing and at most ten years")
    return seconds


def _validate(value: object) -> float:
    try:
        return parse_duration(value)
    except ValueError as failure:
        raise PydanticCustomError("duration.invalid", "{reason}", {"reason": str(failure)}) from None


Duration = Annotated[
    float,
    BeforeValidator(_validate),
    PlainSerializer(write_duration, return_type=str, when_used="json"),
    WithJsonSchema({"type": "string", "pattern": DURATION_PATTERN, "examples": ["30s", "5m", "24h", "3d", "PT30S"]}),
]
