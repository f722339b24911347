"""Starts one workflow by its name. Start reading with `start`.

All of it works on SQLAlchemy's synchronous Connection, in the caller's transaction, so that an execution begins with
the caller's commit or not at all; an AsyncConnection lends its own by `run_sync`. Nothing here runs a turn.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from types import MappingProxyType
from typing import Any, Literal, NamedTuple

from sqlalchemy import Connection

from botflow.engine.inbound import CHAT
from botflow.engine.limits import LARGEST_INPUT, LARGEST_INPUT_OF_PERSON
from botflow.interfaces import Channel, Channels, normal_address
from botflow.nodes.triggers.runs import ManualProperties, RunProperties, WebhookProperties
from botflow.records.queues import PRIORITIES, Priority
from botflow.records.runs import RunStart, StartedRun
from botflow.records.sessions import SessionKey
from botflow.runtime.runs.starts.canary import begun_in
from botflow.runtime.runs.starts.plan import Plan, plan_of
from botflow.runtime.runs.starts.validation import (
    LARGEST_METADATA,
    active_target,
    botflows_tables,
    check_input,
    check_key,
    check_name,
    check_transaction,
    no_start,
    plain_input,
    same_input,
)
from botflow.storage.consent_changes import hold_consent
from botflow.storage.credentials import usable_names
from botflow.storage.runs.starts.for_person import PersonStart, start_for_person
from botflow.storage.runs.starts.start import find_run, start_run
from botflow.storage.runs.starts.targets import Target

NO_CHANNELS: Mapping[str, Channel] = MappingProxyType({})  # only the chat


class TriggeredExecution(NamedTuple):
    """A started execution. It runs once the transaction has committed; its status is `pending` until then."""

    execution_id: str
    status: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StartRequest:
    """A workflow to start; `external_id` and `channel` name the person of a persistent one.

    `version` is the number of a version, None for the active one. With a `key` it starts once, however often it is
    requested; `former_key` is one that it may have been started with before. `is_delivery`: the key was signed, so the
    execution is the same whatever its input. A webhook names its trigger's `node`. `metadata` is stored with the
    execution, for its readers. `organization` is the caller's: another one's workflow is unknown to it; None is this
    process, which may start any. `trace` is the context of the trace that the run belongs to.
    """

    workflow: str
    organization: int | None = None
    node: str = ""
    input: Any = None
    user_name: str = ""
    version: int | None = None
    key: str = ""
    former_key: str = ""
    is_delivery: bool = False
    priority: Priority = "normal"
    external_id: str = ""
    channel: str = ""
    address: str = ""
    metadata: dict[str, Any] | None = None
    trigger: Literal["api", "manual", "webhook"] = "api"
    trace: str = ""


def start_with(connection: Connection, request: StartRequest, channels: Channels = NO_CHANNELS) -> TriggeredExecution:
    """Start a workflow on a connection that is not botflow's own."""
    check_transaction(connection)
    run = start(connection, request, channels)
    return TriggeredExecution(run.execution, run.status)


def start(connection: Connection, request: StartRequest, channels: Channels = NO_CHANNELS) -> StartedRun:
    """Start a workflow by name; `channels` are those that a person may have besides the chat. Codes of RejectedInbound:

    workflow.unknown, workflow.inactive, version.unknown, trigger.none, input.invalid, input.not_json, input.too_large,
    credential.foreign, trigger.key, trigger.key_reused, trigger.name, trigger.person, address.invalid, session.busy,
    session.opted_out.
    """
    has_person = bool(request.external_id or request.channel)
    given = plain_input(request.input, LARGEST_INPUT_OF_PERSON if has_person else LARGEST_INPUT)
    check_key(request.key)
    for name in ("user_name", "external_id", "channel", "address"):
        check_name(name, getattr(request, name))
    with botflows_tables():
        target, plan = _target(connection, request, channels)
        assert target.version is not None
        node, properties = _entry(plan, target, request.node)
        check_input(properties.input_schema, given)
        if request.trigger != "webhook":
            _check_credentials(connection, target, plan, request)
        parameters = {"trigger": request.trigger, "start": node, "input": given}
        if has_person:
            return _start_for_person(connection, target, plan, request, parameters, channels)
        if request.former_key:
            former = find_run(connection, target.workflow, _run_key(request, request.former_key))
            if former is not None:
                return former
        run = start_run(
            connection,
            RunStart(
                workflow=target.workflow,
                flow_version=target.version,
                trigger=request.trigger,
                input=given,
                parameters=parameters,
                key=_run_key(request, request.key),
                priority=PRIORITIES[request.priority],
                user_name=request.user_name or None,
                metadata=plain_input(request.metadata, LARGEST_METADATA),
                trace=request.trace,
            ),
        )
        return run if request.is_delivery else same_input(run, given, request.key)


