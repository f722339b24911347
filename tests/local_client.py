"""HTTP clients for servers on this machine.

They load no certificates, which costs more than a hundred requests. In a crowd everybody has a client of their own: one
with hundreds of connections spends its time looking through them, and then the client is what is measured.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import httpx2


def local_client(**options: Any) -> httpx2.AsyncClient:
    return httpx2.AsyncClient(verify=False, trust_env=False, **options)


@asynccontextmanager
async def own_clients() -> AsyncIterator[Callable[[str], httpx2.AsyncClient]]:
    """Return what gives everybody a client by their name, always the same one; all are closed with the block."""
    clients: dict[str, httpx2.AsyncClient] = {}

    def client_of(person: str) -> httpx2.AsyncClient:
        if person not in clients:
            clients[person] = local_client()
        return clients[person]

    try:
        yield client_of
    finally:
        for client in clients.values():
            await client.aclose()
