"""Versions of workflows: by content, numbered, one of them active."""

from __future__ import annotations

import asyncio

from botflow.storage.database import Database


async def test_the_same_digest_is_the_same_version(database: Database) -> None:
    first = await database.flows.publish("pizza", "Pizza", "d1", {"pizza": {"name": "Pizza"}})
    assert (first.number, first.slug, first.documents) == (1, "pizza", {"pizza": {"name": "Pizza"}})
    assert await database.flows.publish("pizza", "Pizza", "d1", {"pizza": {"name": "Pizza"}}) == first


async def test_a_changed_workflow_is_its_next_version(database: Database) -> None:
    first = await database.flows.publish("pizza", "Pizza", "d1", {"pizza": {}})
    second = await database.flows.publish("pizza", "Pizza", "d2", {"pizza": {}})
    assert (second.number, second.workflow) == (2, first.workflow)
    assert await database.flows.active() == [second]
    assert await database.flows.version(first.version) == first


async def test_going_back_makes_the_old_version_active_again(database: Database) -> None:
    first = await database.flows.publish("pizza", "Pizza", "d1", {"pizza": {}})
    await database.flows.publish("pizza", "Pizza", "d2", {"pizza": {}})
    assert await database.flows.publish("pizza", "Pizza", "d1", {"pizza": {}}) == first
    assert await database.flows.active() == [first]


async def test_processes_that_start_at_once_publish_one_version(database: Database) -> None:
    published = await asyncio.gather(*(database.flows.publish("pizza", "Pizza", "d1", {"pizza": {}}) for _ in range(4)))
    assert len({flow.version for flow in published}) == 1


async def test_an_unknown_version_is_none(database: Database) -> None:
    assert await database.flows.version(99) is None
    assert await database.flows.active() == []
