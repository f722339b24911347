"""Rows of the application's own start workflows in the flush that changes them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from botflow import RejectedInbound, UsageError
from botflow.storage.database import Database
from botflow.triggering import watch_rows
from tests.engine.conversation import node
from tests.storage.aged_rows import claimable
from tests.triggering.workflows_to_start import DRIVERS, async_engine, publish, run_flow, runs, sync_engine


@pytest.fixture
def order() -> type[Any]:
    """A model of this test's own, for what watches it stays with it."""

    class Base(DeclarativeBase):
        pass

    class Order(Base):
        __tablename__ = "shop_orders"
        id: Mapped[int] = mapped_column(primary_key=True)
        status: Mapped[str]
        total: Mapped[Decimal | None]

    return Order


@pytest.fixture
async def engine(
    database: Database, database_kind: str, database_url: str, order: type[Any]
) -> AsyncIterator[AsyncEngine]:
    """The application's engine; its table stands beside botflow's."""
    await publish(database, run_flow("orders", node("start", "trigger.manual")))
    opened = async_engine(database_url, DRIVERS[database_kind][0])
    async with opened.begin() as connection:
        await connection.run_sync(order.metadata.create_all)
    yield opened
    await opened.dispose()


def inputs(found: Any) -> list[Any]:
    return [run.input for run in found]


async def test_inserts_updates_and_deletes_each_start_it_in_the_same_transaction(
    engine: AsyncEngine, database: Database, order: type[Any]
) -> None:
    watch_rows(order, "orders", on=("insert", "update", "delete"))
    async with AsyncSession(engine, expire_on_commit=False) as session:
        session.add(order(id=1, status="new", total=Decimal("9.50")))
        await session.rollback()
        session.add(row := order(id=2, status="new", total=Decimal("9.50")))
        await session.commit()
        row.status = "approved"
        await session.commit()
        await session.delete(row)
        await session.commit()

    assert inputs(await runs(database)) == [
        {"change": "insert", "row": {"id": 2, "status": "new", "total": "9.50"}, "former": {}},
        {"change": "update", "row": {"id": 2, "status": "approved", "total": "9.50"}, "former": {"status": "new"}},
        {"change": "delete", "row": {"id": 2, "status": "approved", "total": "9.50"}, "former": {}},
    ]
    assert len(await claimable(database)) == 3


async def test_a_condition_sees_former_values_even_of_what_was_never_read(
    engine: AsyncEngine, database: Database, order: type[Any]
) -> None:
    watch_rows(
        order,
        "orders",
        on="update",
        when=lambda row, former: former.get("status", "approved") != "approved" and row.status == "approved",
        input=lambda row, former: {"id": row.id, "was": former["status"]},
    )
    async with AsyncSession(engine, expire_on_commit=True) as session:
        rows = [order(id=number, status=status) for number, status in enumerate(("new", "approved", "new"))]
        session.add_all(rows)
        await session.commit()
        rows[0].status, rows[1].status, rows[2].status = "approved", "approved", "refused"
        await session.commit()

    assert inputs(await runs(database)) == [{"id": 0, "was": "new"}]


async def test_a_synchronous_session_is_watched_alike(
    engine: AsyncEngine, database: Database, database_url: str, order: type[Any]
) -> None:
    watch_rows(order, "orders", on="update", input=lambda row, former: {"was": former["status"]})
    opened = sync_engine(database_url)
    with Session(opened) as session:
        session.add(row := order(id=1, status="new"))
        session.commit()
        row.status = "approved"  # expired by the commit, and set unread
        session.commit()
        row.status = "approved"
        session.commit()
    opened.dispose()

    assert inputs(await runs(database)) == [{"was": "new"}]


async def test_what_cannot_be_started_fails_the_flush(
    engine: AsyncEngine, database: Database, order: type[Any]
) -> None:
    watch_rows(order, "gone", on="insert")
    async with AsyncSession(engine) as session:
        session.add(order(id=1, status="new"))
        with pytest.raises(RejectedInbound) as refused:
            await session.commit()
        await session.rollback()
        assert await session.get(order, 1) is None

    assert refused.value.code == "workflow.unknown"


async def test_statements_on_many_rows_are_not_seen(engine: AsyncEngine, database: Database, order: type[Any]) -> None:
    watch_rows(order, "orders", on="update")
    async with AsyncSession(engine) as session:
        session.add(order(id=1, status="new"))
        await session.commit()
        await session.execute(update(order).values(status="approved"))
        await session.commit()

    assert await runs(database) == []


def test_only_changes_of_rows_can_be_watched(order: type[Any]) -> None:
    with pytest.raises(UsageError) as refused:
        watch_rows(order, "orders", on="select")  # type: ignore[arg-type]  # what somebody may write

    assert refused.value.code == "watch.change"
