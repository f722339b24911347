"""Reads the database that the settings name, for commands that only show what it holds."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from botflow.storage.read_only import Archive

T = TypeVar("T")


def read_archive(query: Callable[[Archive], Awaitable[T]]) -> T:
    """Open the database, read, and close it."""
    import asyncio

    from botflow.settings import Settings
    from botflow.storage.read_only import open_archive

    async def read() -> T:
        async with open_archive(Settings.from_environment().botflow_database_url) as archive:
            return await query(archive)

    return asyncio.run(read())
