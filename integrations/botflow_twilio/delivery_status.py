"""Twilio's message statuses as our states. Callbacks arrive in any order; the store only moves a part forward.

https://www.twilio.com/docs/messaging/guides/outbound-message-status-in-status-callbacks
"""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

from botflow.errors import RejectedInbound
from botflow.interfaces import DeliveryStatus, WebhookRequest
from botflow.records.outbounds import OutboundState
from botflow_twilio.error_codes import UNSUBSCRIBED, failed_on_its_way
from botflow_twilio.inbound import required

ON_ITS_WAY = frozenset({"sent", "delivered", "read"})


def state_of(status: str, error_code: str) -> OutboundState:
    """Return our state. An unknown status still means that Twilio has the message: `sent`."""
    match status:
        case "delivered":
            return "delivered"
        case "read":
            return "read"
        case "failed" | "undelivered" | "canceled":
            return "suppressed" if error_code == UNSUBSCRIBED else "failed"
        case _:
            return "sent"


def has_left(status: str) -> bool:
    """Say whether the carrier has the message; before that it waits at Twilio, and a later one may leave first."""
    return status in ON_ITS_WAY


def parse_status(request: WebhookRequest) -> DeliveryStatus:
    """Return a callback's report; RejectedInbound `twilio.status_part` when its URL does not name one of our parts."""
    form = dict(request.form)
    part = parse_qs(urlsplit(request.url).query).get("o", [""])[0]
    session, _, wire_id = part.partition(".")
    if not session.isdecimal() or not all(number.isdecimal() for number in wire_id.split(".")):
        raise RejectedInbound(
            "the callback's address names none of our messages",
            code="twilio.status_part",
            hint="botflow adds a status callback to each message itself; take it off the number in Twilio's console",
        )
    status, error_code = required(form, "MessageStatus"), form.get("ErrorCode", "")
    state = state_of(status, error_code)
    reason, retry = failed_on_its_way(error_code) if state == "failed" else ("", None)
    return DeliveryStatus(
        session=int(session),
        wire_id=wire_id,
        state=state,
        provider_id=required(form, "MessageSid"),
        error_code=error_code,
        reason=reason,
        has_left=has_left(status),
        retry=retry,
    )
