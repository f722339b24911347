"""A conversation is the same in the simulator and in `botflow chat`: the transcripts of the examples, played again."""

from __future__ import annotations

from pathlib import Path

import pytest

from botflow.runtime.flow_files import read_flow_files
from botflow.testing import Simulator

ROOT = Path(__file__).parents[2]
EXAMPLES = sorted(path for path in (ROOT / "examples").iterdir() if path.suffix in (".yaml", ".py"))


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.name)
def test_an_example_talks_in_the_simulator_as_its_transcript_says(example: Path) -> None:
    written = (ROOT / "tests" / "transcripts" / f"{example.stem}.txt").read_text()
    transcript = written.partition("> /")[0]  # commands of the terminal, such as /trace, are no conversation
    files = read_flow_files([example])
    main, *others = files.documents.values()
    talk = Simulator(main, others=others, plugins=files.plugins)
    if any(node.type == "chatbot.opened" for node in talk.flow.triggers):
        talk.opens()
        talk.lines.pop(0)

    for line in transcript.splitlines():
        if line.startswith("> "):
            talk.says(line.removeprefix("> "))

    assert talk.transcript == transcript
