"""The HTTP side of the local Twilio: one thread per connection, and the ways in which an answer fails."""

from __future__ import annotations

import hmac
import json
import os
import socket
import struct
from base64 import b64encode
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import parse_qsl, urlsplit

from tests.stand_ins import twilio_contents
from tests.stand_ins.twilio_spec import account_of

if TYPE_CHECKING:
    from tests.stand_ins.twilio import TwilioStandIn

# Not accepted: throttled (429), error (500), reset, hang, garbage, or refused with a number, one of Twilio's codes.
# Accepted, but the sender never learns it: lost (reset), garbled, late (hang), crashed (500), endless (of its answer).
Fault = Literal["throttled", "error", "reset", "hang", "garbage", "lost", "garbled", "late", "crashed", "endless"] | int
ACCEPTING: frozenset[Fault] = frozenset({"lost", "garbled", "late", "crashed", "endless"})
MOST_BYTES = 1_000_000


def serve(twilio: TwilioStandIn) -> ThreadingHTTPServer:
    """Bind a free port of 127.0.0.1; the caller runs and stops the server."""
    return _Server(("127.0.0.1", 0), _handler_of(twilio))


def refusal(status: int, code: int, message: str) -> tuple[int, dict[str, Any]]:
    """Return an error as Twilio writes it."""
    more = f"https://www.twilio.com/docs/errors/{code}"
    return status, {"code": code, "message": message, "more_info": more, "status": status}


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is what these tests are about; it is no news."""


def _handler_of(twilio: TwilioStandIn) -> type[BaseHTTPRequestHandler]:
    expected = "Basic " + b64encode(f"{twilio.account_sid}:{twilio.auth_token}".encode()).decode()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            address = urlsplit(self.path)
            query = dict(parse_qsl(address.query, keep_blank_values=True))
            if self._is_allowed(address.path):
                is_content = address.path == twilio_contents.PATH
                self._answer(*(twilio.contents.listed(query) if is_content else twilio.listed(address.path, query)))

        def do_DELETE(self) -> None:
            path = urlsplit(self.path).path
            if not self._is_allowed(path):
                return
            fault = twilio.next_deletion_fault(path)
            status, body = twilio.deleted(path) if fault is None or fault in ACCEPTING else (0, {})
            if fault is not None:
                self._fail(fault)
            else:
                self._write(status, b"") if status == 204 else self._answer(status, body)

        def do_POST(self) -> None:
            length = int(self.headers.get("Content-Length", 0))
            body = self.rfile.read(min(length, MOST_BYTES)).decode()
            if not self._is_allowed(urlsplit(self.path).path):
                return
            if urlsplit(self.path).path == twilio_contents.PATH:
                self._answer(*twilio.contents.create(body))
                return
            fault = twilio.next_fault()
            outcome: tuple[int, dict[str, Any]] | None = None
            if fault is None or fault in ACCEPTING:
                form = parse_qsl(body, keep_blank_values=True)
                outcome = twilio.create(self.path, self.headers.get("Content-Type", ""), form)
            self._fail(fault) if fault is not None else self._answer(*(outcome or refusal(500, 20500, "")))

        def _is_allowed(self, path: str) -> bool:
            if not hmac.compare_digest(self.headers.get("Authorization", "").encode(), expected.encode()):
                self._answer(*refusal(401, 20003, "Authenticate"))
                return False
            if path != twilio_contents.PATH and account_of(path) != twilio.account_sid:
                self._answer(*refusal(404, 20404, f"The requested resource {path} was not found"))
                return False
            return True

        def _fail(self, fault: Fault) -> None:
            match fault:
                case "throttled":
                    self._answer(*refusal(429, 20429, "Too Many Requests"))
                case "error" | "crashed":
                    self._answer(*refusal(500, 20500, "Internal Server Error"))
                case "reset" | "lost":
                    # With lingering for 0 s, closing sends a reset in place of an orderly end.
                    self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                    os.close(self.connection.detach())
                    self.close_connection = True
                case "hang" | "late":
                    twilio.hang()
                    self.close_connection = True
                case int():
                    self._answer(*refusal(400, fault, "Refused"))
                case "endless":
                    self._flood()
                case "garbage" | "garbled":
                    self._write(201, b"<html>\xff upstream connect error")

        def _flood(self) -> None:
            """Send an answer without end, until the client closes its connection."""
            self.send_response(201)
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.close_connection = True
            with suppress(OSError):
                while True:
                    self.wfile.write(b" " * 250_000)

        def _answer(self, status: int, body: dict[str, Any]) -> None:
            self._write(status, json.dumps(body).encode())

        def _write(self, status: int, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing: a test's output is its figures."""

    return Handler
