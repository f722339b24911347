"""The contract of what a node type says of itself: complete for people and forms, and true of what it does."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, get_args

import orjson
import pytest
from jsonschema import Draft202012Validator
from pydantic import ValidationError

from botflow.engine.asks import AskHistory, AskModel, Invoke
from botflow.engine.node_type import NodeType
from botflow.flow.checking.check import check
from botflow.flow.document import parse
from botflow.flow.forms.node_metadata import NodeMetadata, capabilities_of, handle_labels, metadata_of
from botflow.flow.node_spec import OutputType
from botflow.flow.problems import Problem
from botflow.flow.widgets import WidgetKind
from botflow.testing.contracts.changed_properties import ChangedProperties, changed_properties
from botflow.testing.contracts.node_trial import NodeExample, NodeTrial

_LONGEST_TITLE = 40
_NODE = "it"


class NodeMetadataContract:
    """A part of NodeTypeContract: override `node_example` there."""

    @pytest.fixture
    def node_example(self) -> NodeExample:
        raise NotImplementedError("return the NodeExample of your node type")

    def test_people_learn_what_it_is(self, node_example: NodeExample) -> None:
        about = metadata_of(node_example.node_type)

        assert 0 < len(about.title) <= _LONGEST_TITLE, "give it a short title"
        assert about.description.endswith((".", "!", "?")), "its docstring must begin with a sentence on what it does"
        assert about.section, "give it a section"
        assert about.icon, "give it an icon"
        assert about.version >= 1, "its version must be at least 1"

    def test_each_handle_has_a_label(self, node_example: NodeExample) -> None:
        node_type, values = node_example.node_type, node_example.values
        about = metadata_of(node_type)
        said = {each.name for each in about.handles if each.items is None}
        labels = handle_labels(node_type, values)

        assert tuple(labels) == node_type.handles(values)
        assert all(labels.values())
        of_items = labels.keys() - said
        assert not of_items or node_type.item_handles is not None, (
            f"the handles {sorted(of_items)} are not in its example: name the list that makes them in item_handles,"
            " or give them labels in handle_labels"
        )

    def test_each_field_of_its_output_has_a_type(self, node_example: NodeExample) -> None:
        said = node_example.node_type.outputs(node_example.values)

        assert said is None or {each.type for each in said.values()} <= set(get_args(OutputType))

    def test_each_property_says_how_a_form_shows_it(self, node_example: NodeExample) -> None:
        lacking = [*_lacking(metadata_of(node_example.node_type).properties_schema)]

        assert lacking == []

    def test_its_properties_have_a_json_schema_that_its_examples_fit(self, node_example: NodeExample) -> None:
        about = metadata_of(node_example.node_type)
        validator = Draft202012Validator(about.properties_schema)
        Draft202012Validator.check_schema(about.properties_schema)

        for properties in (dict(node_example.properties), _properties_of(about)):
            assert [error.message for error in validator.iter_errors(properties)] == []

    def test_the_example_in_its_docstring_works(self, node_example: NodeExample) -> None:
        properties = _properties_of(metadata_of(node_example.node_type))
        assert _refusal(node_example.node_type, properties) is None, f"{properties} is not valid"
        trial = NodeTrial(replace(node_example, properties=properties))

        assert trial.is_reached
        assert trial.crashes == []

    def test_wrong_properties_are_refused_with_their_place(self, node_example: NodeExample) -> None:
        """Whatever pydantic refuses is an error of `check` below the node's properties; what the schema allows and
        pydantic refuses breaks a rule of the node type's own, and is not of a wrong type."""
        node_type = node_example.node_type
        schema = metadata_of(node_type).properties_schema
        for changed in changed_properties(schema, node_example.properties):
            refusal = _refusal(node_type, changed.properties)
            if refusal is None:
                continue
            assert not changed.fits or any(_is_rule(error["type"]) for error in refusal.errors()), (
                f"its schema allows {changed.properties} and its properties do not: {refusal}"
            )
            errors = [each for each in _problems(node_type, changed) if each.severity == "error"]
            assert errors, f"{changed.properties} is refused at run time alone: {refusal}"
            assert all("." in each.code and _is_below_properties(each) for each in errors), (
                f"{changed.properties} is refused without a place: raise WrongProperty({errors[0].message!r}, ...)"
            )

    def test_it_declares_what_it_may_do(self, node_example: NodeExample) -> None:
        declared = capabilities_of(node_example.node_type)
        trial = NodeTrial(node_example)

        if any(isinstance(ask, AskModel | AskHistory | Invoke) for ask in trial.asked):
            assert "asks the world" in declared
        if any(isinstance(ask, AskModel) and ask.stream for ask in trial.asked):
            assert "streams" in declared
        if trial.has_waited:
            assert "waits" in declared


def _properties_of(about: NodeMetadata) -> dict[str, Any]:
    assert about.example is not None, "give its docstring a paragraph with an example: {id: ..., type: ...}"
    return dict(about.example.get("properties") or {})


def _lacking(schema: Mapping[str, Any]) -> Iterator[str]:
    """Yield what a form could not show."""
    for name, model in (("", schema), *schema.get("$defs", {}).items()):
        properties = model.get("properties", {})
        for key, property in properties.items():
            place = f"{name}.{key}" if name else key
            field = property["x-field"]
            if not property.get("description"):
                yield f"{place} has no docstring below it"
            if field["widget"] not in get_args(WidgetKind):
                yield f"{place} has an unknown widget: {field['widget']}"
            if field["widget"] in ("select", "combobox", "multi-select") and not (
                field.get("options") or field.get("source")
            ):
                yield f"{place} offers nothing: it needs options or a source"
            for other in (*field.get("showWhen", ()), *field.get("dependsOn", ())):
                if other not in properties:
                    yield f"{place} depends on {other}, which is no property beside it"


def _refusal(node_type: NodeType, properties: Mapping[str, Any]) -> ValidationError | None:
    try:
        node_type.properties.model_validate(properties)
    except ValidationError as refusal:
        return refusal
    return None


def _is_rule(kind: str) -> bool:
    """Say whether pydantic's type of an error is that of a validator of our own."""
    return kind in ("value_error", "assertion_error") or "." in kind


def _problems(node_type: NodeType, changed: ChangedProperties) -> list[Problem]:
    family, _, action = node_type.name.partition(".")
    node = {"id": _NODE, "type": family, "actionType": action, "properties": changed.properties}
    text = orjson.dumps({"id": "trial", "nodes": [node]}).decode()
    return check(parse(text, name="trial.json"), {node_type.name: node_type}, {})


def _is_below_properties(problem: Problem) -> bool:
    return problem.path.startswith("nodes[0].properties.") and bool(problem.line)
