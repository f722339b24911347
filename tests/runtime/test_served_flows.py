"""Which version of a workflow a process serves, and which ones it can go back to."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import pytest
from structlog.testing import capture_logs

from botflow.engine.node_type import NodeType
from botflow.errors import FlowError, RejectedInbound
from botflow.flow.graph import Flow
from botflow.nodes import built_in
from botflow.runtime.served_flows import Flows
from botflow.storage.database import Database
from tests.engine.conversation import say
from tests.runtime.bot_without_worker import publish
from tests.runtime.job_places import until

TYPES: Mapping[str, NodeType] = {kind.name: kind for kind in built_in()}


def process(database: Database) -> Flows:
    """Return the flows of one process."""
    return Flows(database.flows, TYPES)


def words(flow: Flow) -> str:
    """Return what the flow of these tests says."""
    said: Any = flow.nodes["say"].properties
    return str(said.text)


async def serve(flows: Flows, text: str) -> None:
    await publish(flows, TYPES, say("say", text))


async def test_what_one_process_publishes_another_serves_after_it_looked(database: Database) -> None:
    one, other = process(database), process(database)
    await serve(one, "Hello.")
    await other.refresh()
    assert (other.get("root").version, words(other.get("root").flow)) == (one.get("root").version, "Hello.")
    await serve(one, "Good day.")
    assert words(other.get("root").flow) == "Hello."
    await other.refresh()
    assert words(other.get("root").flow) == "Good day."


async def test_the_same_document_again_is_the_same_version(database: Database) -> None:
    flows = process(database)
    await serve(flows, "Hello.")
    first = flows.get("root")
    await serve(flows, "Hello.")
    assert flows.get("root").version == first.version


async def test_a_version_under_way_is_there_after_the_next_one_is_published(database: Database) -> None:
    one, other = process(database), process(database)
    await serve(one, "Hello.")
    pinned = one.get("root").version
    await serve(one, "Good day.")
    assert one.get("root").version != pinned
    assert words(await one.version(pinned)) == "Hello."
    assert words(await other.version(pinned)) == "Hello."


async def test_a_version_that_does_not_compile_here_leaves_the_former_one_in_service(database: Database) -> None:
    flows = process(database)
    await serve(flows, "Hello.")
    newer = {"botflow": 1, "id": "root", "name": "Root", "nodes": [{"id": "x", "type": "new", "actionType": "thing"}]}
    await database.flows.publish("root", "Root", "newer", {"root": newer})
    with capture_logs() as logs:
        await flows.refresh()
    assert [(line["event"], line["workflow"]) for line in logs] == [("workflow_not_served", "root")]
    assert words(flows.get("root").flow) == "Hello."


async def test_one_workflow_that_does_not_compile_holds_up_no_other(database: Database) -> None:
    await database.flows.publish("a-broken", "Broken", "broken", {"a-broken": {"botflow": 1}})
    await serve(process(database), "Hello.")
    flows = process(database)
    with capture_logs():
        await flows.refresh()
    assert [live.slug for live in flows.all()] == ["root"]


async def test_an_unknown_workflow_is_a_404_that_says_where_ids_stand(database: Database) -> None:
    with pytest.raises(RejectedInbound, match="top of its document") as refused:
        process(database).get("nothing")
    assert (refused.value.code, refused.value.status) == ("workflow.unknown", 404)


async def test_a_version_that_is_gone_is_named(database: Database) -> None:
    with pytest.raises(FlowError, match="version 99") as gone:
        await process(database).version(99)
    assert gone.value.code == "version.unknown"


async def test_workflows_are_found_by_their_row(database: Database) -> None:
    flows = process(database)
    await serve(flows, "Hello.")
    workflow = flows.get("root").workflow
    assert (flows.slug_of(workflow), flows.slug_of(workflow + 1)) == ("root", None)


async def test_a_signal_makes_a_process_look_at_once(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("botflow.runtime.served_flows.REFRESH_S", 3600.0)
    one, other = process(database), process(database)
    following = asyncio.create_task(other.run())
    await serve(one, "Hello.")
    other.changed()

    async def is_served() -> bool:
        return [live.slug for live in other.all()] == ["root"]

    await until(is_served)
    following.cancel()
    await asyncio.gather(following, return_exceptions=True)


async def test_without_any_signal_a_process_looks_now_and_then(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("botflow.runtime.served_flows.REFRESH_S", 0.01)
    other = process(database)
    following = asyncio.create_task(other.run())
    await serve(process(database), "Hello.")

    async def is_served() -> bool:
        return [live.slug for live in other.all()] == ["root"]

    await until(is_served)
    following.cancel()
    await asyncio.gather(following, return_exceptions=True)


async def test_compiled_versions_are_bounded_and_compiled_again_when_needed(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("botflow.runtime.served_flows.KEPT_VERSIONS", 1)
    flows = process(database)
    await serve(flows, "Hello.")
    first = flows.get("root").version
    await serve(flows, "Good day.")
    assert len(flows._versions) == 1
    assert words(await flows.version(first)) == "Hello."
