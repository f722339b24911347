"""Every example, as a conversation: what a person types, and what stands in the terminal, line by line.

A transcript in tests/transcripts holds both: lines that begin with `> ` are typed, the rest is what the flow says.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from botflow.runtime.flow_files import read_flow_files

ROOT = Path(__file__).parent.parent.parent
EXAMPLES = ROOT / "examples"
TRANSCRIPTS = ROOT / "tests" / "transcripts"
LONGEST = 60  # lines


def examples() -> list[Path]:
    return sorted(path for path in EXAMPLES.iterdir() if path.suffix in (".yaml", ".py"))


def converse(flow: Path, transcript: str) -> str:
    """Type the transcript's lines into `botflow chat` and return all that it shows."""
    typed = "".join(f"{line[2:]}\n" for line in transcript.splitlines() if line.startswith("> "))
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("BOTFLOW_", "OPENAI_"))}
    ended = subprocess.run(
        [sys.executable, "-m", "botflow", "chat", str(flow)],
        input=typed,
        capture_output=True,
        text=True,
        timeout=60,
        env=environment,
    )
    assert ended.stderr == ""
    assert ended.returncode == 0
    return ended.stdout


@pytest.mark.parametrize("example", examples(), ids=lambda path: path.name)
def test_an_example_talks_as_its_transcript_says(example: Path) -> None:
    transcript = (TRANSCRIPTS / f"{example.stem}.txt").read_text()

    assert converse(example, transcript) == transcript


@pytest.mark.parametrize("example", examples(), ids=lambda path: path.name)
def test_an_example_is_short_and_its_first_line_says_how_to_run_it(example: Path) -> None:
    lines = example.read_text().splitlines()

    assert lines[0].startswith("# Run it: ")
    assert f"botflow chat examples/{example.name}" in lines[0]
    assert len(lines) <= LONGEST


def test_the_router_in_python_is_the_same_flow_as_in_yaml() -> None:
    in_yaml = read_flow_files([EXAMPLES / "03_support_router.yaml"]).compiled("support")
    in_python = read_flow_files([EXAMPLES / "04_support_router.py"]).compiled("support")

    assert in_python.digest == in_yaml.digest
