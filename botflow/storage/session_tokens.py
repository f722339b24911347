"""Revokes the token of a chat visitor: the session's row says so, and every statement that takes a message reads it."""

from __future__ import annotations

from sqlalchemy import Connection, select, update

from botflow.engine.inbound import CHAT
from botflow.storage.tables import sessions, workflows


def revoke_token(connection: Connection, organization: int, workflow: str, external_id: str) -> int | None:
    """Refuse the token of this visitor from now on; return the session's id, None when the organization has none.

    It cannot be undone: a visitor opens a new session instead.
    """
    mine = select(workflows.c.id).where(workflows.c.organization_id == organization, workflows.c.slug == workflow)
    session: int | None = connection.scalar(
        update(sessions)
        .where(
            sessions.c.workflow_id == mine.scalar_subquery(),
            sessions.c.channel == CHAT,
            sessions.c.external_id == external_id,
        )
        .values(token_revoked=True)
        .returning(sessions.c.id)
    )
    return session
