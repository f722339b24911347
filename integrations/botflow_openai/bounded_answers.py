"""A bound of bytes for a model's answer: an answer without end would fill this process's memory within seconds."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx2

from botflow.errors import ProviderError

LARGEST = 8 * 1024 * 1024  # bytes; a streamed answer takes about 250 for each token
HEADERS = {"accept-encoding": "identity"}  # what is counted is what is kept: a compressed answer could grow


async def bound(response: httpx2.Response) -> None:
    """Let no more than `LARGEST` bytes of the body through; ProviderError `model.garbled`. An event hook of httpx2."""
    if response.headers.get("content-encoding", "identity") != "identity":
        raise ProviderError("OpenAI's answer is compressed, which was not asked for", code="model.garbled")
    assert isinstance(response.stream, httpx2.AsyncByteStream)
    response.stream = _Bounded(response.stream)


class _Bounded(httpx2.AsyncByteStream):
    """A body that ends with an error where it is too large."""

    def __init__(self, stream: httpx2.AsyncByteStream) -> None:
        self._stream = stream

    async def __aiter__(self) -> AsyncIterator[bytes]:
        size = 0
        async for piece in self._stream:
            size += len(piece)
            if size > LARGEST:
                raise ProviderError(f"OpenAI's answer is larger than {LARGEST} bytes", code="model.garbled")
            yield piece

    async def aclose(self) -> None:
        await self._stream.aclose()
