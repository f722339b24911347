"""Edits of a document's nodes and edges: all or none, and what they leave is always a document."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from botflow.errors import BotflowError, RejectedInbound
from botflow.flow.document import nowhere, parse, shape
from botflow.flow.edge_ids import with_edge_ids
from botflow.flow.editing.canonical import canonical
from botflow.flow.editing.edits import (
    CreateEdge,
    CreateNode,
    DeleteEdge,
    DeleteNode,
    Edit,
    UpdateEdge,
    UpdateNode,
    UpdateNodePositions,
    UpdateNodeProperties,
    apply_edits,
)
from botflow.flow.placed import Position
from botflow.flow.problems import FlowProblems, Report
from tests.flow.pizza_document import BYE, PIZZA_FILE

PIZZA: dict[str, Any] = parse(PIZZA_FILE, name="pizza.yaml").to_json()


def edited(*edits: Edit, document: dict[str, Any] = PIZZA) -> dict[str, Any]:
    return apply_edits(document, edits).document


def refusal(*edits: Edit, document: dict[str, Any] = PIZZA) -> BotflowError:
    with pytest.raises(BotflowError) as refused:
        apply_edits(document, edits)
    return refused.value


def edge_ids(document: dict[str, Any]) -> list[str]:
    return [edge["id"] for edge in with_edge_ids(document)["edges"]]


def test_edges_of_next_and_on_get_ids_of_their_ends() -> None:
    assert edge_ids(PIZZA) == ["start~size", "size~large~thanks", "size~small~thanks"]


def test_an_edge_keeps_the_id_that_it_has_and_others_get_different_ones() -> None:
    edges = [
        {"source": "a", "target": "b"},
        {"source": "a", "target": "b"},
        {"source": "a", "target": "b", "id": "a~b"},
        {"source": "x", "target": "y", "id": "a~b"},
        {"source": "a", "sourceHandle": "not / safe?", "target": "b"},
        {"source": "", "target": ""},
    ]
    ids = edge_ids({"edges": edges})
    assert ids == ["a~b~2", "a~b~3", "a~b", "x~y", "a~not---safe-~b", "edge"]


def test_an_edge_that_leads_elsewhere_keeps_its_id() -> None:
    moved = edited(UpdateEdge(id="start~size", edge={"source": "start", "target": "thanks"}))
    again = edited(CreateEdge(edge={"source": "start", "target": "size"}), document=moved)
    assert edge_ids(again) == ["start~size", "size~large~thanks", "size~small~thanks", "start~size~2"]


def test_a_node_is_deleted_with_its_edges_and_what_changed_is_told() -> None:
    done = apply_edits(PIZZA, [DeleteNode(id="size")])
    assert done.document["edges"] == []
    assert list(done.before.nodes) == ["size"]
    assert list(done.before.edges) == ["start~size", "size~large~thanks", "size~small~thanks"]
    assert done.after == ({}, {})


def test_only_what_an_edit_changed_is_told() -> None:
    done = apply_edits(PIZZA, [UpdateNodeProperties(id="thanks", properties={"text": "Done"})])
    assert done.before == ({"thanks": PIZZA["nodes"][2]}, {})
    assert done.after == ({"thanks": {**PIZZA["nodes"][2], "properties": {"text": "Done"}}}, {})


def test_a_document_is_not_changed_in_place() -> None:
    before = parse(PIZZA_FILE, name="pizza.yaml").to_json()
    edited(DeleteNode(id="size"), UpdateNodePositions(positions={"start": Position(x=1, y=2)}))
    assert before == PIZZA


def test_many_edits_are_one() -> None:
    pasted = edited(
        CreateNode(node=BYE),
        CreateEdge(edge={"source": "thanks", "target": "bye"}),
        UpdateNodePositions(positions={"bye": Position(x=10, y=20.5), "start": Position(x=0, y=0)}),
        DeleteEdge(id="size~small~thanks"),
        UpdateNode(id="thanks", node={"type": "chatbot", "actionType": "say", "label": "Thank you"}),
    )
    nodes = {node["id"]: node for node in pasted["nodes"]}
    assert nodes["bye"] == {**BYE, "position": {"x": 10.0, "y": 20.5}}
    assert nodes["thanks"] == {"id": "thanks", "type": "chatbot", "actionType": "say", "label": "Thank you"}
    assert edge_ids(pasted) == ["start~size", "size~large~thanks", "thanks~bye"]


def test_a_react_flow_node_is_taken_as_it_is() -> None:
    drawn = {"id": "n1", "type": "chatbot", "data": {"actionType": "say"}, "position": {"x": 1, "y": 2}, "zIndex": 3}
    assert edited(CreateNode(node=drawn))["nodes"][-1] == {
        "id": "n1",
        "type": "chatbot",
        "actionType": "say",
        "position": {"x": 1.0, "y": 2.0},
    }


@pytest.mark.parametrize(
    ("edit", "code", "status"),
    [
        (CreateNode(node={**BYE, "id": "start"}), "node.exists", 409),
        (CreateNode(node={**BYE, "next": "start"}), "node.short_form", 422),
        (UpdateNode(id="nobody", node=BYE), "node.unknown", 404),
        (UpdateNode(id="a/b", node=BYE), "node.unknown", 404),
        (UpdateNode(id="start", node=BYE), "node.other_id", 422),
        (UpdateNodeProperties(id="nobody", properties={}), "node.unknown", 404),
        (UpdateNodePositions(positions={"nobody": Position(x=0, y=0)}), "node.unknown", 404),
        (DeleteNode(id="nobody"), "node.unknown", 404),
        (DeleteNode(id="help_text"), "node.in_use", 409),
        (CreateEdge(edge={"source": "start", "target": "nobody"}), "edge.unknown_node", 422),
        (CreateEdge(edge={"id": "start~size", "source": "start", "target": "size"}), "edge.exists", 409),
        (UpdateEdge(id="nobody", edge={"source": "start", "target": "size"}), "edge.unknown", 404),
        (UpdateEdge(id="start~size", edge={"id": "x", "source": "start", "target": "size"}), "edge.other_id", 422),
        (DeleteEdge(id="a/b"), "edge.unknown", 404),
    ],
)
def test_an_edit_that_does_not_fit_is_refused(edit: Edit, code: str, status: int) -> None:
    refused = refusal(edit)
    assert isinstance(refused, RejectedInbound)
    assert (refused.code, refused.status) == (code, status)


@pytest.mark.parametrize(
    ("node", "code", "path"),
    [
        ({"id": "a/b", "type": "chatbot", "actionType": "say"}, "id.invalid", "edits[1].node.id"),
        ({"id": "a", "type": "chatbot"}, "document.missing_key", "edits[1].node.actionType"),
        ({**BYE, "properties": {"text": "\x00"}}, "document.character", "edits[1].node"),
        ({**BYE, "propertys": {}}, "document.unknown_key", "edits[1].node.propertys"),
    ],
)
def test_what_is_no_node_is_refused_where_it_is_wrong(node: dict[str, Any], code: str, path: str) -> None:
    refused = refusal(DeleteEdge(id="start~size"), CreateNode(node=node))
    assert isinstance(refused, FlowProblems)
    assert (refused.problems[0].code, refused.problems[0].path) == (code, path)


def test_a_refusal_says_which_of_many_edits_it_means() -> None:
    refused = refusal(CreateNode(node=BYE), CreateNode(node=BYE))
    assert refused.message == "edits[1]: there is a node 'bye' already"


def test_a_document_with_one_id_twice_is_not_edited() -> None:
    assert refusal(DeleteNode(id="bye"), document={**PIZZA, "nodes": [BYE, BYE]}).code == "node.ambiguous"


NAMES = st.sampled_from(["start", "size", "thanks", "help_text", "n1", "n2", "a/b", ""])
EDGE_NAMES = st.sampled_from(["start~size", "size~large~thanks", "start~n1", "e1", "start~size~2", "a/b"])
NODES = st.fixed_dictionaries(
    {"id": NAMES, "type": st.just("chatbot"), "actionType": st.just("say")},
    optional={
        "label": st.text(max_size=3),
        "next": NAMES,
        "properties": st.dictionaries(st.text(max_size=3), st.one_of(st.none(), st.floats(), st.text(max_size=3))),
    },
)
EDGES = st.fixed_dictionaries(
    {"source": NAMES, "target": NAMES},
    optional={"id": EDGE_NAMES, "sourceHandle": st.sampled_from(["next", "large", "", "é / ?"])},
)
POSITIONS = st.builds(Position, x=st.floats(-1e9, 1e9), y=st.integers(-9, 9))
EDITS = st.one_of(
    st.builds(CreateNode, node=NODES),
    st.builds(UpdateNode, id=NAMES, node=NODES),
    st.builds(UpdateNodeProperties, id=NAMES, properties=st.dictionaries(st.text(max_size=2), st.integers())),
    st.builds(UpdateNodePositions, positions=st.dictionaries(NAMES, POSITIONS, max_size=3)),
    st.builds(DeleteNode, id=NAMES),
    st.builds(CreateEdge, edge=EDGES),
    st.builds(UpdateEdge, id=EDGE_NAMES, edge=EDGES),
    st.builds(DeleteEdge, id=EDGE_NAMES),
)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.lists(EDITS, min_size=1, max_size=3), max_size=12))
def test_any_edits_leave_a_document_whose_edges_lead_from_node_to_node(calls: Sequence[Sequence[Edit]]) -> None:
    document = PIZZA
    for edits in calls:
        try:
            done = apply_edits(document, edits)
        except (RejectedInbound, FlowProblems):
            continue
        report = Report("", nowhere)
        shaped = shape(done.document, report)
        assert shaped is not None, report.problems
        assert shaped.to_json() == done.document
        nodes = {node["id"] for node in done.document["nodes"]}
        edges = {edge["id"]: edge for edge in done.document["edges"]}
        assert len(edges) == len(done.document["edges"])
        assert {edge[end] for edge in edges.values() for end in ("source", "target")} <= nodes
        assert {each["target"] for each in done.document["interrupts"]} <= nodes
        former = {node["id"]: node for node in document["nodes"]}
        kept = {id: node for id, node in former.items() if id not in done.before.nodes}
        assert {**kept, **done.after.nodes} == {node["id"]: node for node in done.document["nodes"]}
        document = done.document


def test_a_flow_in_several_languages_is_edited_and_stays_as_it_is_written() -> None:
    written = canonical(
        {
            "id": "shop",
            "languages": ["de"],
            "detectLanguage": True,
            "apology": {"en": "Sorry.", "de": "Pardon."},
            "recap": "So:",
            "interrupts": [{"id": "help", "match": {"en": ["help"], "de": ["hilfe"]}, "target": "bye"}],
            "nodes": [
                {
                    "id": "bye",
                    "type": "chatbot",
                    "actionType": "say",
                    "properties": {"text": {"en": "Bye.", "de": "Tschüs."}},
                }
            ],
        }
    )
    assert canonical(written) == written
    assert written["apology"] == {"en": "Sorry.", "de": "Pardon."}
    assert written["interrupts"][0]["match"] == {"en": ["help"], "de": ["hilfe"]}
    edited = apply_edits(
        written, [UpdateNodeProperties(id="bye", properties={"text": {"en": "Bye.", "de": "Servus."}})]
    )
    assert edited.document["nodes"][0]["properties"]["text"]["de"] == "Servus."
    assert {**edited.document, "nodes": []} == {**written, "nodes": []}
