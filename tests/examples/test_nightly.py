"""The nightly report, by hand on a real server: a sleeping shop is asked again, a lost one costs nothing else."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from tests.ports import free_port

NIGHTLY = Path(__file__).parent.parent.parent / "examples" / "nightly" / "report.py"
API_KEY = "sixteen-or-more-characters"
LONGEST_S = 60.0


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """Run `botflow serve` until the block ends; yields its API's address."""
    port = str(free_port())
    own = {name: value for name, value in os.environ.items() if not name.startswith(("BOTFLOW_", "OPENAI_", "TWILIO_"))}
    command = [sys.executable, "-m", "botflow", "serve", str(NIGHTLY), "--dev", "--port", port]
    with (folder / "log").open("wb") as log:
        environment = {**own, "BOTFLOW_API_KEY": API_KEY}
        server = subprocess.Popen(command, cwd=folder, env=environment, stdout=log, stderr=log)
    try:
        until = time.monotonic() + LONGEST_S
        while time.monotonic() < until:
            with suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz"):
                break
            time.sleep(0.1)
        yield f"http://127.0.0.1:{port}/api/v1"
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(LONGEST_S)


def answer(address: str, body: bytes | None = None) -> Any:
    headers = {"Authorization": f"Bearer {API_KEY}", "Content-Type": "application/json"}
    with urllib.request.urlopen(urllib.request.Request(address, data=body, headers=headers)) as found:
        return json.load(found)


def test_the_report_counts_every_shop_that_answers_in_the_end(tmp_path: Path) -> None:
    with served(tmp_path) as api:
        started = answer(f"{api}/workflows/report/executions", b"{}")
        address = f"{api}/executions/{started['id']}"
        until = time.monotonic() + LONGEST_S
        while (run := answer(address))["status"] not in ("completed", "failed"):
            assert time.monotonic() < until, run
            time.sleep(0.2)

    assert (run["status"], run["output"]) == ("completed", "Berlin 120; Oslo 80; Lima 95; Rome 0; 295 in all")


def test_it_is_short_and_its_first_line_says_how_to_run_it() -> None:
    lines = NIGHTLY.read_text().splitlines()

    assert lines[0] == "# Run it: botflow serve examples/nightly/report.py --dev"
    assert len(lines) <= 60
