"""Starting workflows: by name, and by what happened. Start reading with `start`.

All of it works on SQLAlchemy's synchronous Connection, in the transaction of whoever calls, so that an execution begins
with the caller's commit or not at all; an AsyncConnection lends its own by `run_sync`. `Triggers` does the same in
transactions of its own. Nothing here runs a turn.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from math import isfinite
from typing import Any, Literal, NamedTuple

import orjson
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from botflow.engine.inbound import Inbound
from botflow.errors import FlowError, RejectedInbound, UsageError
from botflow.nodes.triggers.input_schema import misfits
from botflow.nodes.triggers.runs import (
    EventProperties,
    EventTrigger,
    ManualProperties,
    RunProperties,
    WebhookProperties,
)
from botflow.records.runs import RunStart, StartedRun
from botflow.records.sessions import SessionKey
from botflow.runtime.runs.start_plan import Plan, plan_of
from botflow.storage.credentials import usable_names
from botflow.storage.engines.engine import Engine
from botflow.storage.jobs import PRIORITIES, Priority
from botflow.storage.runs.start import defer_turn, start_run
from botflow.storage.runs.start_for_person import PersonStart, start_for_person
from botflow.storage.runs.start_targets import Target, find_target, mentioning

LARGEST_INPUT = 256_000  # bytes of JSON
LONGEST_KEY = 200
LONGEST_NAME = 200
CHANNELS = ("chat", "sms", "whatsapp")
_ANY_TIME = datetime(2026, 1, 1, tzinfo=UTC)


class TriggeredExecution(NamedTuple):
    """What was started. It runs once the transaction has committed; its status is `pending` until then."""

    execution_id: str
    status: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StartRequest:
    """A workflow to start; `external_id` and `channel` name the person of a persistent one.

    `version` is the number of a version, None for the active one. With a `key` it starts once, however often it is
    asked for. A webhook names its trigger's `node`. `metadata` is kept with the execution, for whoever looks at it.
    """

    workflow: str
    node: str = ""
    input: Any = None
    user_name: str = ""
    version: int | None = None
    key: str = ""
    priority: Priority = "normal"
    external_id: str = ""
    channel: str = ""
    address: str = ""
    metadata: dict[str, Any] | None = None
    trigger: Literal["api", "manual", "webhook"] = "api"


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that happened. With a `key` it starts each listening workflow once, however often it is told."""

    name: str
    payload: Any = None
    key: str = ""


class Triggers:
    """Starts workflows in transactions of its own, on botflow's database."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    async def start(self, request: StartRequest) -> TriggeredExecution:
        """See `start` below."""
        async with self._engine.write() as connection:
            run = await connection.run_sync(start, request)
            if run.is_new:
                await self._engine.defer_advances(connection, [run.session])
        return TriggeredExecution(run.execution, run.status)

    async def emit(self, event: Event) -> list[TriggeredExecution]:
        """See `emit` below."""
        async with self._engine.write() as connection:
            runs = await connection.run_sync(emit, event)
            await self._engine.defer_advances(connection, [run.session for run in runs if run.is_new])
        return [TriggeredExecution(run.execution, run.status) for run in runs]


def start_and_defer(connection: Connection, request: StartRequest) -> TriggeredExecution:
    """Start a workflow on a connection that is not botflow's own."""
    _check_transaction(connection)
    run = start(connection, request)
    if run.is_new:
        defer_turn(connection, run.session)
    return TriggeredExecution(run.execution, run.status)


def emit_and_defer(connection: Connection, event: Event) -> list[TriggeredExecution]:
    """Tell an event on a connection that is not botflow's own."""
    _check_transaction(connection)
    runs = emit(connection, event)
    for run in runs:
        if run.is_new:
            defer_turn(connection, run.session)
    return [TriggeredExecution(run.execution, run.status) for run in runs]


def start(connection: Connection, request: StartRequest) -> StartedRun:
    """Start a workflow by name; the caller defers its turn when it is new. RejectedInbound says what is wrong:

    workflow.unknown, workflow.inactive, version.unknown, trigger.none, input.invalid, input.not_json, input.too_large,
    credential.foreign, trigger.key, trigger.key_reused, trigger.name, trigger.person, session.busy, session.opted_out.
    """
    given = plain_input(request.input)
    _check_key(request.key)
    for name in ("user_name", "external_id", "channel", "address"):
        _check_name(name, getattr(request, name))
    with botflows_tables():
        target = active_target(connection, request.workflow, request.version)
        assert target.version is not None
        plan = plan_of(target.slug, target.documents)
        node, properties = _entry(plan, target, request.node)
        check_input(properties.input_schema, given)
        if request.trigger != "webhook":
            _check_credentials(connection, target, plan, request)
        parameters = {"trigger": request.trigger, "start": node, "input": given}
        if request.external_id or request.channel:
            return _start_for_person(connection, target, plan, request, parameters)
        run = start_run(
            connection,
            RunStart(
                workflow=target.workflow,
                flow_version=target.version,
                trigger=request.trigger,
                input=given,
                parameters=parameters,
                key=f"webhook:{node}:{request.key}" if request.key and request.node else request.key,
                priority=PRIORITIES[request.priority],
                user_name=request.user_name or None,
                metadata=plain_input(request.metadata),
            ),
        )
        return same_input(run, given, request.key)


