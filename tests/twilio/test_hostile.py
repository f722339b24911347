"""A Twilio at its worst: T6, nothing is missing; T7, what arrives twice does so in the one named window; order.

Two senders of two processes share one database, callbacks come late, twice and in any order, and time is let pass.
"""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest
from botflow_twilio.channel import TwilioChannel
from botflow_twilio.delivery_status import parse_status

from botflow.interfaces import WebhookRequest
from botflow.records.outbounds import StoredOutbound
from botflow.runtime.delivery.sender import Pace, Sender
from tests.stand_ins.twilio import TwilioMessage, TwilioStandIn
from tests.stand_ins.twilio_http import ACCEPTING, Fault
from tests.twilio.outbound_rows import Rows, sender_of

PEOPLE = [f"+155500{number:05}" for number in range(8)]
TURNS = (("a1", "a2", "same"), ("same", "b1"), ("c1", "same", "c2", "c3"))
SAID = [text for turn in TURNS for text in turn]
REFUSED: tuple[Fault, ...] = ("throttled", 20429, 21611, 30001, 30022, 63018, 14107)
BROKEN: tuple[Fault, ...] = ("error", "reset", "garbage", "lost", "garbled", "crashed")


@dataclass(slots=True)
class Trial:
    """One database, one Twilio, two senders."""

    twilio: TwilioStandIn
    channel: TwilioChannel
    database: Any
    rows: Rows
    chance: random.Random
    told: set[str] = field(default_factory=set)
    failed: set[str] = field(default_factory=set)

    async def run(self, faults: Sequence[Fault | None], *, callbacks: bool, fails: float = 0.0) -> None:
        """Say everything, then let both senders work until nothing is on its way."""
        for person in PEOPLE:
            for texts in TURNS:
                await self.rows.say(person, *texts)
        self.twilio.script(*faults)
        senders = [self._sender(), self._sender()]
        for _ in range(400):
            await asyncio.gather(*(self._work(sender) for sender in senders))
            if callbacks:
                await self._call_back(fails)
            if not {state for _, state in self.rows.states()} & {"ready", "handed", "sending", "unknown"}:
                return
            self.rows.age(61.0)
        raise AssertionError(f"still on their way: {Counter(state for _, state in self.rows.states())}")

    def _sender(self) -> Sender:
        return sender_of(
            self.database,
            {"sms": self.channel},
            status_url=_address,
            pace=Pace(attempts=100),  # chance may let most faults meet one part
        )

    async def _work(self, sender: Sender) -> None:
        while await sender.send_due():
            pass
        await sender.reconcile()

    async def _call_back(self, fails: float) -> None:
        """Report on what was accepted: half of it this time, everything twice and shuffled, some as not delivered."""
        for message in self.twilio.messages():
            if message.sid in self.told or self.chance.random() < 0.5:
                continue
            self.told.add(message.sid)
            statuses = ["queued", "sent", "delivered"]
            if self.chance.random() < fails:
                self.failed.add(message.sid)
                statuses = ["queued", "sent", self.chance.choice(["undelivered:30003", "undelivered:30008"])]
            news = statuses * 2
            self.chance.shuffle(news)
            for each in news:
                await self._report(message, each)
            self.twilio.settle(message, *statuses[-1].split(":"))

    async def _report(self, message: TwilioMessage, news: str) -> None:
        status, _, code = news.partition(":")
        form = (("MessageSid", message.sid), ("MessageStatus", status), ("ErrorCode", code))
        await self.database.outbox.report(
            parse_status(WebhookRequest(url=message.status_callback, form=form, headers={}))
        )

    def bodies(self, person: str) -> list[str]:
        return [message.body for message in self.twilio.messages(person)]


def _address(part: StoredOutbound, provider: str) -> str:
    return f"https://bot.example.com/{provider}/pizza/status?o={part.session}.{part.wire_id}"


