"""A local Twilio Lookup v2 and Verify v2 for tests: their published paths, forms and errors, for the official SDK.

https://www.twilio.com/docs/lookup/v2-api, https://www.twilio.com/docs/verify/api/verification
"""

from __future__ import annotations

import json
import secrets
import threading
from base64 import b64encode
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from tests.stand_ins.twilio_http import refusal

MOST_TRIES = 5


@dataclass(slots=True)
class TwilioNumbers:
    """Lookup and Verify on 127.0.0.1. `lines` are the known numbers with their kind of line; every code is `code`."""

    lines: dict[str, str] = field(default_factory=dict)
    code: str = "482913"
    account_sid: str = field(default_factory=lambda: "AC" + secrets.token_hex(16))  # answers are known by account
    auth_token: str = "b" * 32
    service: str = "VA" + "0c" * 16
    status: int = 0  # of an answer that refuses everything, with the error 20429; 0 for none
    requests: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)
    on_answered: Callable[[], None] = lambda: None  # is called when a request is carried out, before its answer leaves
    _tries: dict[str, int] = field(default_factory=dict)  # wrong codes, by number, while a verification is under way
    _server: ThreadingHTTPServer | None = None

    def __enter__(self) -> TwilioNumbers:
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler_of(self))
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._server is not None
        self._server.shutdown()
        self._server.server_close()

    @property
    def environment(self) -> dict[str, str]:
        assert self._server is not None
        return {
            "TWILIO_ACCOUNT_SID": self.account_sid,
            "TWILIO_AUTH_TOKEN": self.auth_token,
            "TWILIO_API_URL": f"http://127.0.0.1:{self._server.server_port}",
            "TWILIO_VERIFY_SERVICE": self.service,
        }

    def await_code(self, number: str) -> None:
        """Let a verification of this number be under way."""
        self._tries[number] = 0

    def answer(self, method: str, path: str, form: dict[str, str]) -> tuple[int, dict[str, Any]]:
        """Return the status and the body for a request."""
        self.requests.append((method, path, form))
        if self.status:
            return refusal(self.status, 20429, "Too Many Requests")
        match method, path.strip("/").split("/"):
            case "GET", ["v2", "PhoneNumbers", number]:
                return self._looked_up(unquote(number), form.get("Fields", ""))
            case "POST", ["v2", "Services", self.service, "Verifications"]:
                if not {"To", "Channel"} <= form.keys():
                    return refusal(400, 60200, "Invalid parameter")
                self._tries[form["To"]] = 0
                return 201, {"sid": "VE1", "to": form["To"], "channel": form["Channel"], "status": "pending"}
            case "POST", ["v2", "Services", self.service, "VerificationCheck"]:
                return self._checked(form.get("To", ""), form.get("Code", ""))
        return refusal(404, 20404, f"The requested resource {path} was not found")

    def _looked_up(self, number: str, fields: str) -> tuple[int, dict[str, Any]]:
        kind = self.lines.get(number)
        found: dict[str, Any] = {"phone_number": number, "valid": kind is not None, "country_code": "US"}
        if fields == "line_type_intelligence":
            found[fields] = {"type": kind, "carrier_name": "Bell", "error_code": None} if kind else None
        return 200, found

    def _checked(self, number: str, code: str) -> tuple[int, dict[str, Any]]:
        tries = self._tries.get(number)
        if tries is None:
            return refusal(404, 20404, "The requested resource was not found")
        if tries >= MOST_TRIES:
            return refusal(429, 60202, "Max check attempts reached")
        if code == self.code:
            del self._tries[number]
            return 201, {"sid": "VE1", "to": number, "status": "approved", "valid": True}
        self._tries[number] = tries + 1
        return 201, {"sid": "VE1", "to": number, "status": "pending", "valid": False}


def _handler_of(numbers: TwilioNumbers) -> type[BaseHTTPRequestHandler]:
    expected = "Basic " + b64encode(f"{numbers.account_sid}:{numbers.auth_token}".encode()).decode()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self._answer("GET", urlsplit(self.path).query)

        def do_POST(self) -> None:
            self._answer("POST", self.rfile.read(int(self.headers.get("Content-Length", 0))).decode())

        def _answer(self, method: str, form: str) -> None:
            if self.headers.get("Authorization") != expected:
                status, body = refusal(401, 20003, "Authenticate")
            else:
                status, body = numbers.answer(method, urlsplit(self.path).path, dict(parse_qsl(form)))
            numbers.on_answered()
            content = json.dumps(body).encode()
            with suppress(ConnectionError):  # who asked has been killed
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing: a test's output is its figures."""

    return Handler
