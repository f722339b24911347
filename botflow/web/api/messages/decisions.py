"""Decisions over HTTP: why messages to an address were or were not sent."""

from __future__ import annotations

from botflow.records.access import Scope
from botflow.service.messages.decisions import Decision
from botflow.service.models import Page
from botflow.web.api.messages.inbounds import TAG
from botflow.web.rest.operation import Call, Operation
from botflow.web.rest.query import PageQuery, QueryText


class DecisionQuery(PageQuery):
    """About which address, on any channel or on one."""

    address: QueryText
    channel: QueryText | None = None


async def get_decisions(call: Call) -> Page[Decision]:
    """List the decisions about an address, the newest first: why messages were or were not sent."""
    query: DecisionQuery = call.query
    return await call.service.decisions.get_decisions(
        query.address, channel=query.channel, cursor=query.cursor, limit=query.limit
    )


OPERATIONS = (
    Operation(
        method="GET",
        path="/decisions",
        handler=get_decisions,
        scope=Scope.SESSIONS_READ,
        tag=TAG,
        query=DecisionQuery,
        answer=Page[Decision],
    ),
)
