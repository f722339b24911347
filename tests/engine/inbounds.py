"""Inbounds for tests: what arrives, with everything else plain."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from botflow.engine.inbound import Inbound

WEDNESDAY = datetime(2026, 11, 18, 9, 30, tzinfo=UTC)


def message(text: str, **fields: Any) -> Inbound:
    """Return a chat message received on Wednesday, 18 November 2026."""
    full = {"kind": "message", "key": "m", "received_at": WEDNESDAY, "seed": 7, "channel": "chat", "provider": "chat"}
    return Inbound(**{**full, "text": text, **fields})
