"""What several stores select: the columns of records, and whom a key means."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column, ColumnElement, and_

from botflow.records import SessionKey
from botflow.storage.rows import OUTBOUND_COLUMNS, SESSION_COLUMNS
from botflow.storage.tables import outbounds, sessions

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
