"""Pruning costs what it looks at, not what was ever stored: its statements read indexes, in their order."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Connection, text

from botflow.storage.database import Database
from botflow.storage.engines.dialects import is_postgres
from tests.organizations import HOME
from tests.storage.retention.old_rows import add_conversation, add_logs, add_run, add_starts, decide
from tests.storage.retention.test_retention import pruned
from tests.storage.statements import noted_statements, steps_of

# Tables that are small in every deployment, or of which a pruning wants each row.
SMALL = {"organizations", "retentions", "workflows", "publications"}
BEGINS = ("SELECT", "DELETE", "WITH")


@pytest.mark.parametrize("is_rehearsal", [False, True])
async def test_each_statement_of_a_pruning_reads_an_index(
    database: Database, database_url: str, monkeypatch: pytest.MonkeyPatch, is_rehearsal: bool
) -> None:
    """Also those of a second batch, which begin behind the first."""
    for module in ("conversations", "logs", "budgets", "campaigns"):
        monkeypatch.setattr(f"botflow.storage.retention.{module}.ROWS_AT_ONCE", 2)
    monkeypatch.setattr("botflow.storage.retention.prune.SESSIONS_AT_ONCE", 1)
    for person in ("ann", "bob"):
        await add_conversation(database, HOME, person, (400, 300, 200, 10))
    for key in ("one", "two"):
        await add_run(database, HOME, key, 100)
    await add_starts(database, HOME, (100, 90, 10))
    await add_logs(database, HOME, (1_000, 900, 800, 10))
    await decide(database, HOME, conversation_days=30, run_days=30, decision_days=90, audit_log_days=365)
    with noted_statements() as sent:
        assert len(await pruned(database_url, 90, is_rehearsal=is_rehearsal)) == 9
    looked_at = {statement: given for statement, given in sent if statement.startswith(BEGINS)}
    assert len(looked_at) > 30
    scans: list[str] = []
    for statement, given in looked_at.items():
        found = await database.engine.read(_scans, database_url, statement, given)
        scans += [f"{table}: {statement}" for table in found if table not in SMALL]
    assert scans == []


def _scans(connection: Connection, url: str, statement: str, given: Any) -> list[str]:
    """Return the tables of which the statement reads every row."""
    if not is_postgres(connection):
        steps = [step.split() for step in steps_of(url, statement, given)]
        return [words[1] for words in steps if words[0] == "SCAN" and "USING" not in words and _is_table(words[1])]
    connection.execute(text("SET LOCAL enable_seqscan = off"))  # these tables have few rows
    [(plan,)] = connection.exec_driver_sql(f"EXPLAIN (FORMAT JSON) {statement}", given).all()
    found = json.loads(plan) if isinstance(plan, str) else plan
    return [node["Relation Name"] for node in _nodes(found[0]["Plan"]) if node["Node Type"] == "Seq Scan"]


def _is_table(name: str) -> bool:
    return name != "CONSTANT" and not name.isdigit() and not name.startswith("(")


def _nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for below in plan.get("Plans", ()):
        yield from _nodes(below)
