"""Durations that depend on each other: leases, beats, polls, deadlines, and the grace time of a stop.

One value, so that tests can shorten all of them together: the tests depend on the ratios.
"""

from __future__ import annotations

from dataclasses import dataclass, fields


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """Seconds. A process beats every `beat_s`, and counts as dead after `dead_after_s` without a beat. Every `look_s`
    it queries the database for work. A request that waits for another process's turn looks every `poll_s`. Turns that
    still run `grace_s` after a stop are cancelled.

    A webhook is answered within `webhook_reply_s` (providers give up after 15 s, network included), a chat message
    within `chat_reply_s`. A part without a report for `silent_s` is looked up at its provider. A sender that was frozen
    for longer than `stale_claim_s` no longer sends its claimed parts: shorter than `silent_s`, so that it never sends a
    part that another process has looked up. A part that was sent in a webhook's reply blocks the parts behind it for at
    most `unconfirmed_s`: longer than the wait before its look-up. An effect belongs to the process that claimed it for
    `effect_lease_s`, longer with every attempt.
    """

    beat_s: float = 2.0
    dead_after_s: float = 10.0
    look_s: float = 0.8
    poll_s: float = 1.0
    grace_s: float = 15.0
    webhook_reply_s: float = 8.0
    chat_reply_s: float = 25.0
    silent_s: float = 30.0
    stale_claim_s: float = 20.0
    unconfirmed_s: float = 90.0
    effect_lease_s: float = 10.0

    def scaled(self, factor: float) -> Timing:
        """Return the same with every time multiplied by `factor`."""
        return Timing(**{field.name: getattr(self, field.name) * factor for field in fields(self)})
