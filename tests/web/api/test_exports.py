"""Whole lists as files: they show what the lists show, of one organization, and each is in the audit log."""

from __future__ import annotations

import asyncio
import csv
import io
from collections.abc import Mapping
from typing import Any

import orjson
import pytest
from starlette.types import Message

from botflow.records.access import Principal, Scope
from botflow.service import Service
from botflow.service.exports import exports
from tests.organizations import HOME
from tests.storage.statements import noted_statements
from tests.web.api.calls import answered, call, hello, organization_key, outcome
from tests.web.site import API_KEY, ORDER, Site, open_site

SECRET = "secret-talks"  # in all that the other organization has
NUMBER = "+12125550199"
FORMULA = '=HYPERLINK("http://x","y")'
RATED = ORDER.replace("id: order\n", "id: order\nchat: {feedback: true}\n", 1)
# Of each kind: its list, and filters that both take.
LISTS = {
    "sessions": ("/workflows/order/sessions", ("workflow=order", "workflow=order&active=true&channel=chat")),
    "inbounds": ("/inbounds", ("workflow=order", "workflow=order&kind=message&after=2020-01-01", "status=new")),
    "outbounds": ("/outbounds", ("workflow=order", "externalId=p1", "workflow=order&turn=1")),
    "executions": ("/executions", ("", "workflow=order&status=waiting", "topLevel=true&before=2020-01-01")),
    "handoffs": ("/handoffs", ("state=ended", "state=open&workflow=order", "state=claimed&queue=none")),
    "feedback": ("/feedback", ("", "workflow=order&value=down&node=menu", "externalId=p2&after=2020-01-01")),
    "audit-log": ("/audit-log", ("subject=contact:sms:%2B12125550111", "before=2020-01-01")),
    "usage": ("/usage", ("", "groupBy=day&workflow=order")),
}


