"""What people of the chat think of messages: listed for the team, and counted by what said them."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import Connection

from botflow.records.access import Principal
from botflow.records.feedback import FeedbackValue
from botflow.service.cursors import PAGE, page_of, read_cursor
from botflow.service.models import Page, Shown
from botflow.service.refusals import slug_in, unknown_workflow
from botflow.storage.service.sessions import feedback_pages
from botflow.storage.service.sessions.feedback_pages import FeedbackCount, FeedbackFilter, FeedbackRow
from botflow.storage.service.sessions.session_pages import knows_workflow

if TYPE_CHECKING:
    from botflow.runtime.app import Runtime

_NEWEST = "-createdAt"
_BY_NODE = "node"


class MessageFeedback(Shown):
    """What a person thinks of a message, whose id this has, too. `node` is what said the message, with the workflow in
    front if it belongs to a subflow (`refund/ask_reason`), and `version` that of the workflow. Both are null for a
    message that no node said, or that was said before the workflow asked for feedback. `author` is the person who wrote
    it in a handoff. `updatedAt` is when they changed the value or the comment last."""

    id: str
    session: str
    workflow: str
    channel: str
    external_id: str
    node: str | None
    version: int | None
    value: FeedbackValue
    comment: str | None
    text: str
    author: str | None
    created_at: datetime
    updated_at: datetime


class NodeFeedback(Shown):
    """How many people found messages of this node, in this version, good and bad. Both are null for messages that no
    node said, or that were said before the workflow asked for feedback."""

    workflow: str
    node: str | None
    version: int | None
    up: int
    down: int


class FeedbackReports:
    """The feedback on the messages of the caller's organization."""

    def __init__(self, runtime: Runtime, caller: Principal) -> None:
        self._engine = runtime.database.within(caller.organization)
        self._caller = caller

    async def get_feedback(
        self,
        *,
        workflow: str | None = None,
        node: str | None = None,
        value: FeedbackValue | None = None,
        external_id: str | None = None,
        after: datetime | None = None,
        before: datetime | None = None,
        cursor: str | None = None,
        limit: int = PAGE,
    ) -> Page[MessageFeedback]:
        """Return a page of what was given at `after` or later and earlier than `before`, the newest first.
        RejectedInbound `workflow.unknown` (404)."""
        wanted = FeedbackFilter(
            workflow=workflow, node=node, value=value, external_id=external_id, after=after, before=before
        )
        return await self._engine.read(read_feedback, self._caller.organization, wanted, cursor, limit)

    async def get_summary(
        self,
        *,
        workflow: str | None = None,
        after: datetime | None = None,
        before: datetime | None = None,
        cursor: str | None = None,
        limit: int = PAGE,
    ) -> Page[NodeFeedback]:
        """Return a page of counts by workflow, node and version. RejectedInbound `workflow.unknown` (404)."""
        wanted = FeedbackFilter(workflow=workflow, after=after, before=before)
        return await self._engine.read(read_summary, self._caller.organization, wanted, cursor, limit)


def read_feedback(
    connection: Connection, organization: int, wanted: FeedbackFilter, cursor: str | None, limit: int
) -> Page[MessageFeedback]:
    """Return a page of feedback, the newest first; see `FeedbackReports.get_feedback`."""
    _check_workflow(connection, organization, wanted)
    after = read_cursor(cursor, _NEWEST, (datetime, int, int, int))
    found = feedback_pages.list_feedback(connection, organization, wanted, after, limit)
    return page_of(found, limit, _NEWEST, lambda row: (row.created_at, row.session, row.version, row.index), _shown)


def read_summary(
    connection: Connection, organization: int, wanted: FeedbackFilter, cursor: str | None, limit: int
) -> Page[NodeFeedback]:
    """Return a page of counts by workflow, node and version; see `FeedbackReports.get_summary`."""
    _check_workflow(connection, organization, wanted)
    after = read_cursor(cursor, _BY_NODE, (str, str, int))
    found = feedback_pages.count_feedback(connection, organization, wanted, after, limit)
    return page_of(found, limit, _BY_NODE, lambda row: (row.workflow, row.node, row.number), _counted)


def _check_workflow(connection: Connection, organization: int, wanted: FeedbackFilter) -> None:
    if wanted.workflow is not None and not knows_workflow(connection, organization, slug_in(wanted.workflow)):
        raise unknown_workflow(wanted.workflow)


def _shown(row: FeedbackRow) -> MessageFeedback:
    return MessageFeedback(
        id=f"{row.session}.{row.version}.{row.index}",
        session=str(row.session),
        workflow=row.workflow,
        channel=row.channel,
        external_id=row.external_id,
        node=row.node or None,
        version=row.number,
        value=row.value,
        comment=row.comment,
        text=row.body.get("text") or "",
        author=row.body.get("author"),
        created_at=row.created_at,
        updated_at=row.updated_at,
    )


def _counted(row: FeedbackCount) -> NodeFeedback:
    return NodeFeedback(
        workflow=row.workflow, node=row.node or None, version=row.number or None, up=row.up, down=row.down
    )
