"""Build the browser's code: `python -m docs.generate.widget`.

esbuild makes one minified file of each entry in integrations/botflow_widget/source, and TypeScript the declarations of
the client. The same sources give the same bytes on every machine; a test compares them with the committed files.
"""

from __future__ import annotations

import base64
import hashlib
import json
import subprocess
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from docs.generate.widget_chunks import widget_files
from tests.js.packages import node_packages
from tests.node import NODE

WIDGET = Path(__file__).parents[2] / "integrations" / "botflow_widget"
SOURCE = WIDGET / "source"
STATIC = WIDGET / "static"
MANIFEST = "manifest.json"
CLIENT = "botflow-chat.js"
LONGEST_S = 120
# The format of each entry that is there: `esm` is imported, `iife` is named by a <script>.
ENTRIES: Mapping[str, str] = {CLIENT: "esm"}
OPTIONS = ("--bundle", "--minify", "--target=es2022", "--charset=utf8", "--legal-comments=none", "--log-level=warning")


def built_files() -> dict[str, bytes]:
    """Return each file of static/ by its name there, as the sources make it; RuntimeError with what a tool said."""
    files = {name: _run("esbuild/bin/esbuild", name, *OPTIONS, f"--format={ENTRIES[name]}") for name in ENTRIES}
    files |= widget_files(SOURCE, _run)
    manifest = {name: _facts(content) for name, content in files.items()}
    return files | _declarations() | {MANIFEST: json.dumps(manifest, indent=2, sort_keys=True).encode() + b"\n"}


def written_files() -> dict[str, bytes]:
    """Return each file of static/ by its name there, as it is."""
    return {str(path.relative_to(STATIC)): path.read_bytes() for path in STATIC.rglob("*") if path.is_file()}


def _facts(content: bytes) -> dict[str, str | int]:
    """Return what a server needs to serve a file for ever (`hash`), and a page to check it (`integrity`)."""
    integrity = "sha384-" + base64.b64encode(hashlib.sha384(content).digest()).decode()
    return {"bytes": len(content), "hash": hashlib.sha256(content).hexdigest()[:16], "integrity": integrity}


def _declarations() -> dict[str, bytes]:
    with TemporaryDirectory() as folder:
        project = ("--project", "tsconfig.declarations.json", "--outDir", folder)
        _run("typescript/bin/tsc", *project)
        written = sorted(Path(folder).rglob("*.d.ts"))
        return {str(path.relative_to(folder)): path.read_bytes() for path in written}


def _run(program: str, *arguments: str, folder: Path = SOURCE) -> bytes:
    command = [NODE, str(node_packages() / program), *arguments]
    run = subprocess.run(command, cwd=folder, capture_output=True, timeout=LONGEST_S)
    if run.returncode:
        raise RuntimeError(f"{program} {' '.join(arguments)}:\n{(run.stdout + run.stderr).decode()}")
    return run.stdout


def _write() -> None:
    wanted, kept = built_files(), written_files()
    for name, content in wanted.items():
        if kept.get(name) != content:
            path = STATIC / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
            print(path)  # noqa: T201 -- a script says what it has done
    for name in kept.keys() - wanted.keys():
        (STATIC / name).unlink()
        print(f"{STATIC / name} is gone")  # noqa: T201 -- likewise


if __name__ == "__main__":
    _write()
