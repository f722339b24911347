"""Documents that cannot be read: each gets one error with its own code and line, and nothing else happens."""

from __future__ import annotations

import json

import pytest

from botflow.flow.compile import compile_flow
from botflow.flow.document import parse
from botflow.flow.problems import FlowProblems
from tests.flow.read_documents import read
from tests.node_types import with_types

GOOD_NODE = "{id: start, type: chatbot, actionType: message_received}"
HEAD = "botflow: 1\nid: shop\nnodes:\n"

CASES: dict[str, tuple[str, str, int]] = {
    "nothing at all": ("", "document.invalid", 1),
    "a list": ("- a\n- b", "document.invalid", 1),
    "a word": ("hello", "document.invalid", 1),
    "only a comment": ("# nothing\n", "document.invalid", 1),
    "an open bracket": ("id: [a", "document.syntax", 1),
    "an open quote": ("id: shop\nname: 'x", "document.syntax", 2),
    "a tab as indentation": ("id: shop\nnodes:\n\t- a", "document.syntax", 3),
    "two mappings in a line": ("id: a: b", "document.syntax", 1),
    "a control character": ("id: a\x01b", "document.syntax", 1),
    "a key that is a list": ("[a, b]: c", "document.syntax", 1),
    "two documents": ("id: a\n---\nid: b", "document.syntax", 2),
    "an old YAML version": ("%YAML 1.1\n---\nid: a", "document.syntax", 2),
    "broken JSON": ('{"id": "a",\n "nodes": [}', "document.syntax", 2),
    "a duplicate key": ("id: a\nname: b\nid: c", "document.duplicate_key", 3),
    "a duplicate key deep inside": (HEAD + "  - {id: a, type: x, id: b}", "document.duplicate_key", 4),
    "a duplicate key in JSON": ('{"id": "a",\n "id": "b"}', "document.duplicate_key", 2),
    "an anchor": ("id: &a shop\nname: *a", "document.alias", 1),
    "an alias bomb": ("a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]", "document.alias", 1),
    "a tag": ("id: !!python/object:os.system shop", "document.tag", 1),
    "a harmless tag": ("id: !!str shop", "document.tag", 1),
    "brackets without end": ("[" * 500, "document.too_deep", 1),
    "too deep for YAML": ("a: " + "[" * 70 + "]" * 70, "document.too_deep", 1),
    "too deep for JSON": ('{"a": ' + "[" * 70 + "]" * 70 + "}", "document.too_deep", 1),
    "far too deep for JSON": ("[" * 100_000 + "]" * 100_000, "document.too_deep", 1),
    "too large": ("id: " + "a" * 1_100_000, "document.too_large", 1),
    "a NUL": ("id: shop\nname: a\x00b", "document.character", 2),
    "an escaped NUL": ('id: shop\nname: "a\\0b"', "document.character", 2),
    "an escaped NUL in JSON": ('{"id": "a\\u0000b"}', "document.character", 1),
    "half a surrogate pair": ('{"id": "a\\ud800b"}', "document.character", 1),
    "a raw surrogate": ("id: shop\nname: \ud800", "document.character", 2),
    "an endless number": ("id: shop\nvariables: {a: 1e999}", "document.number", 2),
    "a huge integer": ("id: shop\nvariables: {a: 123456789012345678901}", "document.number", 2),
    "NaN in JSON": ('{"id": "a", "variables": {"a": NaN}}', "document.number", 1),
    "another version": (f"botflow: 2\nid: shop\nnodes: [{GOOD_NODE}]", "document.invalid", 1),
    "no id": (f"botflow: 1\nnodes: [{GOOD_NODE}]", "document.missing_key", 1),
    "no nodes": ("botflow: 1\nid: shop", "document.missing_key", 1),
    "an id with capitals": (f"id: Shop\nnodes: [{GOOD_NODE}]", "id.invalid", 1),
    "an id with a slash": (f"id: shop/eu\nnodes: [{GOOD_NODE}]", "id.invalid", 1),
    "an id with a line break": (f'id: "shop\\n"\nnodes: [{GOOD_NODE}]', "id.invalid", 1),
    "an id of 65 letters": (f"id: {'a' * 65}\nnodes: [{GOOD_NODE}]", "id.invalid", 1),
    "an id that is a number": (f"id: 12\nnodes: [{GOOD_NODE}]", "document.invalid", 1),
    "a node id with a blank": (HEAD + "  - {id: a b, type: chatbot, actionType: say}", "id.invalid", 4),
    "an unknown key": (f"id: shop\nnodes: [{GOOD_NODE}]\nnodez: []", "document.unknown_key", 3),
    "an unknown key of a node": (
        HEAD + "  - {id: a, type: chatbot, actionType: say, nxt: b}",
        "document.unknown_key",
        4,
    ),
    "an unknown key of an edge": (
        f"id: shop\nnodes: [{GOOD_NODE}]\nedges:\n  - {{source: a, target: b, handle: c}}",
        "document.unknown_key",
        4,
    ),
    "an unknown key of an interrupt": (
        f"id: shop\nnodes: [{GOOD_NODE}]\ninterrupts:\n  - id: help\n    words: [help]\n    target: start",
        "document.unknown_key",
        5,
    ),
    "a node without a type": (HEAD + "  - id: a\n    actionType: say", "document.missing_key", 4),
    "an edge without a target": (f"id: shop\nnodes: [{GOOD_NODE}]\nedges:\n  - source: a", "document.missing_key", 4),
    "nodes as a mapping": ("id: shop\nnodes: {a: b}", "document.invalid", 2),
    "a node that is a word": (HEAD + "  - start", "document.invalid", 4),
    "next as a list": (HEAD + "  - {id: a, type: chatbot, actionType: say, next: [b]}", "document.invalid", 4),
    "on as a word": (HEAD + "  - {id: a, type: chatbot, actionType: say, on: b}", "document.invalid", 4),
    "on without a target": (HEAD + "  - {id: a, type: chatbot, actionType: say, on: {x: }}", "document.invalid", 4),
    "properties as a list": (
        HEAD + "  - {id: a, type: chatbot, actionType: say, properties: []}",
        "document.invalid",
        4,
    ),
    "a position that is a word": (
        HEAD + "  - {id: a, type: chatbot, actionType: say, position: left}",
        "document.invalid",
        4,
    ),
    "data and flat at once": (
        HEAD + "  - {id: a, type: chatbot, actionType: say, data: {actionType: ask}}",
        "document.invalid",
        4,
    ),
    "an unknown key in data": (
        HEAD + "  - id: a\n    type: chatbot\n    data:\n      actionType: say\n      colour: red",
        "document.unknown_key",
        8,
    ),
    "an unknown mode": (f"id: shop\nexecutionMode: twice\nnodes: [{GOOD_NODE}]", "document.invalid", 2),
    "a region in small letters": (f"id: shop\nregion: de\nnodes: [{GOOD_NODE}]", "document.invalid", 2),
}


