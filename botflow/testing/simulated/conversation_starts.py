"""Starts of a person's conversation that no message begins: by an application, a missed call, or another conversation.

The checks and their codes are those of production: a start that it would refuse is refused here.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Literal

from botflow.engine.effects import ReportEnd, StartConversation
from botflow.engine.inbound import CHAT
from botflow.errors import RejectedInbound, did_you_mean
from botflow.flow.graph import Flow, Node
from botflow.nodes.triggers.input_schema import misfits
from botflow.nodes.triggers.missed_call import MissedCallProperties
from botflow.nodes.triggers.runs import ManualProperties, RunProperties, WebhookProperties
from botflow.testing.simulated.session import Begun, SimulatedSession

if TYPE_CHECKING:
    from botflow.testing.simulated.deployment import Deployment

StartedBy = Literal["api", "manual", "webhook", "missed_call"]
MOST_IN_A_CHAIN = 16  # conversations that start each other
_TRIGGERS: dict[str, tuple[type, str]] = {
    "webhook": (WebhookProperties, "webhook"),
    "missed_call": (MissedCallProperties, "missed_call"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversationStart:
    """A conversation to start with the person at `address` of `channel`; messages come from our address `sender`.

    The same `key` starts once. `node` names a trigger of several. `chain` counts the conversations that have started
    each other up to this one.
    """

    flow: Flow
    channel: str
    address: str
    by: StartedBy
    input: Any = None
    node: str = ""
    key: str = ""
    sender: str = ""
    chain: int = 0


def entry_of(flow: Flow, by: str, node: str, given: object) -> Node:
    """Return the trigger that a start begins at. RejectedInbound `trigger.none`; `input.invalid` if the input does not
    fit its schema."""
    kind, name = _TRIGGERS.get(by, (ManualProperties, "manual"))
    found = [each for each in flow.triggers if isinstance(each.properties, kind) and node in ("", each.id)]
    if not found:
        there = ", ".join(f"{each.id} ({each.type})" for each in flow.triggers) or "none"
        named = f" no {node!r} of that type;" if node else ""
        message = f"the workflow {flow.id!r} has no trigger.{name} for this"
        raise refused(message, "trigger.none", f"it has{named} the triggers {there}")
    properties = found[0].properties
    wrong = misfits(properties.input_schema, given) if isinstance(properties, RunProperties) else []
    if wrong:
        message = f"the input does not fit: {'; '.join(wrong[:5])}"
        raise refused(message, "input.invalid", f"see the schema of the trigger {found[0].id!r}")
    return found[0]


def begin(deployment: Deployment, start: ConversationStart) -> tuple[SimulatedSession, Begun]:
    """Queue the start of a conversation; it begins with the next `settle`. RejectedInbound says why it is refused."""
    entry = entry_of(start.flow, start.by, start.node, start.input)
    known = deployment.channels.names
    if start.flow.mode == "single" or start.channel not in known or not start.address:
        raise refused(
            f"only a persistent workflow has a person, named by external_id and a channel of {', '.join(known)}",
            "trigger.person",
            f"the workflow is {start.flow.id!r}, the channel {start.channel!r}, the address {start.address!r}",
        )
    region = start.flow.region or ""
    address = deployment.channels.address(start.channel, start.address, region)
    theirs = deployment.conversation(start.flow, start.channel, address)
    if start.key and (begun := theirs.begun.get(start.key)) is not None:
        if begun.input != start.input:
            message = f"the key {start.key!r} has started an execution with another input"
            raise refused(message, "trigger.key_reused", "use a key for one occasion only", HTTPStatus.CONFLICT)
        return theirs, begun
    if theirs.parked or deployment.consent.is_stopped(start.channel, address):
        raise refused(
            "this person wants no messages", "session.opted_out", "they may opt in again", HTTPStatus.CONFLICT
        )
    if theirs.state.frames or any(due.session == theirs.number for due in deployment.due):
        where = f"it waits at {theirs.node.id!r}; " if theirs.node is not None else ""
        raise refused(
            "this person's session has an execution under way",
            "session.busy",
            f"{where}try again once it has ended",
            HTTPStatus.CONFLICT,
        )
    parameters = {"trigger": start.by, "start": entry.id, "input": start.input}
    sender = deployment.channels.our_address(start.channel, start.sender)
    inbound = deployment.queue(theirs, "trigger", parameters=parameters, address=sender)
    begun = Begun(execution=inbound.new_execution_id, input=start.input, chain=start.chain)
    theirs.begun[start.key or inbound.key] = theirs.latest = begun
    return theirs, begun


def start_conversation(deployment: Deployment, session: SimulatedSession, wanted: StartConversation) -> ReportEnd:
    """Start what a `logic.start` asked for, and return the report for its node."""
    report = ReportEnd(session=session.number, group=wanted.group, branch="start", status="failed")
    try:
        theirs, begun = begin(deployment, _wanted(deployment, session, wanted))
    except RejectedInbound as refusal:
        return replace(report, error={"node": "", "code": refusal.code, "message": refusal.message})
    return replace(report, status="completed", output={"session": str(theirs.number), "execution": begun.execution})


def _wanted(deployment: Deployment, session: SimulatedSession, wanted: StartConversation) -> ConversationStart:
    chain = 1 + _chain_length(deployment, session)
    if chain > MOST_IN_A_CHAIN:
        raise refused(
            f"more than {MOST_IN_A_CHAIN} conversations have started each other",
            "start.too_deep",
            "let one of them end without starting the next",
        )
    sender = wanted.sender or session.state.address
    if wanted.channel != CHAT and wanted.channel in deployment.channels.names and not sender:
        raise refused(
            "there is no number that the messages could come from", "start.no_sender", "give the node a `from`"
        )
    name = wanted.workflow or session.flow.id
    if name not in deployment.flows:
        hint = did_you_mean(name, deployment.flows, f"there are: {', '.join(deployment.flows)}")
        raise refused(f"there is no workflow {name!r}", "workflow.unknown", hint, HTTPStatus.NOT_FOUND)
    return ConversationStart(
        flow=deployment.flows[name],
        channel=wanted.channel,
        address=wanted.to,
        by="api",
        input=dict(wanted.input),
        key=f"start:{session.flow.id}:{wanted.key}" if wanted.key else "",
        sender=sender,
        chain=chain,
    )


def _chain_length(deployment: Deployment, session: SimulatedSession | None) -> int:
    """Return how many conversations have started each other up to the execution of this session; a run between two of
    them is passed over."""
    while session is not None:
        if session.latest is not None and session.latest.execution == session.execution:
            return session.latest.chain
        session = deployment.sessions.get(session.parent) if session.parent is not None else None
    return 0


def refused(message: str, code: str, hint: str, status: int = HTTPStatus.UNPROCESSABLE_ENTITY) -> RejectedInbound:
    return RejectedInbound(message, code=code, hint=hint, status=status)
