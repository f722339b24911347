"""The one place where a part that is about to be sent passes its checks: to whom, when, and whether at all.

The sender asks for every part it has claimed, right before the send; what does not pass never reaches the provider.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from botflow.records.outbounds import StoredOutbound


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """What becomes of a part: `send` it, `suppress` it for good, `delay` it by `after_s`, `hold` it for an operator, or
    let it have `failed`. `code` says why, stably; `reason` says it to people."""

    verdict: Literal["send", "suppress", "delay", "hold", "fail"]
    code: str = ""
    reason: str = ""
    after_s: float = 0.0


SEND = Passage(verdict="send")


def first_passage(outbound: StoredOutbound) -> Passage:
    """Return what the part's own row says, before anything else is asked."""
    if outbound.is_stopped:
        return Passage(verdict="suppress", code="consent.stopped", reason="the recipient has opted out")
    validity_s = outbound.message.validity_s
    if validity_s is not None and outbound.age_s >= validity_s:
        return Passage(verdict="fail", code="outbox.expired", reason=f"it was not sent within {validity_s:g} seconds")
    return SEND
