"""Canaries: every kind of secret goes through every channel of a served botflow, and is then looked for in all that it
has written or said: in its log, each table, the bytes of its files, Redis, artifacts, responses, and other commands.

The sweep is worth something only if it finds canaries: the same is served with the redaction cut out, and it must.
"""

from __future__ import annotations

import asyncio
import json
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import pytest
import redis
from pydantic.alias_generators import to_camel
from sqlalchemy import create_engine, select
from twilio.request_validator import RequestValidator

from botflow.keyring import Keyring
from botflow.runtime.vault import Vault
from botflow.storage.credentials import Credentials
from botflow.storage.database import open_database
from botflow.storage.tables import metadata
from botflow.web.app import OPERATIONS
from botflow.web.rest.operation import Operation
from tests.cli.processes import COMMAND, Process, run, running
from tests.local_client import local_client
from tests.redaction.echoing_server import echoing
from tests.redaction.written_secrets import clear
from tests.web.hooks.signing_services import sign

CANARIES = {
    "secret key": "canary-of-the-secret-key+/0123456789",
    "api key": "canary-of-the-api-key+/4711",
    "twilio token": "canary-of-the-twilio-token/4711",
    "openai key": "canary-of-the-openai-key/4711",
    "credential": "canary of the credential & more/4711",
    "webhook secret": "canary-of-the-webhook-secret/4711",
    "environment's webhook secret": "canary-of-the-environment/4711",
    "database password": "canary-of-the-database/4711",
    "redis password": "canary-of-redis/4711",
}
PUBLIC_URL = "https://bots.example.com"
UNMASKED = "tests.redaction.unmasked_botflow"
SEARCHED = ("results", "inbounds", "outbounds", "exports/inbounds", "exports/outbounds")  # of a workflow
STEPS = """
  - {id: echo, type: canary, actionType: sing, properties: {how: echo}, credential: canary, next: large}
  - {id: large, type: canary, actionType: sing, properties: {how: large}, credential: canary, next: crash}
  - {id: crash, type: canary, actionType: sing, properties: {how: crash}, credential: canary}
"""
SMS = """
id: sms
nodes:
  - {id: start, type: twilio, actionType: message_received, next: echo}
  - {id: echo, type: canary, actionType: sing, properties: {how: echo}, credential: canary, next: send}
  - {id: send, type: twilio, actionType: send_message, properties: {to: "+15551230002", text: "{{ $echo.first }}"}}
"""
HOOKS = f"""
id: hooks
executionMode: single
nodes:
  - id: signed
    type: trigger
    actionType: webhook
    properties: {{secret: hook, signature: {{scheme: stripe}}}}
    next: echo
  - {{id: plain, type: trigger, actionType: webhook, properties: {{secret: "env:CANARY_HOOK"}}, next: echo}}
  - {{id: start, type: trigger, actionType: manual, next: echo}}
{STEPS}
"""


@pytest.fixture
def redis_with_password(redis_url: str) -> Iterator[str]:
    with redis.Redis.from_url(redis_url) as client:
        client.acl_setuser(
            "canary", enabled=True, passwords=[f"+{CANARIES['redis password']}"], commands=["+@all"], keys=["*"],
            channels=["*"],
        )  # fmt: skip
        yield redis_url.replace("redis://", f"redis://canary:{quote(CANARIES['redis password'], safe='')}@")
        client.acl_deluser("canary")


def environment(url: str, redis_url: str, provider: str) -> dict[str, str]:
    passwords = [CANARIES["database password"], CANARIES["redis password"]]
    return {
        "BOTFLOW_DATABASE_URL": url,
        **({"BOTFLOW_REDIS_URL": redis_url} if redis_url else {}),
        "BOTFLOW_SECRET_KEY": CANARIES["secret key"],
        "BOTFLOW_API_KEY": CANARIES["api key"],
        "BOTFLOW_PUBLIC_URL": PUBLIC_URL,
        "TWILIO_ACCOUNT_SID": "AC" + "0a" * 16,
        "TWILIO_AUTH_TOKEN": CANARIES["twilio token"],
        "TWILIO_API_URL": provider,
        "OPENAI_API_KEY": CANARIES["openai key"],
        "OPENAI_BASE_URL": provider,
        "BOTFLOW_LOG_LEVEL": "debug",
        "CANARY_HOOK": CANARIES["environment's webhook secret"],
        "CANARY_PASSWORDS": " ".join(passwords) if redis_url else "",
        "PYTHONPATH": str(Path(__file__).parents[2]),
    }


