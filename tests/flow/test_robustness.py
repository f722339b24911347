"""Whatever stands in a document, it is checked or refused: no other exception ever leaves the flow package."""

from __future__ import annotations

import copy
import json
from typing import Any

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from botflow.flow.checking.check import check
from botflow.flow.compile import compile_flow
from botflow.flow.document import parse
from botflow.flow.mermaid import mermaid
from botflow.flow.problems import FlowProblems
from tests.flow.read_documents import NODE_TYPES, read

PIZZA = {
    **read("pizza.yaml").to_json(),
    "interrupts": [{"id": "help", "match": ["agent"], "pattern": "x+", "intent": "a person", "target": "manager"}],
}
WORDS = [
    "menu",
    "start",
    "chatbot",
    "ask",
    "say",
    "pizza",
    "else",
    "next",
    "{{ name }}",
    "{{ 1 +",
    "$menu.x",
    "24h",
    "(?=a)",
]
_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-5, 5)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.sampled_from(WORDS)
    | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from([*WORDS, "id", "data"]), inner, max_size=3)
    ),
    max_leaves=6,
)


def _paths(value: Any, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """Return the path of everything in a JSON value."""
    steps = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(below for step, inner in steps for below in _paths(inner, (*path, step)))]


def _changed(document: Any, path: tuple[str | int, ...], value: Any) -> Any:
    if not path:
        return value
    changed = copy.deepcopy(document)
    holder = changed
    for step in path[:-1]:
        holder = holder[step]
    holder[path[-1]] = value
    return changed


def _errors(document: Any) -> list[str]:
    """Return the codes of the errors that keep a document from being used, by the checker's account."""
    try:
        source = parse(json.dumps(document, ensure_ascii=False), name="flow.json")
    except FlowProblems as refused:
        return [problem.code for problem in refused.problems]
    problems = check(source, NODE_TYPES, {})
    assert all(problem.line >= 1 and problem.column >= 1 for problem in problems)
    return [problem.code for problem in problems if problem.severity == "error"]


def _compiles(document: Any) -> bool:
    try:
        root: Any = document.get("id") if isinstance(document, dict) else "flow"
        flow = compile_flow({root: document}, root, NODE_TYPES)
    except FlowProblems:
        return False
    return mermaid(flow).startswith("flowchart TD")


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(_paths(PIZZA)[1:]), _VALUES)
def test_any_value_anywhere_is_checked_and_the_compiler_agrees(path: tuple[str | int, ...], value: Any) -> None:
    document = _changed(PIZZA, path, value)
    assume(path != ("id",) or isinstance(value, str))

    assert _compiles(document) == (not _errors(document))


_LINES = st.sampled_from(
    [
        *(
            "id: shop",
            "nodes:",
            "  - id: a",
            "    type: chatbot",
            "    next: a",
            "  - {id: b}",
            "- x",
            "'",
            '"',
            "a: |",
        ),
        *("? a", ": b", "{", "}", "[", "&a b", "*a", "!!int 3", "---", "...", "%YAML 1.2", "\t", "<<: {a: b}", "a: >-"),
        *("# c", "  b", "%TAG ! x"),
    ]
)


@settings(max_examples=150, deadline=None)
@given(st.lists(_LINES, max_size=12).map("\n".join) | st.text(max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    codes = ["document.readable"]
    try:
        parse(text, name="flow.yaml")
    except FlowProblems as refused:
        codes = [problem.code for problem in refused.problems]

    assert codes
    assert all(code.startswith(("document.", "id.")) for code in codes)
