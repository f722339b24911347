"""The stores of messages on their way out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from botflow.interfaces.channels import DeliveryStatus
from botflow.records.outbounds import HeldPart, StoredOutbound
from botflow.records.turns import TurnId

Rate = Callable[[str, str], float]  # of a channel and a sender: how many segments may leave in a second


class OutboxStore(Protocol):
    """Messages on their way out to a provider; chat's are only read."""

    async def hand_over(self, turn: TurnId, limit: int) -> tuple[StoredOutbound, ...]:
        """Claim a finished turn's ready parts, the first `limit` of them, for the waiting web request while reply_by
        has not passed; returns all parts that are handed and unconfirmed (so a repeat gets the same ones)."""

    async def extend_reply(self, turn: TurnId, seconds: float) -> None:
        """Let a newly waiting request answer until now() + seconds."""

    async def claim_sends(self, limit: int, rate: Rate) -> list[StoredOutbound]:
        """Take ready parts that are due (reply_by has passed, and what `release` said) as `sending`; attempts + 1.

        At most one part per session, its earliest: none while an earlier one is `sending`, `unknown`, `ready` but not
        due, or `handed` without confirmation for less than 90 s; where the workflow says so, none while the former is
        accepted but has not left for less than 90 s. No more of one sender than its `rate` lets go, over all
        processes. None of a paused session.
        """

    async def release(self, outbound: StoredOutbound, after_s: float) -> bool:
        """Give back a part that was certainly not sent: `sending`, `handed` or `unknown` is `ready` again, due after
        `after_s`; `suppressed` when its session has been parked meanwhile. False when it has moved on since it was
        read (its state or attempts differ)."""

    async def slow_down(self, channel: str, sender: str, seconds: float) -> None:
        """Let nothing leave `sender` for so long."""

    async def report(self, news: DeliveryStatus) -> bool:
        """Move a part's state forward only, terminal states stay; False when there is no such part.

        What may be sent again is `ready` again, at most `retry.times`, and what the provider says of the former sending
        counts only if it arrived after all. Whoever waits for the delivery is told in the same transaction.
        """

    async def unresolved(self, older_than_s: float, limit: int) -> list[StoredOutbound]:
        """Return parts that are handed, sending or unknown without news for this long, in (session, version, index)
        order, and count the look: attempts + 1, and this is news for the next call."""

    async def known(self, session: int, provider_ids: Sequence[str]) -> set[str]:
        """Return those of the provider's ids that parts have, whosever they are, and those of the session's former
        sendings."""


class HeldStore(Protocol):
    """What operators do about parts that nobody sends by itself. Each decision leaves evidence."""

    async def held(self, limit: int, after: tuple[int, int, int] | None = None) -> list[HeldPart]:
        """Return held parts in the order of (session, version, index), those behind `after` only."""

    async def release_held(self, part: tuple[int, int, int]) -> bool:
        """Let the sender try again, as if for the first time; False when the part is not held."""

    async def drop_held(self, part: tuple[int, int, int]) -> bool:
        """Give the part up: `failed`; False when it is not held."""
