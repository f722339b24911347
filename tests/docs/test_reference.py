"""The reference says what the code says: its tables are what the generator writes, and its examples are documents."""

from __future__ import annotations

import re
from typing import get_args

import pytest

from botflow.engine.node_type import NodeType
from botflow.flow.document import PlacedNode
from botflow.nodes.answers.expectation import Kind
from docs.generate.node_types import example_of
from docs.generate.pages import GENERATED, PARTS, REFERENCE, filled_pages
from tests.node_types import EVERY


def test_every_page_holds_what_the_generator_writes() -> None:
    stale = [path.name for path, text in filled_pages() if path.read_text() != text]

    assert stale == [], "write them with: python -m docs.generate"


def test_every_generated_part_stands_on_one_page() -> None:
    parts = [part for path in REFERENCE.glob("*.md") for _, part, _ in GENERATED.findall(path.read_text())]

    assert sorted(parts) == sorted(PARTS)


@pytest.mark.parametrize("node_type", EVERY.values(), ids=lambda each: each.name)
def test_the_example_of_a_node_type_is_a_node_of_that_type(node_type: NodeType) -> None:
    assert PlacedNode.model_validate(example_of(node_type)).type_name == node_type.name


def test_every_kind_of_answer_is_listed() -> None:
    listed = re.findall(r"^\| `(\w+)` \|", (REFERENCE / "answers.md").read_text(), re.MULTILINE)

    assert tuple(listed) == get_args(Kind)
