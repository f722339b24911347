"""Exports over HTTP: whole lists as files, with the filters and the scopes of the lists. Each is written to the audit
log."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field
from starlette.responses import Response

from botflow.engine.inbound import InboundKind
from botflow.records.access import Scope
from botflow.records.feedback import FeedbackValue
from botflow.records.outbounds import OutboundState
from botflow.records.runs import ExecutionFilter, ExecutionStatus
from botflow.records.turns import InboundState
from botflow.service.exports.export import Form
from botflow.service.exports.exports import Exports, Kind
from botflow.storage.service.executions.ai_calls import GroupBy
from botflow.storage.service.sessions.handoff_pages import HandoffChoice
from botflow.web.context import desk_of
from botflow.web.rest.download import download
from botflow.web.rest.operation import Call, Handler, Operation
from botflow.web.rest.query import LARGEST_ID, LARGEST_NUMBER, Moment, Query, QueryText, Truth

TAG = "Exports"
SessionNumber = Annotated[int, Field(ge=1, le=LARGEST_ID)]
Number = Annotated[int, Field(ge=1, le=LARGEST_NUMBER)]


class ExportQuery(Query):
    """In which form: `csv`, or `jsonl` with one JSON object per line."""

    format: Form = "csv"


class ExportOfTimeQuery(ExportQuery):
    """What is from `after` on, and earlier than `before`."""

    after: Moment | None = None
    before: Moment | None = None


class ResultsQuery(ExportOfTimeQuery):
    """Of which executions, and in which form. They started at `after` or later, and earlier than `before`."""

    workflow: QueryText
    status: ExecutionStatus | None = None


class SessionsExportQuery(ExportQuery):
    """Which sessions; `active` says whether their conversation is under way."""

    workflow: QueryText | None = None
    channel: QueryText | None = None
    active: Truth | None = None


class MessagesExportQuery(ExportOfTimeQuery):
    """Which messages: of a workflow, of a session, or of a person on the channel of their session; at which time."""

    workflow: QueryText | None = None
    session: SessionNumber | None = None
    external_id: QueryText | None = None
    channel: QueryText | None = None


class InboundsExportQuery(MessagesExportQuery):
    """What came in, of a workflow, a session or a person; or all that is `new`."""

    status: InboundState | None = None
    kind: InboundKind | None = None


class OutboundsExportQuery(MessagesExportQuery):
    """Messages to people, of a workflow, a session or a person; or all with a status such as `held`."""

    status: OutboundState | None = None
    turn: Number | None = None


class ExecutionsExportQuery(ExportOfTimeQuery):
    """Which executions. They started at `after` or later, and earlier than `before`; `topLevel` leaves out those that
    other executions started as a part of theirs."""

    workflow: QueryText | None = None
    status: ExecutionStatus | None = None
    session: Number | None = None
    top_level: Truth = False


class HandoffsExportQuery(ExportQuery):
    """Which handoffs: ended ones, or those that are open; of a queue, of a workflow."""

    state: HandoffChoice = "ended"
    queue: QueryText | None = None
    workflow: QueryText | None = None


class FeedbackExportQuery(ExportOfTimeQuery):
    """Which feedback: of a workflow, of a node, of a person, one value, between two times."""

    workflow: QueryText | None = None
    node: QueryText | None = None
    value: FeedbackValue | None = None
    external_id: QueryText | None = None


class ContactsExportQuery(ExportQuery):
    """Contacts of which channel; of all without one."""

    channel: QueryText | None = None


class PeopleExportQuery(ExportQuery):
    """Those of a group."""

    group: QueryText | None = None


class ChangesExportQuery(ExportOfTimeQuery):
    """Which changes: of one subject, such as `workflow:pizza`, and between two times."""

    subject: QueryText | None = None


class UsageExportQuery(ExportOfTimeQuery):
    """Of which calls of models, and by what. Without times they are the last 31 days, which is the longest time."""

    group_by: GroupBy = "workflow"
    workflow: QueryText | None = None
    version: Number | None = None
    model: QueryText | None = None
    topic: QueryText | None = None


async def export_results(call: Call) -> Response:
    """Download the results of a workflow's executions, oldest first; as CSV with one column per variable."""
    query: ResultsQuery = call.query
    wanted = ExecutionFilter(
        workflow=query.workflow, status=query.status, started_after=query.after, started_before=query.before
    )
    scope = call.request.scope
    base = desk_of(scope).base_of(scope)
    return download(call, await _exports(call).export_results(wanted, base, format=query.format))


