"""Generated cron expressions in real time zones, over 20 years, against croniter: an implementation that shares nothing
with ours.

Each difference from croniter must be explained by one of `RULES`, which docs/runs-and-triggers.md states, too. What a
rule makes of croniter's times is computed here by trying every minute around a change of the clocks.

BOTFLOW_TEST_CRONS says how many expressions are drawn; BOTFLOW_TEST_CRON_SEED draws others.
"""

from __future__ import annotations

import os
import random
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import islice
from zoneinfo import ZoneInfo

import pytest
from croniter import CroniterBadDateError, croniter
from pydantic import TypeAdapter, ValidationError

from botflow.nodes.triggers.cron import Cron
from botflow.runtime.runs.schedules.cron_times import moments_after, moments_between

DRAWN = int(os.environ.get("BOTFLOW_TEST_CRONS", "") or 120)
SEED = int(os.environ.get("BOTFLOW_TEST_CRON_SEED", "2026"))
FIRST, LAST = datetime(2016, 1, 1, tzinfo=UTC), datetime(2036, 1, 1, tzinfo=UTC)
PARTS = 4  # tests that share the expressions, so that they run side by side
STARTS = 4  # points of time from which moments are compared, for each expression
COMPARED = 8  # moments from each
RULES = {
    "skipped": "times that the clocks skip start one run right after the gap",
    "first": "a time that comes twice starts a run the first time",
    "elapsed": "all hours follow elapsed time: nothing for what is skipped, two runs for what is repeated",
    "days": "a day or weekday field that begins with * must match together with the other",
}
ZONES = (
    *("Europe/Berlin", "Europe/Dublin", "America/New_York", "America/St_Johns", "America/Havana", "America/Santiago"),
    *("America/Asuncion", "America/Sao_Paulo", "Africa/Cairo", "Africa/Casablanca", "Asia/Beirut", "Asia/Gaza"),
    *("Asia/Tehran", "Asia/Kolkata", "Asia/Pyongyang", "Australia/Lord_Howe", "Australia/Sydney", "Antarctica/Troll"),
    *("Pacific/Auckland", "Pacific/Chatham", "Pacific/Norfolk", "Europe/Volgograd", "America/Caracas", "UTC"),
)


