"""The difference between two documents, as data and in words."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from botflow.flow.document import parse
from botflow.flow.editing.canonical import canonical
from botflow.flow.editing.diff import Change, Difference, Moved, NodeChange, Renamed, difference
from botflow.flow.editing.diff_text import diff_text
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
from tests.flow.pizza_document import BYE, PIZZA_FILE

PIZZA = canonical(parse(PIZZA_FILE, name="pizza.yaml").to_json())
MENU: dict[str, Any] = next(node for node in PIZZA["nodes"] if node["id"] == "size")["properties"]


def after(*edits: Edit) -> dict[str, Any]:
    return apply_edits(PIZZA, edits).document


def said(document: dict[str, Any]) -> list[str]:
    return diff_text(difference(PIZZA, document))


def test_the_same_document_is_not_different_however_it_is_written() -> None:
    assert difference(PIZZA, PIZZA).is_none
    turned = {**PIZZA, "nodes": PIZZA["nodes"][::-1], "edges": [{**edge, "id": ""} for edge in PIZZA["edges"][::-1]]}
    assert difference(PIZZA, turned) == Difference()
    explicit = {**PIZZA, "edges": [{"sourceHandle": "next", **edge} for edge in PIZZA["edges"]]}
    assert said(explicit) == ["Nothing is different."]


@pytest.mark.parametrize(
    ("edits", "sentences"),
    [
        (
            [CreateNode(node={**BYE, "label": "The end"}), CreateEdge(edge={"source": "thanks", "target": "bye"})],
            ['Added the node bye "The end" (chatbot.say).', "Connected thanks to bye."],
        ),
        ([DeleteNode(id="size")], ["Removed the node size (chatbot.menu)."]),
        ([DeleteEdge(id="size~large~thanks")], ['Disconnected size at "large" from thanks.']),
        (
            [UpdateNodeProperties(id="thanks", properties={"text": "Thank you!"})],
            ['thanks: text is now "Thank you!", was "Thanks!".'],
        ),
        (
            [UpdateNode(id="thanks", node={"type": "chatbot", "actionType": "ask", "label": "x"})],
            [
                'thanks: actionType is now "ask", was "say".',
                'thanks: label is now "x", was not set.',
                'thanks: text is not set any more, was "Thanks!".',
            ],
        ),
        (
            [UpdateNodePositions(positions={id: Position(x=1, y=2) for id in ("start", "size")})],
            ["Moved start, size."],
        ),
        (
            [UpdateEdge(id="start~size", edge={"source": "start", "target": "thanks"})],
            ["start leads to thanks, no longer to size."],
        ),
        (
            [DeleteEdge(id="start~size"), CreateEdge(edge={"source": "start", "target": "thanks"})],
            ["start leads to thanks, no longer to size."],
        ),
        (
            [UpdateEdge(id="start~size", edge={"source": "start", "sourceHandle": "error", "target": "thanks"})],
            ['start at "error" leads to thanks; the edge was from start to size.'],
        ),
        (
            [UpdateEdge(id="start~size", edge={"source": "start", "target": "size", "data": {"color": "red"}})],
            ["The edge from start to size has other data for editors."],
        ),
    ],
)
def test_what_a_person_did_is_said_in_a_sentence(edits: list[Edit], sentences: list[str]) -> None:
    assert said(after(*edits)) == sentences


def test_options_are_compared_by_their_ids() -> None:
    options = [
        {"id": "medium", "label": "Medium"},
        {"id": "small", "label": "Little"},
        {"id": "large", "label": "Large"},
    ]
    changed = after(UpdateNodeProperties(id="size", properties={**MENU, "options": options}))
    assert said(changed) == [
        'size: options[small].label is now "Little", was "Small".',
        'size: options[medium] is now {"id": "medium", "label": "Medium"}, was not set.',
        "size: options are in another order: medium, small, large.",
    ]


def test_a_node_with_another_id_is_renamed_and_its_edges_are_not_different() -> None:
    nodes = [{**node, "id": "goodbye"} if node["id"] == "thanks" else node for node in PIZZA["nodes"]]
    edges = [{**edge, "target": edge["target"].replace("thanks", "goodbye")} for edge in PIZZA["edges"]]
    found = difference(PIZZA, {**PIZZA, "nodes": nodes, "edges": edges})
    assert found == Difference(nodes_renamed=(Renamed(before="thanks", after="goodbye"),))
    assert diff_text(found) == ["Renamed the node thanks to goodbye."]


def test_compared_with_nothing_all_nodes_and_edges_are_new() -> None:
    found = difference(None, PIZZA)
    assert (len(found.nodes_added), len(found.edges_added), found.settings) == (4, 3, ())
    assert difference(None, None).is_none


def test_of_two_equal_nodes_none_is_renamed() -> None:
    with_two = {**PIZZA, "nodes": [*PIZZA["nodes"], BYE, {**BYE, "id": "bye2"}]}
    with_another = {**PIZZA, "nodes": [*PIZZA["nodes"], {**BYE, "id": "bye3"}]}
    found = difference(with_two, with_another)
    assert (len(found.nodes_removed), len(found.nodes_added), found.nodes_renamed) == (2, 1, ())


def test_settings_of_the_workflow_are_compared() -> None:
    other = {**PIZZA, "language": "de", "interrupts": [{**PIZZA["interrupts"][0], "match": ["help", "?"]}]}
    assert said(other) == [
        'The workflow\'s interrupts[help].match is now ["help", "?"], was ["help"].',
        'The workflow\'s language is now "de", was not set.',
    ]


def test_null_and_nothing_are_told_apart() -> None:
    with_null = after(UpdateNodeProperties(id="thanks", properties={"text": "Thanks!", "more": None}))
    [changed] = difference(PIZZA, with_null).nodes_changed
    assert changed == NodeChange(id="thanks", changes=(Change(path="properties.more", kind="added"),))


def test_a_move_and_a_change_of_one_node_are_two_things() -> None:
    both = after(
        UpdateNodePositions(positions={"thanks": Position(x=1, y=2)}),
        UpdateNodeProperties(id="thanks", properties={"text": "Ta"}),
    )
    found = difference(PIZZA, both)
    assert found.nodes_moved == (Moved(id="thanks", before=None, after={"x": 1.0, "y": 2.0}),)
    assert [changed.id for changed in found.nodes_changed] == ["thanks"]


def test_long_values_are_cut_in_sentences() -> None:
    [sentence] = said(after(UpdateNodeProperties(id="thanks", properties={"text": "x" * 500})))
    assert len(sentence) < 200


IDS = st.sampled_from(["a", "b", "c", "d"])
DOCUMENTS = st.builds(
    lambda nodes, edges: {
        "botflow": 1,
        "id": "any",
        "name": "any",
        "nodes": nodes,
        "edges": [edge for edge in edges if {edge["source"], edge["target"]} <= {node["id"] for node in nodes}],
    },
    st.lists(
        st.fixed_dictionaries(
            {"id": IDS, "type": st.just("chatbot"), "actionType": st.sampled_from(["say", "ask"])},
            optional={"position": st.sampled_from([{"x": 0.0, "y": 0.0}, {"x": 1.0, "y": 1.0}])},
        ),
        unique_by=lambda node: node["id"],
    ),
    st.lists(
        st.fixed_dictionaries(
            {"source": IDS, "target": IDS},
            optional={"sourceHandle": st.sampled_from(["next", "yes"]), "id": st.sampled_from(["e1", "e2"])},
        ),
        max_size=5,
    ),
)


@settings(max_examples=300, deadline=None)
@given(DOCUMENTS, DOCUMENTS)
def test_a_difference_accounts_for_every_node_and_edge(before: dict[str, Any], after: dict[str, Any]) -> None:
    found = difference(before, after)
    renamed = {each.before: each.after for each in found.nodes_renamed}
    former = {renamed.get(node["id"], node["id"]) for node in before["nodes"]}
    gone, new = ({node["id"] for node in nodes} for nodes in (found.nodes_removed, found.nodes_added))
    assert (former - gone) | new == {node["id"] for node in after["nodes"]}
    assert len(before["edges"]) - len(found.edges_removed) + len(found.edges_added) == len(after["edges"])
    assert difference(after, after).is_none
    back = difference(after, before)
    assert {node["id"] for node in back.nodes_added} == {node["id"] for node in found.nodes_removed}
    assert len(back.edges_added) == len(found.edges_removed)
    assert diff_text(found)


def spoken(text: Any, languages: tuple[str, ...] = ("de", "it"), **settings: Any) -> dict[str, Any]:
    bye = {"id": "bye", "type": "chatbot", "actionType": "say", "properties": {"text": text}}
    return canonical({"id": "shop", "languages": list(languages), "nodes": [bye], **settings})


def test_a_change_of_a_text_names_its_language() -> None:
    before = spoken({"en": "Bye.", "de": "Tschüs."}, apology={"en": "Sorry.", "de": "Pardon."})
    after = spoken({"en": "Bye.", "de": "Servus.", "it": "Ciao."}, apology={"en": "Sorry.", "de": "Sorry."})
    found = difference(before, after)
    assert [(change.path, change.kind, change.after) for change in found.nodes_changed[0].changes] == [
        ("properties.text (de)", "changed", "Servus."),
        ("properties.text (it)", "added", "Ciao."),
    ]
    assert [change.path for change in found.settings] == ["apology (de)"]


def test_a_first_translation_is_no_change_of_the_original() -> None:
    found = difference(spoken("Bye.", ()), spoken({"en": "Bye.", "de": "Tschüs."}, ("de",)))
    (added,) = found.nodes_changed[0].changes
    assert (added.path, added.kind) == ("properties.text (de)", "added")
    back = difference(spoken({"en": "Bye.", "de": "Tschüs."}, ("de",)), spoken("Bye!", ()))
    assert [(change.path, change.kind) for change in back.nodes_changed[0].changes] == [
        ("properties.text (en)", "changed"),
        ("properties.text (de)", "removed"),
    ]
