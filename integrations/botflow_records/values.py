"""Values between a flow's plain JSON and the types of a database's columns. What does not fit exactly is refused."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import ARRAY, JSON, Column, Enum, Numeric

from botflow.engine.node_type import NodeFailure

Read = TypeVar("Read")
_WHOLE = re.compile(r"[+-]?[0-9]{1,19}")
_SAME = Decimal("1e-9")  # how far a computed number may be from one with fewer decimals


def stored_value(column: Column[Any], given: Any) -> Any:
    """Return `given` as the column takes it; NodeFailure `record.value` when it does not fit."""
    if given is None:
        return None
    try:
        return _reader(column)(column.type, given)
    except (ValueError, InvalidOperation, OverflowError) as wrong:
        raise NodeFailure(f"the column {column.name!r} takes {wrong}", code="record.value") from None


def json_value(value: Any) -> Any:
    """Return a column's value as plain JSON; NodeFailure `record.type` for what is none, such as bytes."""
    match value:
        case None | bool() | int() | str():
            return value
        case float():
            return value if math.isfinite(value) else None
        case Decimal():
            return _number(value)
        case datetime() | date() | time():
            return value.isoformat()
        case timedelta():
            return value.total_seconds()
        case UUID():
            return str(value)
        case list() | tuple():
            return [json_value(item) for item in value]
        case dict():
            return {str(key): json_value(item) for key, item in value.items()}
    raise NodeFailure(
        f"a column holds {type(value).__name__}, which is no JSON", code="record.type", hint="leave it out of columns"
    )


def _number(value: Decimal) -> int | float | str:
    """Return a number that is exactly this one, or its digits when there is none."""
    if value == value.to_integral_value() and abs(value) < 2**53:
        return int(value)
    number = float(value)
    return number if value.is_finite() and Decimal(repr(number)) == value else str(value)


def _reader(column: Column[Any]) -> Callable[[Any, Any], Any]:
    kind = column.type
    if isinstance(kind, JSON):
        return lambda _, given: given
    if isinstance(kind, ARRAY):
        return _list
    try:
        python = kind.python_type
    except NotImplementedError:  # SQLAlchemy knows no Python type for it, such as a point
        python = object
    if python not in _READERS:
        raise NodeFailure(f"the column {column.name!r} is of a type that flows cannot write", code="record.type")
    return _READERS[python]


def _text(kind: Any, given: Any) -> str:
    if isinstance(given, (bool, list, dict)):
        raise ValueError("a text")
    text = str(given)
    if "\0" in text:
        raise ValueError("a text without the character NUL")
    if isinstance(kind, Enum) and text not in kind.enums:
        raise ValueError(f"one of {', '.join(kind.enums)}")
    longest = getattr(kind, "length", None)
    if longest and not isinstance(kind, Enum) and len(text) > longest:
        raise ValueError(f"at most {longest} characters")
    return text


def _whole(kind: Any, given: Any) -> int:
    if isinstance(given, str) and _WHOLE.fullmatch(given.strip()):
        return int(given)
    if isinstance(given, bool) or not isinstance(given, (int, float)) or given != int(given):
        raise ValueError("a whole number")
    return int(given)


def _float(kind: Any, given: Any) -> float:
    if isinstance(given, (bool, list, dict)):
        raise ValueError("a number")
    try:
        number = float(given)
    except ValueError:
        raise ValueError("a number") from None
    if not math.isfinite(number):
        raise ValueError("a finite number")
    return number


def _decimal(kind: Any, given: Any) -> Decimal:
    if isinstance(given, (bool, list, dict)):
        raise ValueError("a number")
    try:
        exact = Decimal(str(given).strip())
    except InvalidOperation:
        raise ValueError("a number") from None
    if not exact.is_finite():
        raise ValueError("a finite number")
    scale = kind.scale if isinstance(kind, Numeric) else None
    if scale is None:
        return exact
    rounded = round(exact, scale)
    # The database would round without a word. A sum such as 0.1 + 0.2 is meant as 0.3.
    if rounded != exact and (
        not isinstance(given, float) or abs(rounded - exact) > _SAME * max(Decimal(1), abs(exact))
    ):
        raise ValueError(f"at most {scale} decimals")
    return rounded


def _truth(kind: Any, given: Any) -> bool:
    if given in (True, False) and not isinstance(given, str):
        return bool(given)
    if given in ("true", "false"):
        return bool(given == "true")
    raise ValueError("true or false")


def _date(kind: Any, given: Any) -> date:
    return _read(date.fromisoformat, given, "a date such as 2026-11-27")


def _time(kind: Any, given: Any) -> time:
    return _read(time.fromisoformat, given, "a time such as 09:30")


def _datetime(kind: Any, given: Any) -> datetime:
    """A column with a zone takes only what says its offset; one without gets the time in UTC."""
    moment = _read(datetime.fromisoformat, given, "a moment such as 2026-11-27T09:30:00+01:00")
    if kind.timezone and moment.tzinfo is None:
        raise ValueError("a moment with its offset, such as 2026-11-27T09:30:00+01:00")
    if not kind.timezone and moment.tzinfo is not None:
        return moment.astimezone(UTC).replace(tzinfo=None)
    return moment


def _read(read: Callable[[str], Read], given: Any, wanted: str) -> Read:
    if not isinstance(given, str):
        raise ValueError(wanted)
    try:
        return read(given.strip())
    except ValueError:
        raise ValueError(wanted) from None


def _span(kind: Any, given: Any) -> timedelta:
    return timedelta(seconds=_float(kind, given))


def _uuid(kind: Any, given: Any) -> UUID:
    try:
        return UUID(str(given))
    except ValueError:
        raise ValueError("a UUID") from None


def _list(kind: Any, given: Any) -> list[Any]:
    if not isinstance(given, list):
        raise ValueError("a list")
    return [stored_value(Column("item", kind.item_type), item) for item in given]


_READERS: dict[type, Callable[[Any, Any], Any]] = {
    str: _text,
    int: _whole,
    float: _float,
    Decimal: _decimal,
    bool: _truth,
    date: _date,
    time: _time,
    datetime: _datetime,
    timedelta: _span,
    UUID: _uuid,
}
