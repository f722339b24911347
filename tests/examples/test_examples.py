"""Every example, as a conversation: what a person types, and what stands in the terminal, line by line.

A transcript in tests/transcripts holds both: lines that begin with `> ` are typed, the rest is what the flow says.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from botflow.runtime.flow_files import read_flow_files
from tests.cli.processes import run

ROOT = Path(__file__).parent.parent.parent
EXAMPLES = ROOT / "examples"
TRANSCRIPTS = ROOT / "tests" / "transcripts"
LONGEST = 60  # lines


def examples() -> list[Path]:
    return sorted(path for path in EXAMPLES.iterdir() if path.suffix in (".yaml", ".py"))


def converse(flow: Path, transcript: str, folder: Path) -> str:
    """Type the transcript's lines into `botflow chat` and return all that it shows."""
    typed = "".join(f"{line[2:]}\n" for line in transcript.splitlines() if line.startswith("> "))
    ended = run(folder, "chat", str(flow), typed=typed)
    assert (ended.status, ended.errors) == (0, "")
    return ended.out


@pytest.mark.parametrize("example", examples(), ids=lambda path: path.name)
def test_an_example_talks_as_its_transcript_says(example: Path, tmp_path: Path) -> None:
    transcript = (TRANSCRIPTS / f"{example.stem}.txt").read_text()

    assert converse(example, transcript, tmp_path) == transcript


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
