"""A watched row's columns of every kind: the application's own commit never fails because of them."""

from __future__ import annotations

import enum
import uuid
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import JSON, BigInteger, DateTime, Engine, LargeBinary, MetaData, PickleType, Uuid, types
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from botflow.engine.limits import LARGEST_INPUT
from botflow.runtime.runs.starts.row_values import change_input, plain_value
from botflow.runtime.runs.starts.validation import plain_input
from botflow.storage.database import Database
from botflow.triggering import watch_rows
from tests.engine.conversation import node
from tests.triggering.workflows_to_start import publish, run_flow, runs, sync_engine


class Size(enum.Enum):
    LARGE = "large"


class Weight(enum.IntEnum):
    HEAVY = 3


class Broken:
    """Its text cannot be had."""

    def __str__(self) -> str:
        raise RuntimeError("no")


ID = uuid.UUID("9f3a1c2e-0000-4000-8000-000000000001")
BERLIN = timezone(timedelta(hours=2))
VALUES: tuple[tuple[Any, Any], ...] = (
    (None, None),
    (True, True),
    ("a\0b", "a\ufffdb"),
    ("a\ud83d", "a\ufffd"),
    ("\U0001f600", "\U0001f600"),
    (2**64 - 1, 2**64 - 1),
    (2**64, "18446744073709551616"),
    (-(2**63) - 1, "-9223372036854775809"),
    (1.5, 1.5),
    (float("nan"), "nan"),
    (float("inf"), "inf"),
    (Decimal("9.50"), "9.50"),
    (Decimal("NaN"), "NaN"),
    (Decimal("1E+30"), "1E+30"),
    (date(2026, 11, 26), "2026-11-26"),
    (time(8, 30), "08:30:00"),
    (datetime(2026, 11, 26, 8, tzinfo=UTC), "2026-11-26T08:00:00+00:00"),
    (datetime(2026, 11, 26, 8, tzinfo=BERLIN), "2026-11-26T08:00:00+02:00"),
    (timedelta(days=1, hours=12), "P1DT12H"),
    (timedelta(seconds=-1), "-PT1S"),
    (ID, str(ID)),
    (Size.LARGE, "large"),
    (Weight.HEAVY, 3),
    (b"\xff\0", "/wA="),
    (bytearray(b"\xff"), "/w=="),
    (memoryview(b"\xff"), "/w=="),
    (Range(1, 5), {"lower": 1, "upper": 5, "bounds": "[)"}),
    (Range(date(2026, 1, 1), None), {"lower": "2026-01-01", "upper": None, "bounds": "[)"}),
    (Range(empty=True), {"empty": True}),
    ([Decimal("1.0"), [b"a"]], ["1.0", ["YQ=="]]),
    ((1, 2), [1, 2]),
    ({3}, [3]),
    ({1: {ID: b"a"}, None: 2}, {"1": {str(ID): "YQ=="}, "None": 2}),
    (1 + 2j, "(1+2j)"),
)


@pytest.mark.parametrize(
    ("value", "stored"), VALUES, ids=[f"{index} {type(value).__name__}" for index, (value, _) in enumerate(VALUES)]
)
def test_every_value_has_a_form_that_a_run_takes(value: Any, stored: Any) -> None:
    assert repr(plain_value(value)) == repr(stored)
    given = change_input("insert", {"it": value}, {"it": value})
    assert plain_input(given) == {"change": "insert", "row": {"it": stored}, "former": {"it": stored}}


def test_a_value_without_any_form_is_left_out_by_its_name() -> None:
    circle: list[Any] = []
    circle.append(circle)
    given = change_input("update", {"id": 1, "odd": Broken(), "circle": circle}, {"odd": Broken()})
    assert plain_input(given) == {"change": "update", "row": {"id": 1}, "former": {}, "omitted": ["circle", "odd"]}


