"""The one place where a part that is about to be sent passes its checks: the recipient, the time, and whether it may be
sent at all.

The sender asks for every part it has claimed, right before the send; a part that fails never reaches the provider.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from botflow.records.outbounds import StoredOutbound


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """The verdict on a part: `send`, `suppress` for good, `delay` by `after_s`, `hold` for an operator, or `fail`.
    `code` is the stable code of the reason; `reason` is for people."""

    verdict: Literal["send", "suppress", "delay", "hold", "fail"]
    code: str = ""
    reason: str = ""
    after_s: float = 0.0


SEND = Passage(verdict="send")


def first_passage(outbound: StoredOutbound) -> Passage:
    """Return the verdict by the part's own row, before any other check."""
    if outbound.is_stopped:
        return Passage(verdict="suppress", code="consent.stopped", reason="the recipient has opted out")
    validity_s = outbound.message.validity_s
    if validity_s is not None and outbound.age_s >= validity_s:
        return Passage(verdict="fail", code="outbox.expired", reason=f"it was not sent within {validity_s:g} seconds")
    return SEND
