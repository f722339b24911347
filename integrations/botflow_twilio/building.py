"""Steps of this integration for flows in Python: `import botflow_twilio`, then `botflow_twilio.message_received(flow)`.

Without these helpers, `flow.node("twilio.send_message", to=..., text=...)` does the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from botflow.flow.building.flow import Flow
    from botflow.flow.building.step import Step


def message_received(flow: Flow, *, id: str | None = None) -> Step:
    """Start with a message received through Twilio."""
    return flow.node("twilio.message_received", id=id)


def send_message(
    flow: Flow,
    to: str,
    text: str | Mapping[str, str],
    *,
    media: Sequence[str | Mapping[str, str]] | None = None,
    sender: str | None = None,
    id: str | None = None,
) -> Step:
    """Send an SMS or a WhatsApp message to any number; handles `next`, `failed`."""
    return flow.node("twilio.send_message", id=id, to=to, text=text, media=media, from_=sender)