async def export_sessions(call: Call) -> Response:
    """Download sessions, of all your workflows or of one, by channel and external id."""
    return download(call, await _exports(call).export_sessions(**_given(call)))


async def export_inbounds(call: Call) -> Response:
    """Download what came in, session by session, the newest of each first. It needs a workflow, a session, an
    externalId, or the status `new`."""
    return download(call, await _exports(call).export_inbounds(**_given(call)))


async def export_outbounds(call: Call) -> Response:
    """Download messages to people, session by session, the newest of each first. It needs a workflow, a session, an
    externalId, or the status `held`, `ready`, `handed`, `sending` or `unknown`."""
    return download(call, await _exports(call).export_outbounds(**_given(call)))


async def export_executions(call: Call) -> Response:
    """Download executions, the newest first; those that begin meanwhile are not in it."""
    return download(call, await _exports(call).export_executions(**_given(call)))


async def export_handoffs(call: Call) -> Response:
    """Download handoffs: who waited how long for a person, from the latest ended one on."""
    return download(call, await _exports(call).export_handoffs(**_given(call)))


async def export_feedback(call: Call) -> Response:
    """Download what people of the chat think of messages, the newest first."""
    return download(call, await _exports(call).export_feedback(**_given(call)))


async def export_contacts(call: Call) -> Response:
    """Download contacts: who has opted out, and whose time zone was set."""
    return download(call, await _exports(call).export_contacts(**_given(call)))


async def export_people(call: Call) -> Response:
    """Download contacts with their addresses, fields and groups; `POST /contact-imports` reads the file again."""
    return download(call, await _exports(call).export_people(**_given(call)))


async def export_audit_log(call: Call) -> Response:
    """Download who changed what, the newest first, up to this export, whose own entry is not in it."""
    return download(call, await _exports(call).export_audit_log(**_given(call)))


async def export_usage(call: Call) -> Response:
    """Download sums of calls, tokens and cost of models by workflow, node, model, or day, the dearest first."""
    return download(call, await _exports(call).export_usage(**_given(call)))


def _exports(call: Call) -> Exports:
    """Return the files; without rows for HEAD, whose answer has no body."""
    found = call.service.exports
    return found.without_rows() if call.request.method == "HEAD" else found


def _given(call: Call) -> dict[str, Any]:
    """Return the query as arguments: its fields have their names."""
    return {name: getattr(call.query, name) for name in type(call.query).model_fields}


def _operation(kind: Kind, handler: Handler, scope: Scope, query: type[Query]) -> Operation:
    return Operation(
        method="GET",
        path=f"/exports/{kind}",
        handler=handler,
        scope=scope,
        tag=TAG,
        query=query,
        answer=Response,
    )


# Each has the scope of the list that it exports.
OPERATIONS = (
    Operation(
        method="GET",
        path="/results",
        handler=export_results,
        scope=Scope.EXECUTIONS_READ,
        tag=TAG,
        query=ResultsQuery,
        answer=Response,
    ),
    _operation("sessions", export_sessions, Scope.SESSIONS_READ, SessionsExportQuery),
    _operation("inbounds", export_inbounds, Scope.SESSIONS_READ, InboundsExportQuery),
    _operation("outbounds", export_outbounds, Scope.SESSIONS_READ, OutboundsExportQuery),
    _operation("executions", export_executions, Scope.EXECUTIONS_READ, ExecutionsExportQuery),
    _operation("handoffs", export_handoffs, Scope.SESSIONS_READ, HandoffsExportQuery),
    _operation("feedback", export_feedback, Scope.SESSIONS_READ, FeedbackExportQuery),
    _operation("contacts", export_contacts, Scope.SESSIONS_READ, ContactsExportQuery),
    _operation("people", export_people, Scope.SESSIONS_READ, PeopleExportQuery),
    _operation("audit-log", export_audit_log, Scope.AUDIT_READ, ChangesExportQuery),
    _operation("usage", export_usage, Scope.EXECUTIONS_READ, UsageExportQuery),
)
