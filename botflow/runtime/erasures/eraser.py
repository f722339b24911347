"""Erases persons in the background, step by step as `botflow/storage/erasure/work.py` says, and writes the receipts.

Every process looks for erasures when it starts, when one is asked for here, and twice a minute. All that find one may
work on it: each step locks its row. After a process was killed, another one continues at the next look.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Protocol, TypeVar

from sqlalchemy import Connection

from botflow.clock import Clock
from botflow.crash_points import reach
from botflow.errors import ProviderError
from botflow.keyring import Keyring
from botflow.records.access import Principal
from botflow.records.erasures import Erasing, ErasureRecord, Person
from botflow.records.leases import Seen
from botflow.records.sessions import SessionKey
from botflow.runtime.erasures.receipt import hash_of, receipt_of, signature_of
from botflow.runtime.process.tick import Step
from botflow.storage.erasure import ledger
from botflow.storage.erasure.listing import keys_of
from botflow.storage.erasure.people import with_all_addresses
from botflow.storage.erasure.work import SETTLE, Worked, work_on

STEP = "erase"
LOOK_S = 30.0
PAUSE_S = 0.5  # while parts are at a provider
CACHED_S = 3_600.0  # copies in the cache expire by then, if it cannot be reached

T = TypeVar("T")


class Write(Protocol):
    """Runs a function of a connection in one transaction."""

    async def __call__(self, work: Callable[[Connection], T]) -> T: ...


class Cache(Protocol):
    """Copies of sessions outside of the database. A copy that was put has been written after `written_s`, or was
    dropped."""

    written_s: float

    async def erase(self, keys: Sequence[SessionKey]) -> None:
        """Delete the copies of these sessions; ProviderError when it cannot be reached."""

    async def count_naming(self, needles: Sequence[str]) -> tuple[int, int]:
        """Return how many keys there are, and how many of them name one of these; ProviderError likewise."""


class Eraser:
    """Begins erasures, and carries them out. `forget` drops the copies of sessions in every process, and with them all
    that it remembers of people. One that does not finish leaves the caches, and the receipt, to a server."""

    def __init__(
        self,
        write: Write,
        keyring: Keyring,
        *,
        cache: Cache | None = None,
        forget: Callable[[Sequence[int]], None] = lambda sessions: None,
        finishes: bool = True,
    ) -> None:
        self._write = write
        self.keyring = keyring
        self._cache = cache
        self._forget = forget
        self._finishes = finishes

    async def begin(self, who: Principal, person: Person) -> ErasureRecord:
        """Let a person be erased."""
        return await self._write(partial(begin_erasure, who=who, person=person, keyring=self.keyring))

    async def work(self) -> bool:
        """Do a step of each erasure under way; True when there is more to do for this process."""
        look = await self._write(ledger.look)
        return any([await self.work_on(id) for id in look.running])

    async def work_on(self, id: int) -> bool:
        """Do the next step of an erasure; False when there is nothing to do for now."""
        worked: Worked = await self._write(partial(work_on, id=id))
        reach("erasure.stepped")
        if worked.erasing is None:
            return False
        if worked.detached:
            self._forget(worked.detached)
        if worked.waits:
            await asyncio.sleep(PAUSE_S)
        if worked.erasing.stage == SETTLE:
            if self._finishes:
                await self._settle(worked.erasing)
            return False
        return True

    async def _settle(self, erasing: Erasing) -> None:
        """Empty the caches, and finish; ProviderError when a cache cannot be reached now, and may hold copies yet."""
        self._forget(())  # also what was said by others about a person without a conversation
        cache: dict[str, Any] = {"keys": 0, "left": 0}
        if self._cache is not None:
            await asyncio.sleep(self._cache.written_s)
            try:
                await self._cache.erase(await self._write(partial(keys_of, erasure=erasing.id)))
                cache["keys"], cache["left"] = await self._cache.count_naming(erasing.person.needles)
            except ProviderError as failure:
                if erasing.age_s < CACHED_S:
                    raise
                cache = {"unreachable": failure.code, "expiredAfterSeconds": int(CACHED_S)}
        await self._write(partial(_finish, erasing=erasing, keyring=self.keyring, cache=cache))


def begin_erasure(connection: Connection, who: Principal, person: Person, keyring: Keyring) -> ErasureRecord:
    """Let a person be erased, in the caller's transaction."""
    hashed = hash_of(keyring, who.organization, person)
    return ledger.begin_erasure(connection, who, with_all_addresses(connection, who.organization, person), hashed)


class BackgroundEraser:
    """The tick's step that carries erasures out."""

    def __init__(self, eraser: Eraser, clock: Clock, wake: Callable[[], None]) -> None:
        self._eraser = eraser
        self._clock = clock
        self._wake = wake
        self._looked_at: int | None = None

    def steps(self) -> tuple[Step, ...]:
        return (Step(name=STEP, run=self._eraser.work, is_due=self._is_time, timeout_s=30.0),)

    async def work(self) -> bool:
        """Do a step of each erasure under way; True when there is more to do."""
        return await self._eraser.work()

    @property
    def keyring(self) -> Keyring:
        """The keys that sign receipts."""
        return self._eraser.keyring

    def look_now(self) -> None:
        """Work at once on what was just begun."""
        self._looked_at = None
        self._wake()

    def _is_time(self, seen: Seen) -> bool:
        now = int(self._clock.monotonic_s() // LOOK_S)
        is_time, self._looked_at = now != self._looked_at, now
        return is_time


def _finish(connection: Connection, erasing: Erasing, keyring: Keyring, cache: dict[str, Any]) -> None:
    if not ledger.finish(connection, erasing.id):
        return  # another process was faster
    record = ledger.find_erasure(connection, erasing.id)
    assert record is not None, "its row is locked"
    sign_receipt(connection, record, keyring, cache)


def sign_receipt(connection: Connection, record: ErasureRecord, keyring: Keyring, cache: dict[str, Any]) -> None:
    """Write the receipt as it is now, with what the providers have done."""
    providers = ledger.providers_of(connection, [record.id])[record.id]
    receipt = receipt_of(record, providers, cache)
    ledger.keep_receipt(connection, record.id, receipt, signature_of(keyring, receipt))
