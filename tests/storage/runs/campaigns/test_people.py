"""A page of a campaign's people begins after the last one by the index, also among many of one date."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, text
from sqlalchemy.dialects import postgresql, sqlite

from botflow.storage.database import Database
from botflow.storage.engines.dialects import is_postgres
from botflow.storage.runs.campaigns.people import Address, DatedPerson, values_between


async def test_a_page_goes_on_by_both_columns_of_the_index(database: Database) -> None:
    """Else SQLite would read all people of that date again for each page: 3,300,000 steps instead of 100."""

    def plan(connection: Connection) -> str:
        statement = values_between(1, "birthday", "2026-11-26", "2026-11-30", ("2026-11-27", 5), 200)
        dialect: Any = postgresql.dialect() if is_postgres(connection) else sqlite.dialect()  # type: ignore[no-untyped-call]
        written = str(statement.compile(dialect=dialect, compile_kwargs={"literal_binds": True}))
        if is_postgres(connection):
            connection.execute(text("SET LOCAL enable_seqscan = off"))
            connection.execute(text("SET LOCAL enable_bitmapscan = off"))
        explain = "EXPLAIN " if is_postgres(connection) else "EXPLAIN QUERY PLAN "
        return "\n".join(str(tuple(row)) for row in connection.exec_driver_sql(explain + written))

    found = await database.engine.read(plan)
    assert "person_values_sought_idx" in found
    assert "(sought,person_id)>(?,?)" in found or "Index Cond" in found
    assert "Sort" not in found
    assert "TEMP B-TREE" not in found


def test_a_person_who_has_signed_in_is_not_written_to_as_the_visitor_that_they_were() -> None:
    heard = datetime(2026, 11, 26, 9, 30, tzinfo=UTC)
    phone = Address("sms", "+12125550111", stopped=False)
    visitor = Address("chat", "visitor:abc", stopped=False, heard_at=heard)
    user = Address("chat", "zoe", stopped=False)

    def chosen(*addresses: Address) -> Address | None:
        return DatedPerson(id=1, sought="", value="", addresses=addresses).address

    assert chosen(visitor, user) == user
    assert chosen(visitor, phone) == visitor
    assert chosen(visitor) == visitor
