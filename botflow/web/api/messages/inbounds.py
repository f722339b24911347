"""Inbounds over HTTP: what came in."""

from __future__ import annotations

from botflow.engine.inbound import InboundKind
from botflow.records.access import Scope
from botflow.records.turns import InboundState
from botflow.service.messages.inbounds import InboundDetails
from botflow.service.messages.message_models import Inbound
from botflow.service.models import Page
from botflow.storage.service.sessions.session_walk import MessageFilter
from botflow.web.rest.operation import Call, Operation
from botflow.web.rest.query import MessageQuery

TAG = "Messages"
_READS = Scope.SESSIONS_READ


class InboundQuery(MessageQuery):
    """Of which workflow, session or person (`externalId`, an address or your application's id); or all that are `new`.
    They came at `after` or later, and earlier than `before`."""

    status: InboundState | None = None
    kind: InboundKind | None = None


async def get_inbounds(call: Call) -> Page[Inbound]:
    """List what came in, session by session, the newest of each first. It needs a workflow, a session, an externalId,
    or the status `new`. A page may have less than `limit`, and another one after it."""
    query: InboundQuery = call.query
    wanted = MessageFilter(
        workflow=query.workflow,
        session=query.session,
        channel=query.channel,
        status=query.status,
        kind=query.kind,
        after=query.after,
        before=query.before,
    )
    return await call.service.inbounds.get_inbounds(
        wanted, external_id=query.external_id, cursor=query.cursor, limit=query.limit
    )


async def get_inbound(call: Call) -> InboundDetails:
    """Read what came in, with what its turn did and the messages that answered it."""
    return await call.service.inbounds.get_inbound(call.path["inbound"])


OPERATIONS = (
    Operation(
        method="GET",
        path="/inbounds",
        handler=get_inbounds,
        scope=_READS,
        tag=TAG,
        query=InboundQuery,
        answer=Page[Inbound],
    ),
    Operation(
        method="GET", path="/inbounds/{inbound}", handler=get_inbound, scope=_READS, tag=TAG, answer=InboundDetails
    ),
)
