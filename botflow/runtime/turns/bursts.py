"""Bursts: how several quick messages of one person are combined, by the rule of their workflow.

queue: each is a turn. merge: they become one inbound after `mergeWithin` without another message. supersede: the first
one is answered at once, and a newer one cancels a reply that is not committed yet; then both become one inbound.
Nothing is dropped: a message that joined another is finished by the same commit as that one.

A pressed button, a shared location, and a message with `consent` such as an opt-out are never part of a burst.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any

import orjson
import structlog

from botflow.crash_points import reach
from botflow.engine.ask_json import answer_to_json, ask_to_json, fingerprint
from botflow.engine.asks import Answer, Ask, AskModel
from botflow.engine.inbound import Inbound, joined
from botflow.errors import BotflowError, ProviderError
from botflow.flow.policy import Policy
from botflow.records.sessions import SessionKey
from botflow.records.turns import JournalledAnswer, StoredInbound, TurnId
from botflow.runtime.turns.signals import Hub
from botflow.storage.turns.bursts import BurstRows, Waiting
from botflow.storage.turns.limits import LONGEST_BURST

LONGEST = 10  # times `mergeWithin`: a person who keeps writing gets a reply, too
POLL_S = 1.0  # besides the signals, in case one is lost
CHARACTERS_PER_TOKEN = 4  # of an estimate
Performing = Coroutine[Any, Any, Answer]


class Superseded(BotflowError):
    """A newer message came before the reply: both messages are answered together."""

    code = "burst.superseded"


class Bursts:
    """Gathers the inbounds of a burst for the attempt that runs them."""

    def __init__(self, rows: BurstRows, hub: Hub) -> None:
        self._rows = rows
        self._hub = hub
        self._calls: set[asyncio.Task[None]] = set()  # superseded calls, until their cost is known
        self._log = structlog.get_logger("botflow.bursts")

    async def close(self) -> None:
        """Cancel superseded calls; their cost remains an estimate."""
        for call in self._calls:
            call.cancel()
        await asyncio.gather(*self._calls, return_exceptions=True)

    async def gathered(
        self, policy: Policy, key: SessionKey, queued: StoredInbound, *, has_acted: bool
    ) -> StoredInbound | None:
        """Return the inbound combined with all that joined it, after a wait for more if the workflow merges; None when
        the attempt is no longer the caller's. When an earlier attempt `has_acted` on it, nothing more joins it."""
        if policy.bursts == "queue" or not may_join(queued.inbound):
            return queued
        waiting = await self._rows.waiting(queued.id, key)
        members, left_s = burst_of(policy, waiting)
        if has_acted:
            members, left_s = [each for each in waiting if queued.id.seq in (each.seq, each.merged_into)], 0.0
        while left_s > 0:
            await asyncio.sleep(left_s)
            members, left_s = burst_of(policy, await self._rows.waiting(queued.id, key))
        reach("burst.gathered")
        if len(members) <= 1:
            return queued
        if not await self._rows.merge(queued.id, queued.attempt, members[-1].seq):
            return None
        reach("burst.merged")
        return replace(queued, inbound=joined([member.inbound for member in members]), through=members[-1].seq)

    async def answer(
        self, policy: Policy, key: SessionKey, queued: StoredInbound, ask: Ask, work: Performing
    ) -> Answer:
        """Await the answer to an ask. Superseded when a newer message comes first: then a model's call continues in the
        background, and its cost is stored."""
        if policy.bursts != "supersede" or not isinstance(ask, AskModel) or not may_join(queued.inbound):
            return await work
        call = asyncio.create_task(work)
        newer = asyncio.create_task(self._newer(policy, key, queued))
        try:
            await asyncio.wait({call, newer}, return_when=asyncio.FIRST_COMPLETED)
        except asyncio.CancelledError:
            call.cancel()
            await asyncio.gather(call, return_exceptions=True)
            raise
        finally:
            newer.cancel()
            await asyncio.gather(newer, return_exceptions=True)
        if call.done():
            return call.result()
        await self._outlive(queued, ask, call)
        reach("burst.superseded")
        raise Superseded("a newer message came before the answer", hint="nothing to do: both are answered")

    async def answering(self, policy: Policy, turn: TurnId) -> TurnId | None:
        """Return the turn whose parts a request for `turn` may reply with; None if a newer message joined the burst."""
        return turn if policy.bursts == "queue" else await self._rows.answering(turn)

    async def replaced(self, queued: StoredInbound, entry: JournalledAnswer) -> None:
        """Store a journalled answer elsewhere before the answer to another ask replaces it."""
        if queued.through:
            await self._rows.keep(queued.id, queued.attempt, entry)

    async def _newer(self, policy: Policy, key: SessionKey, queued: StoredInbound) -> None:
        """Return once a newer message may join."""
        with self._hub.listen(queued.id.session) as mailbox:
            while True:
                with suppress(ProviderError):  # the database is away for a moment: the next poll will do
                    members, _ = burst_of(policy, await self._rows.waiting(queued.id, key))
                    if members and members[-1].seq > max(queued.id.seq, queued.through):
                        return
                await mailbox.woken(POLL_S)

    async def _outlive(self, queued: StoredInbound, ask: AskModel, call: asyncio.Task[Answer]) -> None:
        """Store an estimate of the call's cost at once, and the real cost when it is over."""
        asked = ask_to_json(ask)
        tokens = len(orjson.dumps(asked)) // CHARACTERS_PER_TOKEN
        usage = {"model": ask.model, "promptTokens": tokens, "completionTokens": ask.max_tokens or 0, "estimated": True}
        entry = JournalledAnswer(index=-1, fingerprint=fingerprint(ask), value=_given_up(usage), ask=asked)
        try:
            place = await self._rows.keep(queued.id, queued.attempt, entry)
        except ProviderError:
            call.cancel()
            raise
        settling = asyncio.create_task(self._settle(queued.id, place, call))
        self._calls.add(settling)
        settling.add_done_callback(self._calls.discard)

    async def _settle(self, turn: TurnId, place: int, call: asyncio.Task[Answer]) -> None:
        try:
            answer = await call
            if answer.failure is None or answer.usage.get("promptTokens"):
                await self._rows.correct(turn, place, {**answer_to_json(answer), **_given_up(answer.usage)})
        except Exception as failure:  # noqa: BLE001 -- a fence: no caller waits for this call; its estimate stays
            self._log.warning("cost_not_known", session=turn.session, seq=turn.seq, reason=type(failure).__name__)
        finally:
            call.cancel()


