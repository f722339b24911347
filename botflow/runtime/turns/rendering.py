"""Turns the messages of a turn into the rows of its commit, and into the receipt for its request."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from botflow.engine.effects import SendMessage
from botflow.engine.inbound import Inbound
from botflow.engine.turn import Turn
from botflow.interfaces import Channel, Meters
from botflow.records.outbounds import OutboundPart, StoredOutbound
from botflow.records.sessions import StoredSession
from botflow.records.turns import InboundState, Receipt, TurnCommit, TurnId


def channels_by_name(channels: Sequence[Channel]) -> Mapping[str, Channel]:
    """Return the provider of every channel name; one provider may carry several, such as `sms` and `mms`."""
    return {name: channel for channel in channels for name in channel.names}


def commit_of(
    stored: StoredSession,
    inbound: Inbound,
    turn: Turn,
    channels: Mapping[str, Channel],
    *,
    version: int,
    parked: bool,
    answered_now: bool = False,
    by_token: bool = False,
) -> TurnCommit:
    """Return the commit of `turn`. `answered_now`: the request that commits it replies with its parts. The messages of
    a fork are kept to be read, and never sent, and what it changes of the contact is not stored."""
    parts = parts_of(turn, stored.heard_as.channel, channels, answered_now=answered_now)
    if stored.key.is_fork:
        parts = tuple(replace(part, state="suppressed") for part in parts)
        turn = replace(turn, contact=None)
    return TurnCommit(
        read=stored,
        inbound=inbound,
        turn=turn,
        parts=parts,
        flow_version=version,
        parked=parked,
        by_token=by_token,
    )


def receipt_of(commit: TurnCommit, turn_id: TurnId, state: InboundState = "done") -> Receipt:
    """Return the receipt of a turn that this process has committed."""
    turn = commit.turn
    outbounds = tuple(
        StoredOutbound(
            session=turn_id.session,
            version=turn.session.version,
            index=index,
            seq=turn_id.seq,
            state=part.state,
            message=part.message,
            key=commit.read.key,
            created_at=commit.inbound.received_at,
        )
        for index, part in enumerate(commit.parts)
    )
    return Receipt(id=turn_id, state=state, outbounds=outbounds, status=turn.status)


def parts_of(
    turn: Turn, channel: str, channels: Mapping[str, Channel], *, answered_now: bool
) -> tuple[OutboundPart, ...]:
    """Render the messages of `turn` for the session's `channel`, and count their segments.

    Chat's messages are a log that visitors read, so they are `sent` once they are durable. A provider's are `handed`
    when the committing request replies with them (`answered_now`), as many as one reply holds; the rest are `ready`.
    """
    own = [message for message in turn.messages if not message.to]
    return (
        *parts_to_person(own, channel, channels.get(channel), turn.session.address, answered_now=answered_now),
        *(part for message in turn.messages if message.to for part in _to_another(message, channels, turn)),
    )


def parts_to_person(
    messages: Sequence[SendMessage],
    channel: str,
    provider: Channel | None,
    address: str,
    *,
    answered_now: bool = False,
) -> list[OutboundPart]:
    """Render messages to the session's own person; see `parts_of`."""
    if provider is None:
        return [OutboundPart(message=message, state="sent") for message in messages]
    rendered = [part for message in _each_watched(messages) for part in _told_once(provider.render(message, channel))]
    is_by_api = any(message.only_by_api for message in rendered)
    limit = provider.reply_limit if answered_now and not is_by_api else 0
    return [
        OutboundPart(
            message=_from(message, address),
            # A part that must wait until the previous one has left cannot share a reply with it.
            state="handed" if position < (1 if message.ordering and limit else limit) else "ready",
            segments=_segments(provider, message, channel),
        )
        for position, message in enumerate(rendered)
    ]


def _each_watched(messages: Sequence[SendMessage]) -> list[Sequence[SendMessage]]:
    """Return the messages in groups that are rendered together: each whose delivery is awaited is one of its own."""
    if not any(message.awaited_by for message in messages):
        return [messages]
    groups: list[list[SendMessage]] = [[]]
    for message in messages:
        groups += [[message], []] if message.awaited_by else []
        groups[-1] += [] if message.awaited_by else [message]
    return [group for group in groups if group]


def _told_once(parts: Sequence[SendMessage]) -> Sequence[SendMessage]:
    """Let the last part of an awaited message tell its arrival, and each of them that it does not arrive."""
    if len(parts) < 2 or not parts[0].awaited_by:
        return parts
    return [*(replace(part, awaited="failed") for part in parts[:-1]), parts[-1]]


def _to_another(message: SendMessage, channels: Mapping[str, Channel], turn: Turn) -> list[OutboundPart]:
    """A message to another number. Without a provider for its channel it cannot be sent: its row says so.

    A wait for its delivery is a wait for its last part, which leaves after the others.
    """
    provider = channels.get(message.channel)
    if provider is None:
        return [OutboundPart(message=message, state="failed")]
    normal = provider.normal_address(message.to)  # else the gate refuses it
    rendered = provider.render([replace(message, to=normal or message.to)], message.channel)
    if message.awaited_by:
        rendered = [*(replace(part, awaited_by="", awaited="") for part in rendered[:-1]), *rendered[-1:]]
    return [
        OutboundPart(
            message=_from(part, turn.session.address),
            state="ready",
            segments=_segments(provider, part, message.channel),
        )
        for part in rendered
    ]


def _from(message: SendMessage, address: str) -> SendMessage:
    return message if message.sender else replace(message, sender=address)


def _segments(provider: Channel, message: SendMessage, channel: str) -> int | None:
    return provider.segments(message, channel) if isinstance(provider, Meters) else None
