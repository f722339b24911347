"""The batch example: the official SDK against a local OpenAI, a lost answer, a server killed between two looks."""

from __future__ import annotations

import importlib.util
import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from contextlib import suppress
from pathlib import Path
from types import ModuleType
from typing import Any

import openai
import pytest

from botflow.flow.compile import compile_flow
from botflow.nodes import built_in
from tests.ports import free_port
from tests.stand_ins.openai_batches import BatchStandIn

pytestmark = pytest.mark.xdist_group("batch")  # what the module sets up is set up once

EXAMPLE = Path(__file__).parent.parent.parent / "examples" / "batch" / "reviews.py"
REVIEWS = ["good", "so so", "never again"]
RATED = ["4", "5", "11"]
API_KEY = "sixteen-or-more-characters"
LONGEST_S = 120.0


class Context:
    """All of an ActionContext that the batch uses."""

    key = "k1"


@pytest.fixture(scope="module")
def example() -> ModuleType:
    spec = importlib.util.spec_from_file_location("reviews", EXAMPLE)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_it_compiles_and_its_first_line_says_how_to_run_it(example: ModuleType) -> None:
    kinds = {kind.name: kind for kind in (*built_in(), example.submit)}
    lines = EXAMPLE.read_text().splitlines()

    assert compile_flow(example.flow.documents(), "reviews", kinds).mode == "single"
    assert lines[0] == "# Run it: OPENAI_API_KEY=... botflow serve examples/batch/reviews.py --dev"
    assert len(lines) <= 60


async def test_a_batch_whose_creation_was_not_heard_of_is_found_again(
    example: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    with BatchStandIn(loses_answers=2) as local:  # the SDK tries once more by itself
        for name, value in local.environment.items():
            monkeypatch.setenv(name, value)
        properties = example.BatchProperties(instructions="Rate 1 to 5.", texts=REVIEWS)
        with pytest.raises(openai.APIConnectionError):
            await example.submit._submit(properties, Context())
        created = local.created

        state = await example.submit._submit(properties, Context())

        assert (local.created, state) == (created, {"batch": "batch_1"})


def test_a_batch_outlasts_the_server_that_submitted_it(tmp_path: Path) -> None:
    with BatchStandIn(looks=2) as local:
        first = serve(tmp_path, local)
        try:
            started = call(first.api, "/workflows/reviews/executions", {"input": {"reviews": REVIEWS}})
            path = f"/executions/{started['id']}"
            waiting = until(first.api, path, "waiting")
        finally:
            first.end(signal.SIGKILL)
        assert waiting["wakesAt"] is not None
        second = serve(tmp_path, local)
        try:
            done = until(second.api, path, "completed")
        finally:
            second.end(signal.SIGTERM)

    print(f"batches created {local.created}, looks {local.seen}, output {done['output']}")
    assert (done["output"], local.created, local.seen) == (RATED, 1, {"batch_1": 2})


class Server:
    """A `botflow serve` of the example."""

    def __init__(self, process: subprocess.Popen[bytes], api: str) -> None:
        self.process = process
        self.api = api

    def end(self, by: signal.Signals) -> None:
        self.process.send_signal(by)
        self.process.wait(LONGEST_S)


def serve(folder: Path, local: BatchStandIn) -> Server:
    port = str(free_port())
    own = {name: value for name, value in os.environ.items() if not name.startswith(("BOTFLOW_", "OPENAI_", "TWILIO_"))}
    environment = {**own, "BOTFLOW_API_KEY": API_KEY, **local.environment}
    command = [sys.executable, "-m", "botflow", "serve", str(EXAMPLE), "--dev", "--port", port]
    with (folder / "log").open("ab") as log:
        process = subprocess.Popen(command, cwd=folder, env=environment, stdout=log, stderr=log)
    until_s = time.monotonic() + LONGEST_S
    while time.monotonic() < until_s:
        with suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz"):
            break
        time.sleep(0.1)
    return Server(process, f"http://127.0.0.1:{port}/api/v1")


def call(api: str, path: str, body: dict[str, Any] | None = None) -> Any:
    headers = {"Authorization": f"Bearer {API_KEY}", "Content-Type": "application/json"}
    asked = urllib.request.Request(api + path, data=json.dumps(body).encode() if body else None, headers=headers)
    with urllib.request.urlopen(asked) as answer:
        return json.load(answer)


def until(api: str, path: str, status: str) -> dict[str, Any]:
    """Return the execution once it has this status; a poll is half a minute."""
    until_s = time.monotonic() + LONGEST_S
    while True:
        run: dict[str, Any] = call(api, path)
        if run["status"] == status:
            return run
        assert run["status"] not in ("completed", "failed", "cancelled"), run
        assert time.monotonic() < until_s, run
        time.sleep(0.2)
