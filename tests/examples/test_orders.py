"""The shop's example: its rows start a workflow on a botflow that runs beside it, and a guide shows the same files."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from botflow.storage.database import open_database
from tests.ports import free_port
from tests.triggering.workflows_to_start import runs

ROOT = Path(__file__).parent.parent.parent
ORDERS = ROOT / "examples" / "orders"
LONGEST_S = 60.0


def environment(url: str) -> dict[str, str]:
    own = {name: value for name, value in os.environ.items() if not name.startswith(("BOTFLOW_", "OPENAI_", "TWILIO_"))}
    return {**own, "BOTFLOW_DATABASE_URL": url}


@contextmanager
def served(url: str, folder: Path) -> Iterator[None]:
    """Run `botflow serve` until the block ends, and then stop it in good order."""
    port = str(free_port())
    command = [sys.executable, "-m", "botflow", "serve", str(ORDERS / "approved.yaml"), "--dev", "--port", port]
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(command, cwd=folder, env=environment(url), stdout=log, stderr=log)
    try:
        until = time.monotonic() + LONGEST_S
        while time.monotonic() < until:
            with suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz"):
                break
            time.sleep(0.1)
        yield
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(LONGEST_S)


async def found(url: str) -> list[tuple[object, str]]:
    """Return input and status of each run."""
    database = await open_database(url, migrate=False)
    try:
        return [(run.input, run.status) for run in await runs(database)]
    finally:
        await database.close()


def test_an_approved_order_starts_one_run_which_ends(database_url: str, tmp_path: Path) -> None:
    with served(database_url, tmp_path):
        shop = subprocess.run(
            [sys.executable, str(ORDERS / "shop.py")],
            cwd=tmp_path,
            env=environment(database_url),
            capture_output=True,
            text=True,
            timeout=LONGEST_S,
        )
        time.sleep(3)  # a SQLite file can be looked into only when the server has stopped

    assert (shop.stdout, shop.stderr) == ("order 1 is approved\n", "")
    assert asyncio.run(found(database_url)) == [({"order": 1, "customer": "Ben"}, "completed")]


def test_the_files_are_short_and_a_guide_shows_them() -> None:
    guide = (ROOT / "docs" / "runs-and-triggers.md").read_text()
    for name in ("approved.yaml", "shop.py"):
        first, rest = (ORDERS / name).read_text().split("\n", 1)
        assert first.startswith("# Run it: ")
        assert len(rest.splitlines()) < 60
        assert f"# {name}\n{rest}```" in guide
