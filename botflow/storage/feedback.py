"""What people of the chat think of messages, on both databases: one value for each message, the last one they gave."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, case, null, select, update

from botflow.records.feedback import FeedbackValue, GivenFeedback
from botflow.storage.engines.dialects import now, upsert
from botflow.storage.engines.engine import Engine
from botflow.storage.tables import feedback, outbounds, sessions, workflows
from botflow.storage.transcripts import IS_OWN
from botflow.storage.turns.row_mapping import FLOW_VERSION, NODE

Message = tuple[int, int]  # version and index of an outbound


class Feedback:
    """Stores and finds the feedback of a session's person."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    async def give(self, session: int, message: Message, given: GivenFeedback) -> bool:
        """Store what the session's person thinks of a message that was said to them; the same again changes nothing.

        False if the session has no such message. Of two that come at once, the later one to be stored stays.
        """
        return await self._engine.write(_give, session, message, given)

    async def values(self, session: int, first_version: int, last_version: int) -> dict[Message, FeedbackValue]:
        """Return the values that the session's person gave for messages of these versions of the session."""
        of = feedback.c
        statement = select(of.version, of.index, of.value).where(
            of.session_id == session, of.version >= first_version, of.version <= last_version, of.value.is_not(None)
        )
        rows = await self._engine.read(lambda connection: connection.execute(statement).all())
        return {(version, index): value for version, index, value in rows}


def _give(connection: Connection, session: int, message: Message, given: GivenFeedback) -> bool:
    version, index = message
    said = (
        select(outbounds.c.body, sessions.c.workflow_id, workflows.c.organization_id)
        .join(sessions, sessions.c.id == outbounds.c.session_id)
        .join(workflows, workflows.c.id == sessions.c.workflow_id)
        .where(outbounds.c.session_id == session, outbounds.c.version == version, outbounds.c.index == index, IS_OWN)
        .with_for_update(read=True, key_share=True, of=outbounds)  # not to be deleted meanwhile
    )
    row = connection.execute(said).first()
    if row is None:
        return False
    key = {"session_id": session, "version": version, "index": index}
    if given.value is None:
        _take_back(connection, key)
    else:
        of_message = {"organization_id": row.organization_id, "workflow_id": row.workflow_id}
        of_flow = {"node": row.body.get(NODE, ""), "flow_version": row.body.get(FLOW_VERSION)}
        _put(connection, {**key, **of_message, **of_flow}, given)
    return True


def _take_back(connection: Connection, key: dict[str, int]) -> None:
    mine = and_(*(feedback.c[name] == value for name, value in key.items()))
    gone = update(feedback).where(mine, feedback.c.value.is_not(None))
    connection.execute(gone.values(value=null(), comment=null(), updated_at=now()))


def _put(connection: Connection, row: dict[str, Any], given: GivenFeedback) -> None:
    """Insert the row, or replace what it says if that differs."""
    stored = feedback.c
    made = upsert(connection, feedback).values(
        **row, value=given.value, comment=given.comment or None, created_at=now(), updated_at=now()
    )
    comment: ColumnElement[Any] = made.excluded.comment
    if given.comment is None:  # one about another value is not about this one
        comment = case((stored.value == made.excluded.value, stored.comment))
    connection.execute(
        made.on_conflict_do_update(
            index_elements=["session_id", "version", "index"],
            set_={
                "value": made.excluded.value,
                "comment": comment,
                "created_at": case((stored.value.is_(None), made.excluded.created_at), else_=stored.created_at),
                "updated_at": made.excluded.updated_at,
            },
            where=stored.value.is_distinct_from(made.excluded.value) | stored.comment.is_distinct_from(comment),
        )
    )
