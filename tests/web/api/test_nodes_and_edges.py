"""Single nodes and edges over HTTP, as a studio edits a draft."""

from __future__ import annotations

import asyncio
from typing import Any

import orjson
import pytest
from sqlalchemy import select

from botflow.errors import RejectedInbound
from botflow.flow.editing.edits import DeleteNode
from botflow.service import Principal, Scope, Service
from botflow.storage.tables.service import audit_log
from tests.web.api.calls import call
from tests.web.site import ORDER, TALK, Site, open_site

BYE = {"id": "bye", "type": "chatbot", "actionType": "say", "properties": {"text": "Bye"}}
NODES = "/workflows/order/nodes"
EDGES = "/workflows/order/edges"


async def changes(site: Site) -> list[tuple[str, Any, Any]]:
    statement = select(audit_log.c.action, audit_log.c.before, audit_log.c.after).order_by(audit_log.c.id)
    rows = await site.runtime.database.engine.read(lambda connection: connection.execute(statement).all())
    return [(row.action, row.before, row.after) for row in rows]


async def every_id(site: Site, path: str) -> list[str]:
    answer = (await call(site, "GET", f"{path}?limit=2")).json()
    found = [each["id"] for each in answer["items"]]
    while answer["next"] is not None:
        answer = (await call(site, "GET", f"{path}?limit=2&cursor={answer['next']}")).json()
        found += [each["id"] for each in answer["items"]]
    return found


async def test_a_node_is_read_with_its_type_and_category(database_url: str) -> None:
    async with open_site(database_url, flows=(ORDER,)) as site:
        start = await call(site, "GET", f"{NODES}/start")
        assert (start.status_code, start.headers["etag"]) == (200, '"0"')
        assert (start.json()["typeName"], start.json()["category"]) == ("chatbot.message_received", "trigger")
        asked = (await call(site, "GET", f"{NODES}/ask_name")).json()
        assert (asked["typeName"], asked["category"], asked["properties"]["variable"]) == (
            "chatbot.ask",
            "action",
            "name",
        )
        assert await every_id(site, NODES) == sorted(["opened", "start", "hello", "ask_name", "menu", "pizza", "salad"])


async def test_a_nodes_handles_and_output_follow_its_properties(database_url: str) -> None:
    async with open_site(database_url, flows=(ORDER,)) as site:
        menu = (await call(site, "GET", f"{NODES}/menu")).json()
        assert [each["name"] for each in menu["handles"]] == ["pizza", "salad", "other", "timeout", "undelivered"]
        assert menu["handles"][-3] == {"name": "other", "label": "No option fits"}
        assert (menu["outputs"][0]["name"], menu["outputs"][0]["type"]) == ("value", "text")
        options = [{"id": "soup", "label": "A soup"}]
        changed = await call(site, "PUT", f"{NODES}/menu/properties", {"text": "What?", "options": options})
        assert changed.json()["handles"][0] == {"name": "soup", "label": "A soup"}
        asked = await call(site, "PUT", f"{NODES}/ask_name/properties", {"text": "When?", "expect": "date"})
        assert asked.json()["outputs"][0]["type"] == "date"
        broken = (await call(site, "PUT", f"{NODES}/menu/properties", {"text": "What?"})).json()
        assert (broken["handles"], broken["outputs"]) == (None, None)
        sent_back = {name: value for name, value in broken.items() if name != "revision"}
        assert (await call(site, "PUT", f"{NODES}/menu", sent_back)).status_code == 200


async def test_edges_are_found_by_their_ends_and_by_ids_that_stay(database_url: str) -> None:
    async with open_site(database_url, flows=(ORDER,)) as site:
        ids = ["ask_name~menu", "hello~ask_name", "menu~pizza~pizza", "menu~salad~salad", "opened~hello"]
        assert await every_id(site, EDGES) == [*ids, "start~ask_name"]
        from_menu = (await call(site, "GET", f"{EDGES}?source=menu")).json()["items"]
        assert [(edge["sourceHandle"], edge["target"]) for edge in from_menu] == [
            ("pizza", "pizza"),
            ("salad", "salad"),
        ]
        to_name = (await call(site, "GET", f"{EDGES}?target=ask_name")).json()["items"]
        assert [edge["source"] for edge in to_name] == ["hello", "start"]
        again = await call(site, "PUT", f"{EDGES}/start~ask_name", {"source": "start", "target": "menu"})
        assert (again.status_code, again.headers["etag"], again.json()["target"]) == (200, '"1"', "menu")
        assert (await call(site, "GET", f"{EDGES}/start~ask_name")).json() == again.json()
        former = (await call(site, "GET", f"{EDGES}/start~ask_name?version=1")).json()
        assert (former["target"], former["revision"]) == ("ask_name", None)
        assert (await call(site, "DELETE", f"{EDGES}/start~ask_name")).status_code == 200
        assert await every_id(site, EDGES) == ids
        assert (await call(site, "DELETE", f"{EDGES}/start~ask_name")).json()["code"] == "edge.unknown"