@pytest.mark.parametrize(("text", "code", "line"), CASES.values(), ids=CASES.keys())
def test_a_malformed_document_is_refused_with_its_code_and_line(text: str, code: str, line: int) -> None:
    with pytest.raises(FlowProblems) as refused:
        parse(text, name="flow.yaml")

    first = refused.value.problems[0]
    assert (first.code, first.line) == (code, line)
    assert refused.value.code == code
    assert first.column >= 1
    assert str(first).startswith(f"flow.yaml:{line}:{first.column}: error {code}: ")


def test_all_shape_errors_of_a_document_come_at_once() -> None:
    text = "id: Shop\ncolour: red\nnodes:\n  - {id: a, type: chatbot, action_typ: say}\n"

    with pytest.raises(FlowProblems) as refused:
        parse(text, name="flow.yaml")

    assert [(problem.code, problem.line, problem.hint) for problem in refused.value.problems] == [
        ("id.invalid", 1, ""),
        ("document.unknown_key", 2, refused.value.problems[1].hint),
        ("document.missing_key", 4, ""),
        ("document.unknown_key", 4, "did you mean actionType?"),
    ]


def test_json_errors_have_lines_even_with_tabs() -> None:
    text = json.dumps({**read("pizza.yaml").to_json(), "colour": "red"}, indent="\t")

    with pytest.raises(FlowProblems) as refused:
        parse(text, name="flow.json")

    problem = refused.value.problems[0]
    assert text.splitlines()[problem.line - 1].strip().startswith('"colour"')
    assert problem.column == 2


@pytest.mark.parametrize(
    ("text", "advice"),
    [
        ("id: shop\nnodes:\n\t- a\n", "indent with spaces, not with tabs"),
        ("id: shop\nname: Hi: what\n", "put a text that holds a colon in quotes"),
        ("id: shop\nnodes:\n  - id: a\n   type: b\n", "look at the indentation"),
        ('id: shop\nname: "Hi\n', "a quotation mark is never closed"),
        ("id: shop\nnodes: [{id: a\nname: b\n", "a bracket is never closed"),
        ("id: shop\nname: {{ dish }} it is\n", "put a text that begins with { in quotes"),
    ],
)
def test_the_usual_mistakes_in_yaml_come_with_advice(text: str, advice: str) -> None:
    with pytest.raises(FlowProblems, match=advice):
        parse(text, name="flow.yaml")


def test_a_doubled_key_among_very_many_is_found_in_one_pass() -> None:
    keys = ",".join(f'"k{number}": 1' for number in range(40_000))

    with pytest.raises(FlowProblems) as refused:
        parse(f'{{{keys}, "k39999": 2}}', name="flow.json")

    assert refused.value.problems[0].code == "document.duplicate_key"


def test_very_many_unknown_names_are_all_reported_and_some_are_guessed() -> None:
    nodes = [
        {"id": f"n{number}", "type": "chatbot", "actionType": "say", "properties": {"text": "hi"}, "next": f"m{number}"}
        for number in range(3_000)
    ]
    source = parse(json.dumps({"botflow": 1, "id": "big", "nodes": nodes}), name="flow.json")

    with pytest.raises(FlowProblems) as refused:
        compile_flow({"big": source.to_json()}, "big", with_types())

    unknown = [problem for problem in refused.value.problems if problem.code == "edge.unknown_node"]
    assert len(unknown) == 3_000
    assert 0 < sum(problem.hint.startswith("did you mean") for problem in unknown) <= 50
