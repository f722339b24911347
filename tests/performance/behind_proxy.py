"""A `botflow serve` with the order conversation, which believes addresses in X-Forwarded-For: each client of a test may
have one of its own."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx2
import psutil

from tests.performance.server import FOLDER
from tests.ports import free_port


@asynccontextmanager
async def serving(**settings: str) -> AsyncIterator[tuple[int, psutil.Process]]:
    """Run it with these settings during the block; yields its port and its process."""
    port = free_port()
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("BOTFLOW_", "OPENAI_"))}
    environment |= {"BOTFLOW_TRUSTED_PROXIES": "127.0.0.1", "BOTFLOW_SECRET_KEY": "s" * 43, **settings}
    command = [sys.executable, "-m", "botflow", "serve", str(FOLDER / "order.yaml"), "--port", str(port)]
    server = subprocess.Popen(  # noqa: ASYNC220 -- nothing else runs yet
        command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        async with httpx2.AsyncClient() as client, asyncio.timeout(30):
            while True:
                try:
                    if (await client.get(f"http://127.0.0.1:{port}/readyz")).status_code == 200:
                        break
                except httpx2.TransportError:
                    await asyncio.sleep(0.1)
        yield port, psutil.Process(server.pid)
    finally:
        server.terminate()
        server.wait(40)
