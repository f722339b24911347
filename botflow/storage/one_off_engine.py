"""An engine for a command: each piece of work is a transaction on a connection of its own, also while servers run.

It blocks the command's event loop, on which nothing else runs, and loads no asynchronous driver.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Concatenate, ParamSpec, TypeVar

from sqlalchemy import Connection

from botflow.storage.one_off import run_once_sync

Given = ParamSpec("Given")
Result = TypeVar("Result")


class OneOffEngine:
    """A database as the stores take it."""

    def __init__(self, url: str) -> None:
        self._url = url

    async def read(
        self, work: Callable[Concatenate[Connection, Given], Result], *args: Given.args, **kwargs: Given.kwargs
    ) -> Result:
        """Run `work` in a transaction of its own."""
        return run_once_sync(self._url, lambda connection: work(connection, *args, **kwargs))

    write = read
