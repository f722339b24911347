"""What several stores select: the columns of records, and whom a key means."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column, ColumnElement, FromClause, and_, literal_column

from botflow.records import SessionKey
from botflow.storage.tables import UNSETTLED_STATES, inbounds, outbounds, sessions
from botflow.storage.turns.row_mapping import OUTBOUND_COLUMNS, SESSION_COLUMNS

SESSION: tuple[Column[Any], ...] = tuple(sessions.c[name] for name in SESSION_COLUMNS)
OUTBOUND: tuple[Column[Any], ...] = tuple(
    (sessions if name in ("workflow_id", "channel", "external_id") else outbounds).c[name] for name in OUTBOUND_COLUMNS
)


def is_session(key: SessionKey) -> ColumnElement[bool]:
    """Match the session of `key`."""
    return and_(
        sessions.c.workflow_id == key.workflow,
        sessions.c.channel == key.channel,
        sessions.c.external_id == key.external_id,
    )


def is_new(table: FromClause = inbounds) -> ColumnElement[bool]:
    """Match inbounds that wait. A literal: an index on part of a table serves only who states its very condition."""
    state: ColumnElement[str] = table.c.state
    return state == literal_column("'new'")


def is_unsettled(table: FromClause = outbounds) -> ColumnElement[bool]:
    """Match parts that somebody has still to deal with, in the words of their index."""
    state: ColumnElement[str] = table.c.state
    return state.in_([literal_column(f"'{name}'") for name in UNSETTLED_STATES])
