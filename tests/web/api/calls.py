"""Calls of the API in tests."""

from __future__ import annotations

from typing import Any

import httpx2

from tests.web.site import API_KEY, Site


async def call(
    site: Site, method: str, path: str, body: Any = None, key: str = API_KEY, **headers: str
) -> httpx2.Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return await site.client.request(
        method, f"/api/v1{path}", json=body, headers={"authorization": f"Bearer {key}", **named}
    )
