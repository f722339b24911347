"""Feedback over HTTP: what people of the chat think of messages, and how many by node and version."""

from __future__ import annotations

from botflow.records.access import Scope
from botflow.records.feedback import FeedbackValue
from botflow.service.messages.feedback import MessageFeedback, NodeFeedback
from botflow.service.models import Page
from botflow.web.rest.operation import Call, Operation
from botflow.web.rest.query import Moment, OfWorkflow, QueryText

TAG = "Feedback"


class FeedbackQuery(OfWorkflow):
    """Of which workflow, node and person, and which value; given at `after` or later, and earlier than `before`."""

    node: QueryText | None = None
    value: FeedbackValue | None = None
    external_id: QueryText | None = None
    after: Moment | None = None
    before: Moment | None = None


class FeedbackSummaryQuery(OfWorkflow):
    """Of which workflow; given at `after` or later, and earlier than `before`."""

    after: Moment | None = None
    before: Moment | None = None


async def get_feedback(call: Call) -> Page[MessageFeedback]:
    """List what people of the chat think of messages, the newest first. What they took back is not in it."""
    query: FeedbackQuery = call.query
    return await call.service.feedback.get_feedback(
        workflow=query.workflow,
        node=query.node,
        value=query.value,
        external_id=query.external_id,
        after=query.after,
        before=query.before,
        cursor=query.cursor,
        limit=query.limit,
    )


async def get_feedback_summary(call: Call) -> Page[NodeFeedback]:
    """Count it by workflow, node and version: how many found the messages good, and how many bad."""
    query: FeedbackSummaryQuery = call.query
    return await call.service.feedback.get_summary(
        workflow=query.workflow, after=query.after, before=query.before, cursor=query.cursor, limit=query.limit
    )


OPERATIONS = (
    Operation(
        method="GET",
        path="/feedback",
        handler=get_feedback,
        scope=Scope.SESSIONS_READ,
        tag=TAG,
        query=FeedbackQuery,
        answer=Page[MessageFeedback],
    ),
    Operation(
        method="GET",
        path="/feedback/summary",
        handler=get_feedback_summary,
        scope=Scope.SESSIONS_READ,
        tag=TAG,
        query=FeedbackSummaryQuery,
        answer=Page[NodeFeedback],
    ),
)
