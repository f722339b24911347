"""Credentials over HTTP: declared by modules, several sets for each, never shown again, kept while they are named."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import insert, select

from botflow import Plugin
from botflow.interfaces import CredentialField, CredentialModule, FieldType
from botflow.records.access import Principal, Scope
from botflow.service import Service
from botflow.service.credentials.credentials import NewCredential
from botflow.storage.tables import organizations
from botflow.storage.tables.service import audit_log
from tests.web.api.calls import call, hello, outcome
from tests.web.site import TALK, Site, open_site

SID, TOKEN = "AC" + "0a" * 16, "canary-of-production-4711"
PRODUCTION = {
    "module": "twilio",
    "name": "Production Twilio",
    "fields": {"accountSid": SID, "authToken": TOKEN},
}
SHOP = Plugin(
    name="shop",
    credential_modules=(
        CredentialModule(
            id="shop",
            name="Shop",
            fields=(
                CredentialField(id="pin", name="PIN", sensitive=True, required=True, pattern="[0-9]{4}"),
                CredentialField(id="port", name="Port", type=FieldType.NUMBER, default=443),
                CredentialField(id="test", name="Test mode", type=FieldType.BOOLEAN),
                CredentialField(id="zone", name="Zone", type=FieldType.SELECT, options=("eu", "us")),
            ),
        ),
    ),
)


async def add(site: Site, **more: Any) -> dict[str, Any]:
    made = await call(site, "POST", "/credentials", {**PRODUCTION, **more})
    assert made.status_code == 201, made.text
    return dict(made.json())


async def test_modules_say_which_fields_their_credentials_have(database_url: str) -> None:
    async with open_site(database_url, flows=(TALK,), plugins=(SHOP,)) as site:
        listed = (await call(site, "GET", "/credential-modules")).json()["items"]

    modules = {module["id"]: {field["id"]: field for field in module["fields"]} for module in listed}
    assert list(modules) == sorted(modules)
    assert {"openai", "shop", "twilio", "webhook"} <= modules.keys()
    assert list(modules["twilio"]) == ["accountSid", "authToken", "apiUrl", "verifyService"]
    assert list(modules["openai"]) == ["apiKey", "baseUrl", "model"]
    assert modules["twilio"]["authToken"]["sensitive"]
    assert modules["shop"]["zone"] == {
        "id": "zone",
        "name": "Zone",
        "description": "",
        "type": "select",
        "validation": {"required": False, "pattern": None, "maxLength": 8000, "options": ["eu", "us"]},
        "sensitive": False,
        "required": False,
        "default": None,
    }


async def test_a_set_from_its_creation_to_its_deletion_is_never_shown(database_url: str) -> None:
    async with open_site(database_url, flows=(TALK,)) as site:
        made = await call(site, "POST", "/credentials", PRODUCTION)
        shown = made.json()
        one = f"/credentials/{shown['id']}"
        assert (made.status_code, made.headers["etag"]) == (201, '"1"')
        assert shown["fields"] == {"accountSid": SID, "authToken": "••••4711"}
        assert (shown["user"], shown["isActive"], shown["isDefault"]) == (None, True, False)

        changed = await call(site, "PATCH", one, {"fields": {"authToken": "short"}}, if_match='"1"')
        assert (changed.status_code, changed.headers["etag"]) == (200, '"2"')
        assert changed.json()["fields"] == {"accountSid": SID, "authToken": "••••"}
        late = await call(site, "PATCH", one, {"fields": {"authToken": TOKEN}}, if_match='"1"')
        assert (late.status_code, late.json()["code"]) == (412, "credential.changed")
        echoed = await call(site, "PATCH", one, {"fields": shown["fields"]})  # as a form that was filled with it
        assert (echoed.status_code, echoed.json()["code"]) == (422, "credential.masked")
        url = {"fields": {"apiUrl": "https://api.example.com"}}
        assert (await call(site, "PATCH", one, url)).json()["fields"]["apiUrl"] == "https://api.example.com"
        assert "apiUrl" not in (await call(site, "PATCH", one, {"fields": {"apiUrl": None}})).json()["fields"]

        assert (await call(site, "POST", f"{one}/deactivate")).json()["isActive"] is False
        assert (await call(site, "GET", "/credentials/active?module=twilio")).json()["items"] == []
        assert len((await call(site, "GET", "/credentials?module=twilio")).json()["items"]) == 1
        assert (await call(site, "POST", f"{one}/activate")).json()["isActive"] is True
        assert (await call(site, "DELETE", one)).status_code == 204
        assert (await call(site, "GET", one)).json()["code"] == "credential.unknown"
        logged = await site.runtime.database.engine.read(
            lambda connection: connection.execute(select(audit_log.c.action, audit_log.c.after)).all()
        )

    assert [row.action.partition(".")[2] for row in logged] == [
        *("created", "updated", "updated", "updated", "deactivated", "activated", "deleted")
    ]
    assert logged[0].after["fields"] == {"accountSid": SID, "authToken": "••••4711"}
    assert TOKEN not in repr(logged)


async def test_sets_are_found_by_module_name_and_user(database_url: str) -> None:
    async with open_site(database_url, flows=(TALK,)) as site:
        await add(site)
        await add(site, name="Tests")
        await add(site, user="ann")
        await add(site, module="openai", name="Ours", fields={"apiKey": "sk-1234567890123"})

        async def names(query: str) -> list[tuple[str, str | None]]:
            listed = (await call(site, "GET", f"/credentials{query}")).json()["items"]
            return [(each["name"], each["user"]) for each in listed]

        assert await names("?module=twilio&user=bob") == [("Production Twilio", None), ("Tests", None)]
        assert await names("?module=twilio&user=ann") == [
            ("Production Twilio", None),
            ("Production Twilio", "ann"),
            ("Tests", None),
        ]
        assert len(await names("")) == 4
        found = await call(site, "GET", "/credentials/by-name?module=twilio&name=Production Twilio&user=ann")
        assert found.json()["user"] == "ann"
        found = await call(site, "GET", "/credentials/by-name?module=twilio&name=Production Twilio")
        assert found.json()["user"] is None
        other = await call(site, "GET", "/credentials/by-name?module=openai&name=Tests")
        assert (other.status_code, other.json()["code"]) == (404, "credential.unknown")
        first = (await call(site, "GET", "/credentials?limit=3")).json()
        rest = (await call(site, "GET", f"/credentials?limit=3&cursor={first['next']}")).json()
        assert (len(first["items"]), len(rest["items"]), rest["next"]) == (3, 1, None)


NO_SETS: list[tuple[dict[str, Any], str]] = [
    ({"module": "twilo"}, "credential.unknown_module"),
    ({"name": "a: b"}, "credential.name"),
    ({"fields": {"authToken": TOKEN}}, "credential.missing_field"),
    ({"fields": {"accountSid": SID, "authToken": TOKEN, "colour": TOKEN}}, "credential.unknown_field"),
    ({"fields": {"accountSid": TOKEN, "authToken": TOKEN}}, "credential.field"),
    ({"fields": {"accountSid": SID, "authToken": {"a": TOKEN}}}, "body.wrong_type"),
    ({"fields": {"accountSid": SID, "authToken": TOKEN, "apiUrl": TOKEN}}, "credential.field"),
    ({"fields": {"accountSid": SID, "authToken": 4711}}, "credential.field"),
    ({"fields": {"accountSid": SID, "authToken": "••••8d5c"}}, "credential.masked"),
    ({"user": "a\nb"}, "user.invalid"),
    ({"user": "ann", "isDefault": True}, "credential.users_default"),
    ({"module": "shop", "fields": {"pin": "12345"}}, "credential.field"),
    ({"module": "shop", "fields": {"pin": "1234", "zone": "asia"}}, "credential.field"),
    ({"module": "shop", "fields": {"pin": "1234", "port": True}}, "credential.field"),
]


async def test_what_is_no_set_of_its_module_is_refused_without_its_values(
    database_url: str, subtests: pytest.Subtests
) -> None:
    async with open_site(database_url, flows=(TALK,), plugins=(SHOP,)) as site:
        for number, (body, code) in enumerate(NO_SETS):
            with subtests.test(number=number, code=code):
                refused = await call(site, "POST", "/credentials", {**PRODUCTION, **body})
                kept = (await call(site, "GET", "/credentials")).json()["items"]

                assert (refused.status_code, refused.json()["code"], kept) == (422, code, [])
                assert TOKEN not in refused.text


async def test_values_keep_their_types_and_defaults(database_url: str) -> None:
    async with open_site(database_url, flows=(TALK,), plugins=(SHOP,)) as site:
        made = await add(site, module="shop", fields={"pin": "1234", "test": True, "zone": "eu"})
        again = await call(site, "POST", "/credentials", {**PRODUCTION})

    assert made["fields"] == {"pin": "••••", "test": True, "zone": "eu", "port": 443}
    assert (again.status_code, again.json()["code"]) == (409, "credential.exists")


async def test_a_module_has_one_default(database_url: str) -> None:
    async with open_site(database_url, flows=(TALK,)) as site:
        first = await add(site, isDefault=True)
        second = await add(site, name="Tests")
        assert first["isDefault"]
        await call(site, "PATCH", f"/credentials/{second['id']}", {"isDefault": True})
        listed = (await call(site, "GET", "/credentials")).json()["items"]

    assert [(each["name"], each["isDefault"]) for each in listed] == [("Production Twilio", False), ("Tests", True)]


async def test_another_organizations_credentials_do_not_exist(database_url: str) -> None:
    async with open_site(database_url, flows=(TALK,)) as site:
        theirs = await foreign_credential(site)
        answers = [
            await call(site, "GET", f"/credentials/{theirs}"),
            await call(site, "PATCH", f"/credentials/{theirs}", {"fields": {}}),
            await call(site, "POST", f"/credentials/{theirs}/activate"),
            await call(site, "POST", f"/credentials/{theirs}/deactivate"),
            await call(site, "DELETE", f"/credentials/{theirs}"),
            await call(site, "GET", "/credentials/by-name?module=twilio&name=Theirs"),
        ]
        assert {(answer.status_code, answer.json()["code"]) for answer in answers} == {(404, "credential.unknown")}
        assert (await call(site, "GET", "/credentials")).json()["items"] == []
        assert (await call(site, "GET", "/credentials/active")).json()["items"] == []


async def foreign_credential(site: Site, name: str = "Theirs") -> str:
    """Store a set of another organization and return its id."""
    organization = await site.runtime.database.engine.write(
        lambda connection: connection.execute(
            insert(organizations).values(slug="other", name="Other").returning(organizations.c.id)
        ).scalar_one()
    )
    service = Service(site.runtime, Principal(organization=organization, actor="test", scopes=frozenset(Scope)))
    made = await service.credentials.create_credential(NewCredential.model_validate({**PRODUCTION, "name": name}))
    return made.id


async def test_what_workflows_name_must_be_there_and_stays(database_url: str) -> None:
    async with open_site(database_url, flows=(TALK,)) as site:
        document = hello(credentials={"twilio": "Production Twilio"})
        await call(site, "POST", "/workflows", document)
        await foreign_credential(site, "Production Twilio")

        async def publish() -> tuple[int, str]:
            answer = await call(site, "POST", "/workflows/hello/publish")
            return answer.status_code, answer.json().get("code", "")

        assert await publish() == (422, "credential.unknown")
        checked = (await call(site, "POST", "/workflows/hello/validate")).json()
        assert checked["valid"]
        assert [(each["code"], each["severity"], each["path"]) for each in checked["problems"]] == [
            ("credential.unknown", "warning", "credentials.twilio")
        ]
        await add(site, user="ann")
        assert await publish() == (422, "credential.unknown")  # a conversation runs for no user
        await add(site, module="webhook", name="Other", fields={"secret": TOKEN})
        made = await add(site)
        one = f"/credentials/{made['id']}"
        await call(site, "POST", f"{one}/deactivate")
        assert await publish() == (422, "credential.unknown")
        await call(site, "POST", f"{one}/activate")
        assert await publish() == (200, "")

        await call(site, "POST", "/workflows/hello/deactivate")
        await call(site, "POST", f"{one}/deactivate")
        for body in (None, {"version": 1}):
            assert outcome(await call(site, "POST", "/workflows/hello/activate", body)) == (422, "credential.unknown")
        assert (await call(site, "GET", "/workflows/hello")).json()["status"] == "inactive"
        await call(site, "POST", f"{one}/activate")
        assert outcome(await call(site, "POST", "/workflows/hello/activate")) == (200, "")

        kept = await call(site, "DELETE", one)
        assert (kept.status_code, kept.json()["code"]) == (409, "credential.in_use")
        assert "hello" in kept.json()["detail"] + kept.json()["title"]
        await call(site, "PUT", "/workflows/hello/draft", hello())
        assert (await call(site, "DELETE", one)).status_code == 409  # the active version names it
        assert await publish() == (200, "")
        assert (await call(site, "DELETE", one)).status_code == 204
        back = await call(site, "POST", "/workflows/hello/versions/1/rollback")
        assert (back.status_code, back.json()["code"]) == (422, "credential.unknown")
        tried = {"percent": 10, "version": 1}
        assert outcome(await call(site, "POST", "/workflows/hello/canaries", tried)) == (422, "credential.unknown")
        one = f"/credentials/{(await add(site))['id']}"
        canary = (await call(site, "POST", "/workflows/hello/canaries", tried)).json()["id"]
        assert outcome(await call(site, "DELETE", one)) == (409, "credential.in_use")  # a version on trial names it
        await call(site, "POST", f"{one}/deactivate")
        promoted = await call(site, "POST", f"/workflows/hello/canaries/{canary}/promote")
        assert outcome(promoted) == (422, "credential.unknown")
        assert outcome(await call(site, "POST", f"/workflows/hello/canaries/{canary}/abort")) == (200, "")
        assert (await call(site, "DELETE", one)).status_code == 204


async def test_a_node_and_a_webhook_name_credentials_too(database_url: str) -> None:
    nodes = [
        {"id": "hook", "type": "trigger", "actionType": "webhook", "properties": {"secret": "Shop"}, "next": "say"},
        {"id": "say", "type": "logic", "actionType": "end", "credential": "Mail"},
    ]
    async with open_site(database_url, flows=(TALK,)) as site:
        await call(site, "POST", "/workflows", hello(nodes=nodes, executionMode="single"))
        refused = (await call(site, "POST", "/workflows/hello/publish")).json()

    named = {(problem["node"], problem["path"]) for problem in refused["problems"]}
    assert named == {("hook", "nodes[0].properties.secret"), ("say", "nodes[1].credential")}
