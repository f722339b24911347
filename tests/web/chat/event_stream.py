"""Reading server-sent events from a real connection."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from tests.web.site import Visit


@dataclass(frozen=True, slots=True)
class Event:
    id: str
    name: str
    body: Any


class Reader:
    """The events of one open stream."""

    def __init__(self, lines: AsyncIterator[str]) -> None:
        self._lines = lines

    async def next(self) -> Event:
        """Return the next event; comments and retry hints are passed over."""
        fields: dict[str, str] = {}
        async with asyncio.timeout(15):
            async for line in self._lines:
                if not line:
                    if "data" in fields:
                        return Event(fields.get("id", ""), fields["event"], json.loads(fields["data"]))
                    fields = {}
                elif not line.startswith(":"):
                    name, _, value = line.partition(": ")
                    fields[name] = value
        raise EOFError("the stream ended")

    async def until(self, name: str, text: str = "") -> list[Event]:
        """Return the events up to the first one of this name that holds `text`."""
        seen = []
        while True:
            event = await self.next()
            seen.append(event)
            if event.name == name and text in json.dumps(event.body):
                return seen


@asynccontextmanager
async def listening(visitor: Visit, last: str = "", path: str = "") -> AsyncIterator[Reader]:
    """Open a stream as this visitor; `last` is the last event it saw."""
    headers = {**visitor.headers, **({"last-event-id": last} if last else {})}
    url = path or f"/chat/{visitor.workflow}/events"
    async with visitor.site.client.stream("GET", url, headers=headers) as response:
        if response.status_code != 200:
            await response.aread()
        assert response.status_code == 200, response.text
        assert response.headers["content-type"].startswith("text/event-stream")
        yield Reader(response.aiter_lines())
