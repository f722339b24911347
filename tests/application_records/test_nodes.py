"""record.query, insert, update, delete, transaction: what they give, and what they refuse."""

from __future__ import annotations

from typing import Any

import pytest
from botflow_records.allowed_tables import read_allowed_tables

from botflow.engine.node_type import NodeFailure
from tests.application_records.shop import NODES, Shop, call, together

ANN, BOB = "ann@example.com", "bob@example.com"


async def code_of(name: str, properties: dict[str, Any], **options: Any) -> str:
    with pytest.raises(NodeFailure) as failure:
        await call(name, properties, **options)
    return failure.value.code


async def test_rows_are_found_by_every_kind_of_comparison(shop: Shop, subtests: pytest.Subtests) -> None:
    cases: list[tuple[dict[str, Any], list[int]]] = [
        ({"customer": ANN}, [1, 2]),
        ({"customer": ANN, "status": "open"}, [1]),
        ({"status": ["open", "paid"]}, [1, 2, 3]),
        ({"status": []}, []),
        ({"status": {"not": "open"}}, [2]),
        ({"quantity": {"atLeast": 2}}, [2, 3]),
        ({"quantity": {"above": 2, "below": 7}}, []),
        ({"quantity": {"atMost": "2"}}, [1, 2]),
        ({"price": 20}, [2]),
        ({"price": {"below": 1}}, [3]),
        ({"day": {"atLeast": "2026-11-05"}}, [2, 3]),
        ({"customer": {"contains": "ANN@"}}, [1, 2]),
        ({"customer": {"contains": "%"}}, []),
        ({"placed": None}, [1, 2, 3]),
        ({"placed": {"not": None}}, []),
        ({"customer": "ann@example.com' OR '1'='1"}, []),
    ]
    for match, ids in cases:
        with subtests.test(msg=str(match)):
            found = await call(
                "record.query", {"table": "orders", "match": match, "columns": ["id"], "orderBy": ["id"]}
            )
            assert [row["id"] for row in found["rows"]] == ids
            assert found["count"] == len(ids)


async def test_a_row_is_read_as_plain_json_with_the_allowed_columns_alone(shop: Shop) -> None:
    found = await call("record.query", {"table": "orders", "orderBy": ["-id"], "limit": 1})

    expected = {
        "id": 3,
        "customer": BOB,
        "quantity": 7,
        "price": 0.1,
        "status": "open",
        "placed": None,
        "day": "2026-11-09",
    }
    assert found == {"rows": [expected], "row": expected, "count": 1}


async def test_what_is_not_allowed_cannot_be_named(shop: Shop, subtests: pytest.Subtests) -> None:
    forbidden: list[tuple[str, dict[str, Any]]] = [
        ("record.table", {"table": "wages"}),
        ("record.table", {"table": "orders; DROP TABLE orders"}),
        ("record.column", {"table": "orders", "columns": ["note"]}),
        ("record.column", {"table": "orders", "match": {"note": "x"}}),
        ("record.column", {"table": "orders", "match": {'id" = 1 OR "id': 1}}),
        ("record.column", {"table": "orders", "orderBy": ["note"]}),
    ]
    for code, properties in forbidden:
        with subtests.test(msg=str(properties)):
            assert await code_of("record.query", properties) == code
    assert await code_of("record.insert", {"table": "orders", "values": {"note": "x"}}) == "record.column"
    assert len(shop.all("SELECT * FROM orders")) == 3


async def test_a_new_row_is_given_back_as_the_database_has_it(shop: Shop) -> None:
    values = {"customer": ANN, "quantity": "3", "price": "12.30", "day": "2026-11-27"}

    added = await call("record.insert", {"table": "orders", "values": values})

    assert added["row"] == {
        "id": 4, "customer": ANN, "quantity": 3, "price": 12.3, "status": "open", "placed": None, "day": "2026-11-27",
    }  # fmt: skip


async def test_a_visit_that_runs_again_changes_nothing_again(shop: Shop) -> None:
    order = {"table": "orders", "values": {"customer": ANN, "quantity": 1}}
    less = {"table": "rooms", "match": {"id": 3}, "values": {"free": {"add": -1}}}

    first = await call("record.insert", order, key="insert")
    repeated = await together(*(call("record.insert", order, key="insert") for _ in range(4)))
    taken = await together(*(call("record.update", less, key="update") for _ in range(4)))
    other = await call("record.insert", order, key="another visit")

    assert repeated == [first] * 4
    assert [each["row"]["free"] for each in taken] == [4] * 4
    assert other["row"]["id"] == first["row"]["id"] + 1
    assert len(shop.all("SELECT * FROM orders")) == 5


