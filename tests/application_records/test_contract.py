"""The record nodes keep the contract of node types, and lead a conversation on by their handles."""

from __future__ import annotations

from typing import Any

import botflow_records
import pytest

from botflow import Flow
from botflow.testing.contracts import NodeExample, NodeTypeContract
from botflow.testing.simulator import Simulator
from tests.application_records.shop import NODES, Shop

MATCH = {"id": "{{ stock }}"}
PROPERTIES: dict[str, dict[str, Any]] = {
    "record.query": {"table": "rooms", "match": MATCH, "columns": ["name"], "variable": "found"},
    "record.insert": {"table": "rooms", "values": {"id": 9, "name": "{{ color }}", "free": 1}, "variable": "found"},
    "record.update": {"table": "rooms", "match": MATCH, "values": {"free": {"add": "{{ stock }}"}}},
    "record.delete": {"table": "rooms", "match": MATCH},
    "record.transaction": {"steps": [{"do": "query", "as": "room", "table": "rooms", "match": {"id": 1}}]},
}


@pytest.fixture
def database_kind() -> str:
    return "sqlite"


@pytest.mark.usefixtures("shop")
class TestRecordNodes(NodeTypeContract):
    @pytest.fixture(params=PROPERTIES)
    def node_example(self, request: pytest.FixtureRequest) -> NodeExample:
        name: str = request.param
        return NodeExample(
            node_type=NODES[name], properties=PROPERTIES[name], variables={"stock": 1, "color": "red", "found": None}
        )


def test_every_record_node_has_an_example() -> None:
    assert PROPERTIES.keys() == NODES.keys()


def test_a_conversation_reads_changes_and_is_led_by_what_it_finds(shop: Shop) -> None:
    flow = Flow("hotel")
    which = flow.ask("Which room?", variable="room")
    look = botflow_records.query(flow, "rooms", match={"name": "{{ room }}"}, id="look")
    take = botflow_records.update(
        flow, "rooms", {"id": "{{ $look.row.id }}"}, {"free": {"add": -1}}, id="take", variable="taken"
    )
    flow.message_received() >> which >> look >> take >> flow.say("{{ taken[0].free }} left.")
    look["none"] >> flow.say("There is no such room.")
    take["error"] >> flow.say("It is taken: {{ $take.code }}")
    talk = Simulator(flow, plugins=[botflow_records.plugin])

    said = []
    for name in ("blue", "red", "yellow"):
        talk.says("hi")
        said += talk.says(name)

    assert said == ["1 left.", "It is taken: record.refused", "There is no such room."]
    assert shop.all("SELECT free FROM rooms ORDER BY id") == [(1,), (0,), (5,)]
