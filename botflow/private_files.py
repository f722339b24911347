"""Files and folders that only their owner can read: databases and keys, whatever the umask of the process is."""

from __future__ import annotations

import os
from pathlib import Path

FILE, FOLDER = 0o600, 0o700


def open_private(path: Path, flags: int) -> int:
    """Open a file, and return its descriptor. One that is made by this is readable by its owner alone; another keeps
    the permissions that it has, which are its owner's choice."""
    make_private(path)
    return os.open(path, flags | os.O_CREAT | os.O_CLOEXEC, FILE)


def make_private(path: Path) -> None:
    """Make an empty file, and the folders on the way to it; what exists already is not changed.

    Behind a symbolic link it is the link's target that is made: SQLite would make it with the permissions of the umask.
    """
    path = path.resolve()
    _make_folder(path.parent)
    try:
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, FILE)
    except FileExistsError:
        return
    try:
        os.fchmod(file, FILE)  # a umask may have taken its owner's rights
    finally:
        os.close(file)


def _make_folder(path: Path) -> None:
    if path.is_dir():
        return
    _make_folder(path.parent)
    try:
        path.mkdir(FOLDER)
    except FileExistsError:  # another process was faster
        return
    path.chmod(FOLDER)
