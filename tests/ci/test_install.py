"""`.ci/install` with the package registry, on a project of one module: how uv is found, and what happens without it.

Every test works in a folder with a space in its name, without a home (so without caches), and without ensurepip.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LONGEST_S = 600.0
PYPROJECT = """
[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"

[project]
name = "botflow"
version = "1"

[project.scripts]
botflow = "botflow:main"

[tool.hatch.build]
packages = ["botflow"]
"""
BUILD_TOOLS = ("editables", "hatchling", "packaging", "pathspec", "pluggy", "tomli", "trove-classifiers")
Install = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A copy of .ci/ beside a botflow that has no dependencies but those of its build."""
    folder = tmp_path / "a b"
    shutil.copytree(ROOT / ".ci", folder / ".ci")
    (folder / "pyproject.toml").write_text(PYPROJECT)
    (folder / "botflow").mkdir()
    (folder / "botflow" / "__init__.py").write_text("def main() -> None:\n    print('good')\n")
    pinned = re.findall(r"^[\w.-]+==(?:.*\\\n)*.*\n", (ROOT / "requirements.lock").read_text(), re.MULTILINE)
    (folder / "requirements.lock").write_text("".join(one for one in pinned if one.startswith(BUILD_TOOLS)))
    return folder


@pytest.fixture
def install(project: Path, tmp_path: Path) -> Install:
    """Run `.ci/install run` with only the system's programs, and those in `bin`, on PATH."""
    ensurepip = tmp_path / "without" / "ensurepip"
    ensurepip.mkdir(parents=True)
    (ensurepip / "__init__.py").write_text("raise ImportError('Debian keeps it elsewhere')\n")
    (tmp_path / "bin").mkdir()
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("UV_", "PIP_CACHE", "VIRTUAL_"))}
    environ = {
        **kept,
        "PATH": f"{tmp_path / 'bin'}:/usr/bin:/bin",
        "HOME": "/nonexistent/home",
        "PYTHON": sys.executable,
        "PYTHONPATH": str(ensurepip.parent),
    }

    def run(**variables: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [".ci/install", "run"],
            cwd=project,
            env={**environ, **variables},
            capture_output=True,
            text=True,
            timeout=LONGEST_S,
        )

    return run


def says(project: Path) -> str:
    return subprocess.run(
        [project / ".venv" / "bin" / "botflow"], check=True, capture_output=True, text=True, timeout=LONGEST_S
    ).stdout.strip()


def test_uv_is_fetched_when_there_is_none(install: Install, project: Path) -> None:
    first = install()
    again = install()

    assert first.returncode == 0, first.stderr
    assert says(project) == "good"
    assert (project / ".venv" / "bin" / "uv").exists()
    assert not list((project / ".venv" / "lib").glob("*/site-packages/pip"))
    assert (again.returncode, again.stdout, again.stderr) == (0, "", "")


def test_a_uv_on_path_that_fails_is_used_and_pip_follows(install: Install, project: Path, tmp_path: Path) -> None:
    uv = tmp_path / "bin" / "uv"
    uv.write_text('#!/bin/sh\n[ "$1" = --version ] || { echo "called with $1" >&2; exit 3; }\n')
    uv.chmod(0o755)

    installed = install()

    assert installed.returncode == 0, installed.stderr
    assert "called with pip" in installed.stderr
    assert "so pip does" in installed.stdout
    assert not (project / ".venv" / "bin" / "uv").exists()
    assert says(project) == "good"


def test_a_package_that_is_not_the_one_of_the_lock_file_is_refused(install: Install, project: Path) -> None:
    lock = project / "requirements.lock"
    lock.write_text(re.sub(r"sha256:\w{8}", "sha256:00000000", lock.read_text()))

    refused = install()

    assert refused.returncode != 0
    assert "Hash mismatch" in refused.stderr  # uv
    assert "THESE PACKAGES DO NOT MATCH THE HASHES" in refused.stderr  # pip
    assert not (project / ".venv" / ".installed-run").exists()
