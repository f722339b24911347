"""Postgres databases of the tests: migrated once, copied, and emptied after each test instead of copied again.

To copy one costs the server a fifth of a second, to empty one a few milliseconds. Rows are deleted: to truncate a table
makes new files for it, its indexes and its large values. That is done with tables of more than a few pages alone, for
the planner takes a table of up to ten that was never vacuumed for one of ten pages. A database that a test has left
with other tables, rows, settings or statistics than a fresh one has is dropped.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import psycopg

from tests.servers import Server

PATIENCE_S = 10.0
EMPTYING = "empties after the test"  # the name of the connection that is there while a test runs
RELATIONS = """
SELECT array_agg(c.relname || c.relkind::text ORDER BY c.relname, c.relkind) FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = 'public'"""
STATISTICS = """
SELECT count(*) FROM pg_statistic s JOIN pg_class c ON c.oid = s.starelid
WHERE c.relnamespace = 'public'::regnamespace"""
SETTINGS = """
SELECT count(*) FROM pg_db_role_setting
WHERE setdatabase = (SELECT oid FROM pg_database WHERE datname = current_database())"""
SHAPE = f"SELECT ({RELATIONS}), ({STATISTICS}) + ({SETTINGS})"
TABLES = "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY 1"
SEQUENCES = "SELECT relname FROM pg_class WHERE relkind = 'S' AND relnamespace = 'public'::regnamespace ORDER BY 1"
DELETED_PAGES = 9  # at most, of a table and of its large values; beyond, it is truncated
EMPTY = f"""
DO $$
DECLARE
    one record;
    large text;
BEGIN
    PERFORM set_config('session_replication_role', 'replica', true);  -- foreign keys need not be followed
    FOR one IN
        SELECT c.oid::regclass::text AS name,
               pg_relation_size(c.oid) + coalesce(pg_relation_size(nullif(c.reltoastrelid, 0)), 0) AS bytes
        FROM pg_class c
        WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND pg_relation_size(c.oid) > 0
        AND relname NOT IN ({{kept}})
    LOOP
        IF one.bytes > {DELETED_PAGES} * current_setting('block_size')::int THEN
            large := concat_ws(', ', large, one.name);
        ELSE
            EXECUTE 'DELETE FROM ' || one.name;
        END IF;
    END LOOP;
    IF large IS NOT NULL THEN
        EXECUTE 'TRUNCATE ' || large || ' CASCADE';
    END IF;
    {{reset}}
END $$"""
END_OTHERS = """
SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fresh:
    """What a database is like before a test."""

    relations: list[str]
    kept: dict[str, list[Any]]  # rows that the migrations wrote, by table
    empty: str  # the statement that empties all other tables, and sets the sequences as they were

    @classmethod
    def of(cls, connection: psycopg.Connection[Any]) -> Fresh:
        tables = [name for (name,) in connection.execute(TABLES)]
        kept = {name: rows for name in tables if (rows := _rows(connection, name))}
        sequences = [
            (name, *connection.execute(f'SELECT last_value, is_called FROM "{name}"'.encode()).fetchall()[0])
            for (name,) in connection.execute(SEQUENCES).fetchall()
        ]
        reset = "".join(f"PERFORM setval('\"{name}\"', {last}, {called});" for name, last, called in sequences)
        quoted = ", ".join(f"'{name}'" for name in kept)
        return cls(relations=_one(connection, RELATIONS), kept=kept, empty=EMPTY.format(kept=quoted, reset=reset))


@dataclass(slots=True, kw_only=True)
class Databases:
    """Lends databases; `migrate` makes the first one, of which the others are copies."""

    server: Server
    migrate: Callable[[str], object]
    _template: str = ""
    _fresh: Fresh | None = None
    _numbers: Any = field(default_factory=count)
    _idle: list[str] = field(default_factory=list)
    # By database, what empties it: a connection that has seen the tables does so in a third of the server's time.
    _emptying: dict[str, psycopg.Connection[Any]] = field(default_factory=dict)

    def url(self, name: str) -> str:
        return f"{self.server.url.rpartition('/')[0]}/{name}"

    def empty(self) -> str:
        """Create a database with nothing in it; return its name."""
        name = self._next_name()
        self._run(f'CREATE DATABASE "{name}"')
        return name

    def take(self) -> str:
        """Return the name of a migrated database without any traces of a test."""
        if self._idle:
            return self._idle.pop()
        if not self._template:
            template = self.empty()
            self.migrate(self.url(template))
            with self._connect(template) as connection:
                self._fresh = Fresh.of(connection)
            self._template = template
        name = self._next_name()
        # Files are copied: the server does not wait for the disk.
        self._run(f'CREATE DATABASE "{name}" TEMPLATE "{self._template}" STRATEGY FILE_COPY')
        return name

    def give_back(self, name: str) -> None:
        """Empty a database for the next test, or drop it."""
        try:
            is_fresh = self._is_emptied(self._connection_to(name))
        except psycopg.Error:  # it is gone, refuses connections, or a lock is held
            is_fresh = False
        if is_fresh:
            self._idle.append(name)
        else:
            self.drop(name)

    def drop(self, name: str) -> None:
        if (connection := self._emptying.pop(name, None)) is not None:
            connection.close()
        self._run(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def close(self) -> None:
        """Close the connections; the databases end with their server."""
        while self._emptying:
            self._emptying.popitem()[1].close()

    def _connection_to(self, name: str) -> psycopg.Connection[Any]:
        """Return the connection that empties a database; another one when a test has ended it."""
        connection = self._emptying.get(name)
        if connection is not None:
            with suppress(psycopg.Error):
                connection.execute("SELECT 1")
                return connection
            connection.close()
        self._emptying[name] = self._connect(name)
        return self._emptying[name]

    def _is_emptied(self, connection: psycopg.Connection[Any]) -> bool:
        fresh = self._fresh
        assert fresh is not None
        deadline_s = time.monotonic() + PATIENCE_S
        while _one(connection, END_OTHERS):
            if time.monotonic() > deadline_s:
                return False
            time.sleep(0.002)
        if connection.execute(SHAPE.encode()).fetchone() != (fresh.relations, 0):
            return False
        connection.execute(fresh.empty.encode())
        return all(_rows(connection, table) == rows for table, rows in fresh.kept.items())

    def _next_name(self) -> str:
        return f"botflow_{os.getpid()}_{next(self._numbers)}"

    def _run(self, statement: str) -> None:
        with psycopg.connect(self.server.url, autocommit=True, connect_timeout=5) as connection:
            connection.execute(statement.encode())

    def _connect(self, name: str) -> psycopg.Connection[Any]:
        limit = f"-c statement_timeout={int(PATIENCE_S * 1000)} -c lock_timeout={int(PATIENCE_S * 1000)}"
        return psycopg.connect(
            self.url(name), autocommit=True, connect_timeout=5, application_name=EMPTYING, options=limit
        )


def _one(connection: psycopg.Connection[Any], statement: str) -> Any:
    row = connection.execute(statement.encode()).fetchone()
    return row[0] if row else None


def _rows(connection: psycopg.Connection[Any], table: str) -> list[Any]:
    """Return a table's rows as text, if they are few."""
    return connection.execute(f'SELECT t::text FROM "{table}" t ORDER BY 1 LIMIT 100'.encode()).fetchall()
