"""The Python client against a served botflow, on both databases."""

from __future__ import annotations

import asyncio

import pytest
from botflow_client import ApiError, Botflow
from botflow_client.models import Workflow
from sqlalchemy import insert

from botflow.storage.tables import organizations
from tests.clients.nearby import LosingWire, Place, listening
from tests.web.api.calls import hello
from tests.web.site import API_KEY

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.xdist_group("clients")]
TOKEN = "canary-of-a-client-0815"


async def test_a_workflow_is_drafted_published_started_followed_and_cancelled(place: Place) -> None:
    async with place.client() as client:
        draft = await client.create_workflow(hello())
        assert (draft.id, draft.revision) == ("hello", 1)
        edited = await client.update_workflow("hello", hello("Good day!"), if_match=1)
        with pytest.raises(ApiError) as late:
            await client.update_workflow("hello", hello("Too late"), if_match=1)
        assert (late.value.status, late.value.code) == (412, "draft.changed")
        assert (await client.validate_workflow("hello")).valid
        assert (await client.publish_workflow("hello", message="First", if_match=edited.revision)).version == 1
        assert [each.message async for each in client.get_versions("hello")] == ["First"]

        started = await client.trigger_workflow("report", input={"who": "ann"})
        execution = await client.get_execution(started.execution_id)
        assert (execution.workflow, execution.input) == ("report", {"who": "ann"})
        assert started.execution_id in [each.id async for each in client.get_active_executions(workflow="report")]
        cancelled = await client.cancel_execution(started.execution_id)
        assert cancelled.status in ("cancelling", "cancelled")
        async with asyncio.timeout(10):
            while (await client.get_execution(started.execution_id)).status != "cancelled":  # noqa: ASYNC110 -- over HTTP
                await asyncio.sleep(0.02)


async def test_conversations_are_found_changed_and_handed_off(place: Place) -> None:
    visit = await place.site.visit()
    await visit.say("Ann")

    def operate(client: Botflow) -> None:
        session = client.get_session_by_external_id("order", external_id=visit.external_id)
        assert session.id in [each.id for each in client.get_sessions_by_workflow_id("order")]
        context = client.get_session_context(session.id)
        assert context.variables["name"] == "Ann"
        client.update_session_context(session.id, variables={"name": "Anna"}, if_match=context.revision)
        client.hand_off_session(session.id, person="Luigi")
        client.send_as_person(session.id, text="Hello, this is Luigi.")
        messages = client.get_session_messages(session.id)
        said = [(each.direction, each.author, each.text) for each in messages]
        assert ("out", "Luigi", "Hello, this is Luigi.") in said, said
        client.return_session(session.id)
        assert client.get_session_context(session.id).variables["name"] == "Anna"
        assert not client.deactivate_session(session.id).active

    await place.waiting(operate)


async def test_a_credential_is_never_shown_again(place: Place) -> None:
    def keep(client: Botflow) -> None:
        fields = {"accountSid": "AC" + "0a" * 16, "authToken": TOKEN}
        made = client.create_credential(module="twilio", name="Production Twilio", fields=fields)
        changed = client.update_credential(made.id, fields={"authToken": TOKEN + "-2"}, if_match=made.revision)
        found = client.get_credential_by_name(module="twilio", name="Production Twilio")
        listed = client.get_credentials_by_module(module="twilio")
        assert TOKEN not in repr([made, changed, found, *listed])
        assert client.delete_credential(made.id) is None  # type: ignore[func-returns-value]

    await place.waiting(keep)


async def test_a_list_of_250_is_read_page_by_page(place: Place) -> None:
    rows = [{"slug": f"shop{number}", "name": f"Shop {number}"} for number in range(250)]
    await place.site.runtime.database.engine.write(
        lambda connection: connection.execute(insert(organizations), rows).rowcount
    )
    async with place.client() as client:
        found = [each.id async for each in client.get_organizations()]
        first = await client.get_organizations(limit=100).first()
    listed = await place.waiting(lambda client: [each.id for each in client.get_organizations(limit=7)])

    assert len(found) == len(set(found)) == len(set(listed)) == 251
    assert found == listed
    assert (len(first.items), first.next is not None) == (100, True)


async def test_a_refusal_says_what_to_do(place: Place) -> None:
    def ask(client: Botflow) -> ApiError:
        with pytest.raises(ApiError) as refused:
            client.get_workflow("nothing")
        return refused.value

    refused = await place.waiting(ask)

    assert (refused.status, refused.code) == (404, "workflow.unknown")
    assert str(refused) == f"{refused.code}: {refused.detail} ({refused.hint})"


async def test_a_post_whose_answer_was_lost_is_not_done_twice(place: Place) -> None:
    async with listening(LosingWire(place.site.url, losses=1)) as url:

        def trigger() -> str:
            with Botflow(url, API_KEY) as client:
                return client.trigger_workflow("report", input={"once": True}).execution_id

        started = await asyncio.to_thread(trigger)

    async with place.client() as client:
        executions = [await client.get_execution(each.id) async for each in client.get_executions(workflow="report")]
        assert [each.id for each in executions if each.input == {"once": True}] == [started]


async def test_an_export_is_read_as_a_file(place: Place) -> None:
    async with place.client() as client:
        whole = await client.export_results(workflow="order").read()
        chunks = [chunk async for chunk in client.export_results(workflow="order", format="jsonl")]
        with pytest.raises(ApiError) as refused:
            await client.export_results(workflow="nothing").read()

    assert whole.count(b"\n") > 0
    assert isinstance(b"".join(chunks), bytes)
    assert refused.value.code == "workflow.unknown"


async def test_events_are_followed_as_they_come(place: Place) -> None:
    async with place.client() as client:
        start = (await client.get_events()).next
        started = await client.trigger_workflow("report", input={"by": "a follower"})
        async with asyncio.timeout(60):
            async for event in client.stream_events(last_event_id=start, types="workflow.*"):
                if event.json()["data"]["execution"] == started.execution_id:
                    break
        assert (event.name, event.id == start) == ("workflow.queued", False)


async def test_every_list_and_every_reading_without_a_path_is_understood(place: Place) -> None:
    """The answers that a served botflow gives are those that the document describes."""

    def read_all(client: Botflow) -> int:
        calls = [name for name in dir(client) if name.startswith(("get_", "list_"))]
        lists = 0
        workflows: list[Workflow] = client.get_workflows_by_organization().first().items
        for name in calls:
            query = {"workflow": workflows[0].id} if name in ("get_inbounds", "get_outbounds") else {}
            try:
                found = getattr(client, name)(**query)
            except TypeError:  # it needs a path or a query
                continue
            lists += len(list(found)) if hasattr(found, "first") else 1
        return lists + len(workflows)

    assert await place.waiting(read_all) > 10