@pytest.mark.parametrize("large", ["x" * 5_000_000, "\u00e9" * 3_000_000, b"x" * 4_000_000, ["\n" * 100] * 50_000])
def test_what_is_too_large_is_left_out_the_largest_first(large: Any) -> None:
    row = {"id": 1, "photo": large, "note": "x" * 1_000, "small": b"a"}
    given = plain_input(change_input("update", row, {"photo": large, "note": "y"}))
    assert given["row"] == {"id": 1, "note": "x" * 1_000, "small": "YQ=="}
    assert (given["former"], given["omitted"]) == ({"note": "y"}, ["photo"])
    many = {f"column_{at:03}": "x" * (LARGEST_INPUT // 100) for at in range(300)}
    assert len(plain_input(change_input("insert", many, many))["omitted"]) == 100


@pytest.fixture
def application(database_url: str) -> Iterator[Engine]:
    opened = sync_engine(database_url)
    yield opened
    opened.dispose()


async def test_rows_of_every_portable_type_are_committed_and_start_their_run(
    database: Database, application: Engine
) -> None:
    class Base(DeclarativeBase):
        metadata = MetaData()

    class Thing(Base):
        __tablename__ = "things_of_every_type"
        id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
        photo: Mapped[bytes | None] = mapped_column(LargeBinary)
        lasts: Mapped[timedelta | None]
        price: Mapped[Decimal | None]
        day: Mapped[date | None]
        at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
        clock: Mapped[time | None]
        size: Mapped[Size | None]
        ratio: Mapped[float | None]
        count: Mapped[int | None] = mapped_column(BigInteger)
        facts: Mapped[Any] = mapped_column(JSON, nullable=True)
        pickled: Mapped[Any] = mapped_column(PickleType, nullable=True)

    await publish(database, run_flow("orders", node("start", "trigger.manual")))
    Base.metadata.create_all(application)
    watch_rows(Thing, "orders", on=("insert", "update", "delete"))
    now = datetime(2026, 11, 26, 8, tzinfo=UTC)
    with Session(application) as session:
        thing = Thing(
            id=ID,
            photo=b"\xff\0",
            lasts=timedelta(hours=36),
            price=Decimal("9.5"),
            day=now.date(),
            at=now,
            clock=now.time(),
            size=Size.LARGE,
            ratio=1.5,
            count=2**63 - 1,
            facts={"a": [1, None]},
            pickled={1, 2},
        )
        session.add(thing)
        session.commit()
        thing.photo, thing.lasts = b"x" * 1_000_000, None
        session.commit()
        session.delete(thing)
        session.commit()

    inserted, updated, deleted = [run.input for run in await runs(database)]
    assert inserted["row"] == {
        "id": str(ID),
        "photo": "/wA=",
        "lasts": "P1DT12H",
        "price": "9.5",
        "day": "2026-11-26",
        "at": "2026-11-26T08:00:00+00:00",
        "clock": "08:00:00",
        "size": "large",
        "ratio": 1.5,
        "count": 2**63 - 1,
        "facts": {"a": [1, None]},
        "pickled": [1, 2],
    }
    assert (updated["former"], updated["row"]["lasts"]) == ({"photo": "/wA=", "lasts": "P1DT12H"}, None)
    assert (deleted["change"], deleted["row"]["id"]) == ("delete", str(ID))


@pytest.mark.parametrize("database_kind", ["postgres"])
async def test_rows_of_the_types_of_postgres_are_committed_and_start_their_run(
    database: Database, application: Engine
) -> None:
    class Base(DeclarativeBase):
        metadata = MetaData()

    class Thing(Base):
        __tablename__ = "things_of_postgres"
        id: Mapped[int] = mapped_column(primary_key=True)
        tags: Mapped[Any] = mapped_column(postgresql.ARRAY(types.Text))
        grid: Mapped[Any] = mapped_column(postgresql.ARRAY(types.Numeric, dimensions=2))
        days: Mapped[Any] = mapped_column(postgresql.DATERANGE)
        spans: Mapped[Any] = mapped_column(postgresql.INT4MULTIRANGE)
        address: Mapped[Any] = mapped_column(postgresql.INET)
        price: Mapped[Any] = mapped_column(types.Numeric)
        ratio: Mapped[Any] = mapped_column(postgresql.DOUBLE_PRECISION)
        facts: Mapped[Any] = mapped_column(postgresql.JSONB)

    await publish(database, run_flow("orders", node("start", "trigger.manual")))
    Base.metadata.create_all(application)
    watch_rows(Thing, "orders", on=("insert", "update"))
    with Session(application) as session:
        thing = Thing(
            id=1,
            tags=["a", None],
            grid=[[Decimal("1.5")]],
            days=Range(date(2026, 1, 1), date(2026, 2, 1)),
            spans=postgresql.ranges.MultiRange([Range(1, 5)]),
            address="10.0.0.1",
            price=Decimal("NaN"),
            ratio=float("inf"),
            facts=[2**70],
        )
        session.add(thing)
        session.commit()
        thing.tags = []
        session.commit()

    inserted, updated = [run.input for run in await runs(database)]
    assert inserted["row"] == {
        "id": 1,
        "tags": ["a", None],
        "grid": [["1.5"]],
        "days": {"lower": "2026-01-01", "upper": "2026-02-01", "bounds": "[)"},
        "spans": [{"lower": 1, "upper": 5, "bounds": "[)"}],
        "address": "10.0.0.1",
        "price": "NaN",
        "ratio": "inf",
        "facts": [str(2**70)],
    }
    assert updated["former"] == {"tags": ["a", None]}
