"""`match`: what rows must have, as a condition with bound values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import Column, ColumnElement, String, and_, cast, false

from botflow.engine.node_type import NodeFailure
from botflow_records.properties import Comparison
from botflow_records.tables import VisibleTable
from botflow_records.values import stored_value

MOST_VALUES = 1_000  # of a list


def condition(table: VisibleTable, match: Mapping[str, Any]) -> ColumnElement[bool]:
    """Return the condition that all parts of `match` hold."""
    return and_(True, *(part for name, given in match.items() for part in _parts(table.column(name), given)))


def _parts(column: Column[Any], given: Any) -> Iterator[ColumnElement[bool]]:
    match given:
        case Comparison():
            yield from _compared(column, given)
        case list() if len(given) > MOST_VALUES:
            raise NodeFailure(f"the list for {column.name!r} has more than {MOST_VALUES} values", code="record.value")
        case list():
            values = [stored_value(column, value) for value in given if value is not None]
            yield column.in_(values) if values else false()
        case None:
            yield column.is_(None)
        case _:
            yield column == stored_value(column, given)


def _compared(column: Column[Any], given: Comparison) -> Iterator[ColumnElement[bool]]:
    for name in sorted(given.model_fields_set):
        value = getattr(given, name)
        if name == "contains":
            yield cast(column, String).icontains(value, autoescape=True)
            continue
        value = stored_value(column, value)
        match name:
            case "not_":
                yield column.is_distinct_from(value)
            case "above":
                yield column > value
            case "at_least":
                yield column >= value
            case "below":
                yield column < value
            case "at_most":
                yield column <= value
