"""Senseless calls get their documented codes; nothing is stored or shown."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx2
import pytest

from tests.engine.conversation import node
from tests.triggering.workflows_to_start import ORDER_SCHEMA, publish, run_flow
from tests.web.bad_calls import HOOK_SECRET, LONG, ROWS, SECRETS, STARTS, Bad
from tests.web.site import Site, open_site


@pytest.fixture
async def site(database_url: str) -> AsyncIterator[Site]:
    async with open_site(database_url, worker=None) as opened:
        await opened.runtime.vault.add("shop", "webhook", {"secret": HOOK_SECRET})
        signature = {"header": "X-Hub-Signature-256", "prefix": "sha256="}
        await publish(
            opened.runtime.database,
            run_flow("job", node("go", "trigger.manual", schema=ORDER_SCHEMA)),
            run_flow("plain", node("hook", "trigger.webhook", secret="shop")),
            run_flow("strict", node("hook", "trigger.webhook", secret="shop", schema=ORDER_SCHEMA)),
            run_flow("signed", node("hook", "trigger.webhook", secret="shop", signature=signature)),
            run_flow("keyed", node("hook", "trigger.webhook", secret="shop", key="{{ $input.id }}")),
            run_flow("person", node("go", "trigger.manual"), executionMode="persistent"),
            run_flow("listener", node("start", "trigger.event", event="paid")),
        )
        await opened.runtime.flows.refresh()
        yield opened


async def ask(site: Site, row: Bad) -> httpx2.Response:
    headers = [(name.encode(), value.encode("latin-1")) for name, value in row.headers.items()]
    return await site.client.request(row.method, row.path, content=row.body or None, headers=headers)


async def test_each_senseless_call_gets_its_code_and_changes_nothing(
    site: Site, subtests: pytest.Subtests, capsys: pytest.CaptureFixture[str]
) -> None:
    before = await site.state_hash()

    for number, row in enumerate(ROWS):
        with subtests.test(msg=f"{number}: {row.method} {row.path[:80]} {row.body[:60]!r} {list(row.headers)}"):
            response = await ask(site, row)
            problem = response.json()
            assert (response.status_code, problem["code"], problem["status"]) == (row.status, row.code, row.status)
            assert response.headers["content-type"] == "application/problem+json"
            assert problem["title"]
            assert problem["detail"]
            assert "Traceback" not in response.text
            assert len(response.content) < 2_000 or row.path.count(LONG)
            assert not [secret for secret in SECRETS if secret in response.text]

    assert await site.state_hash() == before
    logged = capsys.readouterr()
    assert "webhook_refused" in logged.out + logged.err
    assert not [secret for secret in SECRETS if secret in logged.out + logged.err]
    good = Bad(202, "", "POST", STARTS, b'{"input": {"order": 1}, "key": "k"}')
    assert (await ask(site, good)).status_code == 202
    print(f"{len(ROWS)} senseless calls: nothing stored, and the next start was taken")
