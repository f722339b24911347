"""The JavaScript client's types, by TypeScript's own compiler: of a strict consumer, and of the sources themselves."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.js.packages import node_packages
from tests.node import NODE

HERE = Path(__file__).parent / "typescript"


@pytest.mark.parametrize("project", ["tsconfig.json", "tsconfig.sources.json"])
def test_a_strict_consumer_and_the_sources_compile(project: str) -> None:
    compiler = node_packages() / "typescript" / "bin" / "tsc"
    checked = subprocess.run(
        [NODE, compiler, "-p", HERE / project], capture_output=True, text=True, timeout=120, check=False
    )

    assert (checked.returncode, checked.stdout, checked.stderr) == (0, "", "")
