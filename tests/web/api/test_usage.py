"""Calls of models and their cost, counts of nodes and edges, and the short addresses."""

from __future__ import annotations

from tests.web.api.calls import call, call_at
from tests.web.api.test_executions import RETRIED, Bookings, start, until
from tests.web.site import open_site


async def test_calls_of_models_are_listed_and_summed_up(database_url: str) -> None:
    async with open_site(database_url, flows=(RETRIED,), plugins=(Bookings(0).plugin(),)) as site:
        ids = [await start(site, {}, "retried") for _ in range(2)]
        for id in ids:
            await until(site, id, "completed")
        mine = (await call(site, "GET", f"/executions/{ids[0]}/ai-calls")).json()["items"]
        assert [(each["topic"], each["type"], each["model"]) for each in mine] == [
            ("retried.read", "extract", "priced-1"),
            ("retried.check", "extract", "priced-1"),
        ]
        assert (mine[0]["prompt"]["text"], mine[0]["response"]["rooms"]) == ("two rooms", 2)
        seen, address = [], "/ai-calls?limit=1&workflow=retried"
        page = (await call(site, "GET", address)).json()
        while page["next"]:
            seen += page["items"]
            page = (await call(site, "GET", f"{address}&cursor={page['next']}")).json()
        seen += page["items"]
        assert {each["execution"] for each in seen} == set(ids)
        assert (len(seen), len({each["id"] for each in seen})) == (4, 4)
        one = await call(site, "GET", f"/ai-calls/{seen[0]['id']}")
        assert one.json() == seen[0]
        assert (await call(site, "GET", "/ai-calls/1.2.x")).json()["code"] == "ai_call.unknown"
        assert len((await call(site, "GET", "/ai-calls?topic=retried.re")).json()["items"]) == 2
        for group, names in (
            ("workflow", {"retried"}),
            ("node", {"retried.read", "retried.check"}),
            ("model", {"priced-1"}),
            ("day", {mine[0]["at"][:10]}),
        ):
            usage = (await call(site, "GET", f"/usage?groupBy={group}")).json()
            assert {each["name"] for each in usage["groups"]} == names
            assert sum(each["calls"] for each in usage["groups"]) == 4
            assert round(sum(each["costUsd"] for each in usage["groups"]), 2) == 0.15
        wide = await call(site, "GET", "/usage?after=2026-01-01&before=2026-12-01")
        assert (wide.status_code, wide.json()["code"]) == (400, "query.range")


async def test_visits_of_nodes_and_edges_are_counted(database_url: str) -> None:
    async with open_site(database_url) as site:
        visit = await site.visit()
        await visit.say("Ann")
        other = await site.visit()
        await other.say("Bea")
        await other.say("salad")
        counts = (await call(site, "GET", "/workflows/order/counts")).json()
        nodes = {each["node"]: (each["visits"], each["waiting"]) for each in counts["nodes"]}
        edges = {(each["source"], each["target"]): each["count"] for each in counts["edges"]}
        assert (counts["version"], counts["executions"]) == (1, 2)
        assert (nodes["ask_name"], nodes["menu"], nodes["salad"]) == ((2, 0), (2, 1), (1, 0))
        assert (edges["menu", "salad"], edges["salad", None]) == (1, 1)
        unknown = await call(site, "GET", "/workflows/order/counts?version=7")
        assert (unknown.status_code, unknown.json()["code"]) == (404, "version.unknown")


async def test_the_short_addresses_work_as_written(database_url: str) -> None:
    async with open_site(database_url) as site:
        nodes = [
            {"id": "start", "type": "trigger", "actionType": "manual", "next": "end"},
            {"id": "end", "type": "logic", "actionType": "end", "properties": {"output": "{{ $input.name }}"}},
        ]
        document = {"id": "short", "name": "Short", "executionMode": "single", "nodes": nodes}
        assert (await call_at(site, "POST", "/api/workflows", document)).status_code == 201
        assert (await call_at(site, "PUT", "/api/workflows/short", document)).json()["revision"] == 2
        assert (await call(site, "POST", "/workflows/short/publish")).status_code == 200
        assert (await call_at(site, "PUT", "/api/workflows/short/pause")).json()["status"] == "paused"
        assert (await call_at(site, "PUT", "/api/workflows/short/activate")).json()["status"] == "active"
        listed = (await call_at(site, "GET", "/api/workflows?status=active")).json()["items"]
        assert "short" in {each["id"] for each in listed}
        begun = await call_at(site, "POST", "/api/workflows/short/trigger", {"input": {"name": "Ann"}})
        assert (begun.status_code, begun.json()["status"]) == (202, "running"), begun.text
        id = begun.json()["executionId"]
        await until(site, id, "completed")
        run = (await call_at(site, "GET", f"/api/workflow-runs/{id}")).json()
        assert (run["output"], [line["event"] for line in run["logs"]][:2]) == ("Ann", ["started", "output"])
        assert id in {each["id"] for each in (await call_at(site, "GET", "/api/workflow-runs")).json()["items"]}
        queued = await call(site, "POST", "/workflows/short/execute", {"input": {"name": "Bea"}})
        assert (queued.status_code, queued.json()["status"]) == (200, "queued")
        assert queued.json()["jobId"].endswith(".1")
        status = await call(site, "GET", f"/workflows/executions/{queued.json()['executionId']}")
        assert status.json()["workflow"] == "short"
