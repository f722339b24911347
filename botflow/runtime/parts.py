"""From what a turn said to the rows that its commit writes: rendered for the channel, each with its first state."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from botflow.engine.effects import SendMessage
from botflow.interfaces import Channel
from botflow.records import OutboundPart

CHAT = "chat"


def channels_by_name(channels: Sequence[Channel]) -> Mapping[str, Channel]:
    """Return the provider of every channel name, for example `sms` and `whatsapp` -> Twilio."""
    return {name: channel for channel in channels for name in channel.names}


def parts_of(
    messages: Sequence[SendMessage], channel: str, channels: Mapping[str, Channel], *, answered_now: bool
) -> tuple[OutboundPart, ...]:
    """Render messages for the session's `channel`.

    Chat's are a log that visitors read, so they are `sent` once they are durable. A provider's are `handed` when the
    committing request answers with them (`answered_now`), as many as one answer holds; the rest are `ready` to send.
    """
    if channel == CHAT and not any(message.to for message in messages):
        return tuple(OutboundPart(message=message, state="sent") for message in messages)
    own = [message for message in messages if not message.to]
    parts: list[OutboundPart] = []
    provider = channels.get(channel)
    if provider is None:
        parts += [OutboundPart(message=message, state="sent") for message in own]
    else:
        for position, message in enumerate(provider.render(own, channel)):
            now = answered_now and position < provider.largest_reply
            parts.append(OutboundPart(message=message, state="handed" if now else "ready"))
    for message in messages:
        if message.to:
            carrier = channels.get(message.channel)
            rendered = carrier.render([message], message.channel) if carrier is not None else [message]
            state = "ready" if carrier is not None else "failed"
            parts += [OutboundPart(message=part, state=state) for part in rendered]
    return tuple(parts)
