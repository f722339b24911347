"""What calls about webhooks take and answer."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from botflow.outgoing_targets import LONGEST_URL
from botflow.service.models import Body, Shown, Wrong
from botflow.storage.events.webhooks import DeliveryState

Types = Annotated[list[Annotated[str, Field(max_length=60)]], Field(max_length=40)]
Url = Annotated[str, Field(min_length=1, max_length=LONGEST_URL)]
Enabled = Literal["enabled", "disabled"]


def _printable(text: str) -> str:
    if not text.isprintable():
        raise Wrong("*.invalid", "has control characters", "write it in one line")
    return text


Description = Annotated[str, Field(max_length=200), AfterValidator(_printable)]


class NewWebhook(Body):
    """A webhook to make. Without `types` it gets all events."""

    example = '{"url": "https://example.com/botflow", "types": ["workflow.*", "message.failed"]}'

    url: Url
    description: Description = ""
    types: Types = Field(default_factory=list)


class WebhookChange(Body):
    """What to change. `status: enabled` puts a disabled webhook into service again."""

    example = '{"types": ["workflow.failed"]}'

    url: Url | None = None
    description: Description | None = None
    types: Types | None = None
    status: Enabled | None = None


class Rotation(Body):
    """How long the former secret signs beside the new one."""

    example = '{"overlapHours": 24}'

    overlap_hours: Annotated[int, Field(ge=0, le=168)] = 24


class Replay(Body):
    """From which time on events are sent again."""

    example = '{"since": "2026-11-27T09:30:00Z"}'

    since: Annotated[str, Field(max_length=60)]


class Webhook(Shown):
    """A webhook without its secret. While it is disabled, `disabledReason` says why."""

    id: str
    url: str
    description: str
    types: list[str]
    status: Enabled
    disabled_at: datetime | None
    disabled_reason: str | None
    created_at: datetime
    updated_at: datetime
    revision: int


class MadeWebhook(Webhook):
    """A webhook with its new secret, which is shown this once."""

    secret: str


class Delivery(Shown):
    """What became of an event: `delivered`, `retrying`, or `failed` for good. `status` is that of the last answer."""

    event: str
    type: str
    state: DeliveryState
    attempts: int
    status: int | None
    error: str | None
    at: datetime


class Attempt(Shown):
    """What came of sending an event just now."""

    event: str
    is_received: bool
    status: int | None
    error: str | None
