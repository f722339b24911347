"""Calls of the API for tests, and a second organization that must not see the first one's things."""

from __future__ import annotations

from typing import Any

import httpx2
from sqlalchemy import insert

from botflow.records.access import Principal, Scope
from botflow.service import Service
from botflow.service.api_keys import NewKey
from botflow.storage.tables import organizations
from tests.web.site import API_KEY, Site

FOREIGN = 2


async def call(
    site: Site, method: str, path: str, body: Any = None, key: str = API_KEY, **headers: str
) -> httpx2.Response:
    """Call an address below /api/v1."""
    return await call_at(site, method, f"/api/v1{path}", body, key, **headers)


async def call_at(
    site: Site, method: str, address: str, body: Any = None, key: str = API_KEY, **headers: str
) -> httpx2.Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return await site.client.request(method, address, json=body, headers={"authorization": f"Bearer {key}", **named})


async def foreign_service(site: Site) -> Service:
    """Make another organization, and return its service."""
    values = {"id": FOREIGN, "slug": "foreign", "name": "Foreign"}
    await site.runtime.database.engine.write(
        lambda connection: connection.execute(insert(organizations).values(**values)).rowcount
    )
    return Service(site.runtime, Principal(organization=FOREIGN, actor="eve", scopes=frozenset(Scope)))


async def key_of(service: Service) -> str:
    """Return an API key of the service's organization that may do everything there."""
    made = await service.keys.create_key(NewKey.model_validate({"name": "all", "role": "owner"}))
    return made.key