async def test_a_node_from_its_creation_to_its_end(database_url: str) -> None:
    async with open_site(database_url, flows=(ORDER,)) as site:
        made = await call(site, "POST", NODES, BYE, if_match='"0"')
        assert (made.status_code, made.headers["etag"]) == (201, '"1"')
        edge = await call(site, "POST", EDGES, {"source": "pizza", "target": "bye"}, if_match='"1"')
        assert (edge.status_code, edge.json()["id"], edge.json()["revision"]) == (201, "pizza~bye", 2)
        texted = await call(site, "PUT", f"{NODES}/bye/properties", {"text": "See you"})
        assert texted.json()["properties"] == {"text": "See you"}
        moved = await call(site, "PUT", f"{NODES}/bye/position", {"x": 10, "y": -2.5})
        assert moved.json()["position"] == {"x": 10.0, "y": -2.5}
        sent_back = await call(site, "PUT", f"{NODES}/bye", {**moved.json(), "label": "The end"}, if_match='"4"')
        assert (sent_back.json()["label"], sent_back.json()["position"]) == ("The end", {"x": 10.0, "y": -2.5})
        deleted = await call(site, "DELETE", f"{NODES}/bye", if_match='"5"')
        assert (deleted.status_code, [each["id"] for each in deleted.json()["edges"]]) == (200, ["pizza~bye"])
        assert (await call(site, "GET", f"{NODES}/bye")).json()["code"] == "node.unknown"
        assert (await call(site, "DELETE", f"{EDGES}/pizza~bye")).json()["code"] == "edge.unknown"
        draft = (await call(site, "GET", "/workflows/order/draft")).json()
        assert draft["revision"] == 6
        versions = (await call(site, "GET", "/workflows/order/versions/1")).json()["documents"]["order"]
        assert [node["id"] for node in draft["document"]["nodes"]] == [node["id"] for node in versions["nodes"]]
        assert {each[0] for each in await changes(site)} == {"workflow.graph_edited"}
        assert (await changes(site))[1][1:] == (
            {"nodes": [], "edges": []},
            {"nodes": [], "edges": [{"id": "pizza~bye", "source": "pizza", "target": "bye"}]},
        )


async def test_of_two_concurrent_edits_the_later_one_is_refused(database_url: str) -> None:
    async with open_site(database_url, flows=(ORDER,)) as site:
        first = await call(site, "PUT", f"{NODES}/pizza/position", {"x": 1, "y": 1}, if_match='"0"')
        assert first.status_code == 200
        for method, path, body in (
            ("PUT", f"{NODES}/pizza/position", {"x": 2, "y": 2}),
            ("PUT", f"{NODES}/pizza/properties", {"text": "late"}),
            ("PUT", f"{NODES}/pizza", {**BYE, "id": "pizza"}),
            ("POST", NODES, BYE),
            ("DELETE", f"{NODES}/pizza", None),
            ("POST", EDGES, {"source": "pizza", "target": "salad"}),
            ("PUT", f"{EDGES}/ask_name~menu", {"source": "ask_name", "target": "pizza"}),
            ("DELETE", f"{EDGES}/ask_name~menu", None),
            ("PUT", "/workflows/order/positions", {"positions": {"pizza": {"x": 2, "y": 2}}}),
            ("PATCH", "/workflows/order/draft", {"edits": [{"op": "delete_node", "id": "pizza"}]}),
        ):
            late = await call(site, method, path, body, if_match='"0"')
            assert (late.status_code, late.json()["code"]) == (412, "draft.changed"), path
        assert (await call(site, "GET", f"{NODES}/pizza")).json() == first.json()


