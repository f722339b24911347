"""`python -m botflow`, which Python starts with the working folder first among the places of modules."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path


def test_a_file_of_the_working_folder_is_not_run_because_it_is_named_like_a_module(tmp_path: Path) -> None:
    (tmp_path / "typer.py").write_text('raise SystemExit("this file ran")', encoding="utf-8")

    started = subprocess.run(
        [sys.executable, "-m", "botflow", "version"], cwd=tmp_path, capture_output=True, text=True, timeout=60
    )

    assert started.returncode == 0, started.stderr
    assert started.stdout.startswith("botflow")
