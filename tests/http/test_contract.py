"""http.request fulfils the contract of node types, with a service that is there and with one that is not."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
from botflow_http.node import HttpRequest

from botflow.testing.contracts import NodeExample, NodeTypeContract
from tests.ports import free_port


class Stock(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        body = b'{"left": 4}'
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        return None


@contextmanager
def stock() -> Iterator[str]:
    """Serve in a thread: the simulator has an event loop of its own for each call."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Stock)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class TestHttpRequest(NodeTypeContract):
    @pytest.fixture(params=["there", "away"])
    def url(self, request: pytest.FixtureRequest) -> Iterator[str]:
        if request.param == "away":
            yield f"http://127.0.0.1:{free_port()}"
            return
        with stock() as url:
            yield url

    @pytest.fixture
    def node_example(self, url: str) -> NodeExample:
        properties = {
            "url": url + "/items/{{ item }}",
            "query": {"a": "{{ item }}"},
            "retries": 0,
            "variable": "whole",
            "output": {"left": "{{ $response.body.left }}"},
        }
        return NodeExample(node_type=HttpRequest(), properties=properties, variables={"item": "bell"})
