"""Contacts over HTTP: search, change, merge, import and export, on both databases."""

from __future__ import annotations

from collections.abc import AsyncIterator
from itertools import count
from typing import Any

import pytest

from botflow.service.people import contact_import
from botflow.storage.tables import contacts
from tests.web.api.calls import answered, call, organization_key, outcome
from tests.web.site import Site, open_site

VISITORS = count(1)


@pytest.fixture
async def site(database_url: str) -> AsyncIterator[Site]:
    async with open_site(database_url) as opened:
        yield opened


async def declare(site: Site) -> None:
    for name, declaration in {
        "plan": {"type": "choice", "choices": ["free", "pro"]},
        "age": {"type": "number"},
        "birthday": {"type": "date"},
    }.items():
        await answered(site, "PUT", f"/contact-fields/{name}", declaration)


async def made(site: Site, name: str, *addresses: str, **more: Any) -> dict[str, Any]:
    places = [dict(zip(("channel", "address"), each.split(":", 1), strict=True)) for each in addresses]
    places = places or [{"channel": "chat", "address": f"visitor {next(VISITORS)}"}]
    return dict(await answered(site, "POST", "/contacts", {"name": name, "addresses": places, **more}))


async def names(site: Site, query: str) -> list[str]:
    """Return the names of all pages of a search, two to a page."""
    found: list[str] = []
    cursor = ""
    while True:
        page = await answered(site, "GET", f"/contacts?limit=2&{query}{cursor}")
        found += [each["name"] for each in page["items"]]
        if page["next"] is None:
            return found
        cursor = f"&cursor={page['next']}"


async def test_contacts_are_found_by_name_address_field_and_group(site: Site) -> None:
    await declare(site)
    await made(site, "Ann Smith", "sms:+12125550111", fields={"plan": "pro", "age": 40}, join=["vip", "guests"])
    await made(site, "Bob Smithers", "sms:+12125550112", fields={"plan": "pro"}, join=["guests"])
    await made(site, "Smith Smithson", fields={"plan": "free", "birthday": "1990-05-17"}, join=["guests"])
    await made(site, "Zoë Ångström")

    assert await names(site, "") == ["Ann Smith", "Bob Smithers", "Smith Smithson", "Zoë Ångström"]
    assert await names(site, "name=smith") == ["Ann Smith", "Smith Smithson", "Bob Smithers"]
    assert await names(site, "name=ÅNG") == ["Zoë Ångström"]
    assert await names(site, "name=ann%20sm") == ["Ann Smith"]
    assert await names(site, "name=mith") == []
    assert await names(site, "address=%2B1%20212%20555%200111") == ["Ann Smith"]
    assert await names(site, "field=plan&value=pro") == ["Ann Smith", "Bob Smithers"]
    assert await names(site, "field=age&value=40") == ["Ann Smith"]
    assert await names(site, "field=birthday&value=1990-05-17&group=guests") == ["Smith Smithson"]
    assert await names(site, "group=guests") == ["Ann Smith", "Bob Smithers", "Smith Smithson"]
    assert await names(site, "group=guests&name=smith&field=plan&value=pro") == ["Ann Smith", "Bob Smithers"]
    assert await names(site, "group=nobody") == []
    for query, code in (("field=plan", "query.invalid"), ("field=x&value=1", "contact.field_unknown")):
        assert (await call(site, "GET", f"/contacts?{query}")).json()["code"] == code
    assert [group["name"] for group in (await answered(site, "GET", "/contact-groups"))["items"]] == ["guests", "vip"]


async def test_a_change_is_of_the_fields_that_it_names_and_needs_the_revision(site: Site) -> None:
    await declare(site)
    ann = await made(site, "Ann", "sms:+12125550111", fields={"plan": "pro", "age": 40})
    path = f"/contacts/{ann['id']}"
    read = await call(site, "GET", path)
    tag = read.headers["etag"]

    change = {"timeZone": "Europe/Berlin", "fields": {"age": None, "plan": "free"}, "join": ["vip"]}
    changed = await call(site, "PATCH", path, change, if_match=tag)

    assert changed.status_code == 200, changed.text
    shown = changed.json()
    assert (shown["name"], shown["timeZone"], shown["fields"]) == ("Ann", "Europe/Berlin", {"plan": "free"})
    assert shown["groups"] == ["vip"]
    assert {each["channel"] for each in shown["addresses"]} == {"sms", "whatsapp"}
    assert outcome(await call(site, "PATCH", path, change, if_match=tag)) == (412, "contact.changed")
    again = await call(site, "PATCH", path, change, if_match=changed.headers["etag"])
    assert again.headers["etag"] == changed.headers["etag"]  # nothing has changed
    for wrong, code in (
        ({"fields": {"age": "old"}}, "contact.value"),
        ({"fields": {"nothing": 1}}, "contact.field_unknown"),
        ({"timeZone": "Berlin"}, "contact.value"),
        ({"join": [" "]}, "contact.group_name"),
    ):
        assert outcome(await call(site, "PATCH", path, wrong)) == (422, code)
    assert outcome(await call(site, "GET", "/contacts/999")) == (404, "contact.unknown")
    log = await answered(site, "GET", f"/audit-log?subject=contact:{ann['id']}")
    edited = log["items"][0]
    assert edited["before"] == {"timeZone": None, "age": 40, "plan": "pro", "groups": []}
    assert edited["after"] == {"timeZone": "Europe/Berlin", "age": None, "plan": "free", "moved": {"vip": True}}


