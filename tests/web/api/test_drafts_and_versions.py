"""A workflow's life over HTTP: made as a draft, edited, checked, published, served, and rolled back."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest

from botflow.errors import RejectedInbound
from botflow.service import Principal, Scope
from botflow.service.workflows import publishing
from tests.organizations import HOME
from tests.web.api.calls import call, hello, outcome
from tests.web.site import ORDER, TALK, open_site, texts


async def test_a_workflow_from_its_first_draft_to_a_rollback(database_url: str) -> None:
    async with open_site(database_url, flows=(TALK,)) as site:
        made = await call(site, "POST", "/workflows", hello())
        assert (made.status_code, made.headers["etag"], made.json()["revision"]) == (201, '"1"', 1)
        assert made.json()["document"]["edges"] == [{"id": "start~say", "source": "start", "target": "say"}]
        listed = (await call(site, "GET", "/workflows?status=draft")).json()
        assert [(each["id"], each["version"], each["revision"]) for each in listed["items"]] == [("hello", None, 1)]
        refused = await call(site, "POST", "/workflows/hello/activate")
        assert outcome(refused) == (409, "workflow.not_published")
        assert (await site.client.post("/chat/hello/sessions")).status_code == 404

        published = await call(site, "POST", "/workflows/hello/publish", {"message": "The first"})
        assert published.json() == {"workflow": "hello", "version": 1, "replaced": None, "publication": None}
        visit = await site.visit("hello")
        assert await visit.say("hi") == ["Hello!"]

        edited = await call(site, "PUT", "/workflows/hello/draft", hello("Good day!"), if_match='"1"')
        assert (edited.status_code, edited.headers["etag"]) == (200, '"2"')
        late = await call(site, "PUT", "/workflows/hello/draft", hello("Too late"), if_match='"1"')
        assert outcome(late) == (412, "draft.changed")
        assert await visit.say("hi") == ["Hello!"]  # a draft is not served
        assert (await call(site, "POST", "/workflows/hello/publish")).json()["version"] == 2
        assert await visit.say("hi") == ["Good day!"]

        versions = (await call(site, "GET", "/workflows/hello/versions")).json()["items"]
        assert [(each["version"], each["active"], each["author"], each["message"]) for each in versions] == [
            (2, True, "BOTFLOW_API_KEY", None),
            (1, False, "BOTFLOW_API_KEY", "The first"),
        ]
        rolled_back = await call(site, "POST", "/workflows/hello/versions/1/rollback")
        assert rolled_back.json() == {"workflow": "hello", "version": 1, "replaced": 2, "publication": None}
        assert await visit.say("hi") == ["Hello!"]


async def test_a_draft_with_errors_is_kept_but_not_published(database_url: str) -> None:
    async with open_site(database_url, flows=(TALK,)) as site:
        broken = hello()
        broken["nodes"][0]["next"] = "nowhere"
        assert (await call(site, "POST", "/workflows", broken)).status_code == 201
        checked = (await call(site, "POST", "/workflows/hello/validate")).json()
        assert not checked["valid"]
        assert "edge.unknown_node" in {problem["code"] for problem in checked["problems"]}
        refused = await call(site, "POST", "/workflows/hello/publish")
        assert outcome(refused) == (422, "edge.unknown_node")
        [problem] = refused.json()["problems"]
        assert problem.items() <= checked["problems"][0].items()
        assert (await call(site, "POST", "/workflows/hello/validate", hello())).json() == {
            "valid": True,
            "problems": [],
        }
        unstored = await call(site, "POST", "/validate", {**broken, "id": "elsewhere"})
        assert (unstored.status_code, unstored.json()["valid"]) == (200, False), unstored.text
        described = {**hello(), "id": "elsewhere", "description": "Says hello"}
        assert (await call(site, "POST", "/validate", described)).json() == {"valid": True, "problems": []}
        assert (await call(site, "GET", "/workflows/elsewhere")).status_code == 404
        made = (await call(site, "POST", "/workflows", described)).json()
        assert made["document"]["description"] == "Says hello"


async def test_a_repeated_post_does_nothing_again(database_url: str) -> None:
    async with open_site(database_url, flows=(TALK,)) as site:
        first = await call(site, "POST", "/workflows", hello(), idempotency_key="a")
        again = await call(site, "POST", "/workflows", hello(), idempotency_key="a")
        assert (again.status_code, again.json()) == (201, first.json())
        assert again.headers["idempotency-replayed"] == "true"
        assert (await call(site, "POST", "/workflows", hello(), idempotency_key="b")).json()[
            "code"
        ] == "workflow.exists"
        other = await call(site, "POST", "/workflows", hello("Other"), idempotency_key="a")
        assert outcome(other) == (422, "idempotency.other_request")


async def test_keys_do_what_their_scopes_say_until_they_are_revoked(database_url: str) -> None:
    async with open_site(database_url, flows=(ORDER,)) as site:
        made = await call(site, "POST", "/keys", {"name": "CRM", "role": "operator"}, idempotency_key="k")
        assert made.status_code == 201
        key, id = made.json()["key"], made.json()["id"]
        assert (await call(site, "GET", "/workflows", key=key)).status_code == 200
        refused = await call(site, "POST", "/workflows/order/deactivate", key=key)
        assert outcome(refused) == (403, "scope.missing")
        headers = {"authorization": f"Bearer {key}"}
        spoken = await site.client.post(
            "/chat/order/messages", json={"text": "hi", "externalId": "ann"}, headers=headers
        )
        assert texts(spoken.json()) == ["What's your name?"]
        again = await call(site, "POST", "/keys", {"name": "CRM", "role": "operator"}, idempotency_key="k")
        assert outcome(again) == (409, "idempotency.not_kept")
        wrong: tuple[dict[str, Any], ...] = ({}, {"scopes": []}, {"role": "viewer", "scopes": ["keys:read"]})
        for given in wrong:
            refused = await call(site, "POST", "/keys", {"name": "x", **given})
            assert outcome(refused) == (422, "key.role_or_scopes")
        more = await call(site, "POST", "/keys", {"name": "x", "scopes": ["keys:write"]}, key=key)
        assert outcome(more) == (403, "scope.missing")
        [listed] = (await call(site, "GET", "/keys")).json()["items"]
        assert (listed["id"], listed["name"], "key" in listed) == (id, "CRM", False)
        assert listed["lastUsedAt"] is not None
        assert (await call(site, "POST", f"/keys/{id}/revoke")).json()["revokedAt"] is not None
        site.clock.ahead_s += 3  # what was read of a key is believed for two seconds
        gone = await call(site, "GET", "/workflows", key=key)
        assert outcome(gone) == (401, "token.invalid")


async def test_a_list_goes_on_where_its_page_ended(database_url: str) -> None:
    async with open_site(database_url, flows=(TALK,)) as site:
        for number in range(5):
            document = {**hello(), "id": f"hello{number}", "name": f"Hello {number % 2}"}
            assert (await call(site, "POST", "/workflows", document)).status_code == 201
        for sort in ("id", "-id", "name", "-name", "createdAt", "-createdAt", "updatedAt", "-updatedAt"):
            seen: list[str] = []
            address = f"/workflows?limit=2&sort={sort}"
            answer = (await call(site, "GET", address)).json()
            while True:
                seen += [each["id"] for each in answer["items"]]
                if answer["next"] is None:
                    break
                answer = (await call(site, "GET", f"{address}&cursor={answer['next']}")).json()
            assert sorted(seen) == ["hello0", "hello1", "hello2", "hello3", "hello4", "talk"]
        other = await call(site, "GET", "/workflows?limit=2")
        refused = await call(site, "GET", f"/workflows?sort=-id&cursor={other.json()['next']}")
        assert outcome(refused) == (400, "query.invalid")


async def test_the_api_describes_itself(database_url: str) -> None:
    async with open_site(database_url, flows=(TALK,)) as site:
        document = (await site.client.get("/openapi.json")).json()
        assert document["openapi"].startswith("3.1")
        assert document["paths"]["/api/v1/workflows/{workflow}"]["get"]["operationId"] == "getWorkflow"
        page = await site.client.get("/docs")
        assert "openapi.json" in page.text
        assert (await site.client.get("/docs/redoc.js")).status_code == 200


async def test_an_edit_while_a_draft_is_compiled_is_not_published_by_mistake(database_url: str) -> None:
    """The draft that was compiled and checked is the one that is published, or none is."""
    async with open_site(database_url, flows=(TALK,)) as site:
        assert (await call(site, "POST", "/workflows", hello())).status_code == 201
        who = Principal(organization=HOME, actor="test", scopes=frozenset(Scope))
        engine = site.runtime.database.engine
        compile_draft = partial(publishing.compile_draft, safe=site.runtime.vault.safe)
        compiled = await engine.read(compile_draft, HOME, "hello", site.runtime.node_types, None)
        assert (await call(site, "PUT", "/workflows/hello/draft", hello("Edited"))).status_code == 200
        with pytest.raises(RejectedInbound) as refused:
            await engine.write(publishing.publish_draft, who, *compiled, "")
        assert refused.value.code == "draft.changed"
        assert (await call(site, "GET", "/workflows/hello/versions")).json()["items"] == []
