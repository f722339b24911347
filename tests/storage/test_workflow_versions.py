"""Versions of workflows: by content, numbered, one of them active."""

from __future__ import annotations

import asyncio

from botflow.storage.database import Database
from botflow.storage.workflow_versions import activate_version, list_versions


async def test_the_same_digest_is_the_same_version(database: Database) -> None:
    first = (await database.flows.publish("pizza", "Pizza", "d1", {"pizza": {"name": "Pizza"}})).flow
    assert (first.number, first.slug, first.documents) == (1, "pizza", {"pizza": {"name": "Pizza"}})
    assert (await database.flows.publish("pizza", "Pizza", "d1", {"pizza": {"name": "Pizza"}})).flow == first


async def test_a_changed_workflow_is_its_next_version(database: Database) -> None:
    first = (await database.flows.publish("pizza", "Pizza", "d1", {"pizza": {}})).flow
    published = await database.flows.publish("pizza", "Pizza", "d2", {"pizza": {}})
    second = published.flow
    assert (published.before, published.active) == (1, 2)
    assert (second.number, second.workflow) == (2, first.workflow)
    assert await database.flows.active() == [second]
    assert await database.flows.version(first.version) == first


async def test_an_older_version_that_is_published_again_does_not_take_over(database: Database) -> None:
    """A server that starts again with the file of yesterday must not undo what was published today."""
    first = (await database.flows.publish("pizza", "Old", "d1", {"pizza": {}})).flow
    second = (await database.flows.publish("pizza", "New", "d2", {"pizza": {}})).flow
    again = await database.flows.publish("pizza", "Old", "d1", {"pizza": {}})
    assert (again.flow.version, again.before, again.active) == (first.version, 2, 2)
    assert await database.flows.active() == [second]
    assert [each.name for each in await database.flows.list()] == ["New"]


async def test_a_developers_older_version_is_active_again(database: Database) -> None:
    first = (await database.flows.publish("pizza", "Pizza", "d1", {"pizza": {}})).flow
    await database.flows.publish("pizza", "Pizza", "d2", {"pizza": {}})
    again = await database.flows.publish("pizza", "Pizza", "d1", {"pizza": {}}, restores=True)
    assert (again.before, again.active) == (2, 1)
    assert await database.flows.active() == [first]


async def test_a_version_is_active_by_an_act_until_the_next_act_or_a_newer_file(database: Database) -> None:
    for digest in ("d1", "d2", "d3"):
        await database.flows.publish("pizza", f"Pizza {digest}", digest, {"pizza": {"name": f"Pizza {digest}"}})
    assert await activate(database, "pizza", 1) == 3
    assert await activate(database, "pizza", 1) == 1
    for digest in ("d3", "d2", "d3", "d1"):  # servers start again, in any order
        assert (await database.flows.publish("pizza", f"Pizza {digest}", digest, {"pizza": {}})).active == 1
    [listed] = await database.flows.list()
    assert (listed.version, listed.name) == (1, "Pizza d1")
    newer = await database.flows.publish("pizza", "Pizza d4", "d4", {"pizza": {}})
    assert (newer.before, newer.active) == (1, 4)
    versions = await database.engine.read(lambda connection: list_versions(connection, "pizza"))
    assert [(each.number, each.is_active) for each in versions] == [(4, True), (3, False), (2, False), (1, False)]


async def test_a_version_that_is_not_there_is_not_active(database: Database) -> None:
    await database.flows.publish("pizza", "Pizza", "d1", {"pizza": {}})
    await database.flows.publish("salad", "Salad", "d1", {"salad": {}})
    await database.flows.publish("salad", "Salad", "d2", {"salad": {}})
    assert await activate(database, "pizza", 2) is None
    assert await activate(database, "soup", 1) is None


async def activate(database: Database, slug: str, number: int) -> int | None:
    return await database.engine.write(lambda connection: activate_version(connection, slug, number))


async def test_processes_that_start_at_once_publish_one_version(database: Database) -> None:
    published = await asyncio.gather(*(database.flows.publish("pizza", "Pizza", "d1", {"pizza": {}}) for _ in range(4)))
    assert len({each.flow.version for each in published}) == 1


async def test_an_unknown_version_is_none(database: Database) -> None:
    assert await database.flows.version(99) is None
    assert await database.flows.active() == []
