"""Canaries in every sensitive field of every module: stored, changed, refused and used, and then looked for in each
table (as text and as bytes), the database's file, the log, and the answers of every GET route."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from sqlalchemy import select
from structlog.testing import capture_logs

from botflow.runtime.sealing import SecretFields
from botflow.service.credentials.credentials import CredentialChange, NewCredential
from botflow.storage.tables import metadata
from botflow.storage.tables.service import idempotent_requests
from botflow.web.app import OPERATIONS
from tests.redaction.written_secrets import clear
from tests.web.api.calls import call, hello
from tests.web.site import TALK, Site, open_site

PLAIN: dict[str, str | int] = {
    "accountSid": "AC" + "0a" * 16,
    "verifyService": "VA" + "0a" * 16,
    "apiUrl": "https://api.example.com",
    "baseUrl": "https://models.example.com",
    "tokenUrl": "https://login.example.com/token",
    "header": "X-Api-Key",
    "sends": "form",
    "host": "smtp.example.com",
    "port": 587,
    "security": "starttls",
    "service": "slack",
    "algorithm": "HS256",
}
SENSITIVE = {("twilio", "authToken"), ("openai", "apiKey"), ("webhook", "secret"), ("http_bearer", "token")}
SENSITIVE |= {("http_basic", "password"), ("http_header", "value"), ("http_oauth", "clientSecret")}
SENSITIVE |= {
    ("email", "password"),
    ("slack", "botToken"),
    ("chat_webhook", "url"),
    ("records", "databaseUrl"),
    ("chat_users", "key"),
}


def canary(module: str, field: str, when: str) -> str:
    written = f"canary {module}/{field} of-{when}-471108"
    match field:
        case "token":  # which has no blanks
            return written.replace(" ", "-")
        case "url":
            return f"https://hooks.example.com/canary/{module}/{field}-of-{when}-471108"
        case "databaseUrl":
            return f"postgresql://shop:canary-{when}-471108@db.example.com/{module}"
    return written


async def use(site: Site, said: list[str]) -> list[str]:
    """Put canaries into every sensitive field in every way, and return them; all answers go to `said`."""
    secrets: list[str] = []

    async def tell(method: str, path: str, body: Any = None, **headers: str) -> Any:
        answer = await call(site, method, path, body, **headers)
        said.append(answer.text + repr(answer.headers))
        return answer.json() if "json" in answer.headers.get("content-type", "") else None

    found: set[tuple[str, str]] = set()
    for module in (await tell("GET", "/credential-modules"))["items"]:
        fields: dict[str, dict[str, Any]] = {"new": {}, "changed": {}, "wrong": {"colour": "x"}}
        for field in module["fields"]:
            for when, given in fields.items():
                given[field["id"]] = PLAIN.get(field["id"], "plain text")
                if field["sensitive"]:
                    given[field["id"]] = canary(module["id"], field["id"], when)
                    secrets.append(given[field["id"]])
                    found.add((module["id"], field["id"]))
        new = {"module": module["id"], "name": f"Set of {module['id']}", "fields": fields["new"], "isDefault": True}
        said.append(repr(NewCredential.model_validate(new)))
        said.append(
            repr(CredentialChange.model_validate({"fields": fields["new"]})) + repr(SecretFields(fields["new"]))
        )
        key = {"idempotency_key": f"once-{module['id']}"}
        made = await tell("POST", "/credentials", new, **key)
        await tell("POST", "/credentials", new, **key)
        await tell("POST", "/credentials", {**new, "fields": fields["wrong"]}, idempotency_key=f"no-{module['id']}")
        await tell("POST", "/credentials", {**new, "name": fields["wrong"]})
        await tell("PATCH", f"/credentials/{made['id']}", {"fields": fields["changed"]})
        await tell("PATCH", f"/credentials/{made['id']}", {"fields": fields["wrong"]})
        await tell("POST", f"/credentials/{made['id']}/deactivate")
        await tell("POST", f"/credentials/{made['id']}/activate")
        for path in _paths_read(made["id"], f"?module={module['id']}&name=Set of {module['id']}"):
            await tell("GET", path)
    assert found == SENSITIVE
    return secrets


def _paths_read(credential: str, name_query: str) -> list[str]:
    """Return the address of every GET route, with a value for each of its parts."""
    values = {"credential": credential, "workflow": "hello", "version": "1"}
    paths = [
        re.sub(r"\{(\w+)[^}]*\}", lambda part: values.get(part[1], "1"), operation.path)
        for operation in OPERATIONS
        if operation.method == "GET"
    ]
    return [path + (name_query if path.endswith("by-name") else "") for path in paths]


async def test_no_sensitive_field_is_clear_anywhere(database_url: str) -> None:
    said: list[str] = []
    with capture_logs() as logs:
        async with open_site(database_url, flows=(TALK,)) as site:
            names = {"twilio": "Set of twilio"}
            await call(site, "POST", "/workflows", hello(credentials=names))
            secrets = await use(site, said)
            await call(site, "POST", "/workflows/hello/publish")
            await site.client.post("/twilio/hello", data={"Body": "hi"}, headers={"x-twilio-signature": "wrong"})
            rows = await site.runtime.database.engine.read(
                lambda connection: [
                    row for table in metadata.sorted_tables for row in connection.execute(select(table))
                ]
            )
            kept = await site.runtime.database.engine.read(
                lambda connection: connection.execute(select(idempotent_requests.c.body)).scalars().all()
            )
    places = {
        "answers": "\n".join(said),
        "log": repr(logs),
        "rows": "\n".join(
            value.decode("latin-1") if isinstance(value, bytes) else json.dumps(value, default=str, ensure_ascii=False)
            for row in rows
            for value in row
        ),
        "files": files_of(database_url),
    }

    assert len(secrets) == 3 * len(SENSITIVE)
    assert "••••1108" in places["answers"]
    assert "••••1108" in places["rows"]  # in the audit log
    assert len(kept) == len(SENSITIVE)  # the answers of repeated requests, masked
    hits = [(place, secret) for place, text in places.items() for secret in secrets if clear(secret, text)]
    assert hits == []


def files_of(database_url: str) -> str:
    """Return the bytes of a SQLite database's files."""
    if not database_url.startswith("sqlite:///"):
        return ""
    file = Path(database_url.removeprefix("sqlite:///").partition("?")[0])
    return "".join(each.read_bytes().decode("latin-1") for each in file.parent.glob(f"{file.name}*"))
