"""The Simulator behaves as the runtime does in conversations written by hand, one for each kind of occurrence."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.testing.likeness import written_people, written_questions, written_starts, written_waits
from tests.testing.likeness.comparison import compare, copies_of

SCRIPTS = (
    *written_questions.SCRIPTS,
    *written_waits.SCRIPTS,
    *written_starts.SCRIPTS,
    *written_people.SCRIPTS,
)


async def test_the_runtime_says_and_stores_the_same(
    sqlite_template: Path, tmp_path: Path, subtests: pytest.Subtests
) -> None:
    fresh = copies_of(sqlite_template, tmp_path)
    for script in SCRIPTS:
        with subtests.test(script.name):
            assert (await compare(script, fresh)).differences == []