@pytest.fixture(autouse=True)
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every file be longer than a page."""
    monkeypatch.setattr(exports, "LARGEST_PAGE", 2)


async def talk(site: Site) -> None:
    for person, name in (("p1", FORMULA), ("p2", "@sum"), ("p3", "Ünal; -1"), ("p4", "4"), ("p5", "\t+1")):
        for text in ("hi", name):
            body = {"text": text, "externalId": person}
            said = await site.client.post("/chat/order/messages", json=body, headers=bearer(API_KEY))
            assert said.status_code == 200, said.text
            [message] = said.json()["messages"]
            thought = {"messageId": message["id"], "value": "down", "comment": name, "externalId": person}
            given = await site.client.post("/chat/order/feedback", json=thought, headers=bearer(API_KEY))
            assert given.status_code == 200, given.text
    for number, each in enumerate((await answered(site, "GET", "/workflows/order/sessions"))["items"]):
        await answered(site, "POST", f"/sessions/{each['id']}/hand-off", {"person": "Maria"})
        if number:
            await answered(site, "POST", f"/sessions/{each['id']}/return")
    for address in ("+12125550111", "+12125550112", "+12125550113"):
        zone = {"timeZone": "Europe/Berlin"}
        assert (await call(site, "PUT", f"/contacts/sms/{address}", zone)).status_code == 200


def bearer(key: str) -> dict[str, str]:
    return {"authorization": f"Bearer {key}"}


async def listed(site: Site, kind: str, query: str) -> list[Mapping[str, Any]]:
    """Return all that the list has."""
    address, _ = LISTS[kind]
    if kind == "sessions":
        query = query.removeprefix("workflow=order").removeprefix("&")
    if kind == "usage":
        return list((await answered(site, "GET", f"{address}?{query}"))["groups"])
    found: list[Mapping[str, Any]] = []
    page = await answered(site, "GET", f"{address}?limit=3&{query}")
    while page["next"]:
        found += page["items"]
        page = await answered(site, "GET", f"{address}?limit=3&{query}&cursor={page['next']}")
    return [*found, *page["items"]]


async def exported(site: Site, kind: str, query: str = "", key: str = API_KEY) -> str:
    answer = await call(site, "GET", f"/exports/{kind}?{query}", key=key)
    assert answer.status_code == 200, answer.text
    return answer.text


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


async def test_files_have_what_the_lists_have(database_url: str, subtests: pytest.Subtests) -> None:
    async with open_site(database_url, flows=(RATED,)) as site:
        await talk(site)
        for kind, (_, queries) in LISTS.items():
            for query in queries:
                with subtests.test(f"{kind}?{query}"):
                    shown = await listed(site, kind, query)
                    lines = (await exported(site, kind, f"format=jsonl&{query}")).splitlines()
                    rows = rows_of(await exported(site, kind, query))
                    assert [orjson.loads(line) for line in lines] == shown
                    assert len(rows) == len(shown)
                    for row, item in zip(rows, shown, strict=True):
                        assert list(row) == list(item)
                        assert {row[name] for name in item if item[name] is None} <= {""}
        with subtests.test("contacts, which have no list"):
            contacts = rows_of(await exported(site, "contacts", "channel=sms"))
            assert [each["address"] for each in contacts] == [f"'+1212555011{n}" for n in (1, 2, 3)]
            assert {(each["timeZone"], each["stopped"]) for each in contacts} == {("Europe/Berlin", "false")}
            assert await exported(site, "contacts", "channel=chat&format=jsonl") == ""
        with subtests.test("what people wrote is no formula, numbers are numbers, nested values are JSON"):
            rows = rows_of(await exported(site, "inbounds", "workflow=order"))
            said = {each["externalId"]: each["text"] for each in reversed(rows)}
            assert said == {"p1": f"'{FORMULA}", "p2": "'@sum", "p3": "Ünal; '-1", "p4": "4", "p5": "'\t'+1"}
            assert {(each["turn"], each["attempts"], each["media"]) for each in rows[:1]} == {("2", "0", "[]")}
            thoughts = rows_of(await exported(site, "feedback", "node=menu"))
            assert {each["externalId"]: each["comment"] for each in thoughts} == {**said, "p5": "'+1"}
        with subtests.test("a file that is empty has its columns"):
            empty = await exported(site, "executions", "before=2020-01-01")
            assert empty.startswith("id,workflow,version,status,")
            assert empty.count("\r\n") == 1


async def test_an_export_is_refused_as_its_list_is_and_then_is_in_no_audit_log(
    database_url: str, subtests: pytest.Subtests
) -> None:
    async with open_site(database_url, flows=(RATED,)) as site:
        for address, code in (
            ("inbounds", "query.too_wide"),
            ("outbounds?status=sent", "query.too_wide"),
            ("sessions?workflow=none", "workflow.unknown"),
            ("usage?after=2020-01-01&before=2021-01-01", "query.range"),
            ("usage?version=1", "query.version"),
            ("executions?status=none", "query.invalid"),
            ("executions?cursor=x", "query.invalid"),
            ("contacts?format=xls", "query.invalid"),
            ("keys", "http.not_found"),
        ):
            with subtests.test(address):
                assert outcome(await call(site, "GET", f"/exports/{address}"))[1] == code
        changes = await answered(site, "GET", "/audit-log")
        assert [each for each in changes["items"] if each["action"] == "export.begun"] == []


async def test_an_export_is_an_entry_of_the_audit_log(database_url: str) -> None:
    async with open_site(database_url, flows=(RATED,)) as site:
        await exported(site, "outbounds", "externalId=p1&after=2026-01-01&status=sent&format=jsonl")
        await exported(site, "audit-log")
        assert (await call(site, "GET", "/results?workflow=order")).status_code == 200
        entries = (await answered(site, "GET", "/audit-log"))["items"]
        assert [(each["action"], each["subject"], each["after"]) for each in entries[:3]] == [
            ("export.begun", "export:results", {"format": "csv", "workflow": "order"}),
            ("export.begun", "export:audit-log", {"format": "csv"}),
            (
                "export.begun",
                "export:outbounds",
                {"format": "jsonl", "externalId": "p1", "after": "2026-01-01T00:00:00+00:00", "status": "sent"},
            ),
        ]
        assert {(each["actor"], each["before"]) for each in entries[:3]} == {("BOTFLOW_API_KEY", None)}
        assert {each["address"] for each in entries[:3]} == {"127.0.0.1"}


async def test_a_question_for_the_headers_reads_no_file_and_is_no_export(database_url: str) -> None:
    async with open_site(database_url, flows=(RATED,)) as site:
        await talk(site)
        for kind in (*LISTS, "contacts"):
            address = f"/exports/{kind}?{'workflow=order' if kind in ('inbounds', 'outbounds') else ''}"
            got = await call(site, "GET", address)
            asked = await call(site, "HEAD", address)
            assert (asked.status_code, asked.content) == (200, b"")
            for header in ("content-type", "content-disposition", "cache-control"):
                assert asked.headers[header] == got.headers[header]
        assert (await call(site, "HEAD", "/results?workflow=order")).status_code == 200
        for refused in ("inbounds", "sessions?workflow=none"):
            statuses = {(await call(site, method, f"/exports/{refused}")).status_code for method in ("GET", "HEAD")}
            assert len(statuses) == 1
            assert statuses <= {400, 404}
        everything = Principal(organization=HOME, actor="app", scopes=frozenset(Scope))
        empty = await Service(site.runtime, everything).exports.without_rows().export_sessions(workflow="order")
        assert [batch async for batch in empty.batches] == []
        log = await answered(site, "GET", "/audit-log")
        assert len([each for each in log["items"] if each["action"] == "export.begun"]) == len(LISTS) + 1


async def test_a_file_has_nothing_of_another_organization(database_url: str) -> None:
    async with open_site(database_url, flows=(RATED,)) as site:
        theirs, ours = await organization_key(site, "theirs"), await organization_key(site, "ours")
        session = await conversation_of(site, theirs)
        for kind in exports.KINDS:
            query = f"session={session}&" if kind in ("inbounds", "outbounds") else ""
            shown = await exported(site, kind, f"{query}format=jsonl", key=theirs)
            assert SECRET in shown or NUMBER in shown or kind in ("usage", "handoffs")
            found = await exported(site, kind, f"{query}format=jsonl", key=ours)
            assert SECRET not in found
            assert NUMBER not in found
            assert found == "" or kind == "audit-log", kind
        assert (await call(site, "GET", f"/results?workflow={SECRET}", key=theirs)).status_code == 200
        refused = await call(site, "GET", f"/results?workflow={SECRET}", key=ours)
        assert refused.status_code == 404, "a file of another organization's workflow"
        assert outcome(refused)[1] == "workflow.unknown"


async def conversation_of(site: Site, key: str) -> str:
    """Let a person talk with a workflow of the key's organization; return the number of their session."""
    talks = hello(SECRET, id="secret-talks", chat={"feedback": True})
    assert (await call(site, "POST", "/workflows", talks, key=key)).status_code == 201
    assert (await call(site, "POST", "/workflows/secret-talks/publish", {}, key=key)).status_code == 200
    known = {"name": SECRET, "addresses": [{"channel": "chat", "address": SECRET}]}
    assert (await call(site, "POST", "/contacts", known, key=key)).status_code == 201
    body = {"text": SECRET, "externalId": SECRET}
    said = await site.client.post("/chat/secret-talks/messages", json=body, headers=bearer(key))
    assert said.status_code == 200, said.text
    thought = {"messageId": said.json()["messages"][0]["id"], "value": "up", "comment": SECRET, "externalId": SECRET}
    given = await site.client.post("/chat/secret-talks/feedback", json=thought, headers=bearer(key))
    assert given.status_code == 200, given.text
    assert (await call(site, "PUT", f"/contacts/sms/{NUMBER}", {"timeZone": None}, key=key)).status_code == 200
    [session] = (await answered(site, "GET", "/workflows/secret-talks/sessions", key=key))["items"]
    return str(session["id"])


