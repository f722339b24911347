"""A disk that can be filled: a tmpfs of a few megabytes, mounted for the length of a test."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

FILLER = "filler"
BLOCK = 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class SmallDisk:
    """A file system of its own at `folder`."""

    folder: Path

    def fill(self) -> int:
        """Take the room that is left; return how many bytes that was."""
        taken = 0
        with (self.folder / FILLER).open("ab", buffering=0) as filler:
            for size in (1 << 20, BLOCK):
                try:
                    while True:
                        taken += filler.write(b"\0" * size)
                except OSError:
                    continue
        return taken

    def free(self) -> None:
        (self.folder / FILLER).unlink()

    @property
    def free_bytes(self) -> int:
        found = os.statvfs(self.folder)
        return found.f_bavail * found.f_bsize


@contextmanager
def small_disk(megabytes: int) -> Iterator[SmallDisk]:
    """Mount one where every user can reach it. Only root may: elsewhere this fails, as nothing else bounds a disk."""
    folder = Path(tempfile.mkdtemp(prefix="botflow-disk-"))
    folder.chmod(0o755)
    mount = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=0777", "tmpfs", str(folder)]
    subprocess.run(mount, check=True)
    try:
        yield SmallDisk(folder=folder)
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)
        folder.rmdir()
