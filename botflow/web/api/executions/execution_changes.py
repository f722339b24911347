"""Executions over HTTP: started, paused, resumed, cancelled, retried, and what an operator decides about them."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated, Any

from pydantic import AfterValidator, Field
from starlette.responses import Response

from botflow.engine.limits import LARGEST_INPUT
from botflow.records.access import Scope
from botflow.records.queues import PRIORITIES
from botflow.runtime.runs.starts.start import StartRequest
from botflow.service.executions.execution import Execution
from botflow.service.executions.execution_models import (
    ExecutionDetails,
    QueuedExecution,
    StartedByEvent,
    StartedExecution,
    TriggerResult,
)
from botflow.service.executions.operator_outcomes import LONGEST_REASON
from botflow.service.models import Body, Wrong
from botflow.web.api.executions.executions import ONE, TAG, linked
from botflow.web.rest.operation import Call, Operation
from botflow.web.rest.query import LARGEST_NUMBER

LARGEST_START = LARGEST_INPUT + 64 * 1024
_WRITES = Scope.EXECUTIONS_WRITE


def _priority(given: object) -> object:
    if not isinstance(given, str) or given not in PRIORITIES:
        raise Wrong("priority.unknown", f"priority is one of {', '.join(PRIORITIES)}", "or leave it out")
    return given


def _checkpoint(given: object) -> object:
    is_number = isinstance(given, int) and not isinstance(given, bool) and 0 <= given <= LARGEST_NUMBER
    if not (given is None or given == "start" or is_number):
        raise Wrong("body.wrong_type", "checkpoint is a whole number, or start", "see the checkpoints of the execution")
    return given


VersionNumber = Annotated[int, Field(ge=0, le=LARGEST_NUMBER)]


class Start(Body):
    """An execution to start. The same `key` again is the same execution; `externalId` and `channel` name the person of
    a persistent workflow, whose messages come from `address`."""

    example = '{"input": {"order": 17}}'

    input: Any = None
    priority: Annotated[Any, AfterValidator(_priority)] = "normal"
    key: str = ""
    user: str = ""
    version: VersionNumber | None = None
    external_id: str = ""
    channel: str = ""
    address: str = ""
    metadata: dict[str, Any] | None = None


class Execute(Body):
    """The input of a run."""

    example = '{"input": {"order": 17}}'

    input: Any = None


class Trigger(Body):
    """A workflow to start for a user, whose credentials it may use."""

    example = '{"userName": "ann@example.com", "input": {"order": 17}}'

    user_name: str = ""
    input: Any = None
    version: VersionNumber | None = None


class Told(Body):
    """An event. With a `key` it starts each listening workflow once, however often it is sent."""

    example = '{"name": "contact.created", "payload": {"id": 17}}'

    name: str
    payload: Any = None
    key: str = ""


class Cancel(Body):
    """With `skipFinally` the execution's `finally` nodes do not run."""

    example = '{"skipFinally": true}'

    skip_finally: bool = False


class Retry(Body):
    """Where to retry from: a checkpoint's version, or `start`; the last checkpoint without it."""

    example = '{"checkpoint": "start"}'

    checkpoint: Annotated[Any, AfterValidator(_checkpoint)] = None


class Complete(Body):
    """The output that the execution ends with."""

    example = '{"output": {"approved": true}}'

    output: Any = None


class Fail(Body):
    """Why the execution is given up, for people, and as plain values for programs."""

    example = '{"message": "the order was withdrawn", "data": {"order": 17}}'

    message: Annotated[str, Field(max_length=LONGEST_REASON)]
    data: Any = None


class Move(Body):
    """The node to go on at."""

    example = '{"node": "ask_name"}'

    node: Annotated[str, Field(max_length=200)]


async def create_execution(call: Call) -> StartedExecution:
    """Start a workflow. The execution runs in the background."""
    start: Start = call.body
    return await call.service.executions.create_execution(
        StartRequest(
            workflow=call.path["workflow"],
            input=start.input,
            user_name=start.user,
            version=start.version,
            key=start.key,
            priority=start.priority,
            external_id=start.external_id,
            channel=start.channel,
            address=start.address,
            metadata=start.metadata,
        )
    )


async def execute_workflow(call: Call) -> QueuedExecution:
    """Queue a run of a workflow, and answer with its ids at once."""
    execute: Execute = call.body
    return await call.service.executions.execute_workflow(call.path["workflow"], execute.input)


async def trigger_workflow(call: Call) -> TriggerResult:
    """Start a workflow for a user, who may use only the own credentials and the organization's."""
    trigger: Trigger = call.body
    return await call.service.executions.trigger_workflow(
        call.path["workflow"], trigger.user_name, trigger.input, trigger.version
    )


