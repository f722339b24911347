"""Which version of a workflow a process serves, and which ones it can go back to."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from itertools import count
from typing import Any

import pytest
from structlog.testing import capture_logs

from botflow.engine.node_type import NodeType
from botflow.errors import FlowError, ProviderError, RejectedInbound
from botflow.flow.compile import compile_flow
from botflow.flow.graph import Flow
from botflow.nodes import built_in
from botflow.runtime.served_flows import Flows
from botflow.storage.database import Database
from botflow.storage.service.workflows.canaries import end_canary, set_percent
from botflow.storage.workflow_versions import FlowVersions
from tests.engine.conversation import say
from tests.runtime.bot_without_worker import publish
from tests.runtime.bot_world import Counted
from tests.runtime.until import until
from tests.triggering.test_canary_starts import try_out
from tests.triggering.workflows_to_start import set_status

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


async def test_a_process_with_an_older_file_serves_the_newer_version_and_says_so(database: Database) -> None:
    """Processes start again while a rolling restart has old and new files beside each other."""
    await serve(process(database), "Hello.")
    new = process(database)
    with capture_logs() as logs:
        await serve(new, "Good day.")
    [replaced] = logs
    assert (replaced["event"], replaced["version"], replaced["replaced"]) == ("workflow_version_replaced", 2, 1)
    for text in ("Hello.", "Good day.", "Hello."):
        restarted = process(database)
        with capture_logs() as logs:
            await serve(restarted, text)
            await restarted.refresh()
        assert words(restarted.get("root").flow) == "Good day."
        assert [line["event"] for line in logs] == (["workflow_file_is_older"] if text == "Hello." else [])
        for line in logs:
            assert (line["version"], line["active"], line["log_level"]) == (1, 2, "warning")
            assert "botflow workflows activate root --version 1" in line["hint"]
        await new.refresh()
        assert words(new.get("root").flow) == "Good day."


async def test_a_developers_file_is_served_whichever_it_is(database: Database) -> None:
    flows = process(database)
    await serve(flows, "Hello.")
    await serve(flows, "Good day.")
    documents = (await database.flows.version(1) or pytest.fail("version 1 is gone")).documents
    with capture_logs() as logs:
        await flows.publish([(compile_flow(documents, "root", TYPES), documents)], restores=True)
    assert words(flows.get("root").flow) == "Hello."
    assert [(line["version"], line["replaced"]) for line in logs] == [(1, 2)]


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
    with pytest.raises(RejectedInbound, match="id at the top of its flow file") as refused:
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


@asynccontextmanager
async def following(flows: Flows) -> AsyncIterator[None]:
    """Let a process follow what others publish, for the length of the block."""
    running = asyncio.create_task(flows.run())
    try:
        yield
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


async def test_a_signal_makes_a_process_read_at_once(database: Database) -> None:
    one, other = process(database), process(database)
    async with following(other):
        await serve(one, "Hello.")
        other.changed()
        await until(lambda: [live.slug for live in other.all()] == ["root"])


async def test_without_any_signal_a_look_at_the_database_says_that_something_was_published(database: Database) -> None:
    one, other = process(database), process(database)
    async with following(other):
        other.seen((await database.leases.look("me", 10.0)).flows)
        await serve(one, "Hello.")
        other.seen((await database.leases.look("me", 10.0)).flows)
        await until(lambda: [live.slug for live in other.all()] == ["root"])


async def test_flows_are_read_only_when_the_look_says_that_they_changed(database: Database) -> None:
    store = Counted(database.flows)
    one = process(database)
    other = Flows(store, TYPES)  # type: ignore[arg-type]  # it is the store, and counts
    reads: list[int] = []

    async def look() -> None:
        """Let the process look three times, as it does in as many seconds."""
        for _ in range(3):
            other.seen((await database.leases.look("me", 10.0)).flows)
            await asyncio.sleep(0.05)
        reads.append(store.calls["active"])

    async with following(other):
        await look()
        await serve(one, "Hello.")
        await look()
        await serve(one, "Good day.")
        await look()
        await set_status(database, "root", "paused")
        await look()
    assert reads == [1, 2, 3, 4]
    assert other.all() == []


async def test_a_process_that_could_not_read_what_changed_reads_after_the_next_look(database: Database) -> None:
    class Away(Counted):
        is_away = True

        def __getattr__(self, name: str) -> Any:
            if self.is_away:
                raise ProviderError("away", code="database.unavailable")
            return super().__getattr__(name)

    store = Away(database.flows)
    other = Flows(store, TYPES)  # type: ignore[arg-type]  # it is the store, but for a while
    await serve(process(database), "Hello.")
    digest = (await database.leases.look("me", 10.0)).flows
    with capture_logs() as logs:
        async with following(other):
            other.seen(digest)
            await until(lambda: bool(logs))
            store.is_away = False
            other.seen(digest)
            await until(lambda: [live.slug for live in other.all()] == ["root"])
    assert [line["event"] for line in logs] == ["flows_not_refreshed"]


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


async def test_a_slow_look_does_not_take_away_what_was_published_meanwhile(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A look that read the active versions before a publication must not have the last word."""
    flows, go_on = process(database), asyncio.Event()
    read = FlowVersions.out_of_service

    calls = count()

    async def slowly(store: FlowVersions) -> set[str]:
        if next(calls) == 0:
            await go_on.wait()
        return await read(store)

    monkeypatch.setattr(FlowVersions, "out_of_service", slowly)
    slow = asyncio.create_task(flows.refresh())
    await asyncio.sleep(0.2)  # it has read that there is none
    await publish(process(database), TYPES, say("say", "Hello."))
    quick = asyncio.create_task(flows.refresh())
    await asyncio.sleep(0.2)
    go_on.set()
    await asyncio.gather(slow, quick)
    assert words(flows.get("root").flow) == "Hello."