async def test_a_change_that_failed_may_be_tried_again(shop: Shop) -> None:
    order = {"table": "orders", "values": {"customer": "new@example.com", "quantity": 1}}

    assert await code_of("record.insert", order, key="k1") == "record.refused"
    shop.run("INSERT INTO customers VALUES ('new@example.com', 'New', '')")

    assert (await call("record.insert", order, key="k1"))["count"] == 1


async def test_more_rows_than_meant_are_left_unchanged(shop: Shop) -> None:
    all_open = {"match": {"status": "open"}, "table": "orders"}

    assert await code_of("record.update", {**all_open, "values": {"status": "lost"}}) == "record.too_many"
    assert await code_of("record.delete", all_open) == "record.too_many"
    assert [status for (status,) in shop.all("SELECT status FROM orders ORDER BY id")] == ["open", "paid", "open"]
    changed = await call("record.update", {**all_open, "values": {"status": "lost"}, "most": 2}, key="2")
    deleted = await call("record.delete", {"table": "orders", "match": {"status": "lost"}, "most": 2}, key="3")
    assert (changed["count"], deleted["count"]) == (2, 2)
    assert [row["id"] for row in deleted["rows"]] == [1, 3]


async def test_what_fits_nothing_changes_nothing(shop: Shop) -> None:
    missing = {"table": "orders", "match": {"id": 99}}

    assert await call("record.update", {**missing, "values": {"status": "x"}}, key="1") == {
        "rows": [],
        "row": None,
        "count": 0,
    }
    assert (await call("record.delete", missing, key="2"))["count"] == 0


async def test_a_transaction_does_all_or_nothing(shop: Shop) -> None:
    def booking(room: int) -> dict[str, Any]:
        return {
            "steps": [
                {"do": "query", "as": "guest", "table": "customers", "match": {"email": ANN}},
                {"do": "update", "as": "room", "table": "rooms", "match": {"id": room, "free": {"atLeast": 1}},
                 "values": {"free": {"add": -1}}},
                {"do": "insert", "as": "order", "table": "orders",
                 "values": {"customer": {"ref": "guest.email"}, "quantity": 1, "status": {"ref": "room.name"}}},
            ]
        }  # fmt: skip

    done = await call("record.transaction", booking(1), key="1")
    refused = await code_of("record.transaction", booking(2), key="2")
    booked = await together(*(call("record.transaction", booking(1), key=f"g{n}") for n in range(4)))

    assert done["rows"]["order"]["status"] == "blue"
    assert done["count"] == 3
    assert refused == "record.too_few"
    assert sorted(type(each) is dict for each in booked) == [False, False, False, True], "two were free"
    assert shop.all("SELECT free FROM rooms ORDER BY id") == [(0,), (0,), (5,)]
    assert shop.all("SELECT count(*) FROM orders") == [(5,)]


async def test_values_that_do_not_fit_exactly_are_refused(shop: Shop, subtests: pytest.Subtests) -> None:
    wrong: list[tuple[str, str, Any]] = [
        ("orders", "quantity", "two"), ("orders", "quantity", 2.5), ("orders", "quantity", True),
        ("orders", "quantity", ""), ("orders", "quantity", 10**12), ("orders", "price", "9.999"),
        ("orders", "price", "much"), ("orders", "price", "NaN"), ("orders", "day", "tomorrow"), ("orders", "day", 5),
        ("orders", "placed", "12:00"), ("orders", "customer", "a" * 41), ("orders", "customer", "a\0b"),
        ("orders", "customer", ["x"]), ("kinds", "truth", "maybe"), ("kinds", "weight", "Infinity"),
    ]  # fmt: skip
    for number, (table, column, given) in enumerate(wrong):
        with subtests.test(msg=f"{column} {given!r}"):
            values = {"id": 1, column: given} if table == "kinds" else {column: given}
            # SQLite keeps any whole number in an INTEGER column
            if given == 10**12 and shop.url.startswith("sqlite"):
                continue
            assert await code_of("record.insert", {"table": table, "values": values}, key=str(number)) == "record.value"
    assert shop.all("SELECT count(*) FROM orders") == [(3,)]


