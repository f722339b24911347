"""Calling the command line: in this process for what prints and ends, as a process of its own for what serves."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from botflow.cli import main


@dataclass(frozen=True, slots=True)
class Ended:
    """How a command ended."""

    status: int
    out: str
    err: str


Call = Callable[..., Ended]


@pytest.fixture
def botflow(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Call:
    """Call `botflow ARGUMENTS` in an empty working folder, with no setting in the environment."""
    monkeypatch.chdir(tmp_path)
    for name in list(os.environ):
        if name.startswith(("BOTFLOW_", "TWILIO_", "OPENAI_")) and not name.startswith("BOTFLOW_TEST_"):
            monkeypatch.delenv(name)

    def call(*arguments: str, **environment: str) -> Ended:
        monkeypatch.setattr("sys.argv", ["botflow", *arguments])
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        with pytest.raises(SystemExit) as end:
            main()
        captured = capfd.readouterr()
        return Ended(int(end.value.code or 0), captured.out, captured.err)

    return call
