"""Which workflows a process serves while others publish, pause and publish what it cannot compile."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import update
from structlog.testing import capture_logs

from botflow.errors import RejectedInbound
from botflow.flow.compile import compile_flow
from botflow.nodes import built_in
from botflow.runtime.served_flows import Flows
from botflow.storage.database import Database
from botflow.storage.tables import workflows
from tests.engine.conversation import START, say

TYPES = {kind.name: kind for kind in built_in()}


def document(slug: str) -> dict[str, Any]:
    return {"botflow": 1, "id": slug, "name": slug, "nodes": [{**START, "next": "say"}, say("say", "Hello.")]}


async def served(database: Database, *slugs: str) -> Flows:
    flows = Flows(database.flows, TYPES)
    for slug in slugs:
        documents = {slug: document(slug)}
        await flows.publish([(compile_flow(documents, slug, TYPES), documents)])
    return flows


async def set_status(database: Database, slug: str, status: str) -> None:
    await database.engine.write(
        lambda connection: connection.execute(update(workflows).where(workflows.c.slug == slug).values(status=status))
    )


async def test_a_paused_workflow_is_served_no_longer_and_one_that_goes_on_is_again(database: Database) -> None:
    flows = await served(database, "one", "two")
    await set_status(database, "one", "paused")

    await flows.refresh()

    assert [live.slug for live in flows.all()] == ["two"]
    with pytest.raises(RejectedInbound):
        flows.get("one")
    await set_status(database, "one", "active")
    await flows.refresh()
    assert flows.get("one").flow.id == "one"


async def test_a_bundle_without_its_own_document_holds_up_no_other_workflow(database: Database) -> None:
    await served(database, "one")
    await database.flows.publish("another", "Another", "digest", {"elsewhere": document("elsewhere")})
    flows = Flows(database.flows, TYPES)

    with capture_logs() as logs:
        await flows.refresh()

    assert [live.slug for live in flows.all()] == ["one"]
    assert [line["workflow"] for line in logs] == ["another"]


async def test_what_does_not_compile_is_said_once_and_not_every_second(database: Database) -> None:
    flows = await served(database, "one")
    await database.flows.publish("one", "One", "newer", {"one": {"botflow": 1}})

    with capture_logs() as logs:
        for _ in range(3):
            await flows.refresh()

    assert [line["event"] for line in logs] == ["workflow_not_served"]
    assert flows.get("one").flow.id == "one"