def inversions(said: Sequence[str], heard: Sequence[str]) -> int:
    """Count the pairs that were heard the other way round; equal words are told apart by how often they came before."""
    places = {each: place for place, each in enumerate(_numbered(said))}
    order = [places[each] for each in _numbered(heard) if each in places]
    return sum(first > second for at, first in enumerate(order) for second in order[at + 1 :])


def _numbered(texts: Sequence[str]) -> list[tuple[str, int]]:
    seen: Counter[str] = Counter()
    numbered = []
    for text in texts:
        numbered.append((text, seen[text]))
        seen[text] += 1
    return numbered


@pytest.fixture
def trial(
    twilio: TwilioStandIn, channel: TwilioChannel, database: Any, rows: Rows, monkeypatch: pytest.MonkeyPatch
) -> Trial:
    monkeypatch.setattr("botflow_twilio.rest.TIMEOUT_S", 0.3)
    return Trial(twilio, channel, database, rows, random.Random(7))


def faults_of(trial: Trial, kinds: Sequence[Fault | None], count: int) -> list[Fault | None]:
    faults = [trial.chance.choice(kinds) for _ in range(count)]
    return [*faults, "hang", "late", "hang", "late"]


@pytest.mark.parametrize("callbacks", [True, False])
async def test_nothing_is_missing_twice_or_out_of_order_while_twilio_can_tell(trial: Trial, callbacks: bool) -> None:
    faults = faults_of(trial, (*REFUSED, *BROKEN, *[None] * 8), 120)

    await trial.run(faults, callbacks=callbacks)

    missing, twice, turned = judge(trial)
    ambiguous = sum(fault in BROKEN or fault in ("hang", "late") for fault in faults)
    print(
        f"\nT6: {len(SAID) * len(PEOPLE)} messages, {len(faults)} faults, missing = {missing}; T7: duplicates / "
        f"ambiguous sends = {twice} / {ambiguous} (Twilio could tell); inversions = {turned}"
    )
    assert (missing, twice, turned) == (0, 0, 0)


async def test_what_arrives_twice_was_accepted_unanswered_by_a_twilio_that_cannot_tell(trial: Trial) -> None:
    faults = faults_of(trial, (*REFUSED, *BROKEN, *[None] * 8), 120)
    trial.twilio.lists = "nothing"

    await trial.run(faults, callbacks=False)

    missing, twice, _ = judge(trial)
    window = sum(fault in ACCEPTING for fault in faults)
    ambiguous = sum(fault in BROKEN or fault in ("hang", "late") for fault in faults)
    print(
        f"\nT6: missing = {missing}; T7: duplicates / ambiguous sends = {twice} / {ambiguous}, all of them among the"
        f" {window} that were accepted while their answers were lost (Twilio could not tell)"
    )
    assert missing == 0
    assert 0 < twice <= window


async def test_what_does_not_reach_a_phone_is_sent_again_once(trial: Trial) -> None:
    await trial.run(faults_of(trial, (*BROKEN, *[None] * 8), 60), callbacks=True, fails=0.3)

    final = Counter(state for _, state in trial.rows.states())
    again = len(trial.twilio.messages()) - len(SAID) * len(PEOPLE)
    print(f"\nundelivered = {len(trial.failed)}, sent again = {again}, failed for good = {final['failed']}")
    assert again == len(trial.failed) - final["failed"]
    assert final["failed"] > 0
    assert set(final) <= {"delivered", "sent", "failed"}


def judge(trial: Trial) -> tuple[int, int, int]:
    """Return how many messages are missing, arrived twice, and overtook another."""
    missing = twice = turned = 0
    for person in PEOPLE:
        heard = trial.bodies(person)
        missing += sum((Counter(SAID) - Counter(heard)).values())
        twice += sum((Counter(heard) - Counter(SAID)).values())
        turned += inversions(SAID, heard)
    return missing, twice, turned
