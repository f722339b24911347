"""A real Chromium for the page's tests: one on PATH, else a build from the npm registry, fetched once and checked.

That build (the package @sparticuz/chromium) needs no system package: it brings the libraries and fonts that a bare
Debian lacks. It is kept in the virtual environment, as everything else that the tests need.
"""

from __future__ import annotations

import hashlib
import io
import os
import platform
import shutil
import sys
import tarfile
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path
from xml.sax.saxutils import escape

VERSION = "153.0.0"
SHA512 = (
    "8e2196a92bcf31dbb8f8ff538a562a011ef21063c41c8371fa50af13f36a34ef"
    "c41d8cc5ff1d615222394fa8a8548b7b744cbb9fcf1bcb24f4be4f9d9ec810c0"
)
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--no-first-run",
)
FONTS = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir>{folder}/fonts</dir><cachedir>{folder}/fonts-cache</cachedir></fontconfig>
"""


@dataclass(frozen=True, slots=True)
class Chromium:
    """Where the program is, and what its environment must hold."""

    program: str
    environment: dict[str, str] = field(default_factory=dict)


def find_chromium() -> Chromium:
    """Return a Chromium; RuntimeError says how to get one where there is no build."""
    for name in NAMES:
        program = shutil.which(name)
        if program is not None:
            return Chromium(program)
    if platform.system() != "Linux" or platform.machine() not in ("x86_64", "AMD64"):
        raise RuntimeError("the page's tests need Chromium on PATH; on Debian: apt install chromium")
    return fetched_chromium()


def fetched_chromium() -> Chromium:
    """Return the build from the npm registry, fetched on first use."""
    folder = Path(sys.prefix) / f"chromium-{VERSION}"
    if not folder.is_dir():
        half = folder.with_name(f"{folder.name}.{os.getpid()}")
        _unpack(_fetch(), half, folder)
        try:
            half.rename(folder)
        except OSError:  # another test run was faster
            shutil.rmtree(half)
    libraries = os.pathsep.join(filter(None, [str(folder / "lib"), os.environ.get("LD_LIBRARY_PATH")]))
    return Chromium(
        str(folder / "chromium"), {"LD_LIBRARY_PATH": libraries, "FONTCONFIG_PATH": str(folder), "HOME": str(folder)}
    )


def _fetch() -> bytes:
    registry = os.environ.get("NPM_CONFIG_REGISTRY", "https://registry.npmjs.org").rstrip("/")
    url = f"{registry}/@sparticuz/chromium/-/chromium-{VERSION}.tgz"
    print(f"no Chromium on PATH: fetching {url} (70 MB, once)", file=sys.stderr)
    with urllib.request.urlopen(url, timeout=300) as response:
        archive: bytes = response.read()
    if hashlib.sha512(archive).hexdigest() != SHA512:
        raise RuntimeError(f"{url} is not what it was when it was chosen")
    return archive


def _unpack(archive: bytes, folder: Path, final: Path) -> None:
    """Unpack into `folder`, which will be renamed to `final`."""
    import brotli

    folder.mkdir(parents=True)
    with tarfile.open(fileobj=io.BytesIO(archive)) as package:

        def unpacked(name: str) -> bytes:
            packed = package.extractfile(f"package/bin/{name}.br")
            assert packed is not None
            opened: bytes = brotli.decompress(packed.read())
            return opened

        program = folder / "chromium"
        program.write_bytes(unpacked("chromium"))
        program.chmod(0o755)
        for name in ("al2023.tar", "fonts.tar"):
            with tarfile.open(fileobj=io.BytesIO(unpacked(name))) as parts:
                parts.extractall(folder, filter="data")
    (folder / "fonts.conf").write_text(FONTS.format(folder=escape(str(final))), encoding="utf-8")