async def add_credentials(url: str) -> None:
    database = await open_database(url, migrate=False)
    vault = Vault(Credentials(database.engine), Keyring(CANARIES["secret key"]))
    await vault.add("canary", "any", {"password": CANARIES["credential"]})
    await vault.add("hook", "webhook", {"secret": CANARIES["webhook secret"]})
    await database.close()


async def use(url: str) -> str:
    """Use every channel, rightly and wrongly; return all that was answered, artifacts among it."""
    said: list[str] = []
    by_key = {"authorization": f"Bearer {CANARIES['api key']}"}
    async with local_client(base_url=url, timeout=60) as client:

        async def call(method: str, path: str, **more: Any) -> Any:
            response = await client.request(method, path, **more)
            said.append(response.content.decode("latin-1") + repr(response.headers))
            return response

        token = (await call("POST", "/chat/chat/sessions")).json()["token"]
        visitor = {"authorization": f"Bearer {token}"}
        await call("POST", "/chat/chat/messages", json={"text": "hi"}, headers=visitor)
        await call("POST", "/chat/chat/messages", json={"text": "hi", "externalId": "ann"}, headers=by_key)
        await call("GET", "/chat/chat/messages", headers=visitor)
        for secret in CANARIES.values():  # where they do not belong
            await call("GET", "/chat/chat/messages", headers={"authorization": f"Bearer {secret}x"})
            await call("POST", "/hooks/hooks/plain", json={}, headers={"x-webhook-secret": f"{secret}x"})

        form = {"From": "+15551230001", "To": "+15550000001", "Body": "hi", "MessageSid": "SM" + "1b" * 16}
        form |= {"AccountSid": "AC" + "0a" * 16, "NumMedia": "0"}
        signature = RequestValidator(CANARIES["twilio token"]).compute_signature(f"{PUBLIC_URL}/twilio/sms", form)
        await call("POST", "/twilio/sms", data=form, headers={"x-twilio-signature": signature})

        body = b'{"id": "evt_1"}'
        headers = sign("stripe", [CANARIES["webhook secret"]], body, int(time.time()))
        await call("POST", "/hooks/hooks/signed", content=body, headers={**headers, "content-type": "application/json"})
        bearer = {"authorization": "Bearer " + CANARIES["environment's webhook secret"]}
        await call("POST", "/hooks/hooks/plain", json={}, headers=bearer)
        once = {**by_key, "idempotency-key": "once"}  # its answer is stored
        await call("POST", "/api/v1/workflows/hooks/executions", json={"input": {}}, headers=once)
        await call("POST", "/api/v1/workflows/hooks/executions", json={"input": {}}, headers=once)

        async with asyncio.timeout(90):
            while True:
                runs = (await call("GET", "/api/v1/executions?limit=50", headers=by_key)).json()["items"]
                if len(runs) >= 6 and all(run["status"] in ("completed", "failed") for run in runs):
                    break
                await asyncio.sleep(0.3)
        for run in runs:
            for part in ("", "/steps", "/logs", "/artifacts"):
                shown = (await call("GET", f"/api/v1/executions/{run['id']}{part}", headers=by_key)).json()
            for artifact in shown["items"][:10]:
                await call("GET", f"/api/v1/executions/{run['id']}/artifacts/{quote(artifact['key'])}", headers=by_key)
        searched = [f"/api/v1/{name}?workflow=hooks" for name in SEARCHED]
        for path in (*everything(), *searched, "/metrics"):
            await call("GET", path, headers=by_key)
    return "\n".join(said)


def everything() -> list[str]:
    """Return the address of each GET operation, for the workflow `hooks`, the first session and its first call."""
    paths = {"workflow": "hooks", "session": "1", "call": "1.1.0", "node": "echo", "version": "1"}
    queries = {"groupBy": "node", "workflow": "hooks", "externalId": "ann", "userId": "ann", "after": "2026-01-01"}
    queries |= {"before": "2026-01-02", "module": "webhook", "name": "hook", "address": "ann", "node": "start"}
    found = []
    for operation in OPERATIONS:
        if operation.method == "GET":
            needed = [to_camel(name) for name, item in _query(operation) if item.is_required()]
            address = re.sub(r"\{(\w+)\}", lambda part: paths.get(part[1], "1"), operation.address)
            found.append(f"{address}?{urlencode({name: queries[name] for name in needed})}")
    return [*found, "/api/v1/results?workflow=hooks&format=csv", "/api/v1/results?workflow=chat"]


def _query(operation: Operation) -> list[tuple[str, Any]]:
    return list(operation.query.model_fields.items()) if operation.query else []