def holds_back(policy: Policy, inbound: Inbound) -> bool:
    """True if a turn may not run at once, because messages that belong to it may follow."""
    return policy.bursts == "merge" and may_join(inbound)


def may_join(inbound: Inbound) -> bool:
    """True if an inbound may be part of a burst: it has plain text or media."""
    return (
        inbound.kind == "message"
        and not inbound.consent
        and not inbound.payload
        and inbound.location is None
        and bool(inbound.text or inbound.media)
    )


def burst_of(policy: Policy, waiting: Sequence[Waiting]) -> tuple[list[Waiting], float]:
    """Return the members of the first one's burst, and the seconds for which more may still join.

    Membership depends on the times of receipt, so that a later attempt finds the same members.
    """
    if not waiting:
        return [], 0.0
    first = waiting[0]
    members = [first]
    for each in waiting[1:]:
        if each.merged_into != first.seq and not _belongs(policy, members, each):
            return members, 0.0
        members.append(each)
    if policy.bursts != "merge" or len(members) >= LONGEST_BURST:
        return members, 0.0
    within_s = policy.merge_within
    return members, min(within_s - members[-1].age_s, LONGEST * within_s - first.age_s)


def _belongs(policy: Policy, members: Sequence[Waiting], each: Waiting) -> bool:
    first, last = members[0], members[-1]
    return (
        may_join(each.inbound)
        and each.inbound.address == first.inbound.address
        and len(members) < LONGEST_BURST
        and first.age_s - each.age_s <= LONGEST * policy.merge_within
        and (policy.bursts == "supersede" or last.age_s - each.age_s <= policy.merge_within)
    )


def _given_up(usage: dict[str, Any]) -> dict[str, Any]:
    failure = {"code": Superseded.code, "message": "a newer message came before the answer"}
    return {"value": None, "failure": failure, "usage": usage}
