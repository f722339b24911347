"""botflow as processes of its own: started, talked to, and stopped the way a service manager stops them."""

from __future__ import annotations

import json
import os
import signal
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.fork_server import Forked, fork_server

COMMAND = "tests.botflow_command"
LONGEST_START_S = 60.0
SECRET = "test-secret-key-0123456789-0123456789"


class Process:
    """A running `botflow` command and its output so far."""

    def __init__(self, child: Forked, output: Path) -> None:
        self.child = child
        self._output = output

    @property
    def output(self) -> str:
        return self._output.read_text()

    @property
    def url(self) -> str:
        """The address that the start-up lines name."""
        return self.output.partition("ready at ")[2].split()[0]

    def wait_for(self, words: str) -> None:
        """Return once `words` stand in the output."""
        deadline = time.monotonic() + LONGEST_START_S
        while words not in self.output:
            assert self.child.poll() is None, f"it ended with {self.child.returncode}: {self.output}"
            assert time.monotonic() < deadline, f"{words!r} did not come: {self.output}"
            time.sleep(0.02)

    def stop(self) -> int:
        """Ask it to stop and return its exit status."""
        self.child.send_signal(signal.SIGTERM)
        return self.child.wait(LONGEST_START_S)

    def post(self, path: str, body: dict[str, Any] | None = None, token: str = "") -> dict[str, Any]:
        """POST JSON to it and return the answer."""
        request = urllib.request.Request(
            self.url + path,
            data=json.dumps(body).encode() if body is not None else b"",
            headers={"Content-Type": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {}),
        )
        with urllib.request.urlopen(request, timeout=40) as response:
            answer: dict[str, Any] = json.load(response)
        return answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """What a command has printed, and its exit status."""

    out: str
    errors: str
    status: int


@contextmanager
def running(folder: Path, *arguments: str, program: str = COMMAND, **environment: str) -> Iterator[Process]:
    """Run `botflow ARGUMENTS` in `folder`, and kill it at the end of the block if it still runs. `program` is the
    module whose `main` runs instead."""
    output = folder / f"output-{time.monotonic_ns()}.txt"
    output.touch()
    given = {**inherited("BOTFLOW_", "TWILIO_"), **environment}
    child = fork_server().launch(program, arguments, given, output, folder=folder)
    try:
        yield Process(child, output)
    finally:
        child.kill()
        child.wait()


def run(
    folder: Path,
    *arguments: str,
    typed: str = "",
    program: str = COMMAND,
    environment: Mapping[str, str] | None = None,
) -> Ended:
    """Run `botflow ARGUMENTS` in `folder` to its end, with `typed` as its input."""
    out, errors = (folder / f"{name}-{time.monotonic_ns()}.txt" for name in ("output", "output-errors"))
    given = {**inherited("BOTFLOW_", "TWILIO_", "OPENAI_"), **(environment or {})}
    child = fork_server().launch(program, arguments, given, out, errors=errors, folder=folder, typed=typed)
    try:
        status = child.wait(LONGEST_START_S)
        return Ended(out=out.read_text(), errors=errors.read_text(), status=status)
    finally:
        child.kill()
        for file in (out, errors):
            file.unlink(missing_ok=True)


def inherited(*without: str) -> dict[str, str]:
    """Return this process's environment without the variables whose names begin so."""
    return {name: value for name, value in os.environ.items() if not name.startswith(without)}
