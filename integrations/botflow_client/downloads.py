"""Files that the API gives: artifacts and exports. A large one is read chunk by chunk, never as a whole.

    with open("results.csv", "wb") as file:
        for chunk in client.export_results(workflow="order"):
            file.write(chunk)

A download is not repeated by itself: what was written of it would be there twice.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator

from botflow_client.errors import UnexpectedAnswer

LARGEST_READ = 64 * 1024 * 1024  # bytes


class Download:
    """The bytes of a file. Nothing is asked of the server before the first are wanted."""

    def __init__(self, chunks: Callable[[], Iterator[bytes]]) -> None:
        self._chunks = chunks

    def __iter__(self) -> Iterator[bytes]:
        return self._chunks()

    def read(self, at_most: int = LARGEST_READ) -> bytes:
        """Return all of it; UnexpectedAnswer if that is more than `at_most` bytes."""
        found = bytearray()
        for chunk in self._chunks():
            found += chunk
            _check_size(len(found), at_most)
        return bytes(found)


class AsyncDownload:
    """The bytes of a file. Nothing is asked of the server before the first are wanted."""

    def __init__(self, chunks: Callable[[], AsyncIterator[bytes]]) -> None:
        self._chunks = chunks

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self._chunks()

    async def read(self, at_most: int = LARGEST_READ) -> bytes:
        """Return all of it; UnexpectedAnswer if that is more than `at_most` bytes."""
        found = bytearray()
        async for chunk in self._chunks():
            found += chunk
            _check_size(len(found), at_most)
        return bytes(found)


def _check_size(size: int, at_most: int) -> None:
    if size > at_most:
        raise UnexpectedAnswer(f"the file is larger than {at_most} bytes: read it chunk by chunk")
