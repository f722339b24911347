"""An earlier answer as the reader of its correction needs it: the day or time, or the currency of an amount."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any

from botflow.flow.templates.moments import read_value
from botflow.nodes.answers.expectation import Kind
from botflow.nodes.comparison import is_number

_MOMENTS: Mapping[Kind, type[date | time]] = {"date": date, "time": time, "datetime": datetime}


def former_answer(kind: Kind, value: Any) -> str | None:
    """Return what a correction of `value` leaves out; None for a kind that needs nothing, and for no such value."""
    match value:
        case str() if kind in _MOMENTS:
            return _moment(kind, value)
        case {"amount": amount, "currency": str(currency)} if kind == "money" and is_number(amount):
            return currency if amount >= 1 else None  # in "50 cents, no, 60" it may be cents again
        case _:
            return None


def _moment(kind: Kind, value: str) -> str | None:
    try:
        found = read_value(value)
    except ValueError:  # the flow has stored something else there
        return None
    return found.isoformat() if type(found) is _MOMENTS[kind] else None
