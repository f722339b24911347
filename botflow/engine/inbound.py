"""One normalised inbound: a message, trigger or timeout for a session, in the same form from every channel."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import field, replace
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from botflow.values import value

InboundKind = Literal[
    "message", "opened", "timeout", "trigger", "child_done", "delivery", "resume", "cancel", "returned"
]
RETURNED: InboundKind = "returned"  # a person has given the conversation back to the flow
CHAT = "chat"  # the channel of visitors and of the terminal: it has no provider
RUN = "run"  # the channel of runs without a contact
# What a message says about consent: stop, which the provider has answered, or ask to stop, which botflow confirms;
# start, start only for a contact who had stopped, or a request for help that the provider answers itself.
Consent = Literal["", "stop", "ask_to_stop", "start", "start_if_stopped", "help"]


@value(frozen=True, slots=True, kw_only=True)
class Media:
    """One attachment: where it is kept and its MIME type; a chat visitor's file also has a `name`, and a `size` in
    bytes."""

    url: str
    content_type: str = ""
    name: str = ""
    size: int = 0

    def to_json(self) -> dict[str, Any]:
        shown: dict[str, Any] = {"url": self.url, "contentType": self.content_type}
        if self.name:
            shown["name"] = self.name
        if self.size:
            shown["size"] = self.size
        return shown

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Media:
        return cls(
            url=stored["url"],
            content_type=stored.get("contentType", ""),
            name=stored.get("name", ""),
            size=stored.get("size", 0),
        )


@value(frozen=True, slots=True, kw_only=True)
class Location:
    """A place that the person shared; degrees."""

    latitude: float
    longitude: float
    label: str = ""

    def to_json(self) -> dict[str, Any]:
        return {"latitude": self.latitude, "longitude": self.longitude, "label": self.label}


@value(frozen=True, slots=True, kw_only=True)
class Inbound:
    """An inbound, with everything that a retry needs to be the same turn.

    `key` is the provider's id, unique per session (a MessageSid, a visitor's messageId, `timeout:<token>`).
    `received_at` is aware UTC. `seed` is 63 random bits drawn at receipt; ids and randomness derive from it.
    `payload` is a pressed quick reply's; `parameters` are the provider's own fields. `token` says which wait a timeout,
    a resume, a return, a child's end or a delivery is for, and `due` when a timeout was due. A trigger's parameters:
    `trigger` (api, event, schedule, webhook, missed_call, campaign, manual, child), `name` (an event's), `input`,
    `entry` (which trigger's node it is for, where that is known), a campaign's `occasion`, for a branch `flow` and
    `node`, and for a child its `parent`. A child's end has `branch`, `status`, `output`, `error` and `execution` there;
    a delivery `state` and `code`; a return `person`, `note` and `values`.
    `channel` is `chat`, `run` or one that a provider carries, such as `sms`; `provider` is that provider; `address` is
    our own number or name that received it. Numbers are in E.164.
    """

    kind: InboundKind
    key: str
    received_at: datetime
    seed: int
    channel: str
    provider: str = ""
    sender: str = ""
    address: str = ""
    text: str = ""
    payload: str = ""
    media: tuple[Media, ...] = ()
    location: Location | None = None
    token: str = ""
    due: datetime | None = None
    consent: Consent = ""
    parameters: dict[str, Any] = field(default_factory=dict)

    @property
    def new_execution_id(self) -> str:
        """Return the id for an execution that this inbound starts."""
        return str(execution_id(self.received_at, self.seed))

    def content(self) -> dict[str, Any]:
        """Return `$message` for templates, which is also stored in the inbound's row; empty fields are left out."""
        content: dict[str, Any] = {"text": self.text} if self.text else {}
        if self.payload:
            content["payload"] = self.payload
        if self.token:
            content["token"] = self.token
        if self.consent:
            content["consent"] = self.consent
        if self.address:
            content["address"] = self.address
        if self.parameters:
            content["parameters"] = self.parameters
        if self.media:
            content["media"] = [medium.to_json() for medium in self.media]
        if self.location is not None:
            content["location"] = self.location.to_json()
        return content


def joined(inbounds: Sequence[Inbound]) -> Inbound:
    """Return one inbound with the content of all of them; its key is the first one's."""
    return replace(
        inbounds[0],
        text="\n".join(inbound.text for inbound in inbounds if inbound.text),
        media=tuple(medium for inbound in inbounds for medium in inbound.media),
    )


def execution_id(received_at: datetime, seed: int) -> UUID:
    """Return the id of the execution that an inbound starts: a UUIDv7 of its receipt and seed (RFC 9562)."""
    milliseconds = int(received_at.timestamp() * 1000) & 0xFFFF_FFFF_FFFF
    high = (milliseconds << 16) | 0x7000 | ((seed >> 51) & 0x0FFF)
    low = (0b10 << 62) | (seed & 0x3FFF_FFFF_FFFF_FFFF)
    return UUID(int=(high << 64) | low)
