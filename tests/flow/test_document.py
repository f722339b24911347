"""One document in its many spellings: sugar, JSON, React Flow, snake_case, and words that old YAML misreads."""

from __future__ import annotations

import json

import pytest

from botflow.flow.document import parse
from tests.flow.read_documents import compiled, read, write

SUGAR = """
    id: shop
    nodes:
      - {id: start, type: chatbot, actionType: message_received, next: menu}
      - id: menu
        type: chatbot
        actionType: menu
        properties: {text: What?, options: [{id: yes, label: Yes}, {id: no, label: No}]}
        on: {yes: bye, no: bye}
      - {id: bye, type: chatbot, actionType: say, properties: {text: Bye}}
    """
EDGES = """
    id: shop
    nodes:
      - {id: start, type: chatbot, actionType: message_received}
      - id: menu
        type: chatbot
        action_type: menu
        properties: {text: What?, options: [{id: "yes", label: Yes}, {id: "no", label: No}]}
      - {id: bye, type: chatbot, actionType: say, properties: {text: Bye}}
    edges:
      - {source: menu, sourceHandle: "no", target: bye}
      - {source: start, source_handle: next, target: menu}
      - {source: menu, sourceHandle: "yes", target: bye}
    """
REACT_FLOW = {
    "id": "shop",
    "viewport": {"x": 0, "y": 0, "zoom": 1},
    "nodes": [
        {
            "id": "start",
            "type": "chatbot",
            "position": {"x": 10, "y": 20.5},
            "measured": {"width": 150, "height": 40},
            "selected": True,
            "data": {"actionType": "message_received", "label": "Hello!"},
        },
        {
            "id": "menu",
            "type": "chatbot",
            "position": {"x": 10, "y": 120},
            "data": {
                "actionType": "menu",
                "properties": {
                    "text": "What?",
                    "options": [{"id": "yes", "label": "Yes"}, {"id": "no", "label": "No"}],
                },
            },
        },
        {"id": "bye", "type": "chatbot", "data": {"action_type": "say", "properties": {"text": "Bye"}}},
    ],
    "edges": [
        {"id": "e1", "source": "start", "target": "menu", "sourceHandle": None, "targetHandle": None, "animated": True},
        {"id": "e2", "source": "menu", "sourceHandle": "yes", "target": "bye", "type": "smoothstep", "data": {"c": 1}},
        {"id": "e3", "source": "menu", "sourceHandle": "no", "target": "bye", "markerEnd": {"type": "arrow"}},
    ],
}


def test_sugar_and_edges_compile_to_the_same_flow() -> None:
    sugar, edges = compiled(write(SUGAR)), compiled(write(EDGES))

    assert sugar.targets == edges.targets
    assert sugar.digest == edges.digest


def test_next_binds_the_main_handle_of_the_type() -> None:
    flow = compiled(read("pizza.yaml"))

    assert flow.target("start", "next") == "ask_name"
    assert flow.target("ask_name", "answered") == "menu"


def test_yaml_and_json_are_the_same_document() -> None:
    source = read("pizza.yaml")
    as_json = parse(json.dumps(source.to_json(), indent=2), name="pizza.json")

    assert as_json.to_json() == source.to_json()
    assert compiled(as_json).digest == compiled(source).digest


def test_the_canonical_form_is_its_own_canonical_form() -> None:
    canonical = read("order_llm.yaml").to_json()

    assert parse(json.dumps(canonical), name="again.json").to_json() == canonical
    assert all("next" not in node and "on" not in node for node in canonical["nodes"])


def test_react_flow_documents_are_read_and_the_canvas_is_dropped() -> None:
    source = parse(json.dumps(REACT_FLOW), name="flow.json")
    flow = compiled(source)

    assert flow.targets == compiled(write(SUGAR)).targets
    assert flow.nodes["start"].position == (10, 20.5)
    assert flow.nodes["start"].label == "Hello!"
    assert [edge.id for edge in flow.edges] == ["e1", "e2", "e3"]
    assert flow.edges[1].data == {"c": 1}
    assert source.to_json()["nodes"][0] == {
        "id": "start",
        "type": "chatbot",
        "actionType": "message_received",
        "label": "Hello!",
        "position": {"x": 10.0, "y": 20.5},
    }


def test_snake_case_is_the_same_as_camel_case() -> None:
    snake = write("""
        id: shop
        execution_mode: single
        nodes:
          - {id: start, type: chatbot, action_type: message_received, next: hello}
          - {id: hello, type: chatbot, action_type: say, properties: {text: Hi, quick_replies: [Yes]}}
        """)
    camel = write("""
        id: shop
        executionMode: single
        nodes:
          - {id: start, type: chatbot, actionType: message_received, next: hello}
          - {id: hello, type: chatbot, actionType: say, properties: {text: Hi, quickReplies: [Yes]}}
        """)

    assert compiled(snake).digest == compiled(camel).digest


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("yes", "yes"),
        ("off", "off"),
        ("2026-11-21", "2026-11-21"),
        ("12:30:45", "12:30:45"),
        ("1_000", "1_000"),
        ("true", True),
        ("~", None),
        ("", None),
        ("'12'", "12"),
        ("12", 12),
        ("-0x1F", "-0x1F"),
        ("0x1F", 31),
        ("0o17", 15),
        ("017", 17),
        ("1.5e3", 1500.0),
        (".5", 0.5),
        ("1.2.3", "1.2.3"),
        ("+49 30 123", "+49 30 123"),
        ("<<", "<<"),
        ('"\\u00e9"', "é"),
        ("🍕", "🍕"),
    ],
)
def test_plain_words_mean_what_yaml_1_2_says(written: str, value: object) -> None:
    source = write(f"id: shop\nvariables: {{word: {written}}}\nnodes: []\n")

    assert source.document.variables == {"word": value}
    assert type(source.document.variables["word"]) is type(value)


def test_moving_nodes_keeps_comments_order_and_sugar() -> None:
    source = read("pizza.yaml")

    moved = source.moved({"menu": (10, 20.5), "nobody": (0, 0)})

    lines = moved.text.splitlines()
    added = [line for line in lines if line not in source.text.splitlines()]
    assert added == ["    position: {x: 10, y: 20.5}"]
    assert [line for line in lines if line not in added] == source.text.splitlines()
    assert moved.document.nodes[2].position is not None
    assert compiled(moved).targets == compiled(source).targets


@pytest.mark.parametrize("name", ["pizza.yaml", "order.yaml", "order_llm.yaml"])
def test_rewriting_without_a_change_changes_nothing(name: str) -> None:
    source = read(name)

    assert source.moved({}).text == source.text


def test_moving_nodes_works_on_json_too() -> None:
    source = parse(json.dumps(REACT_FLOW), name="flow.json")

    moved = source.moved({"bye": (1, 2)})

    assert json.loads(moved.text)["nodes"][2]["position"] == {"x": 1, "y": 2}
    assert json.loads(moved.text)["viewport"] == REACT_FLOW["viewport"]
