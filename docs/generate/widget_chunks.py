"""Build the widget: `v1.js`, which a page names, and the files below chunks/ that it imports when they are needed.

A chunk's name has a hash of its content, so it may be kept for ever; `v1.js` knows the name of the first one.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

Run = Callable[..., bytes]
LOADER = "v1.js"
CHUNKS = "chunks"
CURRENT = "chat.js"  # for a loader that is older than the server: the names of its chunks are gone
OPTIONS = ("--bundle", "--minify", "--target=es2022", "--charset=utf8", "--legal-comments=none", "--log-level=warning")


def widget_files(source: Path, run: Run) -> dict[str, bytes]:
    """Return each file of the widget by its name; `run` runs a program of the npm packages in a folder."""
    with TemporaryDirectory() as temporary:
        sources, built = Path(temporary) / "source", Path(temporary) / "built"
        shutil.copytree(source, sources)
        for sheet in sources.rglob("*.css"):
            sheet.write_bytes(run("esbuild/bin/esbuild", sheet.name, "--minify", folder=sheet.parent).strip())
        entry = ("widget/chat.js", *OPTIONS, "--loader:.css=text", "--format=esm", "--splitting", f"--outdir={built}")
        run("esbuild/bin/esbuild", *entry, "--entry-names=[name]-[hash]", "--chunk-names=[name]-[hash]", folder=sources)
        files = {f"{CHUNKS}/{path.name}": path.read_bytes() for path in sorted(built.iterdir())}
        [chat] = [name for name in files if name.startswith(f"{CHUNKS}/chat-")]
        name = f'--define:CHAT_FILE="{chat}"'
        loader = run(
            "esbuild/bin/esbuild",
            "widget/loader.js",
            *OPTIONS,
            "--loader:.css=text",
            "--format=iife",
            name,
            folder=sources,
        )
        return {**files, LOADER: loader, CURRENT: f'export * from "./{chat}";\n'.encode()}
