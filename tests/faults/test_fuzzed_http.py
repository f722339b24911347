"""A fuzz of the whole HTTP surface of a real server, seeded: no 5xx but the documented 503s, every refusal a problem
document with a known code, no traceback, no blocked event loop, bounded memory; and the server still works.

BOTFLOW_TEST_FUZZ_EXAMPLES is how many connections it makes; each sends one to three requests.
"""

from __future__ import annotations

import json
import os
import threading
import time
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path

import psutil
import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from docs.generate.codes import codes
from tests.cli.processes import SECRET, Process, running
from tests.faults.fuzzed_requests import PUBLIC_URL, TWILIO_TOKEN, Known, Request, requests
from tests.faults.raw_http import Response, exchange
from tests.stand_ins.twilio import TwilioStandIn

FLOWS = Path(__file__).parent / "flows"
EXAMPLES = int(os.environ.get("BOTFLOW_TEST_FUZZ_EXAMPLES", "") or 400)
IS_LONG = EXAMPLES > 5_000
SEED = int(os.environ.get("BOTFLOW_TEST_FUZZ_SEED", "") or 1)
API_KEY = "fuzz-api-key-0123456789"
DOCUMENTED_503 = {"overloaded", "service.unavailable", "stream.full", "body.full", "connections.full"}
MAY_BLOCK_S = 1.0  # asserted in the long run only: a short one may share its processor
MAY_GROW = 120 * 2**20  # bytes; caches are bounded, and the first thousand requests fill them
PROBE_EVERY_S = 0.05


class Surface:
    """The server under test, and what it answered."""

    def __init__(self, process: Process) -> None:
        self.process = process
        self.port = int(process.url.rpartition(":")[2])
        self.memory = psutil.Process(process.child.pid)
        self.statuses: Counter[int] = Counter()
        self.codes: Counter[str] = Counter()
        self.worst_probe_s = 0.0

    def known(self) -> Known:
        """Make some conversations and runs, so that there is something to name."""
        opened = [self.process.post("/chat/fuzzed/sessions") for _ in range(3)]
        for each in opened:
            self.process.post("/chat/fuzzed/messages", {"text": "small"}, each["token"])
        runs = [
            self.process.post("/api/v1/workflows/fuzzed_run/executions", {"input": number}, API_KEY)
            for number in range(3)
        ]
        return Known(
            api_key=API_KEY,
            tokens=tuple(each["token"] for each in opened),
            executions=tuple(run["id"] for run in runs),
            cursors=("1.0", "2.0", "i1", "i2", "0.0", "9" * 15 + "." + "9" * 9),
        )

    def check(self, request: Request, response: Response) -> None:
        shown = f"{request.sent[:400]!r}\n-> {response.status} {response.body[:300]!r}"
        assert 100 <= response.status < 600, shown
        self.statuses[response.status] += 1
        assert b"Traceback" not in response.body, shown
        if response.status < 400 or (request.method == "HEAD" and response.status != 503):
            return
        if request.method == "HEAD":
            return
        if response.status == 503 and request.path.startswith("/readyz"):
            return
        problem = json.loads(response.body)
        if request.path.startswith("/v1/") and "error" in problem:  # as clients of that API read them
            problem = {"status": response.status, **problem["error"]}
        else:
            assert response.headers.get("content-type") == "application/problem+json", shown
        self.codes[problem["code"]] += 1
        assert problem["status"] == response.status, shown
        assert _is_known(problem["code"]), shown
        assert response.status < 500 or problem["code"] in DOCUMENTED_503, shown

    def probe(self, stopped: threading.Event) -> None:
        """Ask for /healthz all the time: it answers as soon as the event loop is free."""
        while not stopped.wait(PROBE_EVERY_S):
            began = time.monotonic()
            with urllib.request.urlopen(f"{self.process.url}/healthz", timeout=30) as answer:
                assert answer.status == 200
            self.worst_probe_s = max(self.worst_probe_s, time.monotonic() - began)

    def put_into_service(self) -> None:
        """Undo what requests with the API key may do: take the workflow out of service."""
        self.process.post("/api/v1/workflows/fuzzed/activate", {}, API_KEY)

    def converse(self) -> list[str]:
        """Hold an ordinary conversation, and return what was said."""
        opened = self.process.post("/chat/fuzzed/sessions")
        said = [message["text"] for message in opened["messages"]]
        for text in ("large", "Ann"):
            answer = self.process.post("/chat/fuzzed/messages", {"text": text}, opened["token"])
            said += [message["text"] for message in answer["messages"]]
        return said


