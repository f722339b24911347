"""Looking for work costs what there is to do, not what was ever done: the statements use their partial indexes."""

from __future__ import annotations

import re
import sqlite3
from collections import defaultdict
from collections.abc import Mapping
from contextlib import closing
from types import ModuleType
from typing import Any

import pytest

from botflow.records.sessions import StoredSession
from botflow.storage.database import Database, open_database
from botflow.storage.engines.sqlite_file import sqlite_path
from botflow.storage.turns import sqlite_encoding, sqlite_leases, sqlite_runs, sqlite_statements
from tests.storage.sample_turns import key, message, waiting
from tests.storage.statements import noted_statements, statements_in, steps_of

ANYTHING: Mapping[str, Any] = defaultdict(lambda: 1)
READS_A_WHOLE_SESSION = re.compile(r"INDEX sqlite_autoindex_(inbounds|turns|answers|outbounds)_\d \(session_id=\?\)$")
# `t` is what a subquery made; of the events, EXISTS reads one row.
IS_SMALL = re.compile(r"SCAN (event_feeds|event_sources|workflows|processes|json_each|t|CONSTANT ROW)\b")
SCANS_A_TABLE = re.compile(r"SCAN \w+(?! USING (?:COVERING )?INDEX \w+_idx)\b")


@pytest.mark.parametrize(
    ("look", "index"),
    [
        ("claim_sends", "outbounds_unsettled_idx"),
        ("unresolved", "outbounds_unsettled_idx"),
    ],
)
async def test_a_look_for_work_reads_its_index_on_sqlite(sqlite_url: str, look: str, index: str) -> None:
    database = await open_database(sqlite_url, migrate=False)
    await database.turns.commit(waiting(StoredSession(key=key()), message("m1")))
    with noted_statements() as statements:
        await _look(database, look)
    await database.close()
    steps = " / ".join(steps_of(sqlite_url, *statements[0]))
    assert index in steps
    assert not SCANS_A_TABLE.search(steps), steps


@pytest.mark.parametrize(
    ("statement", "indexes"),
    [
        (sqlite_statements.COMMIT, ["sqlite_autoindex_inbounds_2", "outbounds_unsettled_idx"]),
        (sqlite_statements.FINISH, ["inbounds_new_idx"]),
        (sqlite_statements.TAKE_NEXT, ["inbounds_new_idx"]),
        (sqlite_statements.FIND_BY_KEY, ["sqlite_autoindex_sessions_1", "sqlite_autoindex_inbounds_2"]),
        (sqlite_leases.TAKE, ["inbounds_new_idx"]),
        (sqlite_leases.CLAIM, ["inbounds_claimable_idx", "inbounds_new_idx"]),
        (sqlite_leases.DUE, ["sessions_wake_at_idx", "inbounds_new_idx"]),
        (sqlite_leases.OPEN, ["inbounds_new_idx"]),
    ],
)
def test_a_hot_statement_goes_by_the_index_that_is_made_for_it(
    sqlite_url: str, statement: str, indexes: list[str]
) -> None:
    steps = steps_of(sqlite_url, statement, ANYTHING)
    assert all(any(index in step for step in steps) for index in indexes), steps


@pytest.mark.parametrize(
    "module", [sqlite_statements, sqlite_encoding, sqlite_leases, sqlite_runs], ids=lambda each: each.__name__
)
def test_no_hot_statement_scans_a_table(sqlite_url: str, module: ModuleType) -> None:
    statements = statements_in(module)
    assert statements
    for name, statement in statements.items():
        steps = steps_of(sqlite_url, statement, [1] * statement.count("?") or ANYTHING)
        scans = [step for step in steps if SCANS_A_TABLE.search(step) and not IS_SMALL.match(step)]
        assert not scans, f"{name}: {steps}"


@pytest.mark.parametrize(
    "module", [sqlite_statements, sqlite_encoding, sqlite_leases, sqlite_runs], ids=lambda each: each.__name__
)
@pytest.mark.parametrize("is_analysed", [False, True])
def test_no_hot_statement_reads_all_that_a_session_ever_had(
    sqlite_url: str, module: ModuleType, is_analysed: bool
) -> None:
    if is_analysed:
        with closing(sqlite3.connect(sqlite_path(sqlite_url))) as connection:
            connection.execute("ANALYZE")
    for name, statement in statements_in(module).items():
        steps = steps_of(sqlite_url, statement, [1] * statement.count("?") or ANYTHING)
        assert not [step for step in steps if READS_A_WHOLE_SESSION.search(step)], f"{name}: {steps}"


def test_a_claim_looks_its_sessions_next_inbound_up_by_its_key(sqlite_url: str) -> None:
    """Not among all that the session ever had."""
    steps = steps_of(sqlite_url, sqlite_leases.CLAIM, ANYTHING)
    [step] = [step for step in steps if step.startswith("SEARCH h")]
    assert step.endswith("(session_id=? AND seq=?)")


async def _look(database: Database, name: str) -> None:
    match name:
        case "claim_sends":
            await database.outbox.claim_sends(10, lambda channel, sender: 1.0)
        case "unresolved":
            await database.outbox.unresolved(10, 10)
