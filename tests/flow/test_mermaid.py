from __future__ import annotations

import re

from botflow.flow.mermaid import mermaid
from tests.flow.read_documents import compiled, read, write


def test_a_flow_is_drawn_with_shapes_and_labelled_edges() -> None:
    drawing = mermaid(compiled(read("pizza.yaml")))

    assert drawing.startswith('flowchart TD\n  n0(["start<br/>chatbot.message_received"])\n')
    assert '  n5{"big<br/>conditional.branch"}\n' in drawing
    assert '  n2 -->|"pizza"| n4\n' in drawing
    assert "  n0 --> n1\n" in drawing


def test_whatever_labels_hold_stays_inside_their_quotes() -> None:
    source = write("""
        id: shop
        nodes:
          - {id: start, type: chatbot, actionType: message_received, next: a, label: 'x"]; click n0 "js:1" %% #'}
          - {id: a, type: chatbot, actionType: say, label: "<b>`\\n{{end}}|", properties: {text: Hi}}
        interrupts:
          - {id: out, match: ['a"b', "c"], pattern: "^(x|y)$", target: a}
        """)

    drawing = mermaid(compiled(source))

    for line in drawing.splitlines()[1:]:
        for text in re.findall(r'"([^"]*)"', line):
            assert re.fullmatch(r"(?:[\w .,:!?()'/+=$-]|#\d+;|<br/>)*", text), text
        assert line.count('"') % 2 == 0
    assert "i0{{" in drawing
