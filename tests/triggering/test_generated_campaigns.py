"""Random people, zones, dates, changes, opt-outs, crashes and merges over weeks: whoever is due hears once, in time.

What must come is computed apart from the product: hour by hour, by the clock of each person's zone.
"""

from __future__ import annotations

import os
import random
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import update

from botflow.storage.database import Database
from botflow.storage.tables import contacts
from tests.storage.aged_rows import change
from tests.triggering.campaigning import Campaigning, greeting
from tests.triggering.workflows_to_start import set_status

LIVES = int(os.environ.get("BOTFLOW_TEST_CAMPAIGN_LIVES", "1"))
PEOPLE, DAYS, LATE_HOURS = 24, 6, 5
ZONES = ("Europe/Berlin", "America/New_York", "Asia/Kolkata", "Pacific/Auckland", "Pacific/Honolulu", "")
BEGIN = datetime(2026, 10, 23, 0, 10, tzinfo=UTC)  # the clocks of Europe change within the week


class Crash(Exception):
    """The process dies here."""


@dataclass(slots=True)
class Someone:
    """A person as the test knows them, hour by hour."""

    name: str
    zone: str
    day: str
    id: int = 0
    stopped: bool = False
    heard: set[str] = field(default_factory=set)

    def due(self, now: datetime) -> datetime:
        zone = ZoneInfo(self.zone or "UTC")
        day = date.fromisoformat(self.day)
        return datetime(day.year, day.month, day.day, 9, tzinfo=zone).astimezone(UTC)

    def is_due(self, now: datetime) -> bool:
        due = self.due(now)
        return not self.stopped and self.day not in self.heard and due <= now <= due + timedelta(hours=LATE_HOURS)


async def test_whoever_is_due_hears_once_by_day_and_unless_they_opted_out(
    database: Database, database_kind: str
) -> None:
    found: Counter[str] = Counter()
    for life in range(LIVES):
        await _live(database, random.Random(life), f"w{life}", found)
    figures = ", ".join(f"{name} {found[name]}" for name in ("due", "begun", "crashes", "changes"))
    wrong = {name: found[name] for name in ("doubled", "lost", "at night", "opted out", "not due")}
    print(f"\ncampaigns {database_kind}: {LIVES} lives: {figures};", ", ".join(f"{k} {v}" for k, v in wrong.items()))
    assert found["begun"] > 10 * LIVES
    assert found["crashes"] > 0
    assert set(wrong.values()) == {0}


async def _live(database: Database, chance: random.Random, slug: str, found: Counter[str]) -> None:
    place = Campaigning(database, now=BEGIN)
    given = {"late": f"{LATE_HOURS}h", "group": slug, "from": "+12125550100"}
    await place.publish(greeting(slug=slug, **given), since=BEGIN - timedelta(days=1))
    people = [
        Someone(f"+1212{slug[1:]:0>3}{number:04}", chance.choice(ZONES), _some_day(chance)) for number in range(PEOPLE)
    ]
    for someone in people:
        zone: dict[str, Any] = {"timeZone": someone.zone or "UTC"}
        someone.id = await place.person(someone.name, channel="sms", groups=[slug], birthday=someone.day, **zone)
    by_name = {someone.name: someone for someone in people}
    known = len(await place.begun())
    for _ in range(DAYS * 24):
        place.now += timedelta(hours=1)
        for someone in chance.sample(people, 2):
            await _change(place, someone, chance, found)
        due = {someone.name for someone in people if someone.is_due(place.now)}
        await _look_and_crash(place, chance, found)
        begun = await place.begun()
        now_begun, known = begun[known:], len(begun)
        for name, day in now_begun:
            someone = by_name[name]
            hour = place.now.astimezone(ZoneInfo(someone.zone or "UTC")).hour
            found["begun"] += 1
            found["doubled"] += day in someone.heard
            found["opted out"] += someone.stopped
            found["not due"] += name not in due
            found["at night"] += not 9 <= hour <= 9 + LATE_HOURS
            someone.heard.add(day)
        found["due"] += len(due)
        found["lost"] += len(due - {name for name, _ in now_begun})
        await place.end_conversations()
    await set_status(database, slug, "archived")


async def _change(place: Campaigning, someone: Someone, chance: random.Random, found: Counter[str]) -> None:
    match chance.randrange(8):
        case 0 | 1:
            someone.day = _some_day(chance)
            await place.person(someone.name, id=someone.id, birthday=someone.day)
        case 2 if not any(someone.heard):
            someone.zone = chance.choice(ZONES)
            await place.person(someone.name, id=someone.id, timeZone=someone.zone or "UTC")
        case 3 if chance.random() < 0.2:
            someone.stopped = True
            stopped = update(contacts).where(contacts.c.address == someone.name).values(stopped=True)
            await change(place.database, stopped)
        case _:
            return
    found["changes"] += 1


async def _look_and_crash(place: Campaigning, chance: random.Random, found: Counter[str]) -> None:
    """Let some looks die in the middle of a page, and the last one end."""
    real = place.keeper._decide
    for _ in range(chance.randrange(3)):
        left = chance.randrange(4)

        async def dying(claim: Any, number: int) -> Any:
            nonlocal left
            left -= 1
            if left < 0:
                raise Crash
            return await real(claim, number)

        place.keeper._decide = dying  # type: ignore[method-assign]
        with suppress(Crash):
            await place.look()
            found["crashes"] -= 1
        found["crashes"] += 1
        place.keeper._decide = real  # type: ignore[method-assign]
    await place.look()


def _some_day(chance: random.Random) -> str:
    return (BEGIN.date() + timedelta(days=chance.randrange(-1, DAYS + 1))).isoformat()
