"""A page of another site that holds the chat: on an address of its own, with the strictest policy that works."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

PAGE = """<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <title>A shop</title>
  <script src="{server}/widget/v1.js" data-workflow="{workflow}" {more} defer></script>
</head>
<body><main><h1>A shop</h1><p>Words of the page.</p><div id="help"></div><button id="other">Other</button></main></body>
</html>
"""
POLICY = (
    "default-src 'none'; script-src 'self' {0}; style-src 'self'; connect-src 'self' {0}; img-src 'self' {0};"
    " require-trusted-types-for 'script'; trusted-types 'none'"
)


@asynccontextmanager
async def host_page(server: str, workflow: str, more: str = "") -> AsyncIterator[str]:
    """Serve a page with the widget of `server`, whose script element has `more` attributes; yields its address."""
    body = PAGE.format(server=server, workflow=workflow, more=more).encode()
    policy = POLICY.format(server).encode()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        is_page = head.startswith(b"GET / ")
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: text/html; charset=utf-8\r\nconnection: close\r\n")
        writer.write(b"content-security-policy: " + policy + b"\r\n\r\n" + (body if is_page else b""))
        await writer.drain()
        writer.close()

    listening = await asyncio.start_server(answer, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}/"
    finally:
        listening.close()
