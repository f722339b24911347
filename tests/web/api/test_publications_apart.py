"""Publications and organizations (T14): a plan counts, moves and returns the sessions of its own organization alone."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx2
from sqlalchemy import select

from botflow.storage.tables import executions, publication_sessions, publications, sessions, workflows
from tests.web.api.calls import answered, call, organization_key, outcome
from tests.web.api.test_publications import ask, order, say
from tests.web.site import Site, open_site

PEOPLE = {"ours": 2, "theirs": 3}


def pizza(slug: str, question: str) -> dict[str, Any]:
    return order(ask("name", question, "name"), ask("size", "Size?", "size"), say("done", "{{ name }}")) | {"id": slug}


async def tell(site: Site, key: str, slug: str, person: str, text: str) -> list[str]:
    body = {"text": text, "externalId": person}
    answer = await site.client.post(f"/chat/{slug}/messages", json=body, headers={"authorization": f"Bearer {key}"})
    assert answer.status_code == 200, answer.text
    return [message["text"] for message in answer.json()["messages"]]


class Shared:
    """A site with two organizations, each with a workflow of the same nodes, people who wait there, and a new draft.
    The people have the same external ids."""

    def __init__(self, site: Site, keys: dict[str, str]) -> None:
        self.site = site
        self.keys = keys

    async def call(self, caller: str, method: str, path: str, body: Any = None) -> httpx2.Response:
        return await call(self.site, method, f"/workflows/{path}", body, key=self.keys[caller])

    async def plan(self, organization: str) -> dict[str, Any]:
        path = f"/workflows/{organization}/plan"
        return dict(await answered(self.site, "POST", path, {"default": "same"}, key=self.keys[organization]))

    async def rows(self, organization: str) -> list[Any]:
        """Return all that a publication writes of an organization's workflow and its sessions."""
        mine = select(workflows.c.id).where(workflows.c.slug == organization).scalar_subquery()
        of_sessions = select(sessions.c.id).where(sessions.c.workflow_id == mine)
        queries = (
            select(workflows).where(workflows.c.id == mine),
            select(sessions).where(sessions.c.workflow_id == mine),
            select(executions).where(executions.c.session_id.in_(of_sessions)),
            select(publications).where(publications.c.workflow_id == mine),
            select(publication_sessions).where(publication_sessions.c.session_id.in_(of_sessions)),
        )
        return await self.site.runtime.database.engine.read(
            lambda connection: [sorted(map(repr, connection.execute(query))) for query in queries]
        )

    async def finished(self, organization: str, publication: int, state: str) -> dict[str, Any]:
        async with asyncio.timeout(20):
            while True:
                read = (await self.call(organization, "GET", f"{organization}/publications/{publication}")).json()
                if read["state"] == state:
                    return dict(read)
                await asyncio.sleep(0.05)


@asynccontextmanager
async def open_shared(database_url: str) -> AsyncIterator[Shared]:
    async with open_site(database_url, flows=()) as site:
        keys = {slug: await organization_key(site, slug) for slug in PEOPLE}
        for slug, count in PEOPLE.items():
            await answered(site, "POST", "/workflows", pizza(slug, "Name?"), key=keys[slug])
            await answered(site, "POST", f"/workflows/{slug}/publish", key=keys[slug])
            for number in range(count):
                assert await tell(site, keys[slug], slug, f"p{number}", "hi") == ["Name?"]
            await answered(site, "PUT", f"/workflows/{slug}/draft", pizza(slug, "Your name?"), key=keys[slug])
        yield Shared(site, keys)


async def test_a_plan_counts_and_moves_and_returns_its_own_sessions(database_url: str) -> None:
    async with open_shared(database_url) as shared:
        theirs = await shared.rows("theirs")
        plan = await shared.plan("ours")
        counts = [(each["node"], each["waits"], each["wouldMove"]) for each in plan["nodes"]]
        assert (plan["waits"], plan["wouldMove"], counts) == (2, 2, [("name", 2, 2)])

        published = (await shared.call("ours", "POST", "ours/publish", {"token": plan["token"]})).json()
        done = await shared.finished("ours", published["publication"], "done")
        assert (done["moved"], done["stayed"], done["waiting"]) == (2, 0, 0)
        address = f"ours/publications/{published['publication']}/rollback"
        assert (await shared.call("ours", "POST", address)).status_code == 200
        assert (await shared.finished("ours", published["publication"], "returned"))["returned"] == 2

        assert await shared.rows("theirs") == theirs
        assert await tell(shared.site, shared.keys["theirs"], "theirs", "p0", "Ann") == ["Size?"]


async def test_another_organization_neither_plans_nor_publishes_nor_returns(database_url: str) -> None:
    """Not by the workflow's name, not with another's token on its own workflow, and not by the publication's number."""
    async with open_shared(database_url) as shared:
        plan = await shared.plan("theirs")
        mine = await shared.plan("ours")
        before = await shared.rows("theirs")
        unknown = (404, "workflow.unknown")
        assert outcome(await shared.call("ours", "POST", "theirs/plan", {"default": "restart"})) == unknown
        for token in (plan["token"], mine["token"]):
            assert outcome(await shared.call("ours", "POST", "theirs/publish", {"token": token})) == unknown
        taken = await shared.call("ours", "POST", "ours/publish", {"token": plan["token"]})
        assert outcome(taken) == (404, "plan.unknown")
        assert await shared.rows("theirs") == before

        published = (await shared.call("theirs", "POST", "theirs/publish", {"token": plan["token"]})).json()
        number = published["publication"]
        assert (await shared.finished("theirs", number, "done"))["moved"] == 3
        moved = await shared.rows("theirs")
        for slug in ("theirs", "ours"):
            for method, path in (("GET", ""), ("POST", "/rollback")):
                answer = await shared.call("ours", method, f"{slug}/publications/{number}{path}")
                assert outcome(answer) == (404, "publication.unknown"), f"{method} {slug}{path}"
        assert outcome(await shared.call("ours", "GET", "theirs/publications")) == unknown
        assert (await shared.call("ours", "GET", "ours/publications")).json()["items"] == []
        assert await shared.rows("theirs") == moved
