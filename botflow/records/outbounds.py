"""Messages on their way out, as storage and runtime pass them."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from botflow.engine.effects import SendMessage
from botflow.records.sessions import SessionKey
from botflow.values import value

OutboundState = Literal[
    "ready", "handed", "sending", "sent", "delivered", "read", "failed", "suppressed", "unknown", "held"
]


@value(frozen=True, slots=True, kw_only=True)
class OutboundPart:
    """One message as its provider takes it, and the state its row begins in: `sent` for chat (a log read by cursor),
    `handed` when the committing request replies with it, `ready` when it waits for the sender.

    `segments` are the units that the provider charges for; None when it does not count them.
    """

    message: SendMessage
    state: OutboundState
    segments: int | None = None


@value(frozen=True, slots=True, kw_only=True)
class Retry:
    """A failed part may be sent again, after `after_s`; with `slower`, nothing leaves that sender before then.

    `times`: how often a part that the provider had accepted may be sent again; after a refusal attempts count instead.
    """

    after_s: float
    slower: bool = False
    times: int = 0


@value(frozen=True, slots=True, kw_only=True)
class StoredOutbound:
    """One outbound row. Its wire id is `<version>.<index>`: the order of a session's messages is (version, index).

    A claim also returns `age_s`, the seconds since it was written by the database's clock; `is_stopped`, whether its
    recipient has opted out; and how many `segments` it has. `trace` is the context of the trace of its turn.
    """

    session: int
    version: int
    index: int
    seq: int
    state: OutboundState
    message: SendMessage
    key: SessionKey
    created_at: datetime
    provider_id: str = ""
    attempts: int = 0
    segments: int = 1
    age_s: float = 0.0
    is_stopped: bool = False
    trace: str = ""

    @property
    def recipient(self) -> str:
        """The address it goes to; `message.channel`, else the session's, says on which channel."""
        return self.message.to or self.key.external_id

    @property
    def wire_id(self) -> str:
        return f"{self.version}.{self.index}"
