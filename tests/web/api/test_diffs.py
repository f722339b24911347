"""The difference between versions and the draft over HTTP."""

from __future__ import annotations

import pytest

from botflow.errors import RejectedInbound
from botflow.service import Principal, Scope, Service
from tests.web.api.calls import call, hello
from tests.web.site import ORDER, TALK, open_site


async def test_a_draft_is_compared_with_what_is_served(database_url: str) -> None:
    async with open_site(database_url, flows=(ORDER,)) as site:
        same = (await call(site, "GET", "/workflows/order/diff")).json()
        assert (same["from"], same["to"], same["same"]) == (1, "draft", True)
        await call(site, "PUT", "/workflows/order/nodes/pizza/properties", {"text": "Here you are"})
        await call(site, "PUT", "/workflows/order/edges/start~ask_name", {"source": "start", "target": "menu"})
        await call(site, "PUT", "/workflows/order/positions", {"positions": {"hello": {"x": 1, "y": 2}}})
        found = (await call(site, "GET", "/workflows/order/diff")).json()
        assert found["text"] == [
            'pizza: text is now "Here you are", was "One pizza for {{ name }}.".',
            "Moved hello.",
            "start leads to menu, no longer to ask_name.",
        ]
        [changed] = found["nodesChanged"]
        assert changed["changes"] == [
            {
                "path": "properties.text",
                "kind": "changed",
                "before": "One pizza for {{ name }}.",
                "after": "Here you are",
            }
        ]
        assert found["nodesMoved"] == [{"id": "hello", "before": None, "after": {"x": 1.0, "y": 2.0}}]
        [edge] = found["edgesChanged"]
        assert (edge["before"]["target"], edge["after"]["target"]) == ("ask_name", "menu")


async def test_two_versions_are_compared_in_either_direction(database_url: str) -> None:
    async with open_site(database_url, flows=(TALK,)) as site:
        await call(site, "POST", "/workflows", hello())
        fresh = (await call(site, "GET", "/workflows/hello/diff")).json()
        assert (fresh["from"], len(fresh["nodesAdded"]), len(fresh["edgesAdded"])) == (None, 2, 1)
        await call(site, "POST", "/workflows/hello/publish")
        await call(site, "PUT", "/workflows/hello/draft", hello(language="de"))
        await call(site, "POST", "/workflows/hello/publish")
        on = (await call(site, "GET", "/workflows/hello/diff?from=1&to=2")).json()
        back = (await call(site, "GET", "/workflows/hello/diff?from=active&to=1")).json()
        assert on["text"] == ['The workflow\'s language is now "de", was not set.']
        assert back["text"] == ['The workflow\'s language is not set any more, was "de".']
        assert (back["from"], back["to"]) == (2, 1)


async def test_what_does_not_exist_is_not_compared(database_url: str) -> None:
    async with open_site(database_url, flows=(ORDER,)) as site:
        for path, status, code in (
            ("/workflows/nothing/diff", 404, "workflow.unknown"),
            ("/workflows/order/diff?from=9", 404, "version.unknown"),
            ("/workflows/order/diff?to=0", 400, "query.invalid"),
            ("/workflows/order/diff?from=newest", 400, "query.invalid"),
        ):
            refused = await call(site, "GET", path)
            assert (refused.status_code, refused.json()["code"]) == (status, code), path
        misspelt = await call(site, "GET", "/workflows/order/diff?form=1")
        assert misspelt.json()["hint"] == "did you mean from?"
        stranger = Service(site.runtime, Principal(organization=999, actor="Eve", scopes=frozenset(Scope)))
        with pytest.raises(RejectedInbound, match="no workflow"):
            await stranger.diffs.get_workflow_diff("order", 1)
