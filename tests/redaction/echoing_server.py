"""A provider that quotes what it was sent, as a careless server or proxy does: every header, in its error."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class _Echo(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("content-length", 0)))
        given = self.headers.get("authorization", "")
        _, _, token = given.partition(" ")
        words = [given, token]
        if given.startswith("Basic"):
            words.append(base64.b64decode(token).decode())
        said = " ".join(words)
        body = json.dumps(
            {"code": 20003, "message": said, "status": 400, "error": {"message": said, "code": said}}
        ).encode()
        self.send_response(400)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST

    def log_message(self, *facts: object) -> None:
        """Say nothing."""


@contextmanager
def echoing() -> Iterator[str]:
    """Serve, and return the URL."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Echo)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join(timeout=5)
