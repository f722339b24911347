"""Canaries over HTTP: begun, weighted, compared, and ended."""

from __future__ import annotations

from http import HTTPStatus

from botflow.records.access import Scope
from botflow.service.models import Page
from botflow.service.workflows.canary_changes import unknown_canary
from botflow.service.workflows.canary_models import (
    Canary,
    CanaryEnding,
    CanaryPlan,
    CanaryPlanning,
    CanaryReport,
    CanaryShare,
    NewCanary,
)
from botflow.web.rest.operation import Call, Operation
from botflow.web.rest.query import PageQuery

TAG = "Canaries"


async def create_canary(call: Call) -> Canary:
    """Let a share of the new executions begin in a version of the draft, or in a stored version. Who gets it is decided
    once for each person, when an execution begins; those under way stay. `If-Match` names the draft's revision."""
    wanted: NewCanary = call.body
    return await call.service.canaries.create_canary(
        call.path["workflow"],
        wanted.percent,
        version=wanted.version,
        message=wanted.message,
        if_revision=call.if_revision,
    )


async def get_canaries(call: Call) -> Page[Canary]:
    """List the canaries of a workflow, the newest first; at most one runs."""
    query: PageQuery = call.query
    return await call.service.canaries.get_canaries(call.path["workflow"], cursor=query.cursor, limit=query.limit)


async def get_canary(call: Call) -> Canary:
    """Read a canary."""
    return await call.service.canaries.get_canary(call.path["workflow"], _number(call))


async def update_canary(call: Call) -> Canary:
    """Give a canary a larger or smaller share of the new executions. A larger one takes nobody out of it."""
    share: CanaryShare = call.body
    return await call.service.canaries.update_canary(
        call.path["workflow"], _number(call), share.percent, if_revision=call.if_revision
    )


async def get_canary_report(call: Call) -> CanaryReport:
    """Compare the executions of both versions that began while the canary runs: how they end, what they cost, and how
    far they come."""
    return await call.service.canaries.get_canary_report(call.path["workflow"], _number(call))


async def plan_canary_end(call: Call) -> CanaryPlan:
    """Say what would become of each session that waits if the canary were promoted or aborted. Nothing is changed; the
    answer's `token` does what was planned."""
    planning: CanaryPlanning = call.body
    return await call.service.canaries.plan_canary_end(
        call.path["workflow"], _number(call), planning.end, planning.moves, default=planning.default
    )


async def promote_canary(call: Call) -> Canary:
    """Make the canary's version the active one. Sessions in other versions stay there, or go where a plan says whose
    `token` is given."""
    ending: CanaryEnding = call.body
    return await call.service.canaries.promote_canary(
        call.path["workflow"], _number(call), token=ending.token, if_revision=call.if_revision
    )


async def abort_canary(call: Call) -> Canary:
    """Let all new executions begin in the active version again. Sessions in the canary's version stay there until they
    end, or return as a plan says whose `token` is given."""
    ending: CanaryEnding = call.body
    return await call.service.canaries.abort_canary(
        call.path["workflow"], _number(call), token=ending.token, if_revision=call.if_revision
    )


def _number(call: Call) -> int:
    """Return the canary in the address; RejectedInbound `canary.unknown`."""
    written = call.path["canary"]
    if not written.isascii() or not written.isdigit() or len(written) > 18:
        raise unknown_canary("{workflow}", written)
    return int(written)


_ALL = "/workflows/{workflow}/canaries"
_ONE = f"{_ALL}/{{canary}}"
_READS, _WRITES = Scope.WORKFLOWS_READ, Scope.WORKFLOWS_WRITE
OPERATIONS = (
    Operation(
        method="POST",
        path=_ALL,
        handler=create_canary,
        scope=_WRITES,
        tag=TAG,
        body=NewCanary,
        answer=Canary,
        status=HTTPStatus.CREATED,
        edits=True,
    ),
    Operation(
        method="GET",
        path=_ALL,
        handler=get_canaries,
        scope=_READS,
        tag=TAG,
        query=PageQuery,
        answer=Page[Canary],
    ),
    Operation(method="GET", path=_ONE, handler=get_canary, scope=_READS, tag=TAG, answer=Canary),
    Operation(
        method="PATCH",
        path=_ONE,
        handler=update_canary,
        scope=_WRITES,
        tag=TAG,
        body=CanaryShare,
        answer=Canary,
        edits=True,
    ),
    Operation(
        method="GET",
        path=f"{_ONE}/report",
        handler=get_canary_report,
        scope=Scope.EXECUTIONS_READ,
        tag=TAG,
        answer=CanaryReport,
    ),
    Operation(
        method="POST",
        path=f"{_ONE}/plan",
        handler=plan_canary_end,
        scope=_WRITES,
        tag=TAG,
        body=CanaryPlanning,
        answer=CanaryPlan,
        is_secret=True,
    ),
    *(
        Operation(
            method="POST",
            path=f"{_ONE}/{word}",
            handler=handler,
            scope=_WRITES,
            tag=TAG,
            body=CanaryEnding,
            answer=Canary,
            edits=True,
        )
        for word, handler in (("promote", promote_canary), ("abort", abort_canary))
    ),
)