def _target(connection: Connection, request: StartRequest, channels: Channels) -> tuple[Target, Plan]:
    """Return the version to start: the one that is named, else the active one, or a canary's."""
    active = active_target(connection, request.workflow, request.version, request.organization)
    plan = plan_of(active.slug, active.documents)
    if active.canary is None:
        return active, plan
    if request.external_id:
        key = normal_address(channels, request.channel, request.external_id, plan.region)
    else:
        key = _run_key(request, request.key) or secrets.token_hex(8)  # chance decides about what happens only once
    kind = _kind(request.node)
    target = begun_in(
        connection, active, key, lambda tried: any(request.node in ("", node) for node, _ in tried.of(kind))
    )
    return (active, plan) if target is active else (target, plan_of(target.slug, target.documents))


def _kind(webhook: str) -> type[ManualProperties | WebhookProperties]:
    return WebhookProperties if webhook else ManualProperties


def _run_key(request: StartRequest, key: str) -> str:
    """Return the key as it is stored: each webhook of a workflow has keys of its own."""
    return f"webhook:{request.node}:{key}" if key and request.node else key


def _entry(plan: Plan, target: Target, webhook: str) -> tuple[str, RunProperties]:
    """Return the trigger to start at: the webhook of this name, else the one for starts by hand."""
    for node, properties in plan.of(_kind(webhook)):
        if webhook in ("", node):
            return node, properties
    raise no_start(
        f"the workflow {target.slug!r} has no trigger.{'webhook' if webhook else 'manual'} for this",
        "trigger.none",
        "to start it by name it needs a node of type trigger, actionType manual",
    )


def _check_credentials(connection: Connection, target: Target, plan: Plan, request: StartRequest) -> None:
    user_name = "" if request.external_id else request.user_name  # a person's conversation does not run for a user
    usable = usable_names(connection, target.organization, user_name, plan.credentials)
    of_all = usable_names(connection, target.organization, "", set(plan.accounts.values()))
    if missing := sorted(plan.credentials - usable | set(plan.accounts.values()) - of_all):
        raise no_start(
            f"the workflow {target.slug!r} needs credentials that {user_name or 'the organization'!r} does not have:"
            f" {', '.join(missing)}",
            "credential.foreign",
            "add them for this user or for the whole organization, and see that they are active",
            HTTPStatus.FORBIDDEN,
        )


def _sender(channels: Channels, channel: str, written: str) -> str:
    """Return our own address in its normal form; a sender's name has none."""
    provider = channels.get(channel)
    return written if provider is None else provider.normal_address(written) or written.strip()


def _start_for_person(
    connection: Connection,
    target: Target,
    plan: Plan,
    request: StartRequest,
    parameters: dict[str, Any],
    channels: Channels,
) -> StartedRun:
    known = (CHAT, *channels)
    if plan.is_single or request.channel not in known or not request.external_id:
        raise no_start(
            "only a persistent workflow has a person, named by external_id and a channel of " + ", ".join(known),
            "trigger.person",
            "name both, or leave both out for a run that nobody talks to",
        )
    assert target.version is not None
    person = normal_address(channels, request.channel, request.external_id, plan.region)
    session = SessionKey(target.workflow, request.channel, person)
    begun = start_for_person(
        connection,
        PersonStart(
            session=session,
            is_stopped=request.channel in channels and hold_consent(connection, session),
            flow_version=target.version,
            parameters=parameters,
            address=_sender(channels, request.channel, request.address),
            key=request.key,
            user_name=request.user_name or None,
            metadata=plain_input(request.metadata, LARGEST_METADATA),
            trace=request.trace,
        ),
    )
    match begun:
        case "busy":
            raise no_start(
                "this person's session has an execution under way",
                "session.busy",
                "try again once it has ended",
                HTTPStatus.CONFLICT,
            )
        case "stopped":
            raise no_start(
                "this person wants no messages", "session.opted_out", "they may opt in again", HTTPStatus.CONFLICT
            )
        case _:
            return same_input(begun, parameters["input"], request.key)
