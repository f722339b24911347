"""Exports: whole lists of the caller's organization as files, with the filters and the refusals of the lists.

They show what the lists show, by the same functions: what is masked there is masked here. Each one is an entry of the
audit log, written before its reader gets anything.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Literal, get_args

from botflow.clock import Clock
from botflow.engine.inbound import InboundKind
from botflow.interfaces import Channels
from botflow.records.access import Principal
from botflow.records.feedback import FeedbackValue
from botflow.records.outbounds import OutboundState
from botflow.records.runs import ExecutionFilter, ExecutionStatus
from botflow.records.turns import InboundState
from botflow.runtime.runs.results import find_results
from botflow.service.access.audit_log import Change, read_changes
from botflow.service.cursors import LARGEST_PAGE, page_of, read_cursor
from botflow.service.executions.execution import Execution
from botflow.service.executions.usage import UsageGroup, read_usage
from botflow.service.exports.export import Batch, Export, Form, batches_of_pages, batches_of_results, no_batches
from botflow.service.exports.people import batches_of_people
from botflow.service.messages.feedback import MessageFeedback, read_feedback
from botflow.service.messages.message_models import Inbound, Outbound
from botflow.service.messages.search import read_page, search
from botflow.service.models import Item, Page
from botflow.service.sessions.handoff_models import Handoff, read_handoffs
from botflow.service.sessions.listed_contacts import ListedContact, read_contacts
from botflow.service.sessions.sessions import Session, read_sessions
from botflow.storage.engines.engine import Engine
from botflow.storage.runs.executions import Executions
from botflow.storage.service.audit_log import ChangeFilter, record_change
from botflow.storage.service.executions.ai_calls import CallFilter, GroupBy
from botflow.storage.service.sessions.feedback_pages import FeedbackFilter
from botflow.storage.service.sessions.handoff_pages import HandoffChoice, HandoffFilter
from botflow.storage.service.sessions.message_pages import INBOUNDS, OUTBOUNDS
from botflow.storage.service.sessions.session_pages import SessionFilter
from botflow.storage.service.sessions.session_walk import MessageFilter

Kind = Literal[
    "sessions",
    "inbounds",
    "outbounds",
    "executions",
    "handoffs",
    "feedback",
    "contacts",
    "people",
    "audit-log",
    "usage",
]
KINDS: tuple[Kind, ...] = get_args(Kind)
ReadPage = Callable[[str | None], Awaitable[Page[Item]]]


class Exports:
    """The files that a caller may take of its organization. `engine` is the database as the organization sees it."""

    def __init__(
        self, engine: Engine, channels: Channels, clock: Clock, caller: Principal, *, is_empty: bool = False
    ) -> None:
        self._engine = engine
        self._channels = channels
        self._clock = clock
        self._caller = caller
        self._is_empty = is_empty

    def without_rows(self) -> Exports:
        """Return the same calls for a caller who only asks whether there is such a file: they refuse the same, but
        their files are empty, and in no audit log."""
        return Exports(self._engine, self._channels, self._clock, self._caller, is_empty=True)

    async def export_results(self, wanted: ExecutionFilter, base: str, *, format: Form = "csv") -> Export:
        """Export the results of a workflow, oldest first. `base` completes the addresses of visitors' files.
        RejectedInbound `workflow.unknown` (404)."""
        owned = replace(wanted, organization=self._caller.organization)
        results = await find_results(Executions(self._engine), owned, base)
        given = {
            "workflow": wanted.workflow,
            "status": wanted.status,
            "after": wanted.started_after,
            "before": wanted.started_before,
        }
        return await self._export("results", format, given, batches_of_results(format, results))

    async def export_sessions(
        self,
        *,
        workflow: str | None = None,
        channel: str | None = None,
        active: bool | None = None,
        format: Form = "csv",
    ) -> Export:
        """Export sessions, by workflow, channel and external id. RejectedInbound `workflow.unknown` (404)."""
        given = {"workflow": workflow, "channel": channel, "active": active}
        wanted = SessionFilter(workflow=workflow, channel=channel, active=active)

        async def read(cursor: str | None) -> Page[Session]:
            return await self._engine.read(read_sessions, self._caller.organization, wanted, cursor, LARGEST_PAGE)

        return await self._begin("sessions", format, given, Session, read)

    async def export_inbounds(
        self,
        *,
        workflow: str | None = None,
        session: int | None = None,
        external_id: str | None = None,
        channel: str | None = None,
        status: InboundState | None = None,
        kind: InboundKind | None = None,
        after: datetime | None = None,
        before: datetime | None = None,
        format: Form = "csv",
    ) -> Export:
        """Export what came in, session by session. RejectedInbound `query.too_wide`, as for the list."""
        given: dict[str, Any] = {
            "workflow": workflow,
            "session": session,
            "channel": channel,
            "status": status,
            "kind": kind,
            "after": after,
            "before": before,
        }
        wanted = search(self._channels, INBOUNDS, MessageFilter(**given), external_id)

        async def read(cursor: str | None) -> Page[Inbound]:
            organization = self._caller.organization
            return await self._engine.read(read_page, organization, INBOUNDS, wanted, cursor, LARGEST_PAGE, Inbound.of)

        return await self._begin("inbounds", format, {**given, "externalId": external_id}, Inbound, read)

    async def export_outbounds(
        self,
        *,
        workflow: str | None = None,
        session: int | None = None,
        external_id: str | None = None,
        channel: str | None = None,
        status: OutboundState | None = None,
        turn: int | None = None,
        after: datetime | None = None,
        before: datetime | None = None,
        format: Form = "csv",
    ) -> Export:
        """Export messages to people, session by session. RejectedInbound `query.too_wide`, as for the list."""
        given: dict[str, Any] = {
            "workflow": workflow,
            "session": session,
            "channel": channel,
            "status": status,
            "turn": turn,
            "after": after,
            "before": before,
        }
        wanted = search(self._channels, OUTBOUNDS, MessageFilter(**given), external_id)

        async def read(cursor: str | None) -> Page[Outbound]:
            organization = self._caller.organization
            return await self._engine.read(
                read_page, organization, OUTBOUNDS, wanted, cursor, LARGEST_PAGE, Outbound.of
            )

        return await self._begin("outbounds", format, {**given, "externalId": external_id}, Outbound, read)

    async def export_executions(
        self,
        *,
        workflow: str | None = None,
        status: ExecutionStatus | None = None,
        session: int | None = None,
        top_level: bool = False,
        after: datetime | None = None,
        before: datetime | None = None,
        format: Form = "csv",
    ) -> Export:
        """Export executions, the newest first: those that begin meanwhile are not in it."""
        wanted = ExecutionFilter(
            organization=self._caller.organization,
            workflow=workflow,
            status=status,
            session=session,
            top_level=top_level,
            started_after=after,
            started_before=before,
        )
        given = {
            "workflow": workflow,
            "status": status,
            "session": session,
            "topLevel": top_level or None,
            "after": after,
            "before": before,
        }

        async def read(cursor: str | None) -> Page[Execution]:
            after_it = read_cursor(cursor, "export", (str,))
            store = Executions(self._engine)
            found = await store.page(LARGEST_PAGE + 1, wanted, before=after_it[0] if after_it else None)
            return page_of(found, LARGEST_PAGE, "export", lambda record: (record.id,), Execution.of)

        return await self._begin("executions", format, given, Execution, read)

    async def export_handoffs(
        self,
        *,
        state: HandoffChoice = "ended",
        queue: str | None = None,
        workflow: str | None = None,
        format: Form = "csv",
    ) -> Export:
        """Export handoffs, as the list has them: who waited how long, and for whom. RejectedInbound `workflow.unknown`
        (404)."""
        given = {"state": state, "queue": queue, "workflow": workflow}
        wanted = HandoffFilter(state=state, queue=queue, workflow=workflow)

        async def read(cursor: str | None) -> Page[Handoff]:
            return await self._engine.read(read_handoffs, self._caller.organization, wanted, cursor, LARGEST_PAGE)

        return await self._begin("handoffs", format, given, Handoff, read)

    async def export_feedback(
        self,
        *,
        workflow: str | None = None,
        node: str | None = None,
        value: FeedbackValue | None = None,
        external_id: str | None = None,
        after: datetime | None = None,
        before: datetime | None = None,
        format: Form = "csv",
    ) -> Export:
        """Export what people of the chat think of messages, the newest first. RejectedInbound `workflow.unknown`."""
        given: dict[str, Any] = {"workflow": workflow, "node": node, "value": value, "after": after, "before": before}
        wanted = FeedbackFilter(**given, external_id=external_id)

        async def read(cursor: str | None) -> Page[MessageFeedback]:
            return await self._engine.read(read_feedback, self._caller.organization, wanted, cursor, LARGEST_PAGE)

        return await self._begin("feedback", format, {**given, "externalId": external_id}, MessageFeedback, read)

    async def export_contacts(self, *, channel: str | None = None, format: Form = "csv") -> Export:
        """Export contacts, by channel and address: who has opted out, and whose time zone was set."""

        async def read(cursor: str | None) -> Page[ListedContact]:
            return await self._engine.read(read_contacts, self._caller.organization, channel, cursor, LARGEST_PAGE)

        return await self._begin("contacts", format, {"channel": channel}, ListedContact, read)

    async def export_people(self, *, group: str | None = None, format: Form = "csv") -> Export:
        """Export contacts with their addresses, fields and groups, by id; an import reads it again."""
        batches = batches_of_people(self._engine, self._caller.organization, format, group)
        return await self._export("people", format, {"group": group}, batches)

    async def export_audit_log(
        self,
        *,
        subject: str | None = None,
        after: datetime | None = None,
        before: datetime | None = None,
        format: Form = "csv",
    ) -> Export:
        """Export the audit log, the newest change first. This export's own entry is not in it."""
        given = {"subject": subject, "after": after, "before": before}
        wanted = ChangeFilter(subject=subject, after=after, before=before)

        async def read(cursor: str | None) -> Page[Change]:
            return await self._engine.read(read_changes, self._caller.organization, wanted, cursor, LARGEST_PAGE)

        return await self._begin("audit-log", format, given, Change, read)

    async def export_usage(
        self,
        *,
        group_by: GroupBy = "workflow",
        workflow: str | None = None,
        version: int | None = None,
        model: str | None = None,
        topic: str | None = None,
        after: datetime | None = None,
        before: datetime | None = None,
        format: Form = "csv",
    ) -> Export:
        """Export sums of the calls of models, the dearest group first. RejectedInbound `query.range`, `query.version`,
        as for `get_usage`."""
        given: dict[str, Any] = {
            "workflow": workflow,
            "version": version,
            "model": model,
            "topic": topic,
            "after": after,
            "before": before,
        }
        wanted = CallFilter(**given)

        async def read(cursor: str | None) -> Page[UsageGroup]:
            now = self._clock.now()
            usage = await self._engine.read(read_usage, self._caller.organization, group_by, wanted, now)
            return Page(items=usage.groups)

        return await self._begin("usage", format, {**given, "groupBy": group_by}, UsageGroup, read)

    async def _begin(
        self, kind: Kind, form: Form, given: Mapping[str, Any], model: type[Item], read: ReadPage[Item]
    ) -> Export:
        """Read the first page, which refuses what the list refuses, and write the entry of the audit log."""
        first = await read(None)
        return await self._export(kind, form, given, batches_of_pages(form, model, first, read))

    async def _export(self, kind: str, form: Form, given: Mapping[str, Any], batches: AsyncIterator[Batch]) -> Export:
        if self._is_empty:
            return Export(kind=kind, form=form, batches=no_batches())
        filters = {
            name: value.isoformat() if isinstance(value, datetime) else value
            for name, value in given.items()
            if value is not None
        }
        await self._engine.write(
            record_change, self._caller, "export.begun", f"export:{kind}", after={"format": form, **filters}
        )
        return Export(kind=kind, form=form, batches=batches)