async def test_all_processes_agree_on_who_begins_in_a_version_on_trial(database: Database) -> None:
    one, other = process(database), process(database)
    await serve(one, "Hello.")
    share = await try_out(database, {"botflow": 1, "id": "root", "nodes": trial("Good day.")}, 30)
    looks = [(await database.leases.look("me", 10.0)).flows]
    for flows in (one, other):
        await flows.refresh()
    people = [f"p{number}" for number in range(50)]
    chosen = {person for person in people if share.has(person)}
    assert 0 < len(chosen) < len(people)
    for flows in (one, other):
        live = flows.get("root")
        assert words(live.flow) == "Hello."
        assert {person for person in people if live.version_for(person) == share.version} == chosen
        assert words(await flows.version(share.version)) == "Good day."
        assert {words(flow) for flow in flows.in_service()} == {"Hello.", "Good day."}
    await serve(one, "Hello.")  # the same file again
    assert one.get("root").canary == share
    await database.engine.write(set_percent, share.canary, 60)
    looks.append((await database.leases.look("me", 10.0)).flows)
    await database.engine.write(end_canary, share.canary, "aborted", None)
    looks.append((await database.leases.look("me", 10.0)).flows)
    assert len(set(looks)) == len(looks)  # so other processes look again
    await other.refresh()
    assert other.get("root").canary is None
    assert {other.get("root").version_for(person) for person in people} == {other.get("root").version}


async def test_a_version_on_trial_that_does_not_compile_here_is_left_to_another_process(database: Database) -> None:
    flows = process(database)
    await serve(flows, "Hello.")
    share = await try_out(database, {"botflow": 1, "id": "root", "nodes": trial("Good day.")}, 100)
    foreign = Flows(database.flows, {name: kind for name, kind in TYPES.items() if name != "logic.end"})
    with capture_logs() as logs:
        await foreign.refresh()
    assert [(line["event"], line["version"]) for line in logs] == [("workflow_not_served", share.version)]
    live = foreign.get("root")
    assert (words(live.flow), live.version_for("ann")) == ("Hello.", share.version)
    with pytest.raises(FlowError) as refused:
        await foreign.version(share.version)
    assert refused.value.code == "version.cannot_run"


def trial(text: str) -> list[dict[str, Any]]:
    return [
        {"id": "start", "type": "chatbot", "actionType": "message_received", "next": "say"},
        {"id": "say", "type": "chatbot", "actionType": "say", "properties": {"text": text}, "next": "end"},
        {"id": "end", "type": "logic", "actionType": "end"},
    ]
