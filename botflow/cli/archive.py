"""The database that the settings name, for commands: checked, or opened to be read."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from botflow.storage.read_only import Archive

T = TypeVar("T")


def checked_url() -> str:
    """Return the database that the settings name; UsageError without one, or with another release's schema."""
    from botflow.settings import Settings
    from botflow.storage.read_only import check_database

    url = Settings.from_environment().botflow_database_url
    check_database(url)
    return url


def read_archive(query: Callable[[Archive], Awaitable[T]]) -> T:
    """Open the database, read, and close it."""
    import asyncio

    from botflow.settings import Settings
    from botflow.storage.read_only import open_archive

    async def read() -> T:
        async with open_archive(Settings.from_environment().botflow_database_url) as archive:
            return await query(archive)

    return asyncio.run(read())