def rows_of(url: str) -> str:
    """Return every column of every row, bytes as text."""
    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
    with engine.connect() as connection:
        rows = [row for table in metadata.sorted_tables for row in connection.execute(select(table))]
    engine.dispose()
    return "\n".join(
        value.decode("latin-1") if isinstance(value, bytes) else json.dumps(value, default=str, ensure_ascii=False)
        for row in rows
        for value in row
    )


def redis_of(url: str) -> str:
    with redis.Redis.from_url(url) as client:
        keys = list(client.scan_iter("*"))
        return "\n".join(f"{key!r} {client.dump(key)!r} {client.get(key)!r}" for key in keys)


def commands(folder: Path, program: str, variables: dict[str, str]) -> str:
    """Return what other commands print, of this database and of one that cannot be reached."""
    said = []
    wrong = {**variables, "BOTFLOW_DATABASE_URL": f"nosql://me:{quote(CANARIES['database password'], safe='')}@h/x"}
    calls: list[tuple[dict[str, str], list[str]]] = [
        (variables, ["sessions"]),
        *((variables, ["sessions", "show", str(number)]) for number in range(1, 6)),
        (variables, ["workflows"]),
        (variables, ["results", "hooks"]),
        (wrong, ["sessions"]),
    ]
    for given, arguments in calls:
        ended = run(folder, *arguments, program=program, environment=given)
        said.append(ended.out + ended.errors)
    return "\n".join(said)


def sweep(folder: Path, url: str, redis_url: str, program: str) -> dict[str, dict[str, list[str]]]:
    """Return, by place, the canaries that are clear there, each with the notations."""
    asyncio.run(add_credentials(url))
    (folder / "sms.yaml").write_text(SMS)
    (folder / "hooks.yaml").write_text(HOOKS)
    flows = [str(Path(__file__).parent / "canary_flow.py"), "sms.yaml", "hooks.yaml"]
    places: dict[str, str] = {}
    with echoing() as provider:
        variables = environment(url, redis_url, provider)
        with running(folder, "serve", *flows, "--port", "0", "--no-migrate", program=program, **variables) as server:
            server.wait_for("ready at ")
            places["responses"] = asyncio.run(use(server.url))
            server.wait_for("not_sent")
            places["redis"] = redis_of(redis_url) if redis_url else ""
            assert not redis_url or "botflow:" in places["redis"]
            places["files while it runs"] = files(folder)
            server.stop()
            places["log"] = server.output
        places["commands"] = commands(folder, program, variables)
    places["tables"] = rows_of(url)
    places["files"] = files(folder)
    _is_complete(server, places)
    return {
        place: hits
        for place, text in places.items()
        if (hits := {name: found for name, secret in CANARIES.items() if (found := clear(secret, text))})
    }


def files(folder: Path) -> str:
    return "\n".join(
        file.read_bytes().decode("latin-1")
        for file in folder.rglob("*")
        if file.is_file() and ".secret" not in file.name and not file.name.startswith("output-")
    )


def _is_complete(server: Process, places: dict[str, str]) -> None:
    """Each channel was really used: otherwise nothing would be there to find."""
    for event in ("ask_failed", "a library says", "webhook_refused", "credentials_refused", "not_sent"):
        assert event in places["log"], f"{event} is not in the log: {server.output[-3000:]}"
    for word in ("artifact", "executionId", "I heard", "model"):
        assert word in places["responses"], word
    assert "the database" in places["commands"] or "nosql" in places["commands"]


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_no_canary_is_clear_anywhere(kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    found = sweep(tmp_path, *_servers(kind, request), COMMAND)

    assert found == {}
    print(f"{kind}: {len(CANARIES)} canaries, {len(everything())} lists and things, 0 clear")


def test_the_sweep_finds_canaries_where_nothing_is_masked(tmp_path: Path, sqlite_url: str) -> None:
    found = sweep(tmp_path, sqlite_url, "", UNMASKED)

    assert {"responses", "log", "tables", "files"} <= found.keys()
    assert {"secret key", "api key", "twilio token", "openai key", "credential"} <= found["tables"].keys()


def _servers(kind: str, request: pytest.FixtureRequest) -> tuple[str, str]:
    if kind == "sqlite":
        return str(request.getfixturevalue("sqlite_url")), ""
    url = str(request.getfixturevalue("postgres_url"))
    scheme, _, rest = url.partition("://")
    user, _, place = rest.partition("@")
    password = quote(CANARIES["database password"], safe="")
    return f"{scheme}://{user.partition(':')[0]}:{password}@{place}", str(
        request.getfixturevalue("redis_with_password")
    )
