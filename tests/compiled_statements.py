"""SQLAlchemy's compiled statements, kept for all engines of a test process.

An engine keeps the text of each statement that it has compiled. Each test opens engines of its own, and compiling
again what the last test had compiled was a tenth of the tests' time. A statement's text depends on its cache key and
the dialect alone; dialects of one class with the same way to write JSON are equal here.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from sqlalchemy import Connection, Engine, event
from sqlalchemy.engine import Compiled, Dialect


class CompiledStatements(dict[Any, Compiled]):
    """Compiled statements by SQLAlchemy's key without the dialect, which is its first part."""

    def get(self, key: tuple[Any, ...], default: Any = None) -> Any:
        return super().get(key[1:], default)

    def __setitem__(self, key: tuple[Any, ...], statement: Compiled) -> None:
        super().__setitem__(key[1:], statement)


def share_compiled_statements() -> None:
    """Let all connections that are made from now on use the same compiled statements."""
    kept: defaultdict[tuple[Any, ...], CompiledStatements] = defaultdict(CompiledStatements)

    def share(connection: Connection) -> None:
        connection.execution_options(compiled_cache=kept[_kind(connection.dialect)])

    event.listen(Engine, "engine_connect", share)


def _kind(dialect: Dialect) -> tuple[Any, ...]:
    """Return what dialects have in common that write the same text and read the same values."""
    functions = (getattr(dialect, name, None) for name in ("_json_serializer", "_json_deserializer"))
    return type(dialect), dialect.paramstyle, *(getattr(function, "__code__", function) for function in functions)
