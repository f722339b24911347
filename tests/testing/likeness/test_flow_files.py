"""The Simulator behaves as the runtime does in the flows of the examples, the ports and the documentation."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from random import Random

from botflow.flow.problems import FlowProblems
from tests.testing.likeness.acts import Script
from tests.testing.likeness.comparison import compare, copies_of
from tests.testing.likeness.flow_files import flow_files
from tests.testing.likeness.generated_acts import drawing
from tests.testing.likeness.test_generated_conversations import ACTS, CONVERSATIONS, FIRST

FEWEST = 10  # flows that were held
IS_PROOF = CONVERSATIONS > 100  # then all of them


async def test_the_runtime_says_and_stores_the_same(sqlite_template: Path, tmp_path: Path) -> None:
    fresh = copies_of(sqlite_template, tmp_path)
    counts: Counter[str] = Counter()
    differences: list[str] = []
    files = list(flow_files())
    drawn = files if IS_PROOF else Random(FIRST).sample(files, FEWEST + 2)
    for number, (name, documents) in enumerate(drawn):
        draw = Random(f"{FIRST} {name}")
        script = Script(name=name, documents=documents, acts=(), channel=("chat", "sms")[number % 2])
        try:
            compared = await compare(script, fresh, draw=drawing(draw, ACTS))
        except FlowProblems:  # a block that the page shows because it is wrong, or that needs a file beside it
            continue
        counts += Counter(flows=1, acts=len(compared.done), turns=compared.turns, messages=compared.messages)
        differences += compared.differences
    print(dict(counts), f"differences: {len(differences)}")
    assert differences == []
    assert counts["flows"] >= FEWEST
