"""What an organization's credentials may be: no variables of the server for others, and one default for a module."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from sqlalchemy import Connection

from botflow.errors import UsageError
from botflow.records.access import Principal, Scope
from botflow.service.credentials.credential_changes import CredentialChanges
from botflow.storage.one_off import engine_of
from botflow.storage.organizations import find_organization
from tests.organizations import HOME
from tests.web.api.calls import answered, call, organization_key
from tests.web.site import API_KEY, ORDER, open_site

TWILIO = {"accountSid": "AC" + "0" * 32, "authToken": "a token"}


def hooked(id: str, **secrets: Any) -> dict[str, Any]:
    """Return a workflow that starts by a webhook with these secrets."""
    nodes = [
        {"id": "hook", "type": "trigger", "actionType": "webhook", "properties": secrets, "next": "say"},
        {"id": "say", "type": "logic", "actionType": "set", "properties": {"variables": {"x": 1}}},
    ]
    return {"id": id, "name": id, "executionMode": "single", "nodes": nodes}


async def test_variables_of_the_server_are_the_home_organizations(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("A_SECRET_OF_THE_SERVER", "secret of the server")
    async with open_site(database_url, flows=(ORDER,)) as site:
        theirs = await organization_key(site, "theirs")
        named = "env:A_SECRET_OF_THE_SERVER"
        await answered(site, "POST", "/workflows", hooked("home", secret=named))
        assert (await call(site, "POST", "/workflows/home/publish")).status_code == 200
        secret = {"authorization": "Bearer secret of the server"}
        assert (await site.client.post("/hooks/home/hook", json={}, headers=secret)).status_code == 202

        credential = {"module": "webhook", "name": "own", "fields": {"secret": "their own secret"}}
        await answered(site, "POST", "/credentials", credential, key=theirs)
        for id, secrets in (
            ("first", {"secret": named}),
            ("second", {"secret": "own", "formerSecrets": [named]}),
            ("third", {"secret": "own", "formerSecrets": ["env:BOTFLOW_SECRET_KEY"]}),
        ):
            await answered(site, "POST", "/workflows", hooked(id, **secrets), key=theirs)
            refused = await call(site, "POST", f"/workflows/{id}/publish", key=theirs)
            assert refused.status_code == 422
            [problem] = refused.json()["problems"]
            assert (problem["code"], problem["node"]) == ("credential.environment", "hook")
            assert "only the home organization" in problem["message"]


async def test_variables_of_the_server_are_the_home_organizations_at_each_call(database_url: str) -> None:
    """Also for a workflow that was published before that was refused."""
    async with open_site(database_url, flows=(ORDER,)) as site:
        await organization_key(site, "theirs")
        found = await site.runtime.database.engine.read(find_organization, "theirs")
        assert found is not None
        assert await site.runtime.vault.webhook_secret(HOME, "env:PATH")
        with pytest.raises(UsageError) as refused:
            await site.runtime.vault.webhook_secret(found.id, "env:PATH")
        assert refused.value.code == "credential.environment"


async def test_two_requests_at_once_leave_one_default(database_url: str) -> None:
    async with open_site(database_url, flows=(ORDER,)) as site:
        ids = []
        for name in ("one", "two"):
            new = {"module": "twilio", "name": name, "fields": TWILIO}
            ids.append((await answered(site, "POST", "/credentials", new))["id"])
        changes = CredentialChanges(
            safe=site.runtime.vault.safe,
            modules=site.runtime.credential_modules,
            networks=(),
            caller=Principal(organization=HOME, actor="test", scopes=frozenset(Scope)),
        )

        def choose(connection: Connection) -> None:
            changes.update(connection, ids[0], {}, is_default=True)

        engine = engine_of(database_url)
        connection = await asyncio.to_thread(engine.connect)
        transaction = await asyncio.to_thread(connection.begin)
        await asyncio.to_thread(choose, connection)
        other = asyncio.create_task(call(site, "PATCH", f"/credentials/{ids[1]}", {"isDefault": True}, key=API_KEY))
        await asyncio.sleep(0.3)
        await asyncio.to_thread(transaction.commit)
        await asyncio.to_thread(connection.close)
        assert (await other).status_code == 200
        listed = (await answered(site, "GET", "/credentials"))["items"]
        assert {each["name"]: each["isDefault"] for each in listed} == {"one": False, "two": True}
