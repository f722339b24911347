"""A webhook that is changed: what it is sent by counts at once, also beside a process that sends to it."""

from __future__ import annotations

import asyncio
from typing import Any

import psycopg
import pytest
from sqlalchemy import select, update

from botflow.storage.engines.dialects import now
from botflow.storage.tables import event_consumers
from tests.runtime.until import until
from tests.web.api.calls import answered
from tests.web.site import ORDER, Site, open_site


async def told_by_another(site: Site) -> None:
    """Let another process tell the consumer, which has failed often."""
    busy = {"owner": "another", "owned_until": now(3_600), "failures": 5, "latest": 9, "due_at": now(3_600)}
    told = update(event_consumers).values(busy)
    await site.runtime.database.engine.write(lambda connection: connection.execute(told).rowcount)


@pytest.mark.parametrize("database_kind", ["sqlite"])
async def test_a_webhook_with_another_url_types_or_secret_is_told_at_once_with_these(database_url: str) -> None:
    async with open_site(database_url, flows=(ORDER,), worker=None) as site:
        made = await answered(site, "POST", "/webhooks", {"url": "https://example.com/a"})
        one = f"/webhooks/{made['id']}"
        columns = (event_consumers.c.owner, event_consumers.c.failures, event_consumers.c.is_enabled)
        changes: tuple[tuple[str, str, dict[str, Any], tuple[Any, ...]], ...] = (
            ("PATCH", one, {"url": "https://example.com/b"}, (None, 0, True)),
            ("PATCH", one, {"types": ["step.*"]}, (None, 0, True)),
            ("POST", f"{one}/rotate", {"overlapHours": 0}, (None, 0, True)),
            ("PATCH", one, {"description": "of the shop"}, ("another", 5, True)),
            ("PATCH", one, {"url": "https://example.com/b"}, ("another", 5, True)),  # as it is
            ("PATCH", one, {"url": "https://example.com/c", "status": "disabled"}, (None, 5, False)),
        )
        for method, path, body, expected in changes:
            await told_by_another(site)
            await answered(site, method, path, body)
            row = await site.runtime.database.engine.read(lambda connection: connection.execute(select(*columns)).one())
            assert tuple(row) == expected, body
        await answered(site, "PATCH", one, {"url": "https://example.com/d"})
        await answered(site, "POST", f"{one}/rotate", {})
        row = await site.runtime.database.engine.read(lambda connection: connection.execute(select(*columns)).one())
        assert tuple(row) == (None, 5, False)  # one that is disabled stays so


async def test_a_webhook_is_changed_while_a_process_writes_what_became_of_an_event(postgres_url: str) -> None:
    """The one has the webhook's row and wants the consumer's, the other one has that, and refers to the webhook's."""
    async with open_site(postgres_url, flows=(ORDER,), worker=None) as site:
        made = await answered(site, "POST", "/webhooks", {"url": "https://example.com/"})
        with psycopg.connect(postgres_url) as teller:
            teller.execute("SET lock_timeout = '5s'")
            teller.execute("UPDATE event_consumers SET failures = failures")
            rotating = asyncio.create_task(answered(site, "POST", f"/webhooks/{made['id']}/rotate", {}))
            waits = "SELECT count(*) FROM pg_locks WHERE NOT granted"
            await until(lambda: teller.execute(waits).fetchone() == (1,))
            tried = "INSERT INTO webhook_deliveries VALUES (%s, 1, 'x', 'delivered', 1, 200, NULL, now())"
            teller.execute(tried, (made["id"],))
        assert (await rotating)["secret"] != made["secret"]
