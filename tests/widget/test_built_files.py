"""static/ is what the sources make, the sources are typed, and nothing in it names the machine that built it."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import subprocess
from pathlib import Path

import pytest

from docs.generate.widget import CLIENT, MANIFEST, SOURCE, built_files, written_files
from tests.js.packages import node_packages
from tests.node import NODE

pytestmark = pytest.mark.xdist_group("widget_build")


@pytest.fixture(scope="module")
def built() -> dict[str, bytes]:
    return built_files()


def test_the_committed_files_are_what_the_sources_make(built: dict[str, bytes]) -> None:
    written = written_files()
    stale = sorted(name for name in built.keys() | written.keys() if built.get(name) != written.get(name))

    assert stale == [], "write them with: python -m docs.generate.widget"


def test_the_manifest_has_the_hash_of_each_script(built: dict[str, bytes]) -> None:
    manifest = json.loads(built[MANIFEST])

    assert manifest.keys() == {name for name in built if name.endswith(".js")}
    for name, facts in manifest.items():
        digest = base64.b64encode(hashlib.sha384(built[name]).digest()).decode()
        assert (facts["integrity"], facts["bytes"]) == (f"sha384-{digest}", len(built[name]))
        assert hashlib.sha256(built[name]).hexdigest().startswith(facts["hash"])


def test_no_built_file_names_a_folder_of_this_machine(built: dict[str, bytes]) -> None:
    folders = {str(Path.home()), str(SOURCE.parents[2])} - {"/"}

    assert [(name, folder) for name in built for folder in folders if folder.encode() in built[name]] == []


@pytest.mark.parametrize("project", [SOURCE, Path(__file__).with_name("consumer")], ids=["sources", "consumer"])
def test_the_sources_and_a_strict_consumer_compile(project: Path) -> None:
    command = [NODE, str(node_packages() / "typescript" / "bin" / "tsc"), "--project", str(project)]
    checked = subprocess.run(command, capture_output=True, text=True, timeout=120)

    assert (checked.returncode, checked.stdout) == (0, "")


def test_the_client_is_small(built: dict[str, bytes]) -> None:
    size = len(gzip.compress(built[CLIENT], 9, mtime=0))
    print(f"{CLIENT}: {len(built[CLIENT])} bytes, {size} gzipped")

    assert size < 7_400
