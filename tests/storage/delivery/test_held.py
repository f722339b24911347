"""Operators look at held parts, let them go or give them up; each decision stands in the evidence."""

from __future__ import annotations

import asyncio

from botflow.storage.database import Database
from botflow.storage.decisions import Decisions
from botflow.storage.delivery.held import drop_held, release_held
from botflow.storage.workflow_versions import FlowVersions
from tests.organizations import HOME
from tests.storage.outbox_rows import about, at_once, news, row_of
from tests.storage.sample_turns import key, message, said, waiting

ANN = "+15550199"


async def held_part(database: Database, *texts: str) -> tuple[int, int, int]:
    """Commit a turn that said `texts`, the first of which is held."""
    published = (await FlowVersions(database.engine).publish("pizza", "Pizza", "d", {"pizza": {}})).flow
    person = key(ANN, channel="sms", workflow=published.workflow)
    parts = [said(text, "ready", sender="55501") for text in texts]
    turn = await database.turns.commit(waiting(await database.turns.load(person), message("m1"), *parts))
    assert turn is not None
    [claimed] = await database.outbox.claim_sends(10, at_once)
    await database.outbox.report(news(claimed, "held", error_code="63016"))
    return turn.session, 1, 0


async def test_a_released_part_is_sent_as_if_for_the_first_time(database: Database) -> None:
    part = await held_part(database, "one")
    assert await database.engine.write(release_held, HOME, part)
    assert not await database.engine.write(release_held, HOME, part)
    [claimed] = await database.outbox.claim_sends(10, at_once)
    assert (claimed.message.text, claimed.attempts) == ("one", 1)


async def test_a_dropped_part_is_failed_for_good(database: Database) -> None:
    part = await held_part(database, "one", "two")
    assert await database.engine.write(drop_held, HOME, part)
    assert not await database.engine.write(drop_held, HOME, part)
    row = await row_of(database, part[0], 0)
    assert (row.state, row.error_code) == ("failed", "operator.dropped")
    assert [claimed.message.text for claimed in await database.outbox.claim_sends(10, at_once)] == ["two"]


async def test_every_decision_leaves_evidence(database: Database) -> None:
    part = await held_part(database, "one")
    await database.engine.write(release_held, HOME, part)
    await database.outbox.claim_sends(10, at_once)
    await database.outbox.report(about(part[0], "1.0", "held"))
    await database.engine.write(drop_held, HOME, part)
    found = await Decisions(database.engine).of_address(HOME, ANN)
    assert [(one.kind, one.reason, one.subject) for one in found] == [
        ("refused", "operator.dropped", f"{part[0]}.1.0"),
        ("released", "operator.released", f"{part[0]}.1.0"),
    ]
    assert found[1].detail == {"held": "63016"}


async def test_two_operators_decide_once(database: Database) -> None:
    part = await held_part(database, "one")
    decided = await asyncio.gather(
        database.engine.write(release_held, HOME, part), database.engine.write(drop_held, HOME, part)
    )
    assert sorted(decided) == [False, True]
    assert len(await Decisions(database.engine).of_address(HOME, ANN)) == 1


async def test_what_is_not_held_is_neither_released_nor_dropped(database: Database) -> None:
    part = await held_part(database, "one")
    await database.outbox.report(about(part[0], "1.0", "delivered", "SM1"))
    assert not await database.engine.write(drop_held, HOME, part)
    assert not await database.engine.write(release_held, HOME, (part[0], 7, 0))
    assert not await database.engine.write(release_held, HOME, (part[0] + 9, 1, 0))
    assert (await row_of(database, part[0], 0)).state == "delivered"


async def test_another_organizations_part_is_neither_released_nor_dropped(database: Database) -> None:
    part = await held_part(database, "one")
    assert not await database.engine.write(release_held, HOME + 1, part)
    assert not await database.engine.write(drop_held, HOME + 1, part)
    assert (await row_of(database, part[0], 0)).state == "held"
