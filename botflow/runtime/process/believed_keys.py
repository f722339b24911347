"""What this process has lately read of API keys, so that not every request reads its key from the database.

A key that this process revokes is forgotten at once; what another process revokes, after `BELIEVED_S`.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from botflow.records.access import Principal

BELIEVED_S = 2.0
MOST = 1_000


@dataclass(slots=True)
class BelievedKeys:
    """The principals of keys by their fingerprints; None for a key that is not in force."""

    generation: int = 0
    _read: dict[bytes, tuple[float, Principal | None]] = field(default_factory=dict)

    def find(self, fingerprint: bytes, now_s: float) -> tuple[Principal | None] | None:
        """Return what was read of a key, in a tuple; None when it must be read."""
        kept = self._read.get(fingerprint)
        return (kept[1],) if kept is not None and now_s - kept[0] < BELIEVED_S else None

    def keep(self, fingerprint: bytes, now_s: float, principal: Principal | None, generation: int) -> None:
        """Believe what was read at `now_s`, unless a key was revoked since the `generation` of that time."""
        if generation != self.generation:
            return
        while len(self._read) >= MOST:
            self._read.pop(next(iter(self._read)))
        self._read[fingerprint] = (now_s, principal)

    def forget(self) -> None:
        """Read every key again: one was revoked. A read that is under way may not have seen that."""
        self.generation += 1
        self._read.clear()
