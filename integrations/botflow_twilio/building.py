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


def look_up(
    flow: Flow,
    number: str | None = None,
    *,
    line: bool | None = None,
    variable: str | None = None,
    id: str | None = None,
) -> Step:
    """Look up a number at Twilio, with `line` its kind and carrier; handles `valid`, `invalid`, `error`."""
    return flow.node("contact.lookup", id=id, number=number, line=line, variable=variable)


def send_code(flow: Flow, to: str | None = None, *, channel: str | None = None, id: str | None = None) -> Step:
    """Let Twilio Verify send a code to a number; handles `next`, `error`."""
    return flow.node("verify.start", id=id, to=to, channel=channel)


def check_code(flow: Flow, to: str | None = None, *, code: str | None = None, id: str | None = None) -> Step:
    """Check the code in the message at hand; handles `approved`, `wrong`, `expired`, `error`."""
    return flow.node("verify.check", id=id, to=to, code=code)
