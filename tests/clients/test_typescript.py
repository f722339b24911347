"""The JavaScript client's types, by TypeScript's own compiler: of a strict consumer, and of the sources themselves.

The compiler comes from npm's registry, pinned by its hash, and is kept beside Python's packages. A machine without npm
cannot check types; the calls themselves are tested everywhere.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.node import NODE

HERE = Path(__file__).parent / "typescript"
KEPT = Path(sys.prefix) / "typescript"
NPM = shutil.which("npm")


def compiler() -> Path:
    """Return the compiler of the lock file; it is fetched once."""
    lock = (HERE / "package-lock.json").read_text()
    tsc = KEPT / "node_modules" / "typescript" / "bin" / "tsc"
    if tsc.exists() and (KEPT / "package-lock.json").read_text() == lock:
        return tsc
    KEPT.mkdir(exist_ok=True)
    for name in ("package.json", "package-lock.json"):
        shutil.copy(HERE / name, KEPT / name)
    assert NPM is not None
    command = [NPM, "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    subprocess.run(command, cwd=KEPT, check=True, capture_output=True, timeout=300)
    return tsc


@pytest.mark.parametrize("project", ["tsconfig.json", "tsconfig.sources.json"])
def test_a_strict_consumer_and_the_sources_compile(project: str) -> None:
    if NPM is None:
        print("types are not checked: this machine has no npm")
        return
    checked = subprocess.run(
        [NODE, compiler(), "-p", HERE / project], capture_output=True, text=True, timeout=120, check=False
    )

    assert (checked.returncode, checked.stdout) == (0, "")
