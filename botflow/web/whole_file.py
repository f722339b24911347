"""Files of our own pages, always as a whole."""

from __future__ import annotations

from starlette.responses import FileResponse
from starlette.types import Receive, Scope, Send


class WholeFile(FileResponse):
    """A file without ranges: Starlette answers a Range header that it cannot read in plain text, where RFC 9110 (14.2)
    lets a server ignore it."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = [(name, value) for name, value in scope["headers"] if name != b"range"]
        await super().__call__({**scope, "headers": headers}, receive, send)