async def test_the_zone_of_an_address_is_the_persons_at_every_address(site: Site) -> None:
    await declare(site)
    ann = await made(site, "Ann", "sms:+12125550111", "chat:ann")
    await answered(site, "PUT", "/contacts/sms/%2B12125550111", {"timeZone": "Asia/Tokyo"})
    assert (await answered(site, "GET", f"/contacts/{ann['id']}"))["timeZone"] == "Asia/Tokyo"
    rows = await site.runtime.database.engine.read(lambda connection: connection.execute(contacts.select()).all())
    assert {row.time_zone for row in rows} == {"Asia/Tokyo"}


async def test_an_address_belongs_to_one_contact(site: Site) -> None:
    await declare(site)
    await made(site, "Ann", "sms:+12125550111")
    again = {"addresses": [{"channel": "whatsapp", "address": "+1 212 555 0111"}]}
    assert outcome(await call(site, "POST", "/contacts", again)) == (409, "contact.exists")
    nowhere = {"addresses": [{"channel": "pigeon", "address": "x"}]}
    assert outcome(await call(site, "POST", "/contacts", nowhere)) == (422, "contact.address")


async def test_two_contacts_become_one(site: Site) -> None:
    await declare(site)
    kept = await made(site, "Ann", "sms:+12125550111", fields={"plan": "pro"}, join=["vip"])
    other = await made(site, "Anna", "chat:anna", fields={"plan": "free", "age": 40}, join=["guests"])
    older = await made(site, "A.", "chat:a")
    path = f"/contacts/{other['id']}/merge"
    first = {"other": older["id"], "revision": other["revision"], "otherRevision": older["revision"]}
    other = dict(await answered(site, "POST", path, first))
    merge = {"other": other["id"], "revision": kept["revision"], "otherRevision": other["revision"], "take": ["name"]}
    path = f"/contacts/{kept['id']}/merge"
    for changed in ({"revision": 99}, {"otherRevision": 99}):
        assert outcome(await call(site, "POST", path, {**merge, **changed})) == (412, "contact.changed")
    assert outcome(await call(site, "POST", path, {**merge, "take": ["birthday"]})) == (422, "contact.not_taken")
    assert outcome(await call(site, "POST", path, {**merge, "other": kept["id"]}))[1] == "contact.same"

    one = await answered(site, "POST", path, merge)

    assert (one["name"], one["fields"], one["groups"]) == ("Anna", {"age": 40, "plan": "pro"}, ["guests", "vip"])
    assert {each["address"] for each in one["addresses"]} == {"+12125550111", "anna", "a"}
    for id in (other["id"], older["id"]):
        assert (await answered(site, "GET", f"/contacts/{id}"))["id"] == kept["id"]
    assert await names(site, "") == await names(site, "name=ann") == ["Anna"]
    logged = (await answered(site, "GET", f"/audit-log?subject=contact:{kept['id']}"))["items"][0]
    assert logged["action"] == "contact.merged"
    assert logged["before"]["merged"]["name"] == "Anna"
    assert logged["before"]["kept"]["name"] == "Ann"


CSV = """addresses,name,plan,age,groups
sms:+12125550111; chat:ann,Ann,pro,40,vip;guests
chat:bob,Bob,,,
chat:cyd,Cyd,gold,,
nowhere,Dan,,,
sms:12,Eve,,,
chat:fay,Fay
chat:gil,"'=1+1",,,
"""


async def imported(site: Site, text: str, *, dry_run: bool = False) -> dict[str, Any]:
    return dict(await answered(site, "POST", "/contact-imports", {"csv": text, "dryRun": dry_run}))


