"""Asks providers to delete the messages of erased persons, with retries over three days, and renews the receipts."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

import structlog
from sqlalchemy import Connection

from botflow.clock import Clock
from botflow.errors import ProviderError, UsageError
from botflow.interfaces import Channel, Redacts
from botflow.keyring import Keyring
from botflow.records.erasures import Redaction
from botflow.records.leases import Seen
from botflow.runtime.accounts import Accounts
from botflow.runtime.erasures.eraser import LOOK_S, sign_receipt
from botflow.runtime.process.tick import Step
from botflow.storage.engines.engine import Engine
from botflow.storage.erasure import ledger
from botflow.storage.erasure.redactions import has_due, put_off, settle_redaction, take_redactions

STEP = "redact"
AT_ONCE = 4
PAUSES_S = (60.0, 600.0, 3_600.0, 6 * 3_600.0, 24 * 3_600.0, 36 * 3_600.0)  # after the attempt of this index + 1

_log = structlog.get_logger("botflow.erasures")


class ProviderRedaction:
    """The tick's step that carries out what is due. `channels` are the providers by the names of their channels."""

    def __init__(
        self, engine: Engine, channels: Mapping[str, Channel], accounts: Accounts, keyring: Keyring, clock: Clock
    ) -> None:
        self._engine = engine
        self._channels = channels
        self._accounts = accounts
        self._keyring = keyring
        self._clock = clock
        self._looked_at: int | None = None

    def steps(self) -> tuple[Step, ...]:
        return (Step(name=STEP, run=self.work, is_due=self._is_time, timeout_s=50.0),)

    async def work(self) -> bool:
        """Carry out a few that are due; True when there were any."""
        if not await self._engine.read(has_due):
            return False
        taken = await self._engine.write(take_redactions, AT_ONCE)
        await asyncio.gather(*(self._redact(each) for each in taken))
        for erasure in sorted({each.erasure for each in taken}):
            await self._engine.write(self._renew_receipt, erasure)
        return bool(taken)

    def _is_time(self, seen: Seen) -> bool:
        now = int(self._clock.monotonic_s() // LOOK_S)
        is_time, self._looked_at = now != self._looked_at, now
        return is_time

    async def _redact(self, redaction: Redaction) -> None:
        try:
            is_deleted = await self._ask_provider(redaction)
        except UsageError as unusable:  # the workflow's credential
            await self._try_again(redaction, unusable.code)
        except ProviderError as failure:
            if failure.retryable:
                await self._try_again(redaction, failure.code)
            else:
                await self._engine.write(settle_redaction, redaction.id, "failed", failure.code)
        else:
            # The answer to an earlier attempt may have been lost, and that was the deletion.
            was_there = is_deleted or redaction.attempts > 1
            await self._engine.write(settle_redaction, redaction.id, "done" if was_there else "unknown")

    async def _ask_provider(self, redaction: Redaction) -> bool:
        """Let the provider delete the message; False when it does not know it. ProviderError, also when there is no
        provider that can."""
        channel = self._channels.get(redaction.channel)
        if channel is None:  # it may be installed again
            raise ProviderError("its provider is not installed", code="channel.not_installed", retryable=True)
        async with self._accounts.channel(redaction.workflow, channel) as account:
            if not isinstance(account.of, Redacts):
                raise ProviderError("its provider deletes no messages", code="channel.cannot_redact")
            return await account.of.redact(redaction.reference)

    async def _try_again(self, redaction: Redaction, code: str) -> None:
        _log.warning("redaction_failed", erasure=redaction.erasure, code=code, attempts=redaction.attempts)
        if redaction.attempts > len(PAUSES_S):
            await self._engine.write(settle_redaction, redaction.id, "failed", code)
        else:
            await self._engine.write(put_off, redaction.id, PAUSES_S[redaction.attempts - 1], code)

    def _renew_receipt(self, connection: Connection, erasure: int) -> None:
        record = ledger.lock_erasure(connection, erasure)
        if record is not None and record.receipt is not None:  # else the erasure itself will write it
            sign_receipt(connection, record, self._keyring, dict(record.receipt["cache"]))
