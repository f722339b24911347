"""A large document costs in proportion to its nodes to read, check and compile: counted in calls, not in time."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from typing import Any

import pytest

from botflow.flow.checking.check import check
from botflow.flow.document import parse
from tests.flow.read_documents import ANSWERED, NODE_TYPES, compiled

SMALL, LARGE = 500, 4_000  # nodes
MOST = 1.1  # times the calls for each node


def said(number: int, next: str = "") -> dict[str, Any]:
    return {
        "id": f"node{number}",
        "type": "chatbot",
        "actionType": "say",
        "properties": {"text": f"{{{{ name }}}}, {number}."},
        **({"next": next} if next else {}),
    }


def asked(number: int, next: str) -> dict[str, Any]:
    question = said(number, next)
    return {**question, "actionType": "ask", "properties": {"text": "And?", "variable": f"answer{number}"}}


def decided(number: int, target: str, next: str) -> dict[str, Any]:
    cases = [{"handle": "yes", "when": f"name == 'n{number}'"}]
    edges = {"on": {"yes": target, "else": next}}
    return {
        "id": f"node{number}",
        "type": "conditional",
        "actionType": "branch",
        "properties": {"cases": cases},
    } | edges


def chain(count: int) -> list[dict[str, Any]]:
    """Return texts and questions, one after the other."""
    ahead = [f"node{number + 1}" for number in range(count - 1)]
    return [*((asked if n % 2 else said)(n, ahead[n]) for n in range(count - 1)), said(count - 1)]


def fan(count: int) -> list[dict[str, Any]]:
    """Return decisions that all lead to the last node, or on to the next decision."""
    last = f"node{count - 1}"
    return [*(decided(n, last, f"node{n + 1}") for n in range(count - 1)), said(count - 1)]


def ring(count: int) -> list[dict[str, Any]]:
    """Return questions that come back to the first one."""
    return [asked(n, f"node{(n + 1) % count}") for n in range(count)]


def document(nodes: list[dict[str, Any]]) -> dict[str, Any]:
    start = {"id": "start", "type": "chatbot", "actionType": "message_received", "next": "node0"}
    return {"botflow": 1, "id": "large", "name": "Large", "variables": {"name": "Ann"}, "nodes": [start, *nodes]}


def work(text: str) -> None:
    """Read, check and compile a document that is sound."""
    source = parse(text, name="large.yaml")
    problems = check(source, NODE_TYPES, {}, ANSWERED)
    assert [problem for problem in problems if problem.severity == "error"] == []
    compiled(source)


def calls(text: str) -> int:
    """Return how many functions are called, of Python and of C, until `text` is compiled."""
    count = 0

    def counted(frame: Any, event: str, argument: Any) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(counted)
    try:
        work(text)
    finally:
        sys.setprofile(before)
    return count


@pytest.mark.parametrize("shape", [chain, fan, ring])
def test_each_node_of_a_large_document_costs_no_more_than_one_of_a_small_document(
    shape: Callable[[int], list[dict[str, Any]]],
) -> None:
    work(json.dumps(document(shape(10))))  # what is made once, such as a grammar, is not counted
    few, many = (calls(json.dumps(document(shape(size)))) for size in (SMALL, LARGE))

    assert few > SMALL, "the calls are not counted"
    assert many / LARGE <= MOST * few / SMALL, f"{few:,} calls for {SMALL} nodes, {many:,} for {LARGE}"