async def test_an_import_says_what_it_refuses_and_changes_nothing_the_second_time(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    await declare(site)
    monkeypatch.setattr(contact_import, "BATCH", 3)
    dry = await imported(site, CSV, dry_run=True)
    assert await names(site, "") == []
    first = await imported(site, CSV)
    second = await imported(site, CSV)

    assert {**dry, "dryRun": False} == first
    assert (first["rows"], first["created"], first["refused"]) == (7, 3, 4)
    assert [(each["line"], each["code"]) for each in first["problems"]] == [
        (4, "contact.value"),
        (5, "address.invalid"),
        (6, "address.invalid"),
        (7, "import.row"),
    ]
    assert (second["created"], second["changed"], second["unchanged"]) == (0, 0, 3)
    assert await names(site, "") == ["Ann", "Bob", "=1+1"]
    changed = await imported(site, "addresses,age,name\nchat:ann,41,\n")
    assert (changed["changed"], changed["unchanged"]) == (1, 0)
    for text in ("name\nAnn\n", "addresses,unheard\nchat:x,1\n", "addresses,addresses\n", ""):
        answer = await call(site, "POST", "/contact-imports", {"csv": text})
        assert outcome(answer) == (422, "import.column")


async def test_an_import_changes_no_consent(site: Site) -> None:
    await declare(site)
    await made(site, "Ann", "sms:+12125550111")
    await site.runtime.database.engine.write(
        lambda connection: connection.execute(contacts.update().values(stopped=True)).rowcount
    )
    await imported(site, "addresses,name\nsms:+12125550111,Anna\nwhatsapp:+12125550111,Annie\n")
    rows = await site.runtime.database.engine.read(lambda connection: connection.execute(contacts.select()).all())
    assert {row.stopped for row in rows} == {True}


async def test_what_is_exported_is_imported_without_a_change(site: Site) -> None:
    await declare(site)
    await imported(site, CSV)
    answer = await call(site, "GET", "/exports/people")
    lines = answer.text.splitlines()
    assert lines[0].startswith("addresses,name,language,timeZone,groups,age,birthday,plan,id,")
    assert "'=1+1" in answer.text
    again = await imported(site, answer.text)
    assert (again["rows"], again["unchanged"], again["refused"]) == (3, 3, 0)
    of_group = (await call(site, "GET", "/exports/people?format=jsonl&group=vip")).text
    assert of_group.count("\n") == 1
    assert '"name":"Ann"' in of_group


async def test_fields_are_declared_once_and_flows_declare_theirs(site: Site) -> None:
    await declare(site)
    assert outcome(await call(site, "PUT", "/contact-fields/name", {"type": "text"}))[1] == "contact_field.invalid"
    assert outcome(await call(site, "PUT", "/contact-fields/x", {"type": "choice"}))[1] == "contact_field.invalid"
    await made(site, "Ann", fields={"age": 40})
    assert outcome(await call(site, "PUT", "/contact-fields/age", {"type": "text"})) == (409, "contact_field.clash")
    assert outcome(await call(site, "DELETE", "/contact-fields/age")) == (409, "contact_field.in_use")
    assert (await call(site, "DELETE", "/contact-fields/birthday")).status_code == 204
    assert outcome(await call(site, "DELETE", "/contact-fields/birthday")) == (404, "contact_field.unknown")

    nodes = [{"id": "start", "type": "chatbot", "actionType": "message_received"}]
    document = {"botflow": 1, "id": "fields", "nodes": nodes}
    for fields, status in (
        ({"age": {"type": "number"}, "town": {"type": "text"}, "plan": {"type": "choice", "choices": ["gold"]}}, 200),
        ({"age": {"type": "date"}}, 409),
    ):
        body = {**document, "contactFields": fields}
        put = await call(site, "PUT", "/workflows/fields/draft", body)
        if put.status_code == 404:
            await answered(site, "POST", "/workflows", body)
        published = await call(site, "POST", "/workflows/fields/publish", {})
        assert published.status_code == status, published.text
    declared = (await answered(site, "GET", "/contact-fields"))["items"]
    assert {each["name"]: each["choices"] for each in declared} == {
        "age": [],
        "plan": ["free", "pro", "gold"],
        "town": [],
    }


async def test_another_organization_sees_and_changes_nothing(site: Site) -> None:
    await declare(site)
    ann = await made(site, "Ann", "sms:+12125550111", fields={"plan": "pro"}, join=["vip"])
    theirs = await organization_key(site, "luigi")
    path = f"/contacts/{ann['id']}"
    for method, where, body in (
        ("GET", path, None),
        ("PATCH", path, {"name": "Eve"}),
        ("POST", f"{path}/merge", {"other": ann["id"], "revision": 1, "otherRevision": 1}),
    ):
        assert outcome(await call(site, method, where, body, theirs)) == (404, "contact.unknown")
    for where in ("/contacts", "/contact-groups", "/contact-fields", "/contacts?name=ann", "/contacts?group=vip"):
        assert (await answered(site, "GET", where, None, theirs))["items"] == []
    eve = await answered(
        site, "POST", "/contacts", {"name": "Eve", "addresses": [{"channel": "sms", "address": "+12125550111"}]}, theirs
    )
    assert eve["id"] != ann["id"]
    merge = {"other": eve["id"], "revision": ann["revision"], "otherRevision": eve["revision"]}
    assert outcome(await call(site, "POST", f"{path}/merge", merge)) == (404, "contact.unknown")
