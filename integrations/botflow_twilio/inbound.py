"""An incoming message's webhook, normalised: https://www.twilio.com/docs/messaging/guides/webhook-request.

Twilio adds parameters without notice, so those without a field of their own are kept in `parameters`.
"""

from __future__ import annotations

import math
from datetime import datetime

from botflow.engine.inbound import Inbound, Location, Media
from botflow.errors import RejectedInbound
from botflow.interfaces import WebhookRequest
from botflow_twilio.address import parse_address, recipient_of
from botflow_twilio.stop_words import consent_of

IDEMPOTENCY_HEADER = "i-twilio-idempotency-token"
TYPED = frozenset({"MessageSid", "From", "To", "Body", "NumMedia", "ButtonPayload", "ListId"})
LONGEST = 200  # characters of an id or an address; Twilio's are far shorter, and both are indexed
OLDER_NAMES = ("SmsMessageSid", "SmsSid")  # former names of MessageSid; sent beside it


def parse_message(request: WebhookRequest, received_at: datetime, seed: int) -> Inbound:
    """Return the message; RejectedInbound `twilio.field_missing` without MessageSid, From or To, `twilio.sender` from
    a sender that is no number."""
    form = dict(request.form)
    sender, recipient = parse_address(required(form, "From")), parse_address(required(form, "To"))
    if recipient_of(sender.number) is None:
        raise RejectedInbound(
            "the webhook's From is neither a phone number nor a short code",
            code="twilio.sender",
            hint="only a number can be answered, and opted out",
        )
    media, payload = _media(form), form.get("ButtonPayload") or form.get("ListId", "")
    title = form.get("ButtonText") or form.get("ListTitle", "")
    body = form.get("Body", "")
    return Inbound(
        kind="message",
        key=required(form, "MessageSid"),
        received_at=received_at,
        seed=seed,
        channel=sender.channel,
        provider="twilio",
        sender=sender.number,
        address=recipient.number,
        text=body or title,
        payload=payload,
        media=media,
        location=_location(form),
        consent=consent_of(
            body,
            channel=sender.channel,
            opt_out_type=form.get("OptOutType", ""),
            is_button=bool(payload or title),
        ),
        parameters=_parameters(form, media, request.headers.get(IDEMPOTENCY_HEADER, "")),
    )


def required(form: dict[str, str], name: str) -> str:
    """Return a field's value; RejectedInbound when it is missing, empty or not text that a database can keep."""
    value = form.get(name, "").strip()
    if not value or "\x00" in value or len(value) > LONGEST:
        raise RejectedInbound(
            f"the webhook has no usable {name}",
            code="twilio.field_missing",
            hint="only Twilio's messaging webhooks belong at this address",
        )
    return value


def _media(form: dict[str, str]) -> tuple[Media, ...]:
    found: list[Media] = []
    while url := form.get(f"MediaUrl{len(found)}"):
        found.append(Media(url=url, content_type=form.get(f"MediaContentType{len(found)}", "")))
    return tuple(found)


def _location(form: dict[str, str]) -> Location | None:
    """Return the place that a WhatsApp user shared; None without valid coordinates."""
    try:
        latitude, longitude = float(form.get("Latitude", "")), float(form.get("Longitude", ""))
    except ValueError:
        return None
    if not (math.isfinite(latitude) and math.isfinite(longitude) and abs(latitude) <= 90 and abs(longitude) <= 180):
        return None
    return Location(latitude=latitude, longitude=longitude, label=form.get("Label") or form.get("Address", ""))


def _parameters(form: dict[str, str], media: tuple[Media, ...], idempotency_token: str) -> dict[str, str]:
    typed = TYPED | {f"{name}{index}" for index in range(len(media)) for name in ("MediaUrl", "MediaContentType")}
    kept = {name: value for name, value in form.items() if name not in typed}
    for name in OLDER_NAMES:
        if kept.get(name) == form["MessageSid"]:
            del kept[name]
    if idempotency_token:
        kept["I-Twilio-Idempotency-Token"] = idempotency_token
    return kept
