"""A local OpenAI for tests: chat completions and responses, as the published API describes them.

    with OpenAIStandIn() as openai:
        openai.say({"edge": "order"})          # what the model says next; without it, something fitting
        openai.script("throttled", None)       # what happens to the next requests
        ...                                    # a botflow with openai.environment
        assert openai.calls == 2

Every request is checked against OpenAI's own description; what it breaks is in `violations`, and is refused with 400.
As a process of its own: `python -m tests.stand_ins.openai --port 9009 --ms 300` prints its URL and serves until killed.
"""

from __future__ import annotations

import argparse
import json
import threading
from collections import deque
from dataclasses import dataclass, field
from http.server import ThreadingHTTPServer
from types import TracebackType
from typing import Any

from tests.stand_ins.openai_bodies import usual_content
from tests.stand_ins.openai_http import Fault, serve
from tests.stand_ins.openai_spec import problems_of_request

HANG_S = 60.0  # longer than any test waits
GARBLED = "Sure! I think the customer wants {order"
WRONG = json.dumps({"edge": "delete_everything"})


@dataclass(slots=True)
class OpenAIStandIn:
    """OpenAI on 127.0.0.1. `ms` passes before each answer, `ms_per_piece` after each piece of a streamed one."""

    api_key: str = "sk-local-0123456789abcdef"
    ms: float = 0.0
    ms_per_piece: float = 0.0
    port: int = 0
    calls: int = 0
    violations: list[str] = field(default_factory=list)
    requests: deque[tuple[str, dict[str, Any]]] = field(default_factory=lambda: deque(maxlen=1_000))
    _said: deque[str] = field(default_factory=deque)
    _faults: deque[Fault | None] = field(default_factory=deque)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _closing: threading.Event = field(default_factory=threading.Event)
    _server: ThreadingHTTPServer | None = None
    _thread: threading.Thread | None = None

    def __enter__(self) -> OpenAIStandIn:
        self._server = serve(self, self.port)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._server is not None
        assert self._thread is not None
        self._closing.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(timeout=5)

    @property
    def url(self) -> str:
        """The base URL for OPENAI_BASE_URL."""
        assert self._server is not None
        return f"http://127.0.0.1:{self._server.server_port}/v1"

    @property
    def environment(self) -> dict[str, str]:
        """The settings with which botflow talks to this OpenAI."""
        return {"OPENAI_API_KEY": self.api_key, "OPENAI_BASE_URL": self.url}

    def say(self, *contents: str | dict[str, Any]) -> None:
        """Say what the model answers next, in order: a text, or an object for structured output."""
        self._said.extend(content if isinstance(content, str) else json.dumps(content) for content in contents)

    def script(self, *faults: Fault | None) -> None:
        """Say what happens to the next requests, in order; None is an ordinary answer, as are all further ones."""
        self._faults.extend(faults)

    def receive(self, path: str, body: dict[str, Any]) -> tuple[Fault | None, str, list[str]]:
        """Take a request: return its fault, the model's text, and what the request breaks."""
        problems = problems_of_request(path, body)
        with self._lock:
            self.calls += 1
            self.requests.append((path, body))
            self.violations += problems
            fault = self._faults.popleft() if self._faults else None
            if fault == "garbled":
                return fault, GARBLED, problems
            if fault == "wrong":
                return fault, WRONG, problems
            answers = fault in (None, "truncated", "cut")
            content = self._said.popleft() if self._said and answers else usual_content(body)
            return fault, content, problems

    def hang(self) -> None:
        """Return after HANG_S, or when the stand-in closes."""
        self._closing.wait(HANG_S)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--ms", type=float, default=0.0, help="how long each answer takes")
    chosen = parser.parse_args()
    with OpenAIStandIn(port=chosen.port, ms=chosen.ms) as openai:
        print(openai.url, flush=True)
        threading.Event().wait()


if __name__ == "__main__":
    main()
