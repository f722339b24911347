"""Calls of the API in tests, and a workflow to make with them."""

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
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return await site.client.request(
        method, f"/api/v1{path}", json=body, headers={"authorization": f"Bearer {key}", **named}
    )