async def test_a_text_that_is_too_long_is_not_stored(shop: Shop) -> None:
    assert await code_of("record.insert", {"table": "orders", "values": {"customer": "a" * 41}}) == "record.value"


async def test_a_third_decimal_is_not_dropped(shop: Shop) -> None:
    assert await code_of("record.insert", {"table": "orders", "values": {"price": "9.999"}}) == "record.value"


async def test_values_of_all_kinds_come_back_as_they_were(shop: Shop) -> None:
    values = {"id": 1, "truth": "true", "weight": 0.1, "at": "2026-11-27T10:00:00+01:00", "facts": {"a": [1, None]}}

    added = await call("record.insert", {"table": "kinds", "values": values})
    summed = await call("record.insert", {"table": "orders", "values": {"price": 0.1 + 0.2}}, key="sum")

    assert added["row"] == {
        "id": 1,
        "truth": True,
        "weight": 0.1,
        "at": "2026-11-27T09:00:00",
        "facts": {"a": [1, None]},
    }
    assert summed["row"]["price"] == 0.3


async def test_what_the_database_refuses_has_a_code_and_quotes_no_value(shop: Shop) -> None:
    with pytest.raises(NodeFailure) as taken:
        await call("record.insert", {"table": "customers", "values": {"email": ANN, "name": "Another"}}, key="1")
    few = await code_of("record.insert", {"table": "orders", "values": {"quantity": -1}}, key="2")
    nameless = await code_of("record.insert", {"table": "customers", "values": {"email": "x@example.com"}}, key="3")
    unknown = await code_of("record.insert", {"table": "orders", "values": {"customer": "x@example.com"}}, key="4")

    assert taken.value.code == "record.exists"
    assert ANN not in str(taken.value)
    assert [few, nameless, unknown] == ["record.refused"] * 3


async def test_rows_that_are_too_large_for_a_turn_are_refused(shop: Shop) -> None:
    shop.run(f"UPDATE customers SET secret = '{'x' * 150_000}'")

    assert await code_of("record.query", {"table": "customers"}) == "record.too_large"
    assert (await call("record.query", {"table": "customers", "columns": ["name"]}))["count"] == 2


async def test_a_table_that_the_application_changed_is_read_again(shop: Shop) -> None:
    await call("record.query", {"table": "rooms"})
    shop.run("ALTER TABLE rooms RENAME COLUMN free TO beds")

    assert await code_of("record.query", {"table": "rooms"}) == "record.failed"
    assert (await call("record.query", {"table": "rooms"}))["row"]["beds"] == 2


@pytest.mark.parametrize("written", ["orders(", "orders)", "orders(id", "a b", "orders(id,)", ",orders"])
def test_a_list_of_tables_that_cannot_be_read_is_refused_with_its_place(written: str) -> None:
    with pytest.raises(NodeFailure, match="cannot be read at") as failure:
        read_allowed_tables(written)
    assert failure.value.code == "record.tables"


def test_a_list_of_tables_names_schemas_and_columns() -> None:
    allowed = read_allowed_tables(" customers, shop.orders ( id , total ),rooms ")

    assert allowed.columns == {"customers": None, "shop.orders": frozenset({"id", "total"}), "rooms": None}


@pytest.mark.parametrize(
    ("name", "properties", "place"),
    [
        ("record.update", {"table": "orders", "match": {}, "values": {"a": 1}}, "match"),
        ("record.update", {"table": "orders", "match": {"a": 1}, "values": {}}, "values"),
        ("record.delete", {"table": "orders", "match": {}}, "match"),
        ("record.query", {"table": "orders", "limit": 1_001}, "limit"),
        ("record.query", {"table": ""}, "table"),
        ("record.query", {"table": "orders", "match": {"a": {"like": "x"}}}, "match"),
        ("record.insert", {"table": "orders", "values": {}}, "values"),
        ("record.transaction", {"steps": []}, "steps"),
        ("record.transaction", {"steps": [{"do": "insert", "table": "a", "values": {"b": {"ref": "c.d"}}}]}, "c.d"),
        ("record.transaction", {"steps": [{"do": "delete", "table": "a"}]}, "match"),
    ],
)
def test_bad_properties_are_refused_with_their_place(name: str, properties: dict[str, Any], place: str) -> None:
    with pytest.raises(ValueError, match=place):
        NODES[name].properties.model_validate(properties)