async def test_edits_at_the_same_moment_are_all_kept(database_url: str) -> None:
    async with open_site(database_url, flows=(ORDER,)) as site:
        made = await asyncio.gather(*(call(site, "POST", NODES, {**BYE, "id": f"bye{n}"}) for n in range(8)))
        assert sorted(answer.json()["revision"] for answer in made) == list(range(1, 9))
        graph = (await call(site, "GET", "/workflows/order/graph")).json()
        assert {f"bye{n}" for n in range(8)} <= {node["id"] for node in graph["nodes"]}
        named = await asyncio.gather(
            *(call(site, "PUT", f"{NODES}/bye{n}/position", {"x": n, "y": 0}, if_match='"8"') for n in range(4))
        )
        assert sorted(answer.status_code for answer in named) == [200, 412, 412, 412]


async def test_many_edits_are_one_revision_or_none(database_url: str) -> None:
    async with open_site(database_url, flows=(ORDER,)) as site:
        pasted = {
            "edits": [
                {"op": "create_node", "node": BYE},
                {"op": "create_edge", "edge": {"source": "pizza", "target": "bye"}},
                {"op": "delete_edge", "id": "menu~salad~salad"},
                {"op": "delete_node", "id": "salad"},
                {"op": "update_node_positions", "positions": {"start": {"x": 1, "y": 2}}},
            ]
        }
        done = await call(site, "PATCH", "/workflows/order/draft", pasted, if_match='"0"')
        assert (done.status_code, done.headers["etag"]) == (200, '"1"')
        assert [node["id"] for node in done.json()["nodes"]] == ["start", "bye"]
        assert [edge["id"] for edge in done.json()["edges"]] == ["pizza~bye"]
        assert (done.json()["deletedNodes"], done.json()["deletedEdges"]) == (["salad"], ["menu~salad~salad"])
        before = (await call(site, "GET", "/workflows/order/draft")).json()
        bad = {"edits": [{"op": "delete_node", "id": "pizza"}, {"op": "delete_node", "id": "nobody"}]}
        refused = await call(site, "PATCH", "/workflows/order/draft", bad)
        assert (refused.status_code, refused.json()["code"]) == (404, "node.unknown")
        assert refused.json()["detail"] == "edits[1]: there is no node 'nobody'"
        assert (await call(site, "GET", "/workflows/order/draft")).json() == before
        unknown = await call(site, "PATCH", "/workflows/order/draft", {"edits": [{"op": "paint"}]})
        assert (unknown.status_code, unknown.json()["code"]) == (422, "body.wrong_type")
        assert "create_node" in unknown.json()["hint"]
        misspelt = {"edits": [{"op": "create_node", "nodes": BYE}]}
        hint = (await call(site, "PATCH", "/workflows/order/draft", misspelt)).json()["hint"]
        assert hint == "did you mean node?"


async def test_what_does_not_fit_is_refused(database_url: str) -> None:
    async with open_site(database_url, flows=(ORDER,)) as site:
        for method, path, body, status, code in (
            ("GET", f"{NODES}/nobody", None, 404, "node.unknown"),
            ("GET", f"{NODES}/a%2Fb", None, 404, "http.not_found"),
            ("GET", f"{NODES}/%00", None, 404, "node.unknown"),
            ("DELETE", f"{NODES}/a%2Fb", None, 404, "http.not_found"),
            ("GET", f"{NODES}/start?version=9", None, 404, "version.unknown"),
            ("GET", "/workflows/nothing/nodes", None, 404, "workflow.unknown"),
            ("GET", "/workflows/nothing/graph", None, 404, "workflow.unknown"),
            ("POST", NODES, {**BYE, "id": "start"}, 409, "node.exists"),
            ("POST", NODES, {**BYE, "id": "a/b"}, 422, "id.invalid"),
            ("POST", NODES, {"id": "bye"}, 422, "document.missing_key"),
            ("POST", NODES, [BYE], 400, "body.not_object"),
            ("PUT", f"{NODES}/start", BYE, 422, "node.other_id"),
            ("PUT", f"{NODES}/start/position", {"x": 1}, 422, "body.missing_field"),
            ("POST", EDGES, {"source": "start", "target": "nobody"}, 422, "edge.unknown_node"),
            ("POST", EDGES, {"id": "ask_name~menu", "source": "start", "target": "menu"}, 409, "edge.exists"),
            ("GET", f"{EDGES}?source=menu&color=red", None, 400, "query.invalid"),
        ):
            refused = await call(site, method, path, body)
            assert (refused.status_code, refused.json()["code"]) == (status, code), (method, path)
        assert (await call(site, "GET", "/workflows/order/draft")).json()["revision"] == 0


