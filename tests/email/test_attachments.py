"""Attachments: files of visitors, of actions and of the web, within their bounds."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from ipaddress import ip_network
from typing import Any

import pytest
from botflow_email.attachments import LARGEST, named_files

from botflow.errors import BotflowError
from botflow.outgoing_files import read_web_file
from botflow.outgoing_targets import Network
from tests.email.sending import send
from tests.stand_ins.smtp import mail_server

HERE: tuple[Network, ...] = (ip_network("127.0.0.0/8"),)


@asynccontextmanager
async def web(answers: dict[str, bytes]) -> AsyncIterator[str]:
    """Serve whole HTTP answers by path; an answer that ends with `...` goes on for ever."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        whole = answers.get(head.split()[1].decode(), b"HTTP/1.1 404 No\r\ncontent-length: 0\r\n\r\n")
        writer.write(whole.removesuffix(b"..."))
        try:
            while whole.endswith(b"..."):
                writer.write(b"x" * 65_536)
                await writer.drain()
        except ConnectionError:
            pass
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"


def found(content: bytes, content_type: str = "image/png") -> bytes:
    head = f"HTTP/1.1 200 OK\r\ncontent-type: {content_type}\r\ncontent-length: {len(content)}\r\n\r\n"
    return head.encode() + content


def described(**source: str) -> dict[str, str]:
    return {"name": "", "contentType": "", **source}


async def test_files_are_attached_with_their_names_and_types() -> None:
    async with mail_server() as server, web({"/cat%20one.png?x=1": found(b"\x89PNG")}) as url:
        await send(
            server.settings(),
            artifacts={"report.csv": b"a,b"},
            attachments=[
                described(url=f"{url}/cat%20one.png?x=1"),
                described(artifact="report.csv"),
                {**described(text="Größe"), "name": "../a\r\nX: y.txt"},
                {**described(text="From: x"), "contentType": "message/rfc822"},
            ],
        )

    files = list(server.taken[0].message.iter_attachments())
    assert [(file.get_filename(), file.get_content_type()) for file in files] == [
        ("cat one.png", "image/png"),
        ("report.csv", "text/csv"),
        (".._a X: y.txt", "text/plain"),
        ("file-4", "application/octet-stream"),
    ]
    assert files[0].get_content() == b"\x89PNG"
    assert files[1].get_content() == "a,b"
    assert files[2].get_content() == "Größe"


async def test_attachments_that_are_too_large_or_not_there_are_not_sent() -> None:
    endless = b"HTTP/1.1 200 OK\r\ncontent-type: image/png\r\n\r\n..."
    compressed = b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 3\r\n\r\nabc"
    async with mail_server() as server, web({"/endless": endless, "/gzip": compressed, "/one": found(b"x")}) as url:

        async def code_of(*files: dict[str, str], **more: Any) -> str:
            with pytest.raises(BotflowError) as failed:
                await send(server.settings(), attachments=list(files), **more)
            return failed.value.code

        assert await code_of(described(url=f"{url}/endless")) == "file.too_large"
        assert await code_of(described(url=f"{url}/gzip")) == "file.refused"
        assert await code_of(described(url=f"{url}/gone")) == "file.refused"
        assert await code_of(described(artifact="none")) == "email.attachment"
        half = {"half": b"x" * (LARGEST // 2 + 1)}
        assert (
            await code_of(described(artifact="half"), described(artifact="half"), artifacts=half) == "email.too_large"
        )
        full = {"full": b"x" * LARGEST}
        assert (
            await code_of(described(artifact="full"), described(url=f"{url}/one"), artifacts=full) == "file.too_large"
        )
        assert server.taken == []
        await send(server.settings(), attachments=[described(artifact="full")], artifacts=full)
        assert len(server.taken[0].content) > LARGEST


async def test_the_web_is_read_only_where_it_may_be() -> None:
    loop = b"HTTP/1.1 302 On\r\nlocation: /loop\r\ncontent-length: 0\r\n\r\n"
    inward = b"HTTP/1.1 302 On\r\nlocation: http://169.254.169.254/latest\r\ncontent-length: 0\r\n\r\n"
    onward = b"HTTP/1.1 302 On\r\nlocation: /one\r\ncontent-length: 0\r\n\r\n"
    async with web({"/loop": loop, "/inward": inward, "/onward": onward, "/one": found(b"x")}) as url:

        async def code_of(address: str, networks: tuple[Network, ...] = HERE) -> str:
            with pytest.raises(BotflowError) as failed:
                await read_web_file(address, networks, 100)
            return failed.value.code

        assert (await read_web_file(f"{url}/onward", HERE, 100)).content == b"x"
        assert await code_of(f"{url}/loop") == "file.refused"
        assert await code_of(f"{url}/inward") == "file.address"
        for address in (
            *(f"{url}/one", "http://localhost:1/", "https://10.0.0.1/", "https://[::1]/", "https://2130706433/"),
            *("file:///etc/passwd", "ftp://example.com/", "https://user:pass@example.com/", "https://0x7f.1/", "x"),
        ):
            assert await code_of(address, ()) == "file.address", address
        assert await code_of("http://127.0.0.1:1/") == "file.unreachable"


def test_a_media_value_is_a_list_of_addresses() -> None:
    from botflow_email.properties import AttachedFile

    class Rendering:
        """What a turn makes of the template."""

        def __init__(self, value: Any) -> None:
            self.value = value

        def render(self, text: str) -> str:
            return text

        def render_value(self, value: Any) -> Any:
            return self.value

    def urls(value: Any) -> list[str]:
        scene: Any = Rendering(value)
        return [file["url"] for file in named_files([AttachedFile(url="{{ photos }}")], scene)]

    assert urls([{"url": "/chat/a/files/1", "contentType": "image/png"}, "https://a.example/b"]) == [
        "/chat/a/files/1",
        "https://a.example/b",
    ]
    assert urls(None) == urls("") == urls([]) == []
    for wrong in (7, {"id": 1}, [[["x", 7]]], ["https://a.example"] * 21):
        with pytest.raises(BotflowError):
            urls(wrong)
