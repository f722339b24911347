"""What a database and a Redis hold, read without the product: every row of every table, by the driver alone."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator

import psycopg
import redis
from psycopg import sql


def dump_of(database_url: str) -> Iterator[tuple[str, bytes]]:
    """Yield each value of each row as bytes, with the name of its table and column."""
    rows = _of_postgres(database_url) if database_url.startswith("postgres") else _of_sqlite(database_url)
    for place, value in rows:
        if value is not None:
            yield place, bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode()


def redis_dump(url: str) -> Iterator[tuple[str, bytes]]:
    with redis.Redis.from_url(url) as client:
        for name in client.scan_iter(count=1000):
            yield "key", name
            yield f"value of {name!r}", client.get(name) or b""


def places_of(canaries: Iterable[str], dump: Iterable[tuple[str, bytes]]) -> dict[str, set[str]]:
    """Return where each of the canaries that are there is."""
    found: dict[str, set[str]] = {}
    written = {canary: canary.encode() for canary in canaries}
    for place, value in dump:
        for canary, needle in written.items():
            if needle in value:
                found.setdefault(canary, set()).add(place)
    return found


def _of_sqlite(url: str) -> Iterator[tuple[str, object]]:
    with sqlite3.connect(f"file:{url.removeprefix('sqlite:///')}?mode=ro", uri=True) as connection:
        tables = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        for table in tables:
            cursor = connection.execute(f'SELECT * FROM "{table}"')
            names = [column[0] for column in cursor.description]
            for row in cursor:
                yield from ((f"{table}.{name}", value) for name, value in zip(names, row, strict=True))
    connection.close()


def _of_postgres(url: str) -> Iterator[tuple[str, object]]:
    with psycopg.connect(url) as connection:
        found = connection.execute(
            "SELECT c.table_name, c.column_name, c.data_type FROM information_schema.columns c"
            " WHERE c.table_schema = 'public' ORDER BY 1, 2"
        ).fetchall()
        for table, column, kind in found:
            shown = sql.Identifier(column) if kind == "bytea" else sql.SQL("{}::text").format(sql.Identifier(column))
            query = sql.SQL("SELECT {} FROM {}").format(shown, sql.Identifier(table))
            yield from ((f"{table}.{column}", value) for [value] in connection.execute(query))
