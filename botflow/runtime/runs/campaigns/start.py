"""Starts the conversation of one person's occasion, or writes why it was missed: once, in the caller's transaction.

The row of the occasion and the conversation are one transaction, and the row is unique: whatever dies, and however many
processes look, a person gets an occasion once. All that was read before is asked again here.
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from sqlalchemy import Connection

from botflow.crash_points import reach
from botflow.engine.inbound import CHAT
from botflow.interfaces import Channels
from botflow.nodes.triggers.campaign import CAMPAIGN, CampaignProperties
from botflow.records.runs import StartedRun
from botflow.records.sessions import SessionKey
from botflow.runtime.runs.campaigns.look import Campaign, DueStart
from botflow.runtime.runs.starts.canary import begun_in
from botflow.storage.consent_changes import hold_consent
from botflow.storage.runs.campaigns.campaigns import hold_version
from botflow.storage.runs.campaigns.people import members_of, still_has
from botflow.storage.runs.campaigns.starts import BUSY, StartKey, decide, note_occasion
from botflow.storage.runs.starts.for_person import PersonStart, own_address, start_for_person

TOO_LATE, NO_ADDRESS, NO_SENDER, OPTED_OUT = (
    "campaign.too_late",
    "campaign.no_address",
    "start.no_sender",
    "session.opted_out",
)
# What has become of it; `stale`: the version is out of service; `gone`: there is nothing to decide any more.
Result = Literal["started", "waiting", "missed", "gone", "stale"]


def start_occasion(
    connection: Connection, campaign: Campaign, due: DueStart, channels: Channels, now: datetime
) -> Result:
    """Decide about an occasion and start its conversation; `now` is when that is decided."""
    target, person = campaign.target, due.person
    if not hold_version(connection, target):
        return "stale"
    address = person.address
    session = SessionKey(target.workflow, address.channel, address.address) if address is not None else None
    is_stopped = session is not None and hold_consent(connection, session)
    if not _is_meant(connection, campaign, due):
        return "gone"
    key = StartKey(workflow=target.workflow, node=campaign.node, person=person.id, occasion=due.occasion.name)
    if not note_occasion(connection, key, target.organization, due.occasion.due_at, now):
        return "gone"
    reach("campaign.noted")
    result = _begin(connection, campaign, due, session, channels, is_stopped=is_stopped)
    if isinstance(result, StartedRun):
        decide(connection, key, now, "started", execution=result.execution)
    elif result != BUSY or due.is_late:
        decide(connection, key, now, "missed", result)
    reach("campaign.written")
    if isinstance(result, StartedRun):
        return "started"
    return "waiting" if result == BUSY and not due.is_late else "missed"


def _is_meant(connection: Connection, campaign: Campaign, due: DueStart) -> bool:
    """Say whether the person still has this date and is still in the group."""
    if not still_has(connection, due.person, campaign.rule.field):
        return False
    group = campaign.properties.group
    return not group or bool(members_of(connection, campaign.target.organization, group, [due.person.id]))


def _begin(
    connection: Connection,
    campaign: Campaign,
    due: DueStart,
    session: SessionKey | None,
    channels: Channels,
    *,
    is_stopped: bool,
) -> StartedRun | str:
    """Start the conversation; return a code instead when it cannot be."""
    if session is None:
        return NO_ADDRESS
    if is_stopped:
        return OPTED_OUT
    if due.is_late:
        return BUSY if due.has_waited else TOO_LATE
    sender = _sender(connection, campaign, session, channels)
    if not sender and session.channel != CHAT:
        return NO_SENDER
    target = begun_in(
        connection,
        campaign.target,
        session.external_id,
        lambda tried: any(node == campaign.node for node, _ in tried.of(CampaignProperties)),
    )
    assert target.version is not None
    occasion = {
        "field": campaign.rule.field,
        "value": due.person.value,
        "date": due.occasion.date.isoformat(),
        "dueAt": due.occasion.due_at.isoformat(),
    }
    given = campaign.properties.input
    begun = start_for_person(
        connection,
        PersonStart(
            session=session,
            flow_version=target.version,
            parameters={
                "trigger": CAMPAIGN,
                "start": campaign.node,
                "input": occasion if given is None else given,
                "occasion": occasion,
            },
            address=sender,
            key=f"campaign:{campaign.node}:{due.occasion.name}",
        ),
    )
    if isinstance(begun, StartedRun):
        return begun
    return BUSY if begun == "busy" else OPTED_OUT


def _sender(connection: Connection, campaign: Campaign, session: SessionKey, channels: Channels) -> str:
    """Return our own address: the trigger's, else the one that the person wrote to; "" in the chat."""
    written = campaign.properties.sender
    if session.channel not in channels:
        return ""
    if written:
        return channels[session.channel].normal_address(written) or written.strip()
    return own_address(connection, session)
