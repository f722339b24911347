"""The kinds of property that node types share: conditions, patterns, durations. Parsed once, when a flow compiles."""

from __future__ import annotations

import re
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict
from pydantic.alias_generators import to_camel

from botflow.errors import FlowError
from botflow.flow.pattern import check_pattern

_SHORT = re.compile(r"(\d+(?:\.\d+)?)\s*(s|m|h|d)")
_ISO = re.compile(r"P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?")
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


class Properties(BaseModel):
    """What a node type's properties derive from: camelCase in documents, snake_case accepted, unknown keys refused."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, extra="forbid", frozen=True)


def _seconds(value: Any) -> float:
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        seconds = float(value)
    elif isinstance(value, str) and (short := _SHORT.fullmatch(value.strip())):
        seconds = float(short[1]) * _SECONDS[short[2]]
    elif isinstance(value, str) and (iso := _ISO.fullmatch(value.strip())) and any(iso.groups()):
        weeks, days, hours, minutes, rest = (float(part or 0) for part in iso.groups())
        seconds = ((weeks * 7 + days) * 24 + hours) * 3600 + minutes * 60 + rest
    else:
        raise ValueError("not a duration: write 30s, 5m, 24h, 3d or ISO 8601 such as PT24H")
    if seconds <= 0:
        raise ValueError("a duration is longer than nothing")
    return seconds


def _pattern(value: str) -> str:
    try:
        check_pattern(value)
    except FlowError as failure:
        raise ValueError(str(failure)) from failure
    return value


class ConditionMark:
    """Marks a text property that is an expression rather than a template, for the checker."""


Duration = Annotated[float, BeforeValidator(_seconds)]
Pattern = Annotated[str, AfterValidator(_pattern)]
Condition = Annotated[str, ConditionMark()]
