"""Reading a document's text: each style of YAML gives the words that its author wrote."""

from __future__ import annotations

import pytest

from botflow.flow.document import parse

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
