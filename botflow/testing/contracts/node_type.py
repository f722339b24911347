"""The contract of a node type: handles and variables as declared, waits in JSON, purity, and no crashes."""

from __future__ import annotations

import re

import orjson
import pytest
from pydantic import ValidationError

from botflow.engine.node_type import Resumable, Starts
from botflow.flow.forms.form_schema import form_schema
from botflow.testing.contracts.node_metadata import NodeMetadataContract
from botflow.testing.contracts.node_trial import NodeExample, NodeTrial

_NAME = re.compile(r"[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*")


class NodeTypeContract(NodeMetadataContract):
    """Override `node_example`. NodeMetadataContract holds what a node type must say of itself."""

    @pytest.fixture
    def node_example(self) -> NodeExample:
        # There is no default: a contract without an example would prove nothing.
        raise NotImplementedError("return the NodeExample of your node type")

    # -- its declarations

    def test_its_name_is_a_family_and_an_action(self, node_example: NodeExample) -> None:
        assert _NAME.fullmatch(node_example.node_type.name)
        assert node_example.node_type.category in ("trigger", "action")

    def test_a_property_that_is_not_known_is_refused(self, node_example: NodeExample) -> None:
        with pytest.raises(ValidationError, match=r"(?i)extra"):
            node_example.node_type.properties.model_validate({**node_example.properties, "noSuchProperty": 1})

    def test_its_properties_are_described_for_editors(self, node_example: NodeExample) -> None:
        schema = form_schema(node_example.node_type.properties)

        assert schema["type"] == "object"
        assert orjson.loads(orjson.dumps(schema)) == schema

    def test_its_properties_are_the_same_after_a_database_has_kept_them(self, node_example: NodeExample) -> None:
        values = node_example.values
        written = values.model_dump(mode="json", by_alias=True, exclude_unset=True)

        assert type(values).model_validate(orjson.loads(orjson.dumps(written))) == values

    def test_its_handles_have_names_of_their_own(self, node_example: NodeExample) -> None:
        handles = node_example.node_type.handles(node_example.values)

        assert isinstance(handles, tuple)
        assert len(set(handles)) == len(handles)
        assert all(0 < len(handle) <= 64 for handle in handles)

    def test_its_bodies_and_branches_are_among_its_handles(self, node_example: NodeExample) -> None:
        node_type, values = node_example.node_type, node_example.values
        inner = {*node_type.bodies(values)}
        inner |= {*node_type.branches(values)}

        assert inner <= set(node_type.handles(values))

    def test_it_answers_what_the_checker_asks(self, node_example: NodeExample) -> None:
        node_type, values = node_example.node_type, node_example.values

        assert isinstance(node_type.waits(values), bool)
        assert all(isinstance(name, str) and name for name in node_type.sets(values))
        assert isinstance(node_type.rests(values), bool)
        assert isinstance(node_type.speaks(values), bool)
        assert isinstance(node_type.sends(values), bool)

    def test_a_trigger_starts_and_nothing_else_does(self, node_example: NodeExample) -> None:
        assert isinstance(node_example.node_type, Starts) == (node_example.node_type.category == "trigger")

    def test_what_waits_can_go_on(self, node_example: NodeExample) -> None:
        node_type, values = node_example.node_type, node_example.values
        pauses = node_type.waits(values) or node_type.rests(values)
        enters = bool(node_type.bodies(values))

        assert isinstance(node_type, Resumable) or not (pauses or enters)

    # -- its behaviour

    def test_it_plays_its_part_in_a_conversation(self, node_example: NodeExample) -> None:
        trial = NodeTrial(node_example)

        assert trial.is_reached
        assert trial.crashes == []

    def test_it_leaves_by_its_handles_alone(self, node_example: NodeExample) -> None:
        handles = node_example.node_type.handles(node_example.values)

        assert {edge.handle for edge in NodeTrial(node_example).edges} <= set(handles)

    def test_it_assigns_no_other_variables_than_it_says(self, node_example: NodeExample) -> None:
        assert NodeTrial(node_example).assigned <= set(node_example.node_type.sets(node_example.values))

    def test_its_output_has_no_other_fields_than_it_says(self, node_example: NodeExample) -> None:
        said = node_example.node_type.outputs(node_example.values)

        if said is not None:
            assert NodeTrial(node_example).output_fields <= {*said, "code", "message", "node"}

    def test_a_replay_is_identical(self, node_example: NodeExample) -> None:
        first = NodeTrial(node_example)
        again = NodeTrial(node_example, replay=first)

        assert again.fingerprints == first.fingerprints
        assert again.turns == first.turns

    def test_it_changes_no_property_of_its_node(self, node_example: NodeExample) -> None:
        trial = NodeTrial(node_example)

        assert trial.properties == trial.properties_in_the_beginning

    def test_it_withstands_a_world_that_fails(self, node_example: NodeExample) -> None:
        assert NodeTrial(node_example, is_world_away=True).crashes == []

    def test_it_withstands_a_photo_a_place_and_a_long_silence(self, node_example: NodeExample) -> None:
        assert NodeTrial(node_example, wordless=True).crashes == []
