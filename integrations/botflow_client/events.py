"""Streams of events (server-sent events). A stream that breaks off is taken up after the last event that came.

    for event in client.stream_events():
        print(event.name, event.json())

It ends when the server says so (204), and by the error of a call when the server cannot be reached several times.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from botflow_client.errors import UnexpectedAnswer

LARGEST_EVENT = 1024 * 1024  # bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamEvent:
    """One event. `id` is where to begin after it: `last_event_id` of a later call."""

    id: str
    name: str
    data: str

    def json(self) -> Any:
        """Return its data as JSON; UnexpectedAnswer if it is none."""
        try:
            return json.loads(self.data)
        except ValueError:
            raise UnexpectedAnswer("the data of an event is no JSON") from None


class EventStream:
    """The events of a stream, as they come. Nothing is asked of the server before the first is wanted."""

    def __init__(self, stream: Callable[[], Iterator[StreamEvent]]) -> None:
        self._stream = stream

    def __iter__(self) -> Iterator[StreamEvent]:
        return self._stream()


class AsyncEventStream:
    """The events of a stream, as they come. Nothing is asked of the server before the first is wanted."""

    def __init__(self, stream: Callable[[], AsyncIterator[StreamEvent]]) -> None:
        self._stream = stream

    def __aiter__(self) -> AsyncIterator[StreamEvent]:
        return self._stream()


@dataclass(slots=True)
class EventReader:
    """Makes events of the bytes of a stream, by the rules of the HTML standard (9.2.6)."""

    last_id: str
    retry_s: float = 1.0
    _rest: bytes = b""
    _id: str | None = None
    _name: str = ""
    _data: list[str] = field(default_factory=list)

    def begin(self) -> None:
        """Forget a part of an event that a broken stream has left."""
        self._rest, self._id, self._name = b"", None, ""
        self._data.clear()

    def feed(self, chunk: bytes) -> Iterator[StreamEvent]:
        """Yield the events that are complete with this chunk."""
        # A line may end by \r\n, and its two bytes come in two chunks.
        lines = (self._rest + chunk).replace(b"\r\n", b"\n").split(b"\n")
        self._rest = lines.pop()
        if len(self._rest) + sum(map(len, self._data)) > LARGEST_EVENT:
            raise UnexpectedAnswer(f"an event is larger than {LARGEST_EVENT} bytes")
        for line in lines:
            event = self._take(line.decode(errors="replace"))
            if event is not None:
                yield event

    def _take(self, line: str) -> StreamEvent | None:
        if not line:
            return self._finish()
        name, _, value = line.partition(":")
        value = value.removeprefix(" ")
        match name:
            case "data":
                self._data.append(value)
            case "event":
                self._name = value
            case "id" if "\0" not in value:
                self._id = value
            case "retry" if value.isascii() and value.isdigit():
                self.retry_s = min(int(value) / 1000, 60.0)
        return None

    def _finish(self) -> StreamEvent | None:
        """Return the event that an empty line ends; without data it is none."""
        said, name = "\n".join(self._data), self._name or "message"
        is_event = bool(self._data)
        if self._id is not None:  # not before: a stream that breaks off within an event is taken up before it
            self.last_id = self._id
        self._id, self._name = None, ""
        self._data.clear()
        return StreamEvent(id=self.last_id, name=name, data=said) if is_event else None
