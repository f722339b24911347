"""The Simulator behaves as the runtime does in generated flows, with generated acts of people and applications."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path
from random import Random

from tests.testing.likeness.acts import Script
from tests.testing.likeness.comparison import compare, copies_of
from tests.testing.likeness.generated_acts import drawing
from tests.testing.likeness.generated_flows import generated

CONVERSATIONS = int(os.environ.get("BOTFLOW_TEST_LIKENESS", "") or 8)  # `make proof` holds more
FIRST = int(os.environ.get("BOTFLOW_TEST_LIKENESS_SEED", "") or 1)
ACTS = 14


async def test_the_runtime_says_and_stores_the_same(sqlite_template: Path, tmp_path: Path) -> None:
    fresh = copies_of(sqlite_template, tmp_path)
    counts: Counter[str] = Counter()
    differences: list[str] = []
    for number in range(FIRST, FIRST + CONVERSATIONS):
        draw = Random(number)
        channel = draw.choice(("chat", "sms", "whatsapp"))
        script = Script(name=f"generated {number}", documents=generated(draw, channel), acts=(), channel=channel)
        compared = await compare(script, fresh, draw=drawing(draw, ACTS))
        counts += Counter(conversations=1, acts=len(compared.done), turns=compared.turns, messages=compared.messages)
        differences += compared.differences
    print(dict(counts), f"differences: {len(differences)}")
    assert differences == []
