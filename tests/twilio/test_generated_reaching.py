"""Generated lives of people whom flows write to first: by another person's `logic.start`, by a call of theirs, by an
application. Nothing leaves against their will, a conversation begins once, and nobody is interrupted.

The people, the processes that die and the model of their will are those of test_generated_consent.py.
"""

from __future__ import annotations

import asyncio
import os
import random
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from botflow_twilio.channel import TwilioChannel
from sqlalchemy import Connection, update

from botflow.crash_points import Point
from botflow.interfaces import MissedCall
from botflow.runtime.runs.effects import Carrier
from botflow.runtime.runs.starts.missed_calls import CallStart, start_after_call
from botflow.storage.engines.dialects import now
from botflow.storage.tables import effects
from tests.engine.conversation import node
from tests.node_types import EVERY
from tests.stand_ins.twilio import TwilioStandIn
from tests.twilio.phone_users import BOB, US, open_town
from tests.twilio.test_generated_consent import FLOW, FROM_US, ROOMY, TELL, Life, spellings

GENERATED = int(os.environ.get("BOTFLOW_TEST_CONVERSATIONS", "") or 12)
CRASHES: tuple[Point, ...] = ("effects.claimed", "effects.carried", "turn.begun", "turn.computed", "turn.committed")
REACHED = (*FLOW, node("called", "trigger.missed_call", next="hello"))
BEGIN = node(
    *("begin", "logic.start"),
    to="{{ $input.text }}",
    channel="{{ 'whatsapp' if 'whatsapp' in $input.text else 'sms' }}",
    workflow="root",
    **FROM_US,
)


@dataclass(slots=True)
class Reached(Life):
    """One person whom others write to first; by the workflow `begin` somebody else starts their conversation."""

    carrier: Carrier | None = None
    begin: Any = None
    calls_made: int = 0

    async def live(self) -> None:
        for _ in range(self.chance.randint(5, 12)):
            step = self.chance.choices(
                (self.says, self.repeats, self.is_begun, self.calls, self.is_started, self.waits), (7, 2, 4, 4, 1, 2)
            )
            await step[0]()

    async def is_begun(self) -> None:
        """A conversation of somebody else starts one with the person, in processes that die."""
        to = self.chance.choice(spellings(self.number))
        was_busy = await self._is_busy("sms")
        receipt = await self.town.receive_in(self.chance.choice(self.processes), BOB, to, self.begin, within_s=5.0)
        assert receipt.state == "done"
        if self.chance.random() < 0.5:
            self.town.bot.world.crashes[self.chance.choice(CRASHES)] = self.chance.choice((1, 2))
        await self._settle()
        said = await self._sent()
        self._check(f"begun as {to!r}", said, False)
        self._begun(said, was_busy, "begun")

    async def calls(self) -> None:
        """The person calls, and the provider tells it up to three times, also at once and of an older call."""
        self.calls_made += self.chance.choice((0, 1, 1, 1))
        key = f"CA{self.number}{self.calls_made}"
        is_known = f"call:{key}" in self.will.heard
        was_busy = await self._is_busy("sms")
        live = self.town.bot.live
        call = MissedCall(key=key, caller=self.number, number=US, channel="sms")
        start = CallStart(workflow=live.workflow, flow_version=live.version, node="called", call=call)
        told = range(self.chance.choice((1, 1, 2, 3)))
        await asyncio.gather(*(self.town.database.engine.write(start_after_call, start) for _ in told))
        await self._settle()
        said = await self._sent()
        self._check(f"calls {key} {len(told)} times", said, False)
        if is_known:
            assert said == [], self.story()
            return
        if not (was_busy or self.will.is_stopped):
            self.will.heard.add(f"call:{key}")
        self._begun(said, was_busy, "called")

    def _begun(self, said: list[str], was_busy: bool, how: str) -> None:
        wanted = [] if was_busy or self.will.is_stopped else ["Hello.", "Name?"]
        assert said == wanted, (said, wanted, self.story())
        self.counts[how if wanted else f"not {how}: {'stopped' if self.will.is_stopped else 'busy'}"] += 1

    async def _is_busy(self, channel: str) -> bool:
        stored = await self.town.database.turns.load(self._key(self.town.bot.live, channel))
        return stored.has_row and (bool(stored.session.frames) or stored.last_seq != stored.done_seq)

    async def _settle(self) -> None:
        """Carry out what follows and run what is queued, in whatever process lives, until nothing is left."""
        assert self.carrier is not None
        for _ in range(4):
            with suppress(RuntimeError, ExceptionGroup):  # the process died at that point
                await self.carrier.carry_some()
            for process in self.processes:
                for _ in range(2):  # two beats find a lease without a task
                    await process.keeper.beat()
                with suppress(RuntimeError, ExceptionGroup):
                    await process.work()
            await self.town.database.engine.write(_make_effects_due)
        self.town.bot.world.crashes.clear()
        for process in self.processes:
            await process.work()


def _make_effects_due(connection: Connection) -> None:
    connection.execute(update(effects).values(due_at=now(-1.0)))


async def test_whoever_is_written_to_first_wants_it_and_hears_it_once(
    database: Any, database_kind: str, twilio: TwilioStandIn, channel: TwilioChannel
) -> None:
    counts: Counter[str] = Counter()
    async with open_town(database, twilio, channel, *REACHED, budgets=ROOMY, region="US") as town:
        other = await town.workflow("other", *REACHED, budgets=ROOMY, region="US")
        tell = await town.workflow("tell", TELL, budgets=ROOMY, region="US")
        begin = await town.workflow("begin", BEGIN, budgets=ROOMY, region="US")
        twin = town.bot.twin()
        carrier = Carrier(
            store=database.effects,
            engine=database.engine,
            flows=town.bot.flows,
            node_types=EVERY,
            wake=town.bot.hub.claimable,
            channels=dict.fromkeys(channel.names, channel),
        )
        for life in range(GENERATED):
            chance = random.Random(f"reached {life}")
            number = f"+1{312 + life // 10_000:03}{555}{life % 10_000:04}"
            person = Reached(town, chance, number, (town.bot, twin), (town.bot.live, other), tell, counts)
            person.carrier, person.begin = carrier, begin
            await person.live()
            counts["lives"] += 1
        await twin.stop()

    print(f"\n{database_kind}: {dict(counts)}; sends against a person's will = {counts['against their will']}")
    assert counts["against their will"] == 0
    for happened in ("begun", "called", "not begun: stopped", "not called: stopped", "not begun: busy"):
        assert counts[happened] >= max(1, counts["lives"] // 20), happened
