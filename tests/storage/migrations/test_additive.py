"""What a migration may do while processes of the former release work: add what they need not know.

One that does more raises `oldest` in the table of versions to its own revision.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, create_engine, inspect

from botflow.storage import migrations
from botflow.storage.engines.postgres_connect import driver_url
from botflow.storage.migrations.schema import read_schema
from botflow.storage.migrations.upgrade import SCRIPTS

FIRST = 7  # the newest migration of the oldest release whose processes may work on a newer schema
VERSIONS = Path(migrations.__file__).parent / "versions"
NAMED = 10  # since this migration the table of versions has `oldest`


@pytest.fixture
def empty_url(database_kind: str, empty_postgres_url: str, tmp_path: Path) -> str:
    if database_kind == "sqlite":
        return f"sqlite:///{tmp_path / 'botflow.db'}"
    return driver_url(empty_postgres_url).replace("postgresql://", "postgresql+psycopg://", 1)


def test_a_migration_only_adds_what_older_processes_need_not_know(empty_url: str) -> None:
    engine = create_engine(empty_url)
    with engine.connect() as connection:
        _upgrade(connection, f"{FIRST:04}")
        before = _tables(connection)
        scripts = sorted(int(file.name[:4]) for file in VERSIONS.glob("0*.py"))
        for number in scripts[FIRST:]:
            _upgrade(connection, f"{number:04}")
            after = _tables(connection)
            schema = read_schema(connection)
            assert schema is not None
            if number <= NAMED or schema.oldest < schema.version:
                assert _unbearable(before, after) == [], f"migration {number:04} must raise `oldest`"
            before = after
    engine.dispose()


def test_what_an_older_process_could_not_bear_is_found() -> None:
    """The check above sees each kind of it."""
    column = {"type": "TEXT", "nullable": True, "default": None}
    former = {"people": {"columns": {"name": column, "age": column}, "rules": ()}}

    def changed(columns: dict[str, Any], rules: tuple[str, ...] = ()) -> dict[str, Any]:
        return {"people": {"columns": columns, "rules": rules}, "more": {"columns": {}, "rules": ()}}

    both = {"name": column, "age": column}
    assert _unbearable(former, changed({**both, "new": column})) == []
    assert _unbearable(former, changed({**both, "new": {**column, "nullable": False, "default": "0"}})) == []
    for wrong in (
        {},
        changed({"name": column}),
        changed({"name": {**column, "type": "INTEGER"}, "age": column}),
        changed({"name": {**column, "nullable": False}, "age": column}),
        changed({**both, "new": {**column, "nullable": False}}),
        changed(both, ("unique name",)),
    ):
        assert _unbearable(former, wrong), wrong


def _unbearable(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    """Name what a process that knows only `before` could stumble over."""
    found = []
    for table, former in before.items():
        if table not in after:
            found.append(f"{table} is gone")
            continue
        columns = after[table]["columns"]
        found += [
            f"{table}.{name} changed" for name, column in former["columns"].items() if columns.get(name) != column
        ]
        found += [
            f"{table}.{name} must be given"
            for name, column in columns.items()
            if name not in former["columns"] and not column["nullable"] and column["default"] is None
        ]
        found += [f"{table}: {rule}" for rule in after[table]["rules"] if rule not in former["rules"]]
    return found


def _tables(connection: Connection) -> dict[str, Any]:
    """Return every table with its columns, and the rules that a row must obey."""
    look = inspect(connection)
    return {
        table: {
            "columns": {
                column["name"]: {
                    "type": str(column["type"]),
                    "nullable": column["nullable"],
                    "default": column["default"],
                }
                for column in look.get_columns(table)
            },
            "rules": tuple(
                sorted(
                    [f"unique {index['column_names']}" for index in look.get_indexes(table) if index["unique"]]
                    + [f"unique {rule['column_names']}" for rule in look.get_unique_constraints(table)]
                    + [f"check {rule['sqltext']}" for rule in look.get_check_constraints(table)]
                    + [f"references {key['referred_table']}" for key in look.get_foreign_keys(table)]
                )
            ),
        }
        for table in look.get_table_names()
    }


def _upgrade(connection: Connection, revision: str) -> None:
    config = Config()
    config.set_main_option("script_location", SCRIPTS)
    config.attributes["connection"] = connection
    command.upgrade(config, revision)
    connection.commit()
