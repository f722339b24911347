"""The forms of the record nodes offer the tables and the columns of the allow-list, and no others."""

from __future__ import annotations

from typing import Any

import pytest
from botflow_records import plugin

from botflow.engine.node_type import NodeFailure
from botflow.interfaces import OptionsRequest
from tests.application_records.shop import Shop


async def offered(source: str, *, home: bool = True, **properties: Any) -> list[str]:
    request = OptionsRequest(
        properties=properties, search="", credential={}, account="", account_networks=None, networks=(), home=home
    )
    return [each.value for each in await plugin.option_sources[source](request)]


async def test_tables_and_columns_are_those_that_flows_may_use(shop: Shop) -> None:
    assert await offered("records.tables") == ["customers", "orders", "rooms", "kinds"]
    assert await offered("records.columns", table="customers") == ["email", "name", "secret"]
    assert "note" not in await offered("records.columns", table="orders")
    assert await offered("records.columns") == []


async def test_nothing_is_offered_of_what_flows_may_not_use(shop: Shop) -> None:
    for source, given in (("records.tables", {"home": False}), ("records.columns", {"table": "wages"})):
        with pytest.raises(NodeFailure):
            await offered(source, **given)
