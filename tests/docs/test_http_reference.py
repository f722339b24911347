"""The tables of docs/reference/http.md against a running server: an answer has the keys that its row names.

A row is read by its request; the answer's shape is the last `{...}` before a semicolon, and each further one after
"each" or "and".
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.docs.pages import ROOT
from tests.engine.conversation import node
from tests.triggering.workflows_to_start import publish, run_flow
from tests.web.site import API_KEY, Site, open_site

KEY = {"authorization": f"Bearer {API_KEY}"}
ANN = "+12125550111"
SECRET = "whsec-canary-1234567890"
PAGE = (ROOT / "docs" / "reference" / "http.md").read_text()


@pytest.fixture
async def site(sqlite_url: str) -> AsyncIterator[Site]:
    async with open_site(sqlite_url, worker=None) as opened:
        await opened.runtime.vault.add("shop", "webhook", {"secret": SECRET})
        await publish(
            opened.runtime.database,
            run_flow("hooked", node("hook", "trigger.webhook", secret="shop")),
            run_flow("listener", node("start", "trigger.event", event="contact.created")),
            run_flow("made", node("start", "trigger.manual")),
        )
        await opened.runtime.flows.refresh()
        yield opened


def shapes(request: str) -> list[set[str]]:
    """Return the shapes that the row of `request` names for its answer, in their order."""
    [row] = [line for line in PAGE.splitlines() if line.startswith(f"| `{request}`")]
    answer = row.split(" | ")[1]
    answer = re.sub(r"takes .*?(:|, and)", "", answer, count=1) if answer.startswith("takes") else answer
    return [set(names.replace(" ", "").split(",")) for names in re.findall(r"`\{([^}`]+)\}`", answer)]


async def call(site: Site, method: str, path: str, body: Any = None, **headers: str) -> Any:
    named = {**KEY, **headers}
    answer = await site.client.request(method, path, headers=named, **({} if body is None else {"json": body}))
    assert answer.status_code < 300, answer.text
    return answer.json()


async def test_starts_answer_as_the_reference_says(site: Site) -> None:
    hook = await call(site, "POST", "/hooks/hooked", {"a": 1}, authorization=f"Bearer {SECRET}")

    assert shapes("POST /hooks/{workflow}") == [set(hook)]


async def test_operators_are_answered_as_the_reference_says(site: Site) -> None:
    visit = await site.visit()
    await visit.say("hi")
    [person] = [one["key"] for one in (await call(site, "GET", "/api/v1/executions"))["items"]]
    revoked = await call(site, "POST", "/api/v1/workflows/order/sessions/revoke", {"externalId": person})
    contact = await call(site, "PUT", f"/api/v1/contacts/sms/%2B{ANN[1:]}", {"timeZone": "Europe/Berlin"})

    assert shapes("POST /api/v1/workflows/{workflow}/sessions/revoke") == [set(revoked)]
    assert shapes("PUT /api/v1/contacts/{channel}/{address}") == [set(contact)]


async def test_the_chat_answers_as_the_reference_says(site: Site) -> None:
    visit = await site.visit()
    opened = (await site.client.post("/chat/order/sessions")).json()
    said = (await visit.post(text="Ann")).json()
    history = await visit.history("?limit=1")
    file = await site.client.post(
        "/chat/order/files?name=a.pdf",
        content=b"%PDF-1.7",
        headers={**visit.headers, "content-type": "application/pdf"},
    )

    assert shapes("POST /chat/{workflow}/sessions")[0] == set(opened)
    assert shapes("POST /chat/{workflow}/messages")[-1] == set(said)
    assert shapes("GET /chat/{workflow}/messages") == [set(history)]
    assert shapes("POST /chat/{workflow}/files?name=") == [set(file.json())]
