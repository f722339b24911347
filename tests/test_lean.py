"""What botflow weighs: the packages and bytes of a base install, and what an import loads.

What a command loads is in tests/cli/test_imports.py.
"""

from __future__ import annotations

import re
import subprocess
import sys
from importlib.metadata import Distribution, distribution, entry_points
from pathlib import Path

import pytest
from packaging.requirements import Requirement

MOST_PACKAGES = 50
MOST_BYTES = 130_000_000
HEAVY = "twilio openai phonenumbers babel dateparser sqlalchemy starlette uvicorn pydantic redis alembic"


def closure(name: str) -> dict[str, Distribution]:
    """Return the distributions that a base install of `name` brings, itself included, by normalised name."""
    found: dict[str, Distribution] = {}
    waiting: list[tuple[str, frozenset[str]]] = [(name, frozenset())]
    seen: set[tuple[str, frozenset[str]]] = set()
    while waiting:
        item = waiting.pop()
        if item in seen:
            continue
        seen.add(item)
        package, extras = item
        found[normal(package)] = distribution(package)
        for text in distribution(package).requires or ():
            requirement = Requirement(text)
            if is_wanted(requirement, extras):
                waiting.append((requirement.name, frozenset(requirement.extras)))
    return found


def is_wanted(requirement: Requirement, extras: frozenset[str]) -> bool:
    marker = requirement.marker
    return marker is None or any(marker.evaluate({"extra": extra}) for extra in ("", *extras))


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def size(package: Distribution) -> int:
    """Return the bytes of a distribution's files as its wheel had them; compiled caches are not counted."""
    return sum(file.size or 0 for file in package.files or ())


def run(*arguments: str) -> str:
    return subprocess.run([sys.executable, *arguments], check=True, capture_output=True, text=True, timeout=60).stdout


def test_a_base_install_is_at_most_50_packages_and_130_megabytes() -> None:
    packages = closure("botflow")
    sizes = sorted(((size(package), name) for name, package in packages.items()), reverse=True)
    total = sum(each for each, _ in sizes)
    largest = ", ".join(f"{name} {each / 1e6:.1f}" for each, name in sizes[:5])
    print(f"base install: {len(packages)} packages, {total / 1e6:.1f} MB (largest: {largest})")

    assert "botflow" in packages
    assert len(packages) <= MOST_PACKAGES
    assert 30_000_000 < total <= MOST_BYTES  # less could not be true: psycopg's binary alone is 10 MB


@pytest.mark.parametrize(
    "statement", ["import botflow", "import botflow; botflow.Plugin", "import botflow; botflow.Leave"]
)
def test_heavy_packages_are_not_loaded_by_the_public_names(statement: str) -> None:
    heavy = HEAVY.split() if statement == "import botflow" else [name for name in HEAVY.split() if name != "pydantic"]
    program = (
        f"import sys, time; began = time.perf_counter(); {statement}; took = time.perf_counter() - began;"
        f"print(took); print(*[name for name in {heavy!r} if name in sys.modules])"
    )

    seconds, loaded = run("-c", program).split("\n")[:2]

    print(f"{statement}: {float(seconds) * 1000:.0f} ms")
    assert loaded == ""


def test_installed_plugins_load_neither_their_sdks_nor_the_other_nodes_before_they_are_needed() -> None:
    """Every command that fails loads the plugins, for the secrets that its message may not show."""
    needless = ("twilio", "openai", "botflow.nodes.chatbot.ask", "botflow.flow.building.flow", "ruamel.yaml")
    program = (
        "import sys; from botflow.plugins import installed_plugins;"
        "print(*[plugin.name for plugin in installed_plugins()]);"
        f"print(*[name for name in {needless} if name in sys.modules])"
    )

    names, loaded = run("-c", program).split("\n")[:2]

    assert names.split() == sorted(entry.name for entry in entry_points(group="botflow.plugins"))
    assert loaded == ""


def test_the_lock_files_name_no_place_of_their_own() -> None:
    root = Path(__file__).parent.parent
    for lock in ("requirements.lock", "requirements-dev.lock"):
        text = (root / lock).read_text()
        assert not re.search(r"file:|https?://|--index-url|--find-links| @ ", text)
        assert len(re.findall(r"^[a-z0-9][a-z0-9._-]*==", text, re.MULTILINE)) > 20
