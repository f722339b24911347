"""A page by group and field: the same people as by both conditions, and no more rows than the page needs."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

import pytest
from sqlalchemy import Connection, insert

from botflow.storage.database import Database
from botflow.storage.engines.dialects import now
from botflow.storage.people import intersection
from botflow.storage.people.profiles import PeopleFilter, find_people
from botflow.storage.tables import contact_group_members, contact_groups, people, person_values
from tests.organizations import HOME
from tests.storage.statements import noted_statements

WANTED = PeopleFilter(group="vip", field="plan", value="pro")


def fill(connection: Connection, members: Sequence[int], having: Sequence[int]) -> None:
    ids = sorted({*members, *having})
    times = {"created_at": now(), "updated_at": now()}
    connection.execute(insert(people).values(organization_id=HOME, revision=1, **times), [{"id": id} for id in ids])
    connection.execute(insert(contact_groups).values(id=1, organization_id=HOME, name="vip", created_at=now()))
    if members:
        connection.execute(insert(contact_group_members), [{"group_id": 1, "person_id": id} for id in members])
    common = {"field": "plan", "organization_id": HOME, "value": "pro", "sought": "pro"}
    if having:
        rows = [{**common, "person_id": id} for id in having]
        connection.execute(insert(person_values).values(updated_at=now()), rows)


def pages(connection: Connection, limit: int) -> list[tuple[int, ...]]:
    found: list[tuple[int, ...]] = []
    after: tuple[Any, ...] | None = None
    while True:
        page = find_people(connection, HOME, WANTED, after, limit)
        found.append(page.ids)
        if page.next is None:
            return found
        assert after is None or page.next > after
        after = page.next


@pytest.mark.parametrize("seed", range(3))
async def test_the_pages_have_exactly_those_for_whom_both_hold(
    database: Database, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    chance = random.Random(seed)
    monkeypatch.setattr(intersection, "PIECE", chance.choice((1, 3, 7)))
    monkeypatch.setattr(intersection, "MOST_PIECES", chance.choice((1, 2, 20)))
    members = sorted(chance.sample(range(1, 120), chance.choice((0, 5, 60, 119))))
    having = sorted(chance.sample(range(1, 120), chance.choice((0, 5, 60, 119))))

    def change(connection: Connection) -> list[tuple[int, ...]]:
        fill(connection, members, having)
        return pages(connection, chance.choice((1, 4, 50)))

    found = await database.engine.write(change)

    assert [id for page in found for id in page] == sorted(set(members) & set(having))


@pytest.mark.parametrize(
    ("members", "having"),
    [
        (range(1, 3_000), range(1, 3_000)),
        (range(1, 3_000), [2_999]),
        ([2_999], range(1, 3_000)),
        (range(1, 3_000, 2), range(2, 3_000, 2)),
        (range(1, 30), range(1, 3_000)),
    ],
)
async def test_a_page_reads_a_bounded_number_of_rows(
    database: Database, members: Sequence[int], having: Sequence[int]
) -> None:
    def change(connection: Connection) -> int:
        fill(connection, members, having)
        with noted_statements() as noted:
            find_people(connection, HOME, WANTED, None, 50)
        return len(noted)

    statements = await database.engine.write(change)

    assert statements <= 1 + 3 * min(intersection.MOST_PIECES, 1 + min(len(members), len(having)) // intersection.PIECE)
