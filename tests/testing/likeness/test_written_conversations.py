"""The Simulator behaves as the runtime does in conversations written by hand, one for each kind of thing that happens."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.testing.likeness.acts import Script
from tests.testing.likeness.comparison import compare, copy_of
from tests.testing.likeness.written_conversations import SCRIPTS


@pytest.mark.parametrize("script", SCRIPTS, ids=[script.name for script in SCRIPTS])
async def test_the_runtime_says_and_stores_the_same(script: Script, sqlite_template: Path, tmp_path: Path) -> None:
    compared = await compare(script, copy_of(sqlite_template, tmp_path))

    assert compared.differences == []
