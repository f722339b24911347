"""Reading a document's text: each style of YAML gives the words that its author wrote."""

from __future__ import annotations

import pytest

from botflow.flow.document import parse
from botflow.flow.reading.source import Reading

FLOW = "id: x\nnodes:\n  - id: a\n    type: chatbot\n    actionType: say\n    properties:\n      text: {text}\n"


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (">-\n        one\n        two", "one two"),
        (">\n        one\n        two\n\n        three", "one two\nthree\n"),
        ("|-\n        one\n        two", "one\ntwo"),
        ("one\n        two", "one two"),
        ('"one\n        two"', "one two"),
        ('"a bell\\a"', "a bell\a"),
    ],
)
def test_a_folded_text_holds_nothing_but_its_words(written: str, read: str) -> None:
    document = parse(FLOW.format(text=written), name="x.yaml").document
    assert document.nodes[0].properties == {"text": read}


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ('{"botflow": 1, "id": "a", "nodes": []}', "flow.json"),
        ("botflow: 1\nid: a\nnodes: []\n", "flow.yaml"),
        ("# a comment\nbotflow: 1\nid: a\nnodes: []\n", "flow.yml"),
        ('\n{"botflow": 1, "id": "a", "nodes": []}', "a draft"),
    ],
)
def test_a_byte_order_mark_before_a_document_is_ignored(text: str, name: str) -> None:
    assert Reading("\ufeff" + text, name).value == {"botflow": 1, "id": "a", "nodes": []}
    assert Reading("\ufeff" + text, name).place(("id",)) == Reading(text, name).place(("id",))
