"""Why a change of an execution is refused, in words and codes for its caller."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from types import MappingProxyType
from typing import NamedTuple

from botflow.errors import RejectedInbound
from botflow.records.runs import LifecycleChange


class _Refusal(NamedTuple):
    code: str
    status: HTTPStatus
    message: str
    hint: str


_REFUSALS: Mapping[LifecycleChange, _Refusal] = MappingProxyType(
    {
        "unknown": _Refusal(
            code="execution.unknown",
            status=HTTPStatus.NOT_FOUND,
            message="there is no such execution",
            hint="list them with GET /api/v1/executions",
        ),
        "ended": _Refusal(
            code="execution.ended",
            status=HTTPStatus.CONFLICT,
            message="this execution is over",
            hint="one that failed or was cancelled can be retried",
        ),
        "cancelling": _Refusal(
            code="execution.cancelling",
            status=HTTPStatus.CONFLICT,
            message="this execution is being cancelled",
            hint="it ends when its `finally` has run; a cancellation with skipFinally ends it at once",
        ),
        "not_paused": _Refusal(
            code="execution.not_paused",
            status=HTTPStatus.CONFLICT,
            message="this execution is not paused",
            hint="only a paused one can be resumed",
        ),
        "not_ended": _Refusal(
            code="execution.not_ended",
            status=HTTPStatus.CONFLICT,
            message="this execution is not over",
            hint="cancel it first, or wait for its end",
        ),
        "completed": _Refusal(
            code="execution.completed",
            status=HTTPStatus.CONFLICT,
            message="this execution has completed",
            hint='name a checkpoint to take it up from there, "start" for its beginning, or start another',
        ),
        "not_a_run": _Refusal(
            code="execution.not_a_run",
            status=HTTPStatus.CONFLICT,
            message="a conversation is not retried",
            hint="its person's next message starts the next execution",
        ),
        "no_checkpoint": _Refusal(
            code="checkpoint.unknown",
            status=HTTPStatus.NOT_FOUND,
            message="there is no such checkpoint",
            hint='see the execution\'s checkpoints, or say "start"',
        ),
        "paused": _Refusal(
            code="execution.paused",
            status=HTTPStatus.CONFLICT,
            message="this execution is paused",
            hint="resume it first",
        ),
        "not_waiting": _Refusal(
            code="execution.not_waiting",
            status=HTTPStatus.CONFLICT,
            message="this execution is not waiting: a turn is under way, or queued",
            hint="try again when its status is waiting",
        ),
        "no_node": _Refusal(
            code="execution.no_node",
            status=HTTPStatus.UNPROCESSABLE_ENTITY,
            message="the execution's version has no such node in the graph that it is in",
            hint="name a node of the workflow's own graph, as its version has it",
        ),
        "is_fork": _Refusal(
            code="execution.is_fork",
            status=HTTPStatus.CONFLICT,
            message="a fork has no start of its own",
            hint="name one of its checkpoints; fork its original again if that is a conversation",
        ),
    }
)


def refused(change: LifecycleChange) -> RejectedInbound:
    """Return the refusal of a change that was not made."""
    refusal = _REFUSALS[change]
    return RejectedInbound(refusal.message, code=refusal.code, hint=refusal.hint, status=refusal.status)


def unknown_artifact() -> RejectedInbound:
    return RejectedInbound(
        "there is no such artifact", code="artifact.unknown", hint="list the execution's artifacts", status=404
    )


def messages_of_session() -> RejectedInbound:
    """Return the refusal of the messages of a conversation's execution: its session has them, and those around it."""
    return RejectedInbound(
        "this execution is a conversation's: its session has the messages",
        code="execution.is_conversation",
        hint="GET /api/v1/sessions/{session}/messages",
        status=409,
    )
