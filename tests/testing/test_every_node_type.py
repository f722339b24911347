"""Every installed node type, plugins' too, says what it is, completely and truly: its docstring's example is tried, and
changed in each place."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from pydantic import ValidationError

from botflow.flow.forms.node_metadata import example_of, metadata_of
from botflow.nodes import built_in
from botflow.testing import Person
from botflow.testing.contracts import NodeExample
from botflow.testing.contracts.changed_properties import changed_properties
from botflow.testing.contracts.node_metadata import NodeMetadataContract
from tests.node_types import EVERY

BORN = Person(fields={"birthday": "1990-11-28"}, groups=("customers",))
# How the node types start that no message starts.
BEGIN: dict[str, Any] = {
    "chatbot.opened": {"begin": lambda talk: talk.opens()},
    "twilio.message_received": {"person": Person(channel="sms", provider="twilio", sender="+12125550100")},
    "trigger.missed_call": {
        "begin": lambda talk: talk.rings(),
        "person": Person(channel="sms", sender="+12125550111", address="+15550002222"),
    },
    "trigger.campaign": {
        "begin": lambda talk: talk.skip("365d"),
        "person": BORN,
        "contact_fields": {"birthday": {"type": "date"}},
    },
    "trigger.manual": {"begin": lambda talk: talk.trigger({"order": 1}), "mode": "single"},
    "trigger.event": {"begin": lambda talk: talk.emit("order.paid", {"amount": 150}), "mode": "single"},
    "trigger.schedule": {"begin": lambda talk: talk.skip("7d"), "mode": "single"},
    "trigger.ended": {"begin": lambda talk: talk.trigger({"status": "failed"}, by="ended"), "mode": "single"},
    "trigger.webhook": {"begin": lambda talk: talk.trigger({"a": 1}, by="webhook"), "mode": "single"},
}
START = {"id": "start", "type": "chatbot", "actionType": "message_received"}
VARIABLES = {"name": "Ann", "names": ["Ann", "Bo"], "order": 7, "qty": 6, "size": "L"}


def example(name: str) -> NodeExample:
    """Return the node type with its docstring's example, beside the workflow that this may name."""
    written = example_of(EVERY[name])
    assert written is not None, f"{name} has no example"
    properties = written.get("properties", {})
    workflows = ({"id": properties["workflow"], "nodes": [START]},) if "workflow" in properties else ()
    return NodeExample(
        node_type=EVERY[name], properties=properties, workflows=workflows, variables=VARIABLES, **BEGIN.get(name, {})
    )


class TestEveryNodeType(NodeMetadataContract):
    @pytest.fixture(params=EVERY)
    def node_example(self, request: pytest.FixtureRequest) -> NodeExample:
        return example(request.param)


@pytest.mark.parametrize("name", [kind.name for kind in built_in()])
def test_botflows_own_have_a_title_an_icon_and_a_section_of_their_own(name: str) -> None:
    kind = EVERY[name]
    assert kind.title
    assert kind.icon
    assert kind.section


def test_what_pydantic_refuses_is_counted() -> None:
    """The count of what `test_wrong_properties_are_refused_with_their_place` has tried."""
    counted: Counter[str] = Counter()
    for name, kind in EVERY.items():
        for changed in changed_properties(metadata_of(kind).properties_schema, example(name).properties):
            try:
                kind.properties.model_validate(changed.properties)
            except ValidationError:
                counted["refused by the schema and pydantic" if not changed.fits else "refused by a rule"] += 1
            else:
                counted["allowed by both" if changed.fits else "allowed by pydantic alone"] += 1
    print(f"{counted.total()} changed properties of {len(EVERY)} node types: {dict(counted)}")
    assert counted["refused by the schema and pydantic"] > 2_000
    assert counted["allowed by pydantic alone"] < counted.total() / 50  # true for 1, and 0 for false
