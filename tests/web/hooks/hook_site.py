"""A site whose workflows are started by webhooks, and requests to them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx2

from tests.engine.conversation import node
from tests.triggering.workflows_to_start import publish, run_flow
from tests.web.site import Site, open_site

SECRET = "whsec-canary-1234567890"
FORMER_SECRET = "whsec-former-1234567890"
BEARER = {"authorization": f"Bearer {SECRET}"}
JSON_TYPE = {"content-type": "application/json"}


def hook(id: str = "hook", **more: Any) -> dict[str, Any]:
    """Return a webhook of the secret `shop`."""
    return node(id, "trigger.webhook", **{"secret": "shop", **more})


@asynccontextmanager
async def open_hooks(database_url: str, **flows: dict[str, Any]) -> AsyncIterator[Site]:
    """Serve a workflow for each of these triggers, by its name; nothing runs."""
    async with open_site(database_url, worker=None) as site:
        await site.runtime.vault.add("shop", "webhook", {"secret": SECRET})
        await site.runtime.vault.add("former", "webhook", {"secret": FORMER_SECRET})
        await publish(site.runtime.database, *(run_flow(name, trigger) for name, trigger in flows.items()))
        await site.runtime.flows.refresh()
        yield site


async def post(
    site: Site, path: str, body: bytes = b"{}", headers: dict[str, str] | list[tuple[str, str]] | None = None
) -> httpx2.Response:
    """Post a body, JSON unless a header says otherwise."""
    given = list(headers.items()) if isinstance(headers, dict) else headers or []
    kind = [] if any(name.lower() == "content-type" for name, _ in given) else list(JSON_TYPE.items())
    encoded = [(name.encode(), value.encode("latin-1")) for name, value in (*kind, *given)]
    return await site.client.post(f"/hooks/{path}", content=body, headers=encoded)


def started(answer: httpx2.Response) -> str:
    """Return the execution that a request has started, or had started before."""
    assert answer.status_code == 202, answer.text
    return str(answer.json()["executionId"])
