"""Decisions: why messages to an address were sent, delayed, held or suppressed, and when its person stopped."""

from __future__ import annotations

from datetime import datetime

from pydantic import JsonValue

from botflow.phone_numbers import normal_number
from botflow.records.access import Principal
from botflow.runtime.app import Runtime
from botflow.service.cursors import PAGE, page_of, read_cursor
from botflow.service.models import Page, Shown
from botflow.storage import decisions
from botflow.storage.decisions import DecisionKind, Decisions

LONGEST_SHORT_CODE = 8
_NEWEST = "-id"


class Decision(Shown):
    """One decision. `reason` is a stable code; `subject` is the message, as `<version>.<index>` of the session or with
    the session before it, or the key of the inbound that it is about."""

    id: int
    at: datetime
    channel: str
    address: str
    kind: DecisionKind
    reason: str
    session: str | None
    subject: str | None
    detail: dict[str, JsonValue]

    @classmethod
    def of(cls, made: decisions.Decision) -> Decision:
        assert made.at is not None, "it was stored"
        return cls(
            id=made.id,
            at=made.at,
            channel=made.channel,
            address=made.address,
            kind=made.kind,
            reason=made.reason,
            session=str(made.session) if made.session is not None else None,
            subject=made.subject or None,
            detail=dict(made.detail),
        )


class DecisionLog:
    """The evidence of the caller's organization."""

    def __init__(self, runtime: Runtime, caller: Principal) -> None:
        self._decisions = Decisions(runtime.database.within(caller.organization))
        self._caller = caller

    async def get_decisions(
        self, address: str, *, channel: str | None = None, cursor: str | None = None, limit: int = PAGE
    ) -> Page[Decision]:
        """Return a page of the decisions about an address, the newest first."""
        before = read_cursor(cursor, _NEWEST, (int,))
        found = await self._decisions.of_address(
            self._caller.organization, _address(address), channel or "", limit + 1, before[0] if before else None
        )
        return page_of(found, limit, _NEWEST, lambda made: (made.id,), Decision.of)


def _address(written: str) -> str:
    """An unescaped plus sign arrives as a blank; so many digits are not a short code."""
    is_number = written.strip().isdecimal() and (written.startswith(" ") or len(written) > LONGEST_SHORT_CODE)
    return normal_number(f"+{written.strip()}" if is_number else written)
