"""What botflow weighs: packages and bytes of a base install, the import, and the seconds until it serves."""

from __future__ import annotations

import statistics
import subprocess
import sys
from importlib.metadata import Distribution

from packaging.utils import canonicalize_name

from tests.test_lean import closure, size

IMPORTS = 5
_PROGRAM = "import time; began = time.perf_counter(); import botflow; print(time.perf_counter() - began)"


def base_install() -> tuple[int, float]:
    """Return the packages that a base install brings, botflow included, and their megabytes."""
    packages: dict[str, Distribution] = closure("botflow")
    names = {canonicalize_name(name) for name in packages}
    return len(names), sum(map(size, packages.values())) / 1e6


def import_s() -> float:
    """Return the median seconds of `import botflow` in fresh interpreters."""
    return statistics.median(
        float(subprocess.run([sys.executable, "-c", _PROGRAM], check=True, capture_output=True).stdout)
        for _ in range(IMPORTS)
    )
