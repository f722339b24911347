"""A process dies around the ask of a node that acts: its deed is done, at most twice, and once where it has a key."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

import pytest

from botflow.engine.node_type import Invocable
from botflow.runtime.app import node_types
from tests.faults.conftest import Lend
from tests.faults.deed_providers import ROWS
from tests.faults.deeds import Count, Row, check, count_deeds
from tests.faults.deeds_inside import INSIDE, InsideRow, count_inside

AT_ONCE = 4
DOCUMENTED = Path(__file__).parents[2] / "docs" / "operating" / "incidents.md"
READS = {"record.query"}  # it asks and changes nothing
PROVEN_ELSEWHERE = {
    "ai.reply": "tests/faults/test_crash_points.py",  # models are asked again, which costs, and changes nothing
    "ai.route": "tests/faults/test_crash_points.py",
    "ai.extract": "tests/faults/test_crash_points.py",
    "logic.run": "tests/faults/test_run_crashes.py",
    "logic.parallel": "tests/faults/test_run_crashes.py",
    "logic.emit": "tests/faults/test_crash_points.py",
    "twilio.send_message": "tests/faults/test_crash_points.py",  # as all that is said
}
WITHIN_THE_SESSION = {
    *("chatbot.message_received", "chatbot.opened", "twilio.message_received", "trigger.missed_call"),
    *("trigger.manual", "trigger.event", "trigger.schedule", "trigger.webhook", "trigger.campaign", "trigger.ended"),
    *("chatbot.say", "chatbot.ask", "chatbot.menu", "chatbot.cards", "chatbot.form"),
    *("conditional.branch", "conditional.switch", "logic.split", "logic.set", "logic.subflow", "logic.wait"),
    *("logic.loop", "logic.try", "logic.log", "logic.end"),
}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
async def test_a_death_around_an_ask_repeats_its_deed_at_most_once(
    row: Row, database_kind: str, lend_database: Lend, tmp_path: Path
) -> None:
    gate, count = asyncio.Semaphore(AT_ONCE), Count()

    async def one(moment: str) -> None:
        folder = tmp_path / moment.replace(" ", "-")
        folder.mkdir()
        async with gate:
            with lend_database() as url:
                await count_deeds(row, moment, url, folder, count)

    async with asyncio.TaskGroup() as group:
        for moment in row.moments:
            group.create_task(one(moment))
    deeds, calls = sum(count.repeated_deeds.values()), sum(count.repeated_calls.values())
    killed = f"killed at {len(row.moments)} moments"
    print(f"\ndeeds {database_kind}: {row.name}: {killed}, {calls} calls and {deeds} deeds again")
    check(row, count)


@pytest.mark.parametrize("row", INSIDE, ids=lambda row: row.name)
async def test_a_death_around_a_turn_repeats_no_change_outside_of_its_session(
    row: InsideRow, database_kind: str, lend_database: Lend, tmp_path: Path
) -> None:
    gate, done = asyncio.Semaphore(AT_ONCE), dict.fromkeys(row.moments, 0)

    async def one(moment: str) -> None:
        folder = tmp_path / moment
        folder.mkdir()
        async with gate:
            with lend_database() as url:
                done[moment] = await count_inside(row, moment, url, folder)

    async with asyncio.TaskGroup() as group:
        for moment in row.moments:
            group.create_task(one(moment))
    again = sum(done.values()) - len(done)
    print(f"\ndeeds {database_kind}: {row.name}: killed at {len(done)} moments, {again} deeds again")
    assert done == dict.fromkeys(row.moments, 1)


def test_every_node_type_has_a_row_or_changes_nothing_outside_of_its_session() -> None:
    """A new node type that asks the world, or has an effect, must say here what a death around it repeats."""
    rows = {row.name.partition(",")[0] for row in (*ROWS, *INSIDE)}
    types = node_types()
    acting = {name for name, kind in types.items() if isinstance(kind, Invocable)}
    assert acting - READS == rows - {row.name for row in INSIDE}
    assert types.keys() == rows | READS | PROVEN_ELSEWHERE.keys() | WITHIN_THE_SESSION
    for row in ROWS:
        name = row.name.partition(",")[0]
        is_said = "idempotent" in types[name].capabilities
        assert not is_said or row.is_idempotent, f"{name} says that it is idempotent, and is not"


def test_the_table_of_the_documentation_is_what_these_tests_count() -> None:
    table = DOCUMENTED.read_text().partition("| node type | done again |")[2].partition("\n\n")[0]
    told = dict(re.findall(r"^\| `(.+?)`(?:, [^|]*)? \| (0|at most 1)", table, re.MULTILINE))
    written = [line for line in table.splitlines()[2:] if line]
    assert len(written) == len(ROWS) + len(INSIDE), written
    for row in ROWS:
        [line] = [each for each in written if each.startswith(f"| {_documented(row.name)} |")]
        assert line.split(" | ")[1].rstrip(" |") == ("0" if row.is_idempotent else "at most 1"), line
    for inside in INSIDE:
        assert told[inside.name] == "0"


def _documented(name: str) -> str:
    kind, comma, rest = name.partition(", ")
    return f"`{kind}`{comma}{rest}"