@pytest.mark.parametrize("part", range(PARTS))
def test_generated_expressions_have_the_moments_that_an_independent_implementation_finds(part: int) -> None:
    draw = random.Random(f"{SEED}.{part}")
    found: Counter[str] = Counter()
    for number in range(DRAWN // PARTS):
        ours, theirs = _expression(draw)
        zone = draw.choice(ZONES)
        for start in _starts(draw, zone):
            moments = list(islice(moments_after(ours, zone, start), COMPARED))
            shown = [moment.astimezone(UTC) for moment in moments]
            expected, rules = _expected(theirs, ZoneInfo(zone), start, len(shown))
            assert shown == expected, (
                f"number {number} of seed {SEED}.{part}: {ours!r} in {zone} after {start.isoformat()}"
            )
            if rules and shown != _as_croniter_has_them(theirs, zone, start, len(shown)):
                found.update(rules)
            found["moments"] += len(shown)
            if shown:
                middle = shown[len(shown) // 2 :]
                newest = moments_between(ours, zone, shown[0], shown[-1], len(middle))
                assert [moment.astimezone(UTC) for moment in newest] == middle
    print(f"{DRAWN // PARTS} expressions, seed {SEED}.{part}: {found['moments']} moments; differences by rule:")
    print({rule: found[rule] for rule in RULES})
    assert found["moments"] > 10 * (DRAWN // PARTS)


def _expression(draw: random.Random) -> tuple[str, str]:
    """Return an expression as we write it and as croniter does; both have a moment."""
    while True:
        minute, hour = _field(draw, 0, 59), draw.choice(("*", "*/2", "0-23", "2", "1-3", "0", _field(draw, 0, 23)))
        day = draw.choice(("*", "*", "*", "L", _field(draw, 1, 31)))
        month = draw.choice(("*", "*", "*", _field(draw, 1, 12)))
        weekday = draw.choice(("*", "*", "*", _field(draw, 0, 7), f"{draw.randint(0, 6)}#{draw.randint(1, 5)}", "{}L"))
        if day != "*" and (day == "L" or "#" in weekday or "L" in weekday):
            weekday = "*"  # croniter mistakes L and # beside the other field of days; test_cron_times.py has those
        last = draw.randint(0, 6)
        fields = [minute, hour, day, month, weekday]
        if draw.random() < 0.1:
            fields.insert(0, draw.choice(("0", "30", "*/20")))
        ours = " ".join(fields).format(last)
        try:
            TypeAdapter(Cron).validate_python(ours)
        except ValidationError:
            continue
        return ours, " ".join(fields).replace("{}L", f"L{last}")


def _field(draw: random.Random, low: int, high: int) -> str:
    some, other = sorted(draw.sample(range(low, high + 1), 2))
    step = draw.randint(1, max(2, (high - low) // 3))
    return draw.choice(
        ("*", f"*/{step}", str(some), f"{some}-{other}", f"{some}-{other}/{step}", f"{some},{other}", f"{other},{some}")
    )


def _starts(draw: random.Random, zone: str) -> Iterator[datetime]:
    """Yield points of time, most of them shortly before, in or after a change of the clocks."""
    changes = _changes(zone)
    for _ in range(STARTS):
        if changes and draw.random() < 0.8:
            yield draw.choice(changes) + timedelta(seconds=draw.randint(-6 * 3600, 3 * 3600))
        else:
            yield FIRST + timedelta(seconds=draw.randrange(int((LAST - FIRST).total_seconds())))


@cache
def _changes(zone: str) -> list[datetime]:
    place, step = ZoneInfo(zone), timedelta(hours=3)
    count = int((LAST - FIRST) / step)
    offsets = [(FIRST + step * index).astimezone(place).utcoffset() for index in range(count)]
    return [FIRST + step * index for index in range(1, count) if offsets[index] != offsets[index - 1]]


def _expected(cron: str, zone: ZoneInfo, start: datetime, count: int) -> tuple[list[datetime], set[str]]:
    """Return the first moments by the rules, made of the times that croniter finds without a zone, and which rules
    decided something."""
    fields = cron.split()
    follows_elapsed = croniter.expand(f"0 {fields[-4]} * * *")[0][1] == ["*"]  # croniter's word for all of them
    rules = {"days"} if _days_go_together(fields) and "*" not in (fields[-3], fields[-1]) else set()
    moments: set[datetime] = set()
    wall = start.astimezone(zone).replace(tzinfo=None) - timedelta(hours=3)
    for time in _walls(cron, wall):
        instants = [one for one in _both(time, zone) if one.astimezone(zone).replace(tzinfo=None) == time]
        if follows_elapsed:
            moments.update(instants)
        else:
            moments.add(instants[0] if instants else _after_the_gap(time, zone))
        if len(instants) != 1:
            rules.add("elapsed" if follows_elapsed else "first" if instants else "skipped")
        due = sorted(moment for moment in moments if moment > start)
        # Three hours more: a time that is repeated is found before the ones that come earlier.
        if len(due) >= count and instants and instants[0] > due[count - 1] + timedelta(hours=3):
            return due[:count], rules
    return sorted(moment for moment in moments if moment > start)[:count], rules


def _walls(cron: str, start: datetime) -> Iterator[datetime]:
    walls = _croniter(cron, start.replace(tzinfo=UTC))
    while True:
        try:
            yield walls.get_next(datetime).replace(tzinfo=None)
        except CroniterBadDateError:
            return


def _croniter(cron: str, start: datetime, *, day_or: bool | None = None) -> croniter:
    fields = cron.split()
    either = not _days_go_together(fields) if day_or is None else day_or
    return croniter(cron, start, day_or=either, second_at_beginning=True, max_years_between_matches=60)


def _as_croniter_has_them(cron: str, zone: str, start: datetime, count: int) -> list[datetime]:
    theirs = _croniter(cron, start.astimezone(ZoneInfo(zone)), day_or=True)
    return [theirs.get_next(datetime).astimezone(UTC) for _ in range(count)]


def _days_go_together(fields: list[str]) -> bool:
    return fields[-3].startswith("*") or fields[-1].startswith("*")


def _both(wall: datetime, zone: ZoneInfo) -> list[datetime]:
    return sorted({wall.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1)})


def _after_the_gap(wall: datetime, zone: ZoneInfo) -> datetime:
    moment = (wall - timedelta(days=1)).replace(tzinfo=zone).astimezone(UTC).replace(second=0)
    while moment.astimezone(zone).replace(tzinfo=None) < wall:
        moment += timedelta(minutes=1)
    return moment
