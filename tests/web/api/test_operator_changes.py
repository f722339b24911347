"""What an operator decides about an execution: how it ends, where it goes on, and that it begins now."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from botflow.storage.tables.service import audit_log
from tests.web.api.calls import call, call_at, foreign_service, key_of
from tests.web.api.test_executions import until
from tests.web.site import ORDER, Site, open_site, texts

RESTS = """
id: rests
executionMode: single
nodes:
  - {id: start, type: trigger, actionType: manual, next: rest}
  - {id: rest, type: logic, actionType: wait, properties: {for: 1h}, next: done}
  - {id: done, type: logic, actionType: end, properties: {output: late}}
  - {id: other, type: logic, actionType: end, properties: {output: "{{ $input.who }} by the other way"}}
"""
PARENT = """
id: parent
executionMode: single
nodes:
  - {id: start, type: trigger, actionType: manual, next: child}
  - {id: child, type: logic, actionType: run, properties: {workflow: rests, input: {}}, on: {done: end, error: failed}}
  - {id: end, type: logic, actionType: end, properties: {output: "{{ $child }}"}}
  - {id: failed, type: logic, actionType: end, properties: {output: the child has failed}}
"""


async def resting(site: Site, workflow: str = "rests") -> str:
    answer = await call(site, "POST", f"/workflows/{workflow}/executions", {"input": {"who": "Ann"}})
    id = str(answer.json()["id"])
    await until(site, id, "waiting")
    return id


async def actions_of(site: Site, execution: str) -> list[str]:
    """Return what the audit log says of an execution."""
    mine = select(audit_log.c.action).where(audit_log.c.subject == f"execution:{execution}").order_by(audit_log.c.id)
    found = await site.runtime.database.engine.read(lambda connection: connection.execute(mine).scalars().all())
    return list(found)


async def test_an_operator_completes_an_execution_with_an_output(database_url: str) -> None:
    async with open_site(database_url, flows=(RESTS,)) as site:
        execution = await resting(site)
        ended = await call(site, "POST", f"/executions/{execution}/complete", {"output": {"by": "hand"}})
        assert (ended.status_code, ended.json()["status"]) == (200, "completed"), ended.text
        found = (await call(site, "GET", f"/executions/{execution}")).json()
        assert (found["output"], found["node"], found["wakesAt"]) == ({"by": "hand"}, "", None)
        steps = (await call(site, "GET", f"/executions/{execution}/steps")).json()["steps"]
        assert [(step["node"], step["status"]) for step in steps[:2]] == [("start", "completed"), ("rest", "completed")]
        again = await call(site, "POST", f"/executions/{execution}/complete")
        assert again.status_code == 409, again.text
        assert again.json()["code"] == "execution.ended"
        assert await actions_of(site, execution) == ["execution.started", "execution.completed"]


async def test_an_operator_fails_an_execution_for_a_reason(database_url: str) -> None:
    async with open_site(database_url, flows=(RESTS,)) as site:
        execution = await resting(site)
        reason = {"message": "withdrawn", "data": {"order": 17}}
        ended = (await call(site, "POST", f"/executions/{execution}/fail", reason)).json()
        wanted = {"node": "rest", "code": "execution.failed_by_operator", **reason}
        assert (ended["status"], ended["error"]) == ("failed", wanted)
        assert (await call(site, "POST", f"/executions/{execution}/retry")).json()["status"] in ("running", "waiting")


@pytest.mark.parametrize(
    ("change", "body", "output"),
    [("complete", {"output": 7}, "7"), ("fail", {"message": "no"}, "the child has failed")],
)
async def test_a_parent_is_told_how_its_child_was_ended(
    database_url: str, change: str, body: dict[str, Any], output: str
) -> None:
    async with open_site(database_url, flows=(RESTS, PARENT)) as site:
        parent = await resting(site, "parent")
        while not (found := (await call(site, "GET", f"/executions/{parent}/children")).json()["items"]):
            pass
        await until(site, found[0]["id"], "waiting")
        assert (await call(site, "POST", f"/executions/{found[0]['id']}/{change}", body)).status_code == 200
        done = await until(site, parent, "completed")
        assert output in str(done["output"])


async def test_a_waiting_run_goes_on_at_another_node_with_its_variables(database_url: str) -> None:
    async with open_site(database_url, flows=(RESTS,)) as site:
        execution = await resting(site)
        refused = await call(site, "PUT", f"/executions/{execution}/node", {"node": "nowhere"})
        assert (refused.status_code, refused.json()["code"]) == (422, "execution.no_node")
        moved = await call(site, "PUT", f"/executions/{execution}/node", {"node": "other"})
        assert moved.status_code == 200, moved.text
        done = await until(site, execution, "completed")
        assert done["output"] == "Ann by the other way"
        steps = (await call(site, "GET", f"/executions/{execution}/steps")).json()["steps"]
        walked = [(step["node"], step["status"]) for step in steps if step["status"] != "skipped"]
        assert walked == [("start", "completed"), ("rest", "cancelled"), ("other", "completed")]
        late = await call(site, "PUT", f"/executions/{execution}/node", {"node": "other"})
        assert (late.status_code, late.json()["code"]) == (409, "execution.ended")


async def test_a_moved_run_leaves_its_timer_and_its_retries_behind(database_url: str) -> None:
    async with open_site(database_url, flows=(RESTS,)) as site:
        execution = await resting(site)
        for _ in range(2):  # its own node, again
            moved = await call(site, "PUT", f"/executions/{execution}/node", {"node": "rest"})
            assert moved.status_code == 200, moved.text
            again = await until(site, execution, "waiting")
            assert (again["node"], again["wakesAt"] is not None) == ("rest", True)
        paused = await call(site, "POST", f"/executions/{execution}/pause")
        assert paused.json()["status"] == "paused"
        refused = await call(site, "PUT", f"/executions/{execution}/node", {"node": "other"})
        assert (refused.status_code, refused.json()["code"]) == (409, "execution.paused")


async def test_a_conversation_goes_on_at_another_question(database_url: str) -> None:
    async with open_site(database_url, flows=(ORDER,)) as site:
        visit = await site.visit()
        await visit.say("Ann")
        [execution] = (await call(site, "GET", "/executions?workflow=order")).json()["items"]
        assert (await call(site, "PUT", f"/executions/{execution['id']}/node", {"node": "ask_name"})).status_code == 200
        while (said := texts(await visit.history()))[-1] != "What's your name?":
            pass
        assert said.count("What's your name?") == 2
        assert await visit.say("Bea") == ["What would you like, Bea?"]


async def test_a_pending_execution_begins_before_the_others(database_url: str) -> None:
    async with open_site(database_url, flows=(RESTS,), worker=None) as site:
        answer = await call(site, "POST", "/workflows/rests/executions", {"priority": "low"})
        execution = answer.json()["id"]
        begun = await call(site, "POST", f"/executions/{execution}/start")
        assert (begun.status_code, begun.json()["status"]) == (200, "pending")
        assert await actions_of(site, execution) == ["execution.started", "execution.hurried"]


async def test_nothing_of_another_organization_is_seen_or_changed(database_url: str) -> None:
    async with open_site(database_url, flows=(RESTS,)) as site:
        execution = await resting(site)
        key = await key_of(await foreign_service(site))
        session = (await call(site, "GET", f"/executions/{execution}")).json()["session"]
        lists = (
            "/executions",
            "/executions/active",
            "/executions?workflow=rests",
            "/executions?status=waiting",
            f"/executions?session={session}",
            "/ai-calls",
        )
        for path in lists:
            seen = await call(site, "GET", path, key=key)
            assert (seen.status_code, seen.json()) == (200, {"items": [], "next": None}), path
            assert path == "/ai-calls" or (await call(site, "GET", path)).json()["items"], path
        refused = await call(site, "GET", f"/sessions/{session}/executions", key=key)
        assert (refused.status_code, refused.json()["code"]) == (404, "session.unknown")
        one = f"/executions/{execution}"
        calls: list[tuple[str, str, Any]] = [
            *(("GET", f"{one}{below}", None) for below in ("", "/children", "/steps", "/logs", "/artifacts")),
            *(("GET", path, None) for path in (f"{one}/ai-calls", f"/workflows/executions/{execution}")),
            *(("POST", f"{one}/{word}", {}) for word in ("start", "pause", "resume", "cancel", "retry", "complete")),
            ("POST", f"{one}/fail", {"message": "x"}),
            ("PUT", f"{one}/node", {"node": "other"}),
            ("DELETE", f"{one}/artifacts/x", None),
        ]
        for method, path, body in calls:
            refused = await call(site, method, path, body, key=key)
            assert (refused.status_code, refused.json()["code"]) == (404, "execution.unknown"), (method, path)
        for method, path in (
            ("GET", "/workflows/rests/executions"),
            ("POST", "/workflows/rests/executions"),
            ("POST", "/workflows/rests/execute"),
            ("POST", "/workflows/rests/trigger"),
            ("GET", "/results?workflow=rests"),
            ("GET", "/workflows/rests/counts"),
        ):
            refused = await call(site, method, path, {} if method == "POST" else None, key=key)
            assert (refused.status_code, refused.json()["code"]) == (404, "workflow.unknown"), path
        assert (await call_at(site, "GET", f"/api/workflow-runs/{execution}", key=key)).status_code == 404
        assert (await call(site, "GET", f"/executions/{execution}")).json()["status"] == "waiting"


async def test_an_organization_changes_no_execution_of_another(database_url: str) -> None:
    async with open_site(database_url, flows=(RESTS,)) as site:
        execution = await resting(site)
        key = await key_of(await foreign_service(site))
        for word in ("pause", "cancel"):
            assert (await call(site, "POST", f"/executions/{execution}/{word}", key=key)).status_code == 404
        assert (await call(site, "GET", f"/executions/{execution}")).json()["status"] == "waiting"
        assert await actions_of(site, execution) == ["execution.started"]
