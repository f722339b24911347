"""How long things take that have to do with each other: leases, beats, polls, deadlines, and the patience of a stop.

One value, so that tests can make all of it shorter together: what they prove rests on the ratios.
"""

from __future__ import annotations

from dataclasses import dataclass, fields


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """Seconds. A process beats every `beat_s`, and counts as dead when it has not for `dead_after_s`. Every `look_s`
    it asks the database what there is to do. A request that waits for another process's turn looks every `poll_s`.
    What still runs `grace_s` after a stop is cut off.

    A webhook is answered within `webhook_reply_s` (providers give up after 15 s, network included), a chat message
    within `chat_reply_s`. A part without news for `silent_s` is asked for at its provider. A sender that was frozen for
    longer than `stale_claim_s` no longer sends what it claimed: shorter than `silent_s`, so that it never sends what
    another one has asked for. A part that a webhook's answer took along holds up those behind it for at most
    `unconfirmed_s`: longer than it takes until the provider is asked for it. An effect is left to the process that
    claimed it for `effect_lease_s`, longer with every attempt.
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
