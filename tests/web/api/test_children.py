"""The runs that an execution started: page by page, and apart from the runs of its workflow that others see."""

from __future__ import annotations

import asyncio

import pytest

from tests.web.api.test_executions import call
from tests.web.site import Site, open_site

BRANCHES = 260
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
            page = (await call(site, "GET", f"{children}?limit=100{next}")).json()
            pages.append([child["id"] for child in page["items"]])
            next = f"&cursor={page['next']}" if page["next"] else None
        unlimited = (await call(site, "GET", children)).json()["items"]
        failed = (await call(site, "GET", f"{children}?status=failed")).json()["items"]
        top = (await call(site, "GET", "/executions?workflow=job&topLevel=true")).json()["items"]
        every = (await call(site, "GET", "/executions?workflow=job&topLevel=false&limit=3")).json()["items"]

    print(f"a fan-out of {BRANCHES}: pages of {[len(page) for page in pages]} children")
    assert [len(page) for page in pages] == [100, 100, 60]
    assert len({child for page in pages for child in page}) == BRANCHES
    assert (len(unlimited), failed, [one["id"] for one in top]) == (50, [], [parent])
    assert [one["trigger"] for one in every] == ["child"] * 3


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/executions?topLevel=yes", 400),
        ("/executions?toplevel=true", 400),
        ("/executions/{id}/children?status=over", 400),
        ("/executions/{id}/children?limit=0", 400),
        ("/executions/{id}/children?limit=101", 400),
        ("/executions/{id}/children?workflow=job", 400),
        ("/executions/{id}/children?cursor=7", 400),
    ],
)
async def test_a_wrong_page_is_refused(sqlite_url: str, path: str, status: int) -> None:
    async with open_site(sqlite_url, flows=(FAN,)) as site:
        made = (await call(site, "POST", "/workflows/job/executions", {"input": {"items": []}})).json()["id"]
        refused = await call(site, "GET", path.replace("{id}", made))

    assert refused.status_code == status, refused.text