async def test_a_client_that_leaves_ends_the_reading(database_url: str) -> None:
    async with open_site(database_url, flows=(RATED,)) as site:
        await talk(site)
        caller = Principal(organization=HOME, actor="test", scopes=frozenset(Scope))
        left = await Service(site.runtime, caller).exports.export_inbounds(workflow="order")
        with noted_statements() as before_leaving:
            await anext(left.batches)  # the header, without a statement
            await anext(left.batches)  # what was read before the answer began
            assert before_leaving == []
            await anext(left.batches)
            one_page = len(before_leaving)
        assert one_page > 0
        address = ("/api/v1/exports/inbounds", b"workflow=order")
        with noted_statements() as whole:
            assert await bodies_until_the_client_leaves(site, *address, after=99) == 7  # header, five pages, the end
        with noted_statements() as begun:
            assert await bodies_until_the_client_leaves(site, *address, after=2) <= 3
        assert len(begun) <= len(whole) - 3 * one_page


async def bodies_until_the_client_leaves(site: Site, path: str, query: bytes, *, after: int) -> int:
    """Call the application as uvicorn does for a client that closes its connection after so many bodies; return how
    many were sent."""
    sent = 0
    is_closed = asyncio.Event()

    async def receive() -> Message:
        await is_closed.wait()
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        nonlocal sent
        sent += message["type"] == "http.response.body"
        if sent >= after:
            is_closed.set()

    scope = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "root_path": "",
        "query_string": query,
        "headers": [(b"authorization", f"Bearer {API_KEY}".encode())],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 80),
        "state": {},
    }
    await site.app(scope, receive, send)
    return sent
