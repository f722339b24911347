"""The reference says what the code says: its tables are what the generator writes, and its examples are documents."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import get_args

import pytest

from botflow import crash_points
from botflow.engine.node_type import NodeType
from botflow.flow.forms.node_metadata import example_of
from botflow.flow.placed import PlacedNode
from botflow.nodes.answers.expectation import Kind
from botflow.plugins import installed_plugins, option_sources
from botflow.records.audit import Action
from botflow.records.events import EVENT_TYPES
from docs.generate.codes import CODE, codes
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


# Dotted texts that are no codes: modules and logs, attributes of spans, nodes of ASGI and OpenAI, OpenAI's objects,
# files, columns, evidence of consent.
NO_CODES = re.compile(
    r"botflow(_twilio|_slack)?\..*|(hooks\.|logic\.|webhook\.)?[a-z-]+\.com|hooks\.slack(-gov)?\.com|text\.txt|starlette\..*|psycopg\.pool"
    r"|http\.(request|disconnect|response\.\w+)|(lifespan|websocket|response)\..*"
    r"|.*\.(html|svg|json|js)|(erasures|files|held|next|organizations|publications|sessions|users|webhooks|workflows)\.(id|parked|state|seq|session)"
    r"|forks\.session_id|records\.(tables|columns)|cards\.buttons|chat\.completion(\.chunk)?"
    r"|opt_(in|out)\.\w+"
    r"|opentelemetry\..*|(gen_ai|service|messaging|peer)\..*|error\.type"
    r"|chat\.completion(\.chunk)?"
    r"|http\.(request\.method|route|response\.status_code)"
)


def dotted_texts() -> set[str]:
    """Return each text of two or more dotted words in the sources, except for docstrings, names of other things, and
    what a form shows in an empty field."""
    trees = [ast.parse(file.read_text()) for folder in ("botflow", "integrations") for file in _sources(folder)]
    nodes = [node for tree in trees for node in ast.walk(tree)]
    shown = {id(part) for node in nodes if _is_widget(node) for part in ast.walk(node)}
    texts = {node.value for node in nodes if isinstance(node, ast.Constant) and id(node) not in shown}
    return {text for text in texts if isinstance(text, str) and CODE.fullmatch(text) and not NO_CODES.fullmatch(text)}


def _is_widget(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Widget"


def _sources(folder: str) -> list[Path]:
    return sorted((REFERENCE.parents[1] / folder).rglob("*.py"))


def test_every_dotted_text_of_the_sources_is_a_listed_code_or_the_name_of_something_else() -> None:
    """Independent of the ways in which the generator finds codes: a code that none of them finds is missed here."""
    listed = set(re.findall(r"^\| `([^`]+)` \|", (REFERENCE / "codes.md").read_text(), re.MULTILINE))

    named = {*EVERY, *crash_points.POINTS, *get_args(Action), *EVENT_TYPES, *option_sources(installed_plugins())}

    assert dotted_texts() - listed - named == set()


def test_codes_are_found_wherever_they_stand() -> None:
    places = ("hook.stale", "hook.signature", "hook.unsigned", "condition.syntax", "property.no_effect", "loop.endless")
    more = ("property.invalid", "document.invalid", "budget.session", "parallel.speaks", "rate.limited", "to.invalid")

    assert [code for code in (*places, *more) if not codes()[code].said] == []


def test_every_kind_of_answer_is_listed() -> None:
    listed = re.findall(r"^\| `(\w+)` \|", (REFERENCE / "answers.md").read_text(), re.MULTILINE)

    assert tuple(listed) == get_args(Kind)
