"""Generated lives of people who stop, start, answer and are written to: nothing leaves against their will, and nothing
that was allowed is lost.

Each person has a number of their own and meets two workflows on two channels, served by two processes that die at
their crash points. Twilio repeats old webhooks, also at another workflow's address and beside newer messages. What may
be sent is decided by a model of a few lines, which knows nothing of botflow.
"""

from __future__ import annotations

import asyncio
import os
import random
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import pytest
from botflow_twilio.channel import TwilioChannel
from sqlalchemy import delete, update

from botflow.crash_points import Point
from botflow.errors import RejectedInbound
from botflow.languages import sentences_in
from botflow.runtime.runs.starts.start import StartRequest, start
from botflow.runtime.served_flows import LiveFlow
from botflow.storage.tables import outbounds, senders
from tests.engine.conversation import node, say
from tests.runtime.bot_without_worker import Bot, texts
from tests.stand_ins.twilio import TwilioStandIn
from tests.storage.aged_rows import make_due
from tests.twilio.phone_users import BOB, US, Town, open_town

# `make proof` generates 10,000 on both databases together.
GENERATED = int(os.environ.get("BOTFLOW_TEST_CONVERSATIONS", "") or 48)
# Of the fences of consent and of the outbox, nine are missed by one of the first 120 lives when they are cut out: eight
# of them by one of the first 17, the news of `ConsentKeeper._is_news` by this life alone.
TELLING = 96
LIVES = sorted({*range(GENERATED if GENERATED < 1_000 else GENERATED * 5 // 4), TELLING})
PARTS = 2  # tests that share them, so that they run side by side
CONFIRMED = sentences_in("en").opted_out
STOPS = ("STOP", "stop", "Unsubscribe", "please stop texting me", "no more reminders please", "S T O P")
STARTS = ("START", "unstop")
CRASHES: tuple[Point, ...] = (
    *("turn.first_step", "turn.committed_at_once", "accept.before", "accept.stored", "turn.begun", "turn.computed"),
    *("turn.committed", "timer.computed", "timer.committed", "reply.claimed"),
)
ROOMY: dict[str, Any] = {"recipient": {"messages": 1_000_000}}
FLOW = (
    say("hello", "Hello.", next="ask"),
    node("ask", "chatbot.ask", text="Name?", variable="name", timeout="1h", on={"answered": "bye", "timeout": "late"}),
    say("bye", "Bye {{ name }}."),
    say("late", "Still there?"),
    node("by_hand", "trigger.manual", next="hello"),
)
FROM_US: dict[str, Any] = {"from": US}  # a word that Python keeps for itself
TELL = node("tell", "twilio.send_message", to="{{ $input.text }}", text="Somebody wrote.", **FROM_US)


def spellings(number: str) -> tuple[str, ...]:
    digits = number.removeprefix("+")
    return (number, f" {number} ", digits, f"00{digits}", f"+{digits[0]} ({digits[1:4]}) {digits[4:7]}-{digits[7:]}")


@dataclass(slots=True)
class Webhook:
    """A message as Twilio sent it, to be repeated at any time."""

    sid: str
    text: str
    channel: str
    live: LiveFlow


@dataclass(slots=True)
class Will:
    """The model: whether the person wants messages, by the messages that were heard once each."""

    is_stopped: bool = False
    heard: set[str] = field(default_factory=set)

    def hears(self, sid: str, text: str) -> bool:
        """Take in a message; True if it is one that a flow answers."""
        if sid in self.heard:
            return False
        self.heard.add(sid)
        was_stopped = self.is_stopped
        if text in STOPS:
            self.is_stopped = True
        elif text in STARTS or (text == "YES" and was_stopped):
            self.is_stopped = False
        return not was_stopped and text not in (*STOPS, *STARTS, "HELP")


@dataclass(slots=True)
class Life:
    """One person, and what happens to them."""

    town: Town
    chance: random.Random
    number: str
    processes: tuple[Bot, ...]
    flows: tuple[LiveFlow, ...]
    tell: LiveFlow
    counts: Counter[str]
    will: Will = field(default_factory=Will)
    former: list[Webhook] = field(default_factory=list)
    log: list[str] = field(default_factory=list)

    async def live(self) -> None:
        for _ in range(self.chance.randint(5, 12)):
            step = self.chance.choices(
                (self.says, self.repeats, self.is_told, self.is_started, self.waits), (9, 4, 3, 2, 2)
            )
            await step[0]()

    async def says(self) -> None:
        text = self.chance.choice((*STOPS, *STARTS, *STARTS, "YES", "YES", "YES", "HELP", "hi", "hi", "hi", "hi", "hi"))
        if text == "hi":
            text = f"hi {len(self.log)}"
        webhook = Webhook(
            f"SM{self.number}{len(self.former)}",
            text,
            self.chance.choice(("sms", "whatsapp")),
            self.chance.choice(self.flows),
        )
        self.former.append(webhook)
        was_stopped = self.will.is_stopped
        is_answered = self.will.hears(webhook.sid, text) and text != "HELP"
        is_news = self.will.is_stopped and not was_stopped
        beside = self.chance.choices(self.former[:-1], k=self.chance.choice((0, 0, 1, 2))) if self.former[:-1] else []
        before = await self._dies(webhook) if self.chance.random() < 0.25 else []
        said, *_ = await asyncio.gather(self._hear(webhook), *(self._hear(each) for each in beside))
        said += await self._sent()
        self._check(
            f"{webhook.channel} {webhook.live.slug} {text!r} beside {[each.text for each in beside]}", said, is_news
        )
        if is_answered and not beside:
            assert before or said, self.story()
            self.counts["answered"] += 1

    async def repeats(self) -> None:
        if not self.former:
            return
        old = self.chance.choice(self.former)
        live = self.chance.choice((old.live, old.live, *self.flows))
        again = Webhook(old.sid, old.text, old.channel, live)
        said = await self._hear(again) + await self._sent()
        self.counts["repeated"] += 1
        self._check(f"again {old.text!r} at {live.slug}", said, CONFIRMED in said)

    async def is_told(self) -> None:
        """A conversation of somebody else sends to the person, under any spelling."""
        to = self.chance.choice(spellings(self.number))
        receipt = await self.town.receive_in(self.chance.choice(self.processes), BOB, to, self.tell, within_s=5.0)
        assert receipt.state == "done"
        said = await self._sent()
        self._check(f"told as {to!r}", said, False)
        assert said == ([] if self.will.is_stopped else ["Somebody wrote."]), self.story()
        self.counts["told" if said else "not told"] += 1

    async def is_started(self) -> None:
        request = StartRequest(
            workflow=self.chance.choice(self.flows).slug,
            external_id=self.chance.choice(spellings(self.number)),
            channel=self.chance.choice(("sms", "whatsapp")),
            address=US,
        )
        try:
            await self.town.database.engine.write(start, request, dict.fromkeys(("sms", "whatsapp"), TwilioChannel))
        except RejectedInbound as failure:
            refused = failure.code
        else:
            refused = ""
        if refused:
            assert refused == ("session.opted_out" if self.will.is_stopped else "session.busy"), self.story()
            self.counts[refused] += 1
            return
        assert not self.will.is_stopped, self.story()
        await self.processes[0].work()
        said = await self._sent()
        assert said[:1] == ["Hello."], (said, self.story())
        self.counts["started"] += 1

    async def waits(self) -> None:
        """The time of a question is over, in one of the sessions."""
        live, channel = self.chance.choice(self.flows), self.chance.choice(("sms", "whatsapp"))
        stored = await self.town.database.turns.load(self._key(live, channel))
        if not stored.has_row or stored.session.wait is None:
            return
        if not self.will.is_stopped:
            assert not stored.parked, self.story()
        if not stored.parked:
            await make_due(self.town.database, stored.id)
        if self.chance.random() < 0.3:
            self.town.bot.world.crashes[self.chance.choice(CRASHES)] = 1
        for _ in range(3):
            for process in self.processes:  # each fires its own share
                with suppress(RuntimeError):  # the process died at that point
                    await process.timers.fire()
                await process.work()
        self.town.bot.world.crashes.clear()
        said = await self._sent()
        self._check(f"waits {channel} {live.slug}", said, False)
        assert said == ([] if self.will.is_stopped else ["Still there?"]), self.story()
        self.counts["reminded" if said else "not reminded"] += 1

    def story(self) -> str:
        return "\n".join(["", *self.log[-8:]])

    # -- the world

    async def _hear(self, webhook: Webhook) -> list[str]:
        prefix = "whatsapp:" if webhook.channel == "whatsapp" else ""
        sender = prefix + self.chance.choice(spellings(self.number)).strip()
        process = self.chance.choice(self.processes)
        return texts(
            await self.town.receive_in(
                process, sender, webhook.text, webhook.live, MessageSid=webhook.sid, within_s=5.0
            )
        )

    async def _dies(self, webhook: Webhook) -> list[str]:
        """A process dies while it hears the webhook, and what was leased to it is found and run, before Twilio tries
        again. Returns what was said all the same: the process may not have come to the crash point."""
        point, answered = self.chance.choice(CRASHES), []
        self.town.bot.world.crashes[point] = 1
        try:
            answered = await self._hear(webhook)
        except RuntimeError:
            self.counts["died"] += 1
        self.town.bot.world.crashes.clear()
        for process in self.processes:
            process.hot.forget(self._key(webhook.live, webhook.channel))
            for _ in range(2):  # two beats find a lease without a task
                await process.keeper.beat()
        for process in self.processes:
            await process.work()
        said = await self._sent(confirms=False)
        self._check(f"died at {point} with {webhook.text!r}: {answered}", answered + said, CONFIRMED in answered + said)
        return answered + said

    async def _sent(self, *, confirms: bool = True) -> list[str]:
        """Let Twilio confirm the replies that requests took along, and the sender send whatever is due; return what
        Twilio got for this person by REST."""
        before = len(self.town.twilio.messages())
        if confirms:
            confirmed = update(outbounds).where(outbounds.c.state == "handed").values(state="delivered")
            await self.town.database.engine.write(lambda connection: connection.execute(confirmed))
        while await self.town.outbox.send_due():
            await self.town.database.engine.write(lambda connection: connection.execute(delete(senders)))
        new = self.town.twilio.messages()[before:]
        return [message.body for message in new if message.to.removeprefix("whatsapp:") == self.number]

    def _key(self, live: LiveFlow, channel: str) -> Any:
        return self.town.bot.key(self.number, channel)._replace(workflow=live.workflow)

    def _check(self, what: str, said: list[str], may_confirm: bool) -> None:
        self.log.append(f"{what} -> {said}{' (stopped)' if self.will.is_stopped else ''}")
        against = [text for text in said if not (may_confirm and text == CONFIRMED)]
        if self.will.is_stopped:
            self.counts["against their will"] += len(against)
            assert not against, self.story()


@pytest.mark.parametrize("part", range(PARTS))
async def test_nothing_leaves_against_a_persons_will_and_nothing_allowed_is_lost(
    database: Any, database_kind: str, twilio: TwilioStandIn, channel: TwilioChannel, part: int
) -> None:
    counts: Counter[str] = Counter()
    async with open_town(database, twilio, channel, *FLOW, budgets=ROOMY, region="US") as town:
        other = await town.workflow("other", *FLOW, budgets=ROOMY, region="US")
        tell = await town.workflow("tell", TELL, budgets=ROOMY, region="US")
        twin = town.bot.twin()
        for life in LIVES[part::PARTS]:
            chance = random.Random(life)
            number = f"+1{212 + life // 10_000:03}{555}{life % 10_000:04}"
            await Life(town, chance, number, (town.bot, twin), (town.bot.live, other), tell, counts).live()
            counts["lives"] += 1
        await twin.stop()

    print(f"\n{database_kind}: {dict(counts)}; sends against a person's will = {counts['against their will']}")
    assert counts["against their will"] == 0
    for happened in ("answered", "repeated", "told", "not told", "started", "session.opted_out", "reminded", "died"):
        assert counts[happened] >= counts["lives"] // 20, happened