@pytest.fixture
def surface(tmp_path: Path, database_url: str) -> Iterator[Surface]:
    environment = {
        "BOTFLOW_DATABASE_URL": database_url,
        "BOTFLOW_SECRET_KEY": SECRET,
        "BOTFLOW_API_KEY": API_KEY,
        "BOTFLOW_ALLOWED_ORIGINS": "https://shop.example",
        "BOTFLOW_TRUSTED_PROXIES": "127.0.0.1",  # each request has an address of its own, or limits would end the fuzz
    }
    flows = [str(FLOWS / name) for name in ("fuzzed.yaml", "fuzzed_run.yaml")]
    with (
        TwilioStandIn(public_url=PUBLIC_URL, auth_token=TWILIO_TOKEN) as twilio,
        running(tmp_path, "serve", *flows, "--port", "0", **environment, **twilio.environment) as process,
    ):
        process.wait_for("ready at")
        yield Surface(process)


def test_whatever_is_sent_the_server_refuses_it_in_words_and_goes_on(surface: Surface) -> None:
    known = surface.known()
    stopped = threading.Event()
    probing = threading.Thread(target=surface.probe, args=(stopped,))
    probing.start()
    sizes: list[int] = []
    began = time.monotonic()
    try:
        _fuzz(surface, known, lambda: sizes.append(surface.memory.memory_info().rss))
    finally:
        stopped.set()
        probing.join()
    took_s = time.monotonic() - began
    grown = sizes[-1] - sizes[min(len(sizes) // 3, 1_000)]
    surface.put_into_service()
    said = surface.converse()
    log = surface.process.output

    print(
        f"{EXAMPLES} connections in {took_s:.0f} s, seed {SEED}: statuses {dict(sorted(surface.statuses.items()))};"
        f" {len(surface.codes)} codes; worst probe {1000 * surface.worst_probe_s:.0f} ms;"
        f" memory grew {grown / 2**20:.1f} MB"
    )
    assert surface.process.child.poll() is None
    assert said == ["Which size?", "A large one. Your name?", "Thank you, Ann."]
    troubles = [_shown(line) for line in log.splitlines() if _is_trouble(line)]
    assert not troubles, "\n".join(troubles[:10])
    assert grown < MAY_GROW
    assert surface.worst_probe_s < MAY_BLOCK_S or not IS_LONG
    assert surface.process.stop() == 0


def _fuzz(surface: Surface, known: Known, after_each: Callable[[], object]) -> None:
    @seed(SEED)
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        phases=[Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
    )
    @given(st.lists(requests(known), min_size=1, max_size=3))
    def send(several: list[Request]) -> None:
        sent: list[Request] = []
        for request in several:  # what follows a request without an end would be a part of it
            sent.append(request)
            if not request.is_whole:
                break
        responses = exchange(
            surface.port,
            b"".join(request.sent for request in sent),
            methods=[request.method for request in sent],
            waits=all(request.is_whole for request in sent),
        )
        for request, response in zip(sent, responses, strict=False):
            surface.check(request, response)
            if response.status < 300 and "deactivate" in request.path:
                surface.put_into_service()
        after_each()

    send()


def _is_trouble(line: str) -> bool:
    """Say whether a line of the log tells of a mistake of the server's."""
    return "Traceback" in line or '"exception"' in line or '"level": "error"' in line


def _shown(line: str) -> str:
    """Return a log line with the place of its exception, without the frames above it."""
    if not line.startswith("{"):
        return line
    facts = json.loads(line)
    raised = [
        (one["exc_type"], one["exc_value"], [f"{at['filename']}:{at['lineno']}" for at in one["frames"][-4:]])
        for one in facts.pop("exception", [])
    ]
    return f"{facts} {raised}"


def _is_known(code: str) -> bool:
    return any(fnmatchcase(code, pattern) for pattern in _codes())


@cache
def _codes() -> tuple[str, ...]:
    return tuple(codes())