def emit(connection: Connection, event: Event) -> list[StartedRun]:
    """Start every active workflow with a trigger.event for this one, each once; the caller defers the new ones."""
    given = plain_input(event.payload)
    _check_key(event.key)
    if not event.name or len(event.name) > 128 or not event.name.isprintable():
        raise _no_start(
            "an event's name has 1 to 128 characters, none of them a control character",
            "event.name",
            "for example contact.created",
        )
    with botflows_tables():
        listening = [
            (target, node)
            for target in mentioning(connection, event.name)
            if (node := _listening_node(plan_of(target.slug, target.documents), event.name, given))
        ]
        return [_start_listener(connection, target, node, event, given) for target, node in listening]


@contextmanager
def botflows_tables() -> Iterator[None]:
    """Say clearly when the connection's database is not botflow's; its own transaction is of no use any more then."""
    try:
        yield
    except DBAPIError as failure:
        text = str(failure.orig).lower()
        if "no such table" in text or "no such column" in text or "does not exist" in text:
            raise UsageError(
                "this connection's database has no tables of botflow, or older ones",
                code="trigger.other_database",
                hint="a workflow starts in its caller's transaction, so both use the one database that"
                " BOTFLOW_DATABASE_URL names (botflow db upgrade makes its tables); or leave `connection` out",
            ) from failure
        raise


def active_target(connection: Connection, slug: str, number: int | None = None) -> Target:
    """Return the workflow and version to start; RejectedInbound when there is none, or it is not active."""
    target = find_target(connection, slug, number) if slug.isprintable() else None  # no database takes a NUL
    if target is None:
        raise _no_start(
            f"there is no workflow {slug[:64]!r}", "workflow.unknown", "its id stands at the top of its document", 404
        )
    if target.status != "active":
        raise _no_start(
            f"the workflow {slug!r} is {target.status}", "workflow.inactive", "activate it first", HTTPStatus.CONFLICT
        )
    if target.version is None:
        raise _no_start(f"the workflow {slug!r} has no version {number}", "version.unknown", "publish it first", 404)
    return target


def plain_input(given: Any) -> Any:
    """Return `given` as the JSON that is stored (times, UUIDs and enums become texts); RejectedInbound otherwise."""
    try:
        stored = orjson.dumps(given, option=orjson.OPT_NON_STR_KEYS)
    except TypeError as failure:
        raise _no_start(f"the input is not JSON: {failure}", "input.not_json", "hand on plain values") from None
    if len(stored) > LARGEST_INPUT:
        raise _no_start(
            f"the input has {len(stored)} bytes, more than {LARGEST_INPUT}",
            "input.too_large",
            "hand on ids, and let the workflow look the rest up",
        )
    if b"\\u0000" in stored.replace(rb"\\", b""):  # an escaped backslash begins no escape
        raise _no_start("the input contains the character NUL", "input.not_json", "leave it out")
    if b"null" in stored and _has_nan(given):  # orjson writes null for it
        raise _no_start("the input contains a number that is none (NaN or infinite)", "input.not_json", "leave it out")
    return orjson.loads(stored)


def _has_nan(given: Any) -> bool:
    if isinstance(given, float):
        return not isfinite(given)
    inner = given.values() if isinstance(given, dict) else given if isinstance(given, list | tuple) else ()
    return any(_has_nan(each) for each in inner)


def check_input(schema: Any, given: Any) -> None:
    """RejectedInbound `input.invalid` (422) says which field is wrong and what was expected."""
    if wrong := misfits(schema, given):
        raise _no_start(f"the input does not fit: {'; '.join(wrong[:5])}", "input.invalid", "see the trigger's schema")


def same_input(run: StartedRun, given: Any, key: str) -> StartedRun:
    """Return `run`, unless its key was used before with another input (409 `trigger.key_reused`)."""
    if not run.is_new and run.input != given:
        raise _no_start(
            f"the key {key[:LONGEST_KEY]!r} has started an execution with another input",
            "trigger.key_reused",
            "use a key for one occasion only",
            HTTPStatus.CONFLICT,
        )
    return run


