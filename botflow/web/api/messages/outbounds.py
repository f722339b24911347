"""Outbounds over HTTP: messages to people, and what operators decide about held ones."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from botflow.records.access import Scope
from botflow.records.outbounds import OutboundState
from botflow.service.messages.message_models import Outbound
from botflow.service.messages.outbounds import OutboundDetails
from botflow.service.models import Page
from botflow.storage.service.sessions.session_walk import MessageFilter
from botflow.web.api.messages.inbounds import TAG
from botflow.web.rest.operation import Call, Operation
from botflow.web.rest.query import LARGEST_NUMBER, MessageQuery

_READS, _WRITES = Scope.SESSIONS_READ, Scope.SESSIONS_WRITE
_ONE = "/outbounds/{outbound}"


class OutboundQuery(MessageQuery):
    """Of which workflow, session or person (`externalId`, an address or your application's id), or all with a status
    such as `held`. `turn` is the inbound that they answer. They were written at `after` or later, and earlier than
    `before`."""

    status: OutboundState | None = None
    turn: Annotated[int, Field(ge=1, le=LARGEST_NUMBER)] | None = None


async def get_outbounds(call: Call) -> Page[Outbound]:
    """List messages to people, session by session, the newest of each first. It needs a workflow, a session, an
    externalId, or the status `held`, `ready`, `handed`, `sending` or `unknown`. A page may have less than `limit`, and
    another one after it."""
    query: OutboundQuery = call.query
    wanted = MessageFilter(
        workflow=query.workflow,
        session=query.session,
        channel=query.channel,
        status=query.status,
        turn=query.turn,
        after=query.after,
        before=query.before,
    )
    return await call.service.outbounds.get_outbounds(
        wanted, external_id=query.external_id, cursor=query.cursor, limit=query.limit
    )


async def get_outbound(call: Call) -> OutboundDetails:
    """Read a message, with the decisions about it."""
    return await call.service.outbounds.get_outbound(call.path["outbound"])


async def release_outbound(call: Call) -> Outbound:
    """Send a held message after all, as if for the first time."""
    return await call.service.outbounds.release_outbound(call.path["outbound"])


async def drop_outbound(call: Call) -> Outbound:
    """Give a held message up: it has failed, and is not sent."""
    return await call.service.outbounds.drop_outbound(call.path["outbound"])


OPERATIONS = (
    Operation(
        method="GET",
        path="/outbounds",
        handler=get_outbounds,
        scope=_READS,
        tag=TAG,
        query=OutboundQuery,
        answer=Page[Outbound],
    ),
    Operation(method="GET", path=_ONE, handler=get_outbound, scope=_READS, tag=TAG, answer=OutboundDetails),
    Operation(method="POST", path=f"{_ONE}/release", handler=release_outbound, scope=_WRITES, tag=TAG, answer=Outbound),
    Operation(method="POST", path=f"{_ONE}/drop", handler=drop_outbound, scope=_WRITES, tag=TAG, answer=Outbound),
)
