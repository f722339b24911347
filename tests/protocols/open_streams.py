"""Waiting for clients that run in processes of their own: how many streams they have open here."""

from __future__ import annotations

import asyncio

from tests.web.site import Site


async def open_streams(site: Site, count: int) -> None:
    """Wait until so many streams are open; a client that went away may still be seen for a moment."""
    async with asyncio.timeout(20):
        while site.desk.streams._open.total() != count:  # noqa: ASYNC110 -- another process opens and closes them
            await asyncio.sleep(0.01)
