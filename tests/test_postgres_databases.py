"""The lending of Postgres databases: what a test gets is as new, and is lent again unless it cannot be made so."""

from __future__ import annotations

import psycopg
import pytest

from tests.postgres_databases import END_OTHERS, Databases

WRITTEN = """
INSERT INTO workflows (organization_id, slug, name, status, mode, created_at)
VALUES (1, 'order', 'Order', 'active', 'persistent', now())"""
OTHERS = """
INSERT INTO workflows (organization_id, slug, name, status, mode, created_at)
SELECT 1, 'other' || n, repeat('x', 100), 'active', 'persistent', now() FROM generate_series(1, 1000) n"""


def test_a_database_is_lent_again_however_often_it_was_written_to(postgres_databases: Databases) -> None:
    lent = [_used(postgres_databases, WRITTEN) for _ in range(5)]

    assert len(set(lent)) == 1, "to copy a database takes the server twenty times as long as to empty one"


@pytest.mark.parametrize("written", [WRITTEN, OTHERS], ids=["one row", "many pages"])
def test_nothing_of_a_test_is_left_for_the_next(postgres_databases: Databases, written: str) -> None:
    name = _used(postgres_databases, written)
    again = postgres_databases.take()

    with psycopg.connect(postgres_databases.url(again)) as connection:
        rows = connection.execute("SELECT id FROM workflows").fetchall()
        (pages,) = connection.execute("SELECT pg_relation_size('workflows') / 8192").fetchall()
        (first,) = connection.execute(WRITTEN + " RETURNING id").fetchall()
    postgres_databases.give_back(again)

    assert (again, rows, first) == (name, [], (1,))
    assert pages[0] < 10, "the planner would see a table that was used"


@pytest.mark.parametrize(
    "change",
    [
        "CREATE TABLE another (id int)",
        "DROP INDEX inbounds_new_idx",
        "UPDATE organizations SET name = 'Another'",
        "DO $$BEGIN EXECUTE format('ALTER DATABASE %I SET work_mem = ''1MB''', current_database()); END$$",
        f"{WRITTEN}; ANALYZE workflows",
    ],
)
def test_what_cannot_be_made_as_new_is_not_lent_again(postgres_databases: Databases, change: str) -> None:
    name = _used(postgres_databases, change)
    another = postgres_databases.take()
    postgres_databases.give_back(another)

    assert another != name


def test_a_test_may_end_all_connections_to_its_database(postgres_databases: Databases) -> None:
    ended = _used(postgres_databases, WRITTEN)

    again = _used(postgres_databases, END_OTHERS)
    with psycopg.connect(postgres_databases.url(again)) as connection:
        rows = connection.execute("SELECT id FROM workflows").fetchall()

    assert (again, rows) == (ended, [])


def _used(databases: Databases, statement: str) -> str:
    """Take a database, run a statement on it and give it back; return its name."""
    name = databases.take()
    with psycopg.connect(databases.url(name), autocommit=True) as connection:
        connection.execute(statement.encode())
    databases.give_back(name)
    return name