def _entry(plan: Plan, target: Target, webhook: str) -> tuple[str, RunProperties]:
    """Return the trigger to start at: the webhook of this name, else the one for starts by hand."""
    kind = WebhookProperties if webhook else ManualProperties
    for node, properties in plan.of(kind):
        if webhook in ("", node):
            return node, properties
    raise _no_start(
        f"the workflow {target.slug!r} has no trigger.{'webhook' if webhook else 'manual'} for this",
        "trigger.none",
        "to start it by name it needs a node of type trigger, actionType manual",
    )


def _check_credentials(connection: Connection, target: Target, plan: Plan, request: StartRequest) -> None:
    user_name = "" if request.external_id else request.user_name  # a person's conversation has no user of ours
    usable = usable_names(connection, target.organization, user_name, plan.credentials)
    if missing := sorted(plan.credentials - usable):
        raise _no_start(
            f"the workflow {target.slug!r} needs credentials that {user_name or 'the organization'!r} does not have:"
            f" {', '.join(missing)}",
            "credential.foreign",
            "add them for this user or for the whole organization, and see that they are active",
            HTTPStatus.FORBIDDEN,
        )


def _start_for_person(
    connection: Connection, target: Target, plan: Plan, request: StartRequest, parameters: dict[str, Any]
) -> StartedRun:
    if plan.is_single or request.channel not in CHANNELS or not request.external_id:
        raise _no_start(
            "only a persistent workflow has a person, named by external_id and a channel of " + ", ".join(CHANNELS),
            "trigger.person",
            "name both, or leave both out for a run that nobody talks to",
        )
    assert target.version is not None
    begun = start_for_person(
        connection,
        PersonStart(
            session=SessionKey(target.workflow, request.channel, request.external_id),
            flow_version=target.version,
            parameters=parameters,
            address=request.address,
            key=request.key,
        ),
    )
    match begun:
        case "busy":
            raise _no_start(
                "this person's session has an execution under way",
                "session.busy",
                "try again once it has ended",
                HTTPStatus.CONFLICT,
            )
        case "stopped":
            raise _no_start(
                "this person wants no messages", "session.opted_out", "they may opt in again", HTTPStatus.CONFLICT
            )
        case _:
            return same_input(begun, parameters["input"], request.key)


def _listening_node(plan: Plan, name: str, payload: Any) -> str:
    """Return the first trigger.event of the plan that takes the event, "" when there is none."""
    heard = Inbound(
        kind="trigger", key="", received_at=_ANY_TIME, seed=0, channel="", parameters=_event_parameters(name, payload)
    )
    for node, properties in plan.of(EventProperties):
        try:
            takes = EventTrigger().starts(properties, heard)
        except FlowError:  # its condition fails: let the run say so
            takes = True
        if takes:
            return node
    return ""


def _start_listener(connection: Connection, target: Target, node: str, event: Event, given: Any) -> StartedRun:
    assert target.version is not None
    run = start_run(
        connection,
        RunStart(
            workflow=target.workflow,
            flow_version=target.version,
            trigger="event",
            input=given,
            parameters={**_event_parameters(event.name, given), "start": node},
            key=f"event:{event.name}:{event.key}" if event.key else "",
            metadata={"event": event.name},
        ),
    )
    return same_input(run, given, event.key)


def _event_parameters(name: str, payload: Any) -> dict[str, Any]:
    return {"trigger": "event", "name": name, "input": payload}


def _check_transaction(connection: Connection) -> None:
    """Half a start must not be left behind."""
    if connection.get_execution_options().get("isolation_level") == "AUTOCOMMIT":
        raise UsageError(
            "this connection commits each statement by itself",
            code="trigger.autocommit",
            hint="hand over one in a transaction, or none",
        )


def _check_key(key: str) -> None:
    if len(key) > LONGEST_KEY or not (key.isprintable() or not key):
        raise _no_start(
            f"the key {key[:40]!r} has more than {LONGEST_KEY} characters, or control characters",
            "trigger.key",
            "use an id of yours",
        )


def _check_name(name: str, value: str) -> None:
    if len(value) > LONGEST_NAME or not (value.isprintable() or not value):
        raise _no_start(
            f"{name} has more than {LONGEST_NAME} characters, or control characters",
            "trigger.name",
            "send it as you know it elsewhere: an id, a number, a word",
        )


def _no_start(message: str, code: str, hint: str, status: int = HTTPStatus.UNPROCESSABLE_ENTITY) -> RejectedInbound:
    return RejectedInbound(message, code=code, hint=hint, status=status)
