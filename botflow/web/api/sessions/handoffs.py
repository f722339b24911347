"""Handoffs over HTTP: listed, claimed, released, transferred, returned."""

from __future__ import annotations

from http import HTTPStatus

from botflow.records.access import Scope
from botflow.service.models import Page
from botflow.service.sessions.handoff_changes import Claim, HandoffReturn, Transfer
from botflow.service.sessions.handoff_models import Handoff
from botflow.service.sessions.waiting_times import HandoffTimes
from botflow.storage.service.sessions.handoff_pages import HandoffChoice
from botflow.web.rest.operation import Call, Operation
from botflow.web.rest.query import Moment, OfWorkflow, PageQuery, QueryText

TAG = "Handoffs"


class HandoffQuery(OfWorkflow):
    """Which handoffs: all that are open, those that wait, those that a person has, or ended ones; of a queue."""

    state: HandoffChoice = "open"
    queue: QueryText | None = None


async def get_handoffs(call: Call) -> Page[Handoff]:
    """List handoffs: open ones by urgency and age, ended ones from the latest on."""
    query: HandoffQuery = call.query
    return await call.service.handoffs.get_handoffs(
        state=query.state, queue=query.queue, workflow=query.workflow, cursor=query.cursor, limit=query.limit
    )


class WaitingTimesQuery(PageQuery):
    """Which handoffs: requested in this time, of at most 92 days, without it in the last seven days; of a queue."""

    since: Moment | None = None
    before: Moment | None = None
    queue: QueryText | None = None


async def get_waiting_times(call: Call) -> Page[HandoffTimes]:
    """List how long conversations waited for a person, by day and queue: how many, the median, the 95th percentile."""
    query: WaitingTimesQuery = call.query
    return await call.service.handoffs.get_waiting_times(
        since=query.since, before=query.before, queue=query.queue, cursor=query.cursor, limit=query.limit
    )


async def get_handoff(call: Call) -> Handoff:
    """Read one handoff."""
    return await call.service.handoffs.get_handoff(call.path["handoff"])


async def claim_handoff(call: Call) -> Handoff:
    """Take a conversation that waits. Of two claims one wins; then its time does not run out any more."""
    claim: Claim = call.body
    return await call.service.handoffs.claim_handoff(call.path["handoff"], claim.person, picture=claim.picture)


async def release_handoff(call: Call) -> Handoff:
    """Let a conversation wait in its queue again, in its old place."""
    return await call.service.handoffs.release_handoff(call.path["handoff"])


async def transfer_handoff(call: Call) -> Handoff:
    """Give a conversation to another person, or let it wait in another queue."""
    to: Transfer = call.body
    return await call.service.handoffs.transfer_handoff(
        call.path["handoff"], queue=to.queue, person=to.person, picture=to.picture
    )


async def return_handoff(call: Call) -> Handoff:
    """Give a conversation back to the flow, with a note and values. With `replay` the flow then answers what was said
    to the person."""
    back: HandoffReturn = call.body
    return await call.service.handoffs.return_handoff(
        call.path["handoff"], note=back.note, values=back.values, replay=back.replay
    )


async def show_typing(call: Call) -> None:
    """Let a visitor of the chat see that the person who has the conversation writes, for some seconds. On other
    channels nothing is shown."""
    await call.service.handoffs.show_typing(call.path["session"])


_ONE = "/handoffs/{handoff}"
_WRITES = Scope.SESSIONS_WRITE
OPERATIONS = (
    Operation(
        method="GET",
        path="/handoffs",
        handler=get_handoffs,
        scope=Scope.SESSIONS_READ,
        tag=TAG,
        query=HandoffQuery,
        answer=Page[Handoff],
    ),
    Operation(
        method="GET",
        path="/handoffs/waiting-times",
        handler=get_waiting_times,
        scope=Scope.SESSIONS_READ,
        tag=TAG,
        query=WaitingTimesQuery,
        answer=Page[HandoffTimes],
    ),
    Operation(method="GET", path=_ONE, handler=get_handoff, scope=Scope.SESSIONS_READ, tag=TAG, answer=Handoff),
    Operation(
        method="POST", path=f"{_ONE}/claim", handler=claim_handoff, scope=_WRITES, tag=TAG, body=Claim, answer=Handoff
    ),
    Operation(method="POST", path=f"{_ONE}/release", handler=release_handoff, scope=_WRITES, tag=TAG, answer=Handoff),
    Operation(
        method="POST",
        path=f"{_ONE}/transfer",
        handler=transfer_handoff,
        scope=_WRITES,
        tag=TAG,
        body=Transfer,
        answer=Handoff,
    ),
    Operation(
        method="POST",
        path=f"{_ONE}/return",
        handler=return_handoff,
        scope=_WRITES,
        tag=TAG,
        body=HandoffReturn,
        answer=Handoff,
    ),
    Operation(
        method="POST",
        path="/sessions/{session}/typing",
        handler=show_typing,
        scope=_WRITES,
        tag=TAG,
        status=HTTPStatus.NO_CONTENT,
    ),
)
