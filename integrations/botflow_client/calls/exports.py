"""Exports. Written by `python -m docs.generate`: do not edit it."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from botflow_client.downloads import AsyncDownload, Download
from botflow_client.request import make_request
from botflow_client.transport import AsyncCaller, Caller


class ExportsCalls(Caller):
    """Exports."""

    def export_results(
        self,
        *,
        workflow: str,
        format: Literal["csv", "jsonl"] | None = None,
        after: str | datetime | None = None,
        before: str | datetime | None = None,
        status: Literal["pending", "running", "waiting", "paused", "cancelling", "completed", "failed", "cancelled"]
        | None = None,
    ) -> Download:
        """Download the results of a workflow's executions, oldest first; as CSV with one column per variable. It
        needs the scope `executions:read`.
        """
        return self._download(
            make_request(
                "GET",
                "/api/v1/results",
                query={"format": format, "after": after, "before": before, "workflow": workflow, "status": status},
            )
        )

    def export_sessions(
        self,
        *,
        format: Literal["csv", "jsonl"] | None = None,
        workflow: str | None = None,
        channel: str | None = None,
        active: bool | None = None,
    ) -> Download:
        """Download sessions, of all your workflows or of one, by channel and external id. It needs the scope
        `sessions:read`.
        """
        return self._download(
            make_request(
                "GET",
                "/api/v1/exports/sessions",
                query={"format": format, "workflow": workflow, "channel": channel, "active": active},
            )
        )

    def export_inbounds(
        self,
        *,
        format: Literal["csv", "jsonl"] | None = None,
        after: str | datetime | None = None,
        before: str | datetime | None = None,
        workflow: str | None = None,
        session: int | None = None,
        external_id: str | None = None,
        channel: str | None = None,
        status: Literal["new", "done", "stale", "dead"] | None = None,
        kind: Literal[
            "message", "opened", "timeout", "trigger", "child_done", "delivery", "resume", "cancel", "returned"
        ]
        | None = None,
    ) -> Download:
        """Download what came in, session by session, the newest of each first. It needs a workflow, a session, an
        externalId, or the status `new`. It needs the scope `sessions:read`.
        """
        return self._download(
            make_request(
                "GET",
                "/api/v1/exports/inbounds",
                query={
                    "format": format,
                    "after": after,
                    "before": before,
                    "workflow": workflow,
                    "session": session,
                    "externalId": external_id,
                    "channel": channel,
                    "status": status,
                    "kind": kind,
                },
            )
        )

    def export_outbounds(
        self,
        *,
        format: Literal["csv", "jsonl"] | None = None,
        after: str | datetime | None = None,
        before: str | datetime | None = None,
        workflow: str | None = None,
        session: int | None = None,
        external_id: str | None = None,
        channel: str | None = None,
        status: Literal[
            "ready", "handed", "sending", "sent", "delivered", "read", "failed", "suppressed", "unknown", "held"
        ]
        | None = None,
        turn: int | None = None,
    ) -> Download:
        """Download messages to people, session by session, the newest of each first. It needs a workflow, a session,
        an externalId, or the status `held`, `ready`, `handed`, `sending` or `unknown`. It needs the scope
        `sessions:read`.
        """
        return self._download(
            make_request(
                "GET",
                "/api/v1/exports/outbounds",
                query={
                    "format": format,
                    "after": after,
                    "before": before,
                    "workflow": workflow,
                    "session": session,
                    "externalId": external_id,
                    "channel": channel,
                    "status": status,
                    "turn": turn,
                },
            )
        )

    def export_executions(
        self,
        *,
        format: Literal["csv", "jsonl"] | None = None,
        after: str | datetime | None = None,
        before: str | datetime | None = None,
        workflow: str | None = None,
        status: Literal["pending", "running", "waiting", "paused", "cancelling", "completed", "failed", "cancelled"]
        | None = None,
        session: int | None = None,
        top_level: bool | None = None,
    ) -> Download:
        """Download executions, the newest first; those that begin meanwhile are not in it. It needs the scope
        `executions:read`.
        """
        return self._download(
            make_request(
                "GET",
                "/api/v1/exports/executions",
                query={
                    "format": format,
                    "after": after,
                    "before": before,
                    "workflow": workflow,
                    "status": status,
                    "session": session,
                    "topLevel": top_level,
                },
            )
        )

    def export_handoffs(
        self,
        *,
        format: Literal["csv", "jsonl"] | None = None,
        state: Literal["open", "waiting", "claimed", "ended"] | None = None,
        queue: str | None = None,
        workflow: str | None = None,
    ) -> Download:
        """Download handoffs: who waited how long for a person, from the latest ended one on. It needs the scope
        `sessions:read`.
        """
        return self._download(
            make_request(
                "GET",
                "/api/v1/exports/handoffs",
                query={"format": format, "state": state, "queue": queue, "workflow": workflow},
            )
        )

    def export_feedback(
        self,
        *,
        format: Literal["csv", "jsonl"] | None = None,
        after: str | datetime | None = None,
        before: str | datetime | None = None,
        workflow: str | None = None,
        node: str | None = None,
        value: Literal["up", "down"] | None = None,
        external_id: str | None = None,
    ) -> Download:
        """Download what people of the chat think of messages, the newest first. It needs the scope `sessions:read`."""
        return self._download(
            make_request(
                "GET",
                "/api/v1/exports/feedback",
                query={
                    "format": format,
                    "after": after,
                    "before": before,
                    "workflow": workflow,
                    "node": node,
                    "value": value,
                    "externalId": external_id,
                },
            )
        )

    def export_contacts(self, *, format: Literal["csv", "jsonl"] | None = None, channel: str | None = None) -> Download:
        """Download contacts: who has opted out, and whose time zone was set. It needs the scope `sessions:read`."""
        return self._download(
            make_request("GET", "/api/v1/exports/contacts", query={"format": format, "channel": channel})
        )

    def export_people(self, *, format: Literal["csv", "jsonl"] | None = None, group: str | None = None) -> Download:
        """Download contacts with their addresses, fields and groups; `POST /contact-imports` reads the file again.
        It needs the scope `sessions:read`.
        """
        return self._download(make_request("GET", "/api/v1/exports/people", query={"format": format, "group": group}))

    def export_audit_log(
        self,
        *,
        format: Literal["csv", "jsonl"] | None = None,
        after: str | datetime | None = None,
        before: str | datetime | None = None,
        subject: str | None = None,
    ) -> Download:
        """Download who changed what, the newest first, up to this export, whose own entry is not in it. It needs the
        scope `audit:read`.
        """
        return self._download(
            make_request(
                "GET",
                "/api/v1/exports/audit-log",
                query={"format": format, "after": after, "before": before, "subject": subject},
            )
        )

    def export_usage(
        self,
        *,
        format: Literal["csv", "jsonl"] | None = None,
        after: str | datetime | None = None,
        before: str | datetime | None = None,
        group_by: Literal["workflow", "node", "model", "day"] | None = None,
        workflow: str | None = None,
        version: int | None = None,
        model: str | None = None,
        topic: str | None = None,
    ) -> Download:
        """Download sums of calls, tokens and cost of models by workflow, node, model, or day, the dearest first. It
        needs the scope `executions:read`.
        """
        return self._download(
            make_request(
                "GET",
                "/api/v1/exports/usage",
                query={
                    "format": format,
                    "after": after,
                    "before": before,
                    "groupBy": group_by,
                    "workflow": workflow,
                    "version": version,
                    "model": model,
                    "topic": topic,
                },
            )
        )


class AsyncExportsCalls(AsyncCaller):
    """Exports."""

    def export_results(
        self,
        *,
        workflow: str,
        format: Literal["csv", "jsonl"] | None = None,
        after: str | datetime | None = None,
        before: str | datetime | None = None,
        status: Literal["pending", "running", "waiting", "paused", "cancelling", "completed", "failed", "cancelled"]
        | None = None,
    ) -> AsyncDownload:
        """Download the results of a workflow's executions, oldest first; as CSV with one column per variable. It
        needs the scope `executions:read`.
        """
        return self._download(
            make_request(
                "GET",
                "/api/v1/results",
                query={"format": format, "after": after, "before": before, "workflow": workflow, "status": status},
            )
        )

    def export_sessions(
        self,
        *,
        format: Literal["csv", "jsonl"] | None = None,
        workflow: str | None = None,
        channel: str | None = None,
        active: bool | None = None,
    ) -> AsyncDownload:
        """Download sessions, of all your workflows or of one, by channel and external id. It needs the scope
        `sessions:read`.
        """
        return self._download(
            make_request(
                "GET",
                "/api/v1/exports/sessions",
                query={"format": format, "workflow": workflow, "channel": channel, "active": active},
            )
        )

    def export_inbounds(
        self,
        *,
        format: Literal["csv", "jsonl"] | None = None,
        after: str | datetime | None = None,
        before: str | datetime | None = None,
        workflow: str | None = None,
        session: int | None = None,
        external_id: str | None = None,
        channel: str | None = None,
        status: Literal["new", "done", "stale", "dead"] | None = None,
        kind: Literal[
            "message", "opened", "timeout", "trigger", "child_done", "delivery", "resume", "cancel", "returned"
        ]
        | None = None,
    ) -> AsyncDownload:
        """Download what came in, session by session, the newest of each first. It needs a workflow, a session, an
        externalId, or the status `new`. It needs the scope `sessions:read`.
        """
        return self._download(
            make_request(
                "GET",
                "/api/v1/exports/inbounds",
                query={
                    "format": format,
                    "after": after,
                    "before": before,
                    "workflow": workflow,
                    "session": session,
                    "externalId": external_id,
                    "channel": channel,
                    "status": status,
                    "kind": kind,
                },
            )
        )

    def export_outbounds(
        self,
        *,
        format: Literal["csv", "jsonl"] | None = None,
        after: str | datetime | None = None,
        before: str | datetime | None = None,
        workflow: str | None = None,
        session: int | None = None,
        external_id: str | None = None,
        channel: str | None = None,
        status: Literal[
            "ready", "handed", "sending", "sent", "delivered", "read", "failed", "suppressed", "unknown", "held"
        ]
        | None = None,
        turn: int | None = None,
    ) -> AsyncDownload:
        """Download messages to people, session by session, the newest of each first. It needs a workflow, a session,
        an externalId, or the status `held`, `ready`, `handed`, `sending` or `unknown`. It needs the scope
        `sessions:read`.
        """
        return self._download(
            make_request(
                "GET",
                "/api/v1/exports/outbounds",
                query={
                    "format": format,
                    "after": after,
                    "before": before,
                    "workflow": workflow,
                    "session": session,
                    "externalId": external_id,
                    "channel": channel,
                    "status": status,
                    "turn": turn,
                },
            )
        )

    def export_executions(
        self,
        *,
        format: Literal["csv", "jsonl"] | None = None,
        after: str | datetime | None = None,
        before: str | datetime | None = None,
        workflow: str | None = None,
        status: Literal["pending", "running", "waiting", "paused", "cancelling", "completed", "failed", "cancelled"]
        | None = None,
        session: int | None = None,
        top_level: bool | None = None,
    ) -> AsyncDownload:
        """Download executions, the newest first; those that begin meanwhile are not in it. It needs the scope
        `executions:read`.
        """
        return self._download(
            make_request(
                "GET",
                "/api/v1/exports/executions",
                query={
                    "format": format,
                    "after": after,
                    "before": before,
                    "workflow": workflow,
                    "status": status,
                    "session": session,
                    "topLevel": top_level,
                },
            )
        )

    def export_handoffs(
        self,
        *,
        format: Literal["csv", "jsonl"] | None = None,
        state: Literal["open", "waiting", "claimed", "ended"] | None = None,
        queue: str | None = None,
        workflow: str | None = None,
    ) -> AsyncDownload:
        """Download handoffs: who waited how long for a person, from the latest ended one on. It needs the scope
        `sessions:read`.
        """
        return self._download(
            make_request(
                "GET",
                "/api/v1/exports/handoffs",
                query={"format": format, "state": state, "queue": queue, "workflow": workflow},
            )
        )

    def export_feedback(
        self,
        *,
        format: Literal["csv", "jsonl"] | None = None,
        after: str | datetime | None = None,
        before: str | datetime | None = None,
        workflow: str | None = None,
        node: str | None = None,
        value: Literal["up", "down"] | None = None,
        external_id: str | None = None,
    ) -> AsyncDownload:
        """Download what people of the chat think of messages, the newest first. It needs the scope `sessions:read`."""
        return self._download(
            make_request(
                "GET",
                "/api/v1/exports/feedback",
                query={
                    "format": format,
                    "after": after,
                    "before": before,
                    "workflow": workflow,
                    "node": node,
                    "value": value,
                    "externalId": external_id,
                },
            )
        )

    def export_contacts(
        self, *, format: Literal["csv", "jsonl"] | None = None, channel: str | None = None
    ) -> AsyncDownload:
        """Download contacts: who has opted out, and whose time zone was set. It needs the scope `sessions:read`."""
        return self._download(
            make_request("GET", "/api/v1/exports/contacts", query={"format": format, "channel": channel})
        )

    def export_people(
        self, *, format: Literal["csv", "jsonl"] | None = None, group: str | None = None
    ) -> AsyncDownload:
        """Download contacts with their addresses, fields and groups; `POST /contact-imports` reads the file again.
        It needs the scope `sessions:read`.
        """
        return self._download(make_request("GET", "/api/v1/exports/people", query={"format": format, "group": group}))

    def export_audit_log(
        self,
        *,
        format: Literal["csv", "jsonl"] | None = None,
        after: str | datetime | None = None,
        before: str | datetime | None = None,
        subject: str | None = None,
    ) -> AsyncDownload:
        """Download who changed what, the newest first, up to this export, whose own entry is not in it. It needs the
        scope `audit:read`.
        """
        return self._download(
            make_request(
                "GET",
                "/api/v1/exports/audit-log",
                query={"format": format, "after": after, "before": before, "subject": subject},
            )
        )

    def export_usage(
        self,
        *,
        format: Literal["csv", "jsonl"] | None = None,
        after: str | datetime | None = None,
        before: str | datetime | None = None,
        group_by: Literal["workflow", "node", "model", "day"] | None = None,
        workflow: str | None = None,
        version: int | None = None,
        model: str | None = None,
        topic: str | None = None,
    ) -> AsyncDownload:
        """Download sums of calls, tokens and cost of models by workflow, node, model, or day, the dearest first. It
        needs the scope `executions:read`.
        """
        return self._download(
            make_request(
                "GET",
                "/api/v1/exports/usage",
                query={
                    "format": format,
                    "after": after,
                    "before": before,
                    "groupBy": group_by,
                    "workflow": workflow,
                    "version": version,
                    "model": model,
                    "topic": topic,
                },
            )
        )
