"""SQLite's file: where the URL says it is, and the lock beside it that keeps a second process out."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from sqlalchemy.engine import make_url

from botflow.errors import UsageError
from botflow.private_files import open_private


class ProcessLock:
    """Held while the database is open. The kernel releases it when the process ends, also after a crash."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: int | None = None

    def take(self) -> None:
        """UsageError `database.in_use` when another process, or another application of this one, has the database."""
        # Beside the file itself: a symbolic link is another name of the same database.
        file = open_private(Path(f"{self._path.resolve()}.lock"), os.O_RDWR)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(file)
            raise UsageError(
                f"the SQLite database {self._path} is open already, in another process or application",
                code="database.in_use",
                hint="stop it there, or set BOTFLOW_DATABASE_URL to Postgres, which many processes can share",
            ) from None
        self._file = file

    def release(self) -> None:
        if self._file is not None:
            os.close(self._file)
            self._file = None


def sqlite_path(url: str) -> Path:
    """Return the database's file; UsageError `database.url` for one in memory, which would end with the process."""
    database = make_url(url).database
    if not database or database == ":memory:":
        raise UsageError(
            "botflow's SQLite database needs a file", code="database.url", hint="for example sqlite:///botflow.db"
        )
    return Path(database).absolute()
