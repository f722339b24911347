"""What a wheel holds: the core, the integrations as packages of their own, migrations and pages, and nothing else."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

import pytest

pytestmark = pytest.mark.xdist_group("wheel")  # what the module sets up is set up once

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Build the wheel and return its files by name, with the text of its metadata."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    with ZipFile(next(folder.glob("*.whl"))) as archive:
        names = archive.namelist()
        return {name: archive.read(name).decode() if ".dist-info/" in name else "" for name in names}


def test_import_integrations_fails_in_a_wheel(wheel: dict[str, str]) -> None:
    packages = {name.partition("/")[0] for name in wheel if ".dist-info/" not in name}

    providers = {path.name for path in (ROOT / "integrations").iterdir() if not path.name.startswith("botflow_client")}
    assert packages == {"botflow", *providers}


def test_every_file_of_the_core_is_in_the_wheel(wheel: dict[str, str]) -> None:
    """Migrations, templates and the pages are files that no import would miss."""
    files = {
        str(file.relative_to(ROOT))
        for file in (ROOT / "botflow").rglob("*")
        if file.is_file() and file.suffix != ".pyc" and not file.name.startswith(".")
    }

    assert files - wheel.keys() == set()
    assert any(name.startswith("botflow/storage/migrations/versions/") for name in wheel)


def test_the_wheel_declares_the_command_and_the_plugins(wheel: dict[str, str]) -> None:
    declared = next(text for name, text in wheel.items() if name.endswith(".dist-info/entry_points.txt"))

    assert "botflow = botflow.cli:main" in declared
    assert "twilio = botflow_twilio:plugin" in declared
    assert "openai = botflow_openai:plugin" in declared
    assert "http = botflow_http:plugin" in declared
    assert "email = botflow_email:plugin" in declared
    assert "slack = botflow_slack:plugin" in declared
    assert "chat_webhook = botflow_chat_webhook:plugin" in declared
    assert "protocols = botflow_protocols:plugin" in declared
