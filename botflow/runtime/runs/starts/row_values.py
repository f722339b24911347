"""A changed row as the input of a run: JSON that is never refused.

The run starts in the transaction that changes the row. So every value gets a form here, and what has none or is too
large is left out by its name: the application's own commit must not fail because of it.
"""

from __future__ import annotations

import base64
from collections.abc import Collection, Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from math import isfinite
from typing import Any
from uuid import UUID

import orjson
import structlog
from pydantic_core import to_jsonable_python
from sqlalchemy.dialects.postgresql import Range

from botflow.engine.limits import LARGEST_INPUT
from botflow.flow.whole_numbers import is_storable

_ROOM = 1_000  # bytes for the names and braces around the values
_LONGEST_LIST = 100  # names of columns that were left out
_log = structlog.get_logger("botflow.rows")


def change_input(change: str, row: Mapping[str, Any], former: Mapping[str, Any]) -> dict[str, Any]:
    """Return {"change", "row", "former"}, and "omitted" with the names of columns that do not fit in: the largest, and
    those without a form in JSON."""
    sides: dict[str, dict[str, Any]] = {"row": {}, "former": {}}
    sizes: dict[tuple[str, str], int] = {}
    omitted: list[str] = []
    for side, values in (("row", row), ("former", former)):
        for name, value in values.items():
            try:
                plain = plain_value(value)
                sizes[side, name] = len(orjson.dumps({name: plain}))
            except Exception as failure:  # noqa: BLE001 -- a fence: the value's own class may raise anything
                _log.warning("column_not_json", column=name, type=type(value).__name__, reason=type(failure).__name__)
                omitted.append(name)
            else:
                sides[side][name] = plain
    total = sum(sizes.values()) + _ROOM
    for side, name in sorted(sizes, key=sizes.__getitem__, reverse=True):
        if total <= LARGEST_INPUT:
            break
        total -= sizes[side, name] - len(name)
        del sides[side][name]
        omitted.append(name)
    return {"change": change, **sides, **({"omitted": sorted(set(omitted))[:_LONGEST_LIST]} if omitted else {})}


def plain_value(value: Any) -> Any:
    """Return a value as JSON: decimals, dates, times, UUIDs as text; intervals as ISO 8601 (`P1DT12H`); bytes as
    base64; ranges as {"lower", "upper", "bounds"}; numbers that JSON has not, or of more than 64 bits, as text; any
    other object as its `str`. NUL and halves of characters become U+FFFD."""
    match value:
        case None | bool():
            return value
        case Enum():
            return plain_value(value.value)
        case str():
            return _text(value)
        case int():
            return int(value) if is_storable(value) else str(value)
        case float():
            return float(value) if isfinite(value) else str(value)
        case datetime() | date() | time():
            return value.isoformat()
        case timedelta():
            return to_jsonable_python(value)
        case Decimal() | UUID():
            return str(value)
        case bytes() | bytearray() | memoryview():
            return base64.b64encode(value).decode()
        case Range():
            if value.empty:
                return {"empty": True}
            return {"lower": plain_value(value.lower), "upper": plain_value(value.upper), "bounds": value.bounds}
        case Mapping():
            return {_text(str(name)): plain_value(item) for name, item in value.items()}
        case Collection():
            return [plain_value(item) for item in value]
        case _:
            return _text(str(value))


def _text(text: str) -> str:
    return text.replace("\0", "\ufffd").encode("utf-16", "surrogatepass").decode("utf-16", "replace")