async def emit_event(call: Call) -> StartedByEvent:
    """Start every active workflow with a `trigger.event` for this event, each once."""
    told: Told = call.body
    return await call.service.executions.emit_event(told.name, told.payload, told.key)


async def get_execution_status(call: Call) -> Response:
    """Read an execution, like `/executions/{execution}`."""
    return linked(call, await call.service.executions.get_execution(call.path["execution"]))


async def start_execution(call: Call) -> Execution:
    """Let a pending execution begin before all others that wait for a worker. One that has begun stays as it is."""
    return await call.service.executions.start_execution(call.path["execution"])


async def pause_execution(call: Call) -> Execution:
    """Pause an execution until it is resumed. A turn under way is abandoned, and runs again after that."""
    return await call.service.executions.pause_execution(call.path["execution"])


async def resume_execution(call: Call) -> Execution:
    """Resume a paused execution; timers that came due meanwhile fire."""
    return await call.service.executions.resume_execution(call.path["execution"])


async def cancel_execution(call: Call) -> Execution:
    """Cancel an execution, the runs that it waits for, and what is queued. It is `cancelling` until its `finally` has
    run. Sent again, it changes nothing."""
    cancel: Cancel = call.body
    return await call.service.executions.cancel_execution(call.path["execution"], skip_finally=cancel.skip_finally)


async def retry_execution(call: Call) -> Execution:
    """Run an ended execution again. `retries` counts how often."""
    retry: Retry = call.body
    return await call.service.executions.retry_execution(call.path["execution"], retry.checkpoint)


async def complete_execution(call: Call) -> Execution:
    """End an execution now, as completed with this output. Its `finally` does not run; the runs that it waits for are
    cancelled, and a parent that waits for it gets the output."""
    complete: Complete = call.body
    return await call.service.executions.complete_execution(call.path["execution"], complete.output)


async def fail_execution(call: Call) -> Execution:
    """End an execution now, as failed for this reason. Its `finally` does not run; the runs that it waits for are
    cancelled, and a parent that waits for it is told."""
    fail: Fail = call.body
    return await call.service.executions.fail_execution(call.path["execution"], fail.message, fail.data)


async def update_current_node(call: Call) -> Execution:
    """Let a waiting execution go on at another node of its version, with its variables. Subflows, loops and digressions
    that it is in are left, and the runs that it waits for are cancelled."""
    move: Move = call.body
    return await call.service.executions.update_current_node(call.path["execution"], move.node)


_WORKFLOW = "/workflows/{workflow}"
OPERATIONS = (
    Operation(
        method="POST",
        path=f"{_WORKFLOW}/executions",
        handler=create_execution,
        scope=_WRITES,
        tag=TAG,
        body=Start,
        largest_body=LARGEST_START,
        answer=StartedExecution,
        status=HTTPStatus.ACCEPTED,
    ),
    Operation(
        method="POST",
        path=f"{_WORKFLOW}/execute",
        handler=execute_workflow,
        scope=_WRITES,
        tag=TAG,
        body=Execute,
        largest_body=LARGEST_START,
        answer=QueuedExecution,
    ),
    Operation(
        method="POST",
        path=f"{_WORKFLOW}/trigger",
        handler=trigger_workflow,
        scope=_WRITES,
        tag=TAG,
        body=Trigger,
        largest_body=LARGEST_START,
        answer=TriggerResult,
        status=HTTPStatus.ACCEPTED,
    ),
    Operation(
        method="POST",
        path="/events",
        handler=emit_event,
        scope=_WRITES,
        tag=TAG,
        body=Told,
        largest_body=LARGEST_START,
        answer=StartedByEvent,
        status=HTTPStatus.ACCEPTED,
        is_shed=True,
    ),
    Operation(
        method="GET",
        path="/workflows/executions/{execution}",
        handler=get_execution_status,
        scope=Scope.EXECUTIONS_READ,
        tag=TAG,
        answer=ExecutionDetails,
    ),
    *(
        Operation(
            method="POST", path=f"{ONE}/{word}", handler=handler, scope=_WRITES, tag=TAG, body=body, answer=Execution
        )
        for word, handler, body in (
            ("start", start_execution, None),
            ("pause", pause_execution, None),
            ("resume", resume_execution, None),
            ("cancel", cancel_execution, Cancel),
            ("retry", retry_execution, Retry),
            ("complete", complete_execution, Complete),
            ("fail", fail_execution, Fail),
        )
    ),
    Operation(
        method="PUT",
        path=f"{ONE}/node",
        handler=update_current_node,
        scope=_WRITES,
        tag=TAG,
        body=Move,
        answer=Execution,
    ),
)
