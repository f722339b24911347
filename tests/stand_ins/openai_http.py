"""The HTTP side of the local OpenAI: one thread per connection, and the ways in which an answer fails."""

from __future__ import annotations

import gzip
import json
import os
import socket
import struct
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, Literal

from tests.stand_ins import openai_bodies as bodies
from tests.stand_ins.openai_spec import REQUESTS

if TYPE_CHECKING:
    from tests.stand_ins.openai import OpenAIStandIn

# No answer: throttled (429, soon again), closed (429, in a minute), error (500), unauthorized (401), reset, hang,
# unknown_model (404), garbage (not JSON), cut (half of it). An answer that is no good: garbled (its text is not JSON),
# wrong (no such handle), refusal, truncated (the length is used up). An answer without end: endless, and compressed (it
# is gzip, although the request does not accept it).
Fault = Literal[
    "throttled",
    "closed",
    "error",
    "unauthorized",
    "unknown_model",
    "reset",
    "hang",
    "garbage",
    "cut",
    "garbled",
    "wrong",
    "refusal",
    "truncated",
    "endless",
    "compressed",
]
MOST_BYTES = 2_000_000
STREAM_END = b"data: [DONE]\n\n"


def serve(openai: OpenAIStandIn, port: int) -> ThreadingHTTPServer:
    """Bind `port` of 127.0.0.1, or a free one for 0; the caller runs and stops the server."""
    return _Server(("127.0.0.1", port), _handler_of(openai))


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is what some tests are about; it is no news."""


def _handler_of(openai: OpenAIStandIn) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True
        wbufsize = -1

        def do_POST(self) -> None:
            length = int(self.headers.get("Content-Length", 0))
            raw = self.rfile.read(min(length, MOST_BYTES))
            path = self.path.removeprefix("/v1")
            if path not in REQUESTS:
                return self._refuse(404, "not_found", f"Unknown request URL: POST {self.path}")
            if self.headers.get("Authorization") != f"Bearer {openai.api_key}":
                return self._refuse(401, "invalid_api_key", f"Incorrect API key: {self.headers.get('Authorization')}")
            body = json.loads(raw)
            fault, content, problems = openai.receive(path, body)
            if problems:
                return self._refuse(400, "invalid_request", "; ".join(problems))
            time.sleep(openai.ms / 1000)
            self._play(path, body, fault, content)

        def _play(self, path: str, body: dict[str, Any], fault: Fault | None, content: str) -> None:
            match fault:
                case "throttled":
                    self._refuse(429, "rate_limit_exceeded", "Rate limit reached", {"retry-after-ms": "30"})
                case "closed":
                    self._refuse(429, "rate_limit_exceeded", "Rate limit reached", {"retry-after": "60"})
                case "error":
                    self._refuse(500, "server_error", "The server had an error")
                case "unknown_model":
                    said = f"The model `gpt-9` does not exist or you do not have access to it (key {openai.api_key})."
                    return self._refuse(404, "model_not_found", said)
                case "unauthorized":
                    self._refuse(401, "invalid_api_key", f"Incorrect API key provided: {openai.api_key}")
                case "reset":
                    self._reset()
                case "hang":
                    openai.hang()
                    self.close_connection = True
                case "garbage":
                    self._write(200, b"<html>\xff upstream connect error")
                case "refusal":
                    self._say(path, body, "", refusal="I cannot help with that.")
                case "truncated":
                    self._say(path, body, content[: len(content) // 2], finish="length")
                case "cut":
                    self._say(path, body, content, whole=False)
                case "endless":
                    self._flood()
                case "compressed":
                    self._write(200, gzip.compress(b" " * 50_000_000), {"Content-Encoding": "gzip"})
                case None | "garbled" | "wrong":
                    self._say(path, body, content)

        def _say(
            self,
            path: str,
            body: dict[str, Any],
            content: str,
            *,
            finish: str = "stop",
            refusal: str | None = None,
            whole: bool = True,
        ) -> None:
            is_chat = path == "/chat/completions"
            if body.get("stream"):
                events = bodies.chat_events if is_chat else bodies.response_events
                return self._stream(events(body, content, finish, refusal), named=not is_chat, whole=whole)
            answer = (bodies.chat if is_chat else bodies.response)(body, content, finish, refusal)
            raw = json.dumps(answer).encode()
            if whole:
                return self._write(200, raw)
            self._head(200, {"Content-Type": "application/json", "Content-Length": str(len(raw))})
            self.wfile.write(raw[: len(raw) // 2])
            self.wfile.flush()
            self._reset()

        def _stream(self, events: Iterator[dict[str, Any]], *, named: bool, whole: bool) -> None:
            self._head(200, {"Content-Type": "text/event-stream", "Transfer-Encoding": "chunked"})
            lines = [
                (f"event: {event['type']}\n" if named else "").encode()
                + b"data: "
                + json.dumps(event).encode()
                + b"\n\n"
                for event in events
            ]
            for line in lines if whole else lines[: len(lines) // 2]:
                self._chunk(line)
                time.sleep(openai.ms_per_piece / 1000)
            if not whole:
                return self._reset()
            if not named:
                self._chunk(STREAM_END)
            self._chunk(b"")

        def _flood(self) -> None:
            """Send a body without end, until the client closes its connection."""
            self._head(200, {"Content-Type": "text/event-stream", "Transfer-Encoding": "chunked"})
            try:
                self._chunk(b"data: ")
                while True:
                    self._chunk(b" " * 250_000)
            except OSError:
                self.close_connection = True

        def _chunk(self, raw: bytes) -> None:
            self.wfile.write(f"{len(raw):x}\r\n".encode() + raw + b"\r\n")
            self.wfile.flush()

        def _refuse(self, status: int, code: str, message: str, headers: dict[str, str] | None = None) -> None:
            error = {"message": message, "type": "invalid_request_error", "param": None, "code": code}
            self._write(status, json.dumps({"error": error}).encode(), headers)

        def _write(self, status: int, raw: bytes, headers: dict[str, str] | None = None) -> None:
            self._head(status, {"Content-Type": "application/json", "Content-Length": str(len(raw)), **(headers or {})})
            self.wfile.write(raw)
            self.wfile.flush()

        def _head(self, status: int, headers: dict[str, str]) -> None:
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("x-request-id", "req_local")
            self.end_headers()

        def _reset(self) -> None:
            """Close with a reset in place of an orderly end: lingering for 0 s does that."""
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            os.close(self.connection.detach())
            self.close_connection = True

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing: a test's output is its figures."""

    return Handler
