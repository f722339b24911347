"""Feedback. Written by `python -m docs.generate`: do not edit it."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from botflow_client.models.feedback import MessageFeedback, NodeFeedback
from botflow_client.pages import AsyncPages, Pages
from botflow_client.transport import AsyncCaller, Caller


class FeedbackCalls(Caller):
    """Feedback."""

    def get_feedback(
        self,
        *,
        cursor: str | None = None,
        limit: int | None = None,
        workflow: str | None = None,
        node: str | None = None,
        value: Literal["up", "down"] | None = None,
        external_id: str | None = None,
        after: str | datetime | None = None,
        before: str | datetime | None = None,
    ) -> Pages[MessageFeedback]:
        """List what people of the chat think of messages, the newest first. What they took back is not in it. It
        needs the scope `sessions:read`.
        """
        return self._list(
            MessageFeedback,
            "/api/v1/feedback",
            {
                "cursor": cursor,
                "limit": limit,
                "workflow": workflow,
                "node": node,
                "value": value,
                "externalId": external_id,
                "after": after,
                "before": before,
            },
        )

    def get_feedback_summary(
        self,
        *,
        cursor: str | None = None,
        limit: int | None = None,
        workflow: str | None = None,
        after: str | datetime | None = None,
        before: str | datetime | None = None,
    ) -> Pages[NodeFeedback]:
        """Count it by workflow, node and version: how many found the messages good, and how many bad. It needs the
        scope `sessions:read`.
        """
        return self._list(
            NodeFeedback,
            "/api/v1/feedback/summary",
            {"cursor": cursor, "limit": limit, "workflow": workflow, "after": after, "before": before},
        )


class AsyncFeedbackCalls(AsyncCaller):
    """Feedback."""

    def get_feedback(
        self,
        *,
        cursor: str | None = None,
        limit: int | None = None,
        workflow: str | None = None,
        node: str | None = None,
        value: Literal["up", "down"] | None = None,
        external_id: str | None = None,
        after: str | datetime | None = None,
        before: str | datetime | None = None,
    ) -> AsyncPages[MessageFeedback]:
        """List what people of the chat think of messages, the newest first. What they took back is not in it. It
        needs the scope `sessions:read`.
        """
        return self._list(
            MessageFeedback,
            "/api/v1/feedback",
            {
                "cursor": cursor,
                "limit": limit,
                "workflow": workflow,
                "node": node,
                "value": value,
                "externalId": external_id,
                "after": after,
                "before": before,
            },
        )

    def get_feedback_summary(
        self,
        *,
        cursor: str | None = None,
        limit: int | None = None,
        workflow: str | None = None,
        after: str | datetime | None = None,
        before: str | datetime | None = None,
    ) -> AsyncPages[NodeFeedback]:
        """Count it by workflow, node and version: how many found the messages good, and how many bad. It needs the
        scope `sessions:read`.
        """
        return self._list(
            NodeFeedback,
            "/api/v1/feedback/summary",
            {"cursor": cursor, "limit": limit, "workflow": workflow, "after": after, "before": before},
        )
