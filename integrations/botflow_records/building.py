"""Steps of this integration for flows in Python: `botflow_records.query(flow, "orders", match={"status": "open"})`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from botflow.flow.building.flow import Flow
    from botflow.flow.building.step import Step


def query(
    flow: Flow,
    table: str,
    *,
    match: Mapping[str, Any] | None = None,
    columns: Sequence[str] | None = None,
    order_by: Sequence[str] | None = None,
    limit: int | None = None,
    variable: str | None = None,
    id: str | None = None,
) -> Step:
    """Read rows; handles `next`, `none`, `error`."""
    return flow.node(
        "record.query",
        id=id,
        table=table,
        match=match,
        columns=columns,
        order_by=order_by,
        limit=limit,
        variable=variable,
    )


def insert(
    flow: Flow,
    table: str,
    values: Mapping[str, Any],
    *,
    variable: str | None = None,
    id: str | None = None,
) -> Step:
    """Add a row; handles `next`, `error`."""
    return flow.node("record.insert", id=id, table=table, values=values, variable=variable)


def update(
    flow: Flow,
    table: str,
    match: Mapping[str, Any],
    values: Mapping[str, Any],
    *,
    most: int | None = None,
    variable: str | None = None,
    id: str | None = None,
) -> Step:
    """Change rows; handles `next`, `none`, `error`."""
    return flow.node(
        "record.update",
        id=id,
        table=table,
        match=match,
        values=values,
        most=most,
        variable=variable,
    )


def delete(
    flow: Flow,
    table: str,
    match: Mapping[str, Any],
    *,
    most: int | None = None,
    variable: str | None = None,
    id: str | None = None,
) -> Step:
    """Delete rows; handles `next`, `none`, `error`."""
    return flow.node("record.delete", id=id, table=table, match=match, most=most, variable=variable)


def transaction(
    flow: Flow,
    steps: Sequence[Mapping[str, Any]],
    *,
    variable: str | None = None,
    id: str | None = None,
) -> Step:
    """Do several steps together, all or nothing; handles `next`, `error`."""
    return flow.node("record.transaction", id=id, steps=steps, variable=variable)
