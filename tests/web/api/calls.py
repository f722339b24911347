"""Calls of the API, and a second organization, for tests."""

from __future__ import annotations

from typing import Any

import httpx2

from tests.web.site import API_KEY, Site


def hello(text: str = "Hello!", **more: Any) -> dict[str, Any]:
    """Return the document of a flow that says one thing."""
    nodes = [
        {"id": "start", "type": "chatbot", "actionType": "message_received", "next": "say"},
        {"id": "say", "type": "chatbot", "actionType": "say", "properties": {"text": text}},
    ]
    return {"botflow": 1, "id": "hello", "name": "Hello", "nodes": nodes, **more}


async def call(
    site: Site, method: str, path: str, body: Any = None, key: str = API_KEY, **headers: str
) -> httpx2.Response:
    """Call /api/v1 with a key; `if_match="..."` is the header If-Match."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return await site.client.request(
        method, f"/api/v1{path}", json=body, headers={"authorization": f"Bearer {key}", **named}
    )


async def organization_key(site: Site, organization: str = "luigi", role: str = "owner") -> str:
    """Return a key of another organization, which is made if it does not exist."""
    made = await call(site, "POST", "/organizations", {"id": organization, "name": organization.title()})
    assert made.status_code in (201, 409), made.text
    key = await call(site, "POST", "/keys", {"name": role, "role": role}, botflow_organization=organization)
    assert key.status_code == 201, key.text
    return str(key.json()["key"])


def outcome(answer: httpx2.Response) -> tuple[int, str]:
    """Return the status and the code of a refusal; "" for what is none."""
    return answer.status_code, answer.json().get("code", "")