async def test_an_edge_whose_id_has_a_slash_is_found(database_url: str) -> None:
    async with open_site(database_url, flows=(ORDER,)) as site:
        made = await call(site, "POST", EDGES, {"id": "a/b c", "source": "start", "target": "menu"})
        assert made.status_code == 201
        assert (await call(site, "GET", f"{EDGES}/a%2Fb%20c")).json() == made.json()
        assert (await call(site, "DELETE", f"{EDGES}/a%2Fb%20c")).status_code == 200


async def test_a_graph_is_the_workflow_with_its_nodes_and_edges(database_url: str) -> None:
    async with open_site(database_url, flows=(ORDER,)) as site:
        await call(site, "PUT", "/workflows/order/positions", {"positions": {"start": {"x": 5, "y": 6}}})
        graph = await call(site, "GET", "/workflows/order/graph")
        workflow = (await call(site, "GET", "/workflows/order")).json()
        assert workflow.items() <= graph.json().items()
        assert graph.headers["etag"] == '"1"'
        assert [node["id"] for node in graph.json()["nodes"]][:2] == ["opened", "start"]
        assert graph.json()["nodes"][1]["position"] == {"x": 5.0, "y": 6.0}
        assert len(graph.json()["edges"]) == 6


async def test_an_edited_graph_is_published_and_answers(database_url: str) -> None:
    async with open_site(database_url, flows=(TALK,)) as site:
        nodes = [{"id": "start", "type": "chatbot", "actionType": "message_received"}]
        await call(site, "POST", "/workflows", {"id": "hello", "nodes": nodes})
        await call(site, "POST", "/workflows/hello/nodes", BYE)
        await call(site, "POST", "/workflows/hello/edges", {"source": "start", "target": "bye"})
        assert (await call(site, "POST", "/workflows/hello/publish")).json()["version"] == 1
        assert await (await site.visit("hello")).say("hi") == ["Bye"]


async def test_a_viewer_reads_and_does_not_edit(database_url: str) -> None:
    async with open_site(database_url, flows=(ORDER,)) as site:
        key = (await call(site, "POST", "/keys", {"name": "Ann", "role": "viewer"})).json()["key"]
        assert (await call(site, "GET", f"{NODES}/start", key=key)).status_code == 200
        refused = await call(site, "DELETE", f"{NODES}/start", key=key)
        assert (refused.status_code, refused.json()["code"]) == (403, "scope.missing")


async def test_another_organization_has_no_such_workflow(database_url: str) -> None:
    async with open_site(database_url, flows=(ORDER,)) as site:
        stranger = Service(site.runtime, Principal(organization=999, actor="Eve", scopes=frozenset(Scope)))
        for made in (
            stranger.nodes.get_nodes_by_workflow_id("order"),
            stranger.nodes.get_node_by_node_id("order", "start", version=1),
            stranger.nodes.delete_node("order", "start"),
            stranger.edges.get_edges_by_source_node("order", "start"),
            stranger.edges.get_edges_by_target_node("order", "menu"),
            stranger.edges.create_edge("order", {"source": "start", "target": "menu"}),
            stranger.graphs.get_workflow_with_nodes_and_edges("order"),
            stranger.graphs.apply_edits("order", [DeleteNode(id="start")]),
        ):
            with pytest.raises(RejectedInbound) as refused:
                await made
            assert (refused.value.code, refused.value.status) == ("workflow.unknown", 404)
        assert await changes(site) == []


async def test_a_draft_does_not_grow_without_bound(database_url: str) -> None:
    async with open_site(database_url, flows=(ORDER,)) as site:
        large = {"text": "x" * (3 * 1024 * 1024)}
        assert (await call(site, "PUT", f"{NODES}/pizza/properties", large)).status_code == 200
        refused = await call(site, "PUT", f"{NODES}/salad/properties", large)
        assert (refused.status_code, refused.json()["code"]) == (413, "draft.too_large")
        assert orjson.loads(refused.content)["hint"]
