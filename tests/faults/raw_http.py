"""A client that sends bytes and reads whatever responses come: what no HTTP library would let a test do."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass

ANSWER_S = 40.0  # longer than the server lets a chat message wait


@dataclass(frozen=True, slots=True)
class Response:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def is_stream(self) -> bool:
        return self.headers.get("content-type", "").startswith("text/event-stream")


class Incomplete(Exception):
    """The connection was closed in the middle of a response, or of a chunk."""


def exchange(port: int, sent: bytes, *, methods: list[str], waits: bool) -> list[Response]:
    """Send bytes on a connection of its own; return the responses to requests of `methods`, until the last one, an
    event stream, or the end of the connection. Unless `waits`, only what comes at once: the server may rightly wait."""
    responses: list[Response] = []
    with socket.create_connection(("127.0.0.1", port), timeout=ANSWER_S if waits else 0.05) as connection:
        with suppress(ConnectionError, TimeoutError):  # a refused request need not be read to its end
            connection.settimeout(ANSWER_S)
            connection.sendall(sent)
        connection.settimeout(ANSWER_S if waits else 0.05)
        reader = connection.makefile("rb")
        try:
            for method in methods:
                response = read_response(reader, method)
                if response is None:
                    break
                responses.append(response)
                if response.is_stream or response.headers.get("connection") == "close":
                    break
        except ConnectionError:
            pass  # closed with our bytes unread
        except TimeoutError:
            if waits:
                raise
    return responses


def read_response(reader: object, method: str) -> Response | None:
    """Read one response, None at the end of the connection; `100 Continue` is passed over."""
    line = reader.readline()  # type: ignore[attr-defined]
    if not line:
        return None
    status = int(line.split(b" ")[1])
    headers = {}
    for written in iter(reader.readline, b"\r\n"):  # type: ignore[attr-defined]
        if not written:
            raise Incomplete(f"in the head of {line!r}")
        name, _, value = written.decode("latin-1").partition(":")
        headers[name.strip().lower()] = value.strip()
    if status == 100:
        return read_response(reader, method)
    response = Response(status, headers, b"")
    if method == "HEAD" or status in (204, 304) or response.is_stream:
        return response
    if "content-length" in headers:
        body = reader.read(int(headers["content-length"]))  # type: ignore[attr-defined]
        if len(body) != int(headers["content-length"]):
            raise Incomplete(f"in the body of {line!r}")
    else:
        body = b"".join(_chunks(reader))
    return Response(status, headers, body)


def _chunks(reader: object) -> Iterator[bytes]:
    while size := int(reader.readline() or b"0", 16):  # type: ignore[attr-defined]
        yield reader.read(size)  # type: ignore[attr-defined]
        reader.readline()  # type: ignore[attr-defined]
    reader.readline()  # type: ignore[attr-defined]
