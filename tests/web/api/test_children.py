"""The runs that an execution started: page by page, and apart from the runs of its workflow that others see."""

from __future__ import annotations

import asyncio

from tests.web.api.test_executions import call
from tests.web.site import Site, open_site

BRANCHES = 120
FAN = """
botflow: 1
id: job
executionMode: single
nodes:
  - {id: start, type: trigger, actionType: manual, next: fan}
  - id: fan
    type: logic
    actionType: parallel
    properties: {each: "{{ $input.items }}", variable: item}
    on: {each: note, done: end}
  - {id: note, type: logic, actionType: set, properties: {variables: {seen: "{{ item }}"}}}
  - {id: end, type: logic, actionType: end, properties: {output: done}}
"""


async def ended(site: Site, execution: str) -> None:
    async with asyncio.timeout(120):  # hundreds of runs, beside other tests
        while True:
            if (await call(site, "GET", f"/executions/{execution}")).json()["status"] == "completed":
                return
            await asyncio.sleep(0.2)


async def test_children_are_read_page_by_page_and_lists_can_leave_them_out(database_url: str) -> None:
    async with open_site(database_url, flows=(FAN,)) as site:
        body = {"input": {"items": list(range(BRANCHES))}}
        parent = (await call(site, "POST", "/workflows/job/executions", body)).json()["id"]
        await ended(site, parent)
        pages: list[list[str]] = []
        next: str | None = ""
        children = f"/executions/{parent}/children"
        while next is not None:
            page = (await call(site, "GET", f"{children}?limit=50{next}")).json()
            pages.append([child["id"] for child in page["items"]])
            next = f"&cursor={page['next']}" if page["next"] else None
        longest = (await call(site, "GET", f"{children}?limit=100")).json()["items"]
        unlimited = (await call(site, "GET", children)).json()["items"]
        failed = (await call(site, "GET", f"{children}?status=failed")).json()["items"]
        top = (await call(site, "GET", "/executions?workflow=job&topLevel=true")).json()["items"]
        every = (await call(site, "GET", "/executions?workflow=job&topLevel=false&limit=3")).json()["items"]

    print(f"a fan-out of {BRANCHES}: pages of {[len(page) for page in pages]} children")
    assert [len(page) for page in pages] == [50, 50, 20]
    assert len({child for page in pages for child in page}) == BRANCHES
    assert [child["id"] for child in longest] == [*pages[0], *pages[1]]
    assert (len(unlimited), failed, [one["id"] for one in top]) == (50, [], [parent])
    assert [one["trigger"] for one in every] == ["child"] * 3


WRONG = (
    "/executions?topLevel=yes",
    "/executions?toplevel=true",
    "/executions/{id}/children?status=over",
    "/executions/{id}/children?limit=0",
    "/executions/{id}/children?limit=101",
    "/executions/{id}/children?workflow=job",
    "/executions/{id}/children?cursor=7",
)


async def test_a_wrong_page_is_refused(sqlite_url: str) -> None:
    async with open_site(sqlite_url, flows=(FAN,)) as site:
        made = (await call(site, "POST", "/workflows/job/executions", {"input": {"items": []}})).json()["id"]
        refused = {path: (await call(site, "GET", path.replace("{id}", made))).status_code for path in WRONG}

    assert refused == dict.fromkeys(WRONG, 400)
