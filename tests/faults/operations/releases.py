"""Other releases of botflow, each as a wheel in a virtual environment of its own.

They use the packages of this environment: what differs is botflow alone.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import venv
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

from botflow.storage.migrations import HEAD

ROOT = Path(__file__).parents[3]
MIGRATIONS = Path("botflow/storage/migrations")
NEXT = f"{int(HEAD) + 1:04}"
NEXT_MIGRATION = f'''"""What a next release may add: a table, columns that need not be given, an index."""

import sqlalchemy as sa
from alembic import op

revision, down_revision, branch_labels, depends_on = "{NEXT}", "{HEAD}", None, None


def upgrade() -> None:
    op.create_table("notes", sa.Column("id", sa.Integer, primary_key=True), sa.Column("text", sa.Text))
    for table in ("sessions", "inbounds", "turns", "outbounds", "processes"):
        op.add_column(table, sa.Column("note", sa.Text))
        op.add_column(table, sa.Column("weight", sa.Integer, nullable=False, server_default="0"))
    op.create_index("sessions_note", "sessions", ["note"])
'''


def former_release(migration: str, folder: Path) -> Path:
    """Install what was there before `migration` was written; return its interpreter."""
    written = _git("log", "--format=%H", "--diff-filter=A", "--", str(MIGRATIONS / "versions" / migration)).decode()
    assert written, f"the history of {migration} is missing: fetch it with `git fetch --unshallow`"
    commit = written.split()[-1]
    return _install(folder, lambda tree: _unpack(_git("archive", f"{commit}^"), tree))


def next_release(folder: Path) -> Path:
    """Install this tree with one more migration; return its interpreter."""

    def write(tree: Path) -> None:
        names = [
            name for name in _git("ls-files", "-z", "--cached", "--others", "--exclude-standard").split(b"\0") if name
        ]
        for name in (Path(name.decode()) for name in names):
            if (ROOT / name).is_file():
                (tree / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(ROOT / name, tree / name)
        (tree / MIGRATIONS / "versions" / f"{NEXT}_notes.py").write_text(NEXT_MIGRATION)
        head = tree / MIGRATIONS / "__init__.py"
        head.write_text(head.read_text().replace(f'HEAD = "{HEAD}"', f'HEAD = "{NEXT}"'))

    return _install(folder, write)


def _install(folder: Path, write: Callable[[Path], None]) -> Path:
    """Build a wheel of the tree that `write` makes, and install it."""
    tree, wheels, home = folder / "tree", folder / "wheels", folder / "venv"
    tree.mkdir(parents=True)
    write(tree)
    build = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(wheels)]
    subprocess.run(build, cwd=tree, check=True, capture_output=True)
    venv.create(home, symlinks=True)
    packages = home / "lib" / f"python{sys.version_info.major}.{sys.version_info.minor}" / "site-packages"
    with ZipFile(next(wheels.glob("*.whl"))) as wheel:
        wheel.extractall(packages)
    (packages / "of_the_tests.pth").write_text(sysconfig.get_path("purelib") + "\n")
    python = home / "bin" / "python"
    found = subprocess.run(
        [str(python), "-c", "import botflow; print(botflow.__file__)"], cwd=folder, check=True, capture_output=True
    )
    assert found.stdout.decode().strip() == str(packages / "botflow" / "__init__.py")
    return python


def schema_of(python: Path) -> str:
    """Return the schema that a release expects."""
    code = "from botflow.storage.migrations import HEAD; print(HEAD)"
    found = subprocess.run([str(python), "-c", code], cwd=python.parent, check=True, capture_output=True)
    assert re.fullmatch(rb"\d{4}\n", found.stdout)
    return found.stdout.decode().strip()


def _git(*arguments: str) -> bytes:
    return subprocess.run(["git", *arguments], cwd=ROOT, check=True, capture_output=True).stdout


def _unpack(archive: bytes, tree: Path) -> None:
    with tarfile.open(fileobj=BytesIO(archive)) as files:
        files.extractall(tree, filter="data")
