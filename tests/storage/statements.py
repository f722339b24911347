"""The statements that modules hold and SQLAlchemy sends, and how SQLite carries them out."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from types import ModuleType
from typing import Any

from sqlalchemy import Engine, event

from botflow.storage.engines.dialects import SQLITE_NOW
from botflow.storage.engines.sqlite_file import sqlite_path

Sent = tuple[str, Any]  # a statement and its parameters


@contextmanager
def noted_statements() -> Iterator[list[Sent]]:
    """Note every statement that is sent while the block runs, in order."""
    sent: list[Sent] = []

    def note(connection: Any, cursor: Any, statement: str, parameters: Any, *rest: Any) -> None:
        sent.append((statement, parameters))

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(Engine, "before_cursor_execute", note)


def steps_of(url: str, statement: str, parameters: Any) -> Sequence[str]:
    """Return the steps of SQLite's plan for a statement."""
    with closing(sqlite3.connect(sqlite_path(url))) as connection:
        connection.create_function(SQLITE_NOW, 1, str, deterministic=True)
        return [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {statement}", parameters)]


def statements_in(module: ModuleType) -> dict[str, str]:
    """Return a module's hot statements by name; those of other modules that it uses, too."""
    texts = {name: value for name, value in vars(module).items() if name.isupper() and isinstance(value, str)}
    begins = ("SELECT", "INSERT", "UPDATE", "DELETE", "WITH")
    return {
        name: value for name, value in texts.items() if not name.startswith("_") and value.strip().startswith(begins)
    }
