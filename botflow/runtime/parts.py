"""From what a turn said to the rows that its commit writes: rendered for the channel, each with its first state."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from botflow.engine.effects import SendMessage
from botflow.engine.turn import Turn
from botflow.interfaces import Channel
from botflow.records import OutboundPart


def channels_by_name(channels: Sequence[Channel]) -> Mapping[str, Channel]:
    """Return the provider of every channel name, for example `sms` and `whatsapp` -> Twilio."""
    return {name: channel for channel in channels for name in channel.names}


def parts_of(
    turn: Turn, channel: str, channels: Mapping[str, Channel], *, answered_now: bool
) -> tuple[OutboundPart, ...]:
    """Render what `turn` said for the session's `channel`.

    Chat's messages are a log that visitors read, so they are `sent` once they are durable. A provider's are `handed`
    when the committing request answers with them (`answered_now`), as many as one answer holds; the rest are `ready`.
    """
    own = [message for message in turn.messages if not message.to]
    return (
        *_to_the_person(own, channel, channels.get(channel), turn.session.address, answered_now),
        *(part for message in turn.messages if message.to for part in _to_another(message, channels, turn)),
    )


def _to_the_person(
    messages: Sequence[SendMessage], channel: str, provider: Channel | None, address: str, answered_now: bool
) -> list[OutboundPart]:
    if provider is None:
        return [OutboundPart(message=message, state="sent") for message in messages]
    rendered = provider.render(messages, channel)
    limit = provider.reply_limit if answered_now else 0
    return [
        OutboundPart(message=_from(message, address), state="handed" if position < limit else "ready")
        for position, message in enumerate(rendered)
    ]


def _to_another(message: SendMessage, channels: Mapping[str, Channel], turn: Turn) -> list[OutboundPart]:
    """A message to any number. Without a provider for it there is nobody to carry it: the row says so."""
    provider = channels.get(message.channel)
    if provider is None:
        return [OutboundPart(message=message, state="failed")]
    return [
        OutboundPart(message=_from(part, turn.session.address), state="ready")
        for part in provider.render([message], message.channel)
    ]


def _from(message: SendMessage, address: str) -> SendMessage:
    return message if message.sender else replace(message, sender=address)
