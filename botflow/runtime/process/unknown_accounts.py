"""Wrong passwords for addresses that have no account: they are locked as accounts are, or a lock would tell strangers
which addresses have one. Counted in this process alone; the longest unused addresses are forgotten first."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

MOST = 10_000


@dataclass(slots=True)
class UnknownAccounts:
    """How many wrong passwords an address had, and until when it is locked."""

    _failures: OrderedDict[bytes, tuple[int, datetime | None]] = field(default_factory=OrderedDict)

    def locked_until(self, email: str) -> datetime | None:
        """Return when the last lock of this address ends."""
        return self._failures.get(_digest(email), (0, None))[1]

    def note_failure(self, email: str, now: datetime, lock: Callable[[int], timedelta | None]) -> None:
        """Count a wrong password. `lock` says for how long this many in a row lock an account."""
        address = _digest(email)
        failures = self._failures.pop(address, (0, None))[0] + 1
        locked_for = lock(failures)
        self._failures[address] = (failures, now + locked_for if locked_for is not None else None)
        if len(self._failures) > MOST:
            self._failures.popitem(last=False)


def _digest(email: str) -> bytes:
    return hashlib.blake2b(email.encode("utf-8", "surrogatepass"), digest_size=16).digest()
