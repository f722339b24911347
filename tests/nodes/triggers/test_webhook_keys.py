"""The key of a webhook in a flow file: what it may read, and what the checker says of the rest."""

from __future__ import annotations

import pytest

from botflow import Flow
from tests.flow.read_documents import problems

FLOW = """
botflow: 1
id: orders
executionMode: single
variables: {{shop: main}}
nodes:
  - id: hook
    type: trigger
    actionType: webhook
    properties: {{secret: "env:SHOP", key: '{key}', schema: {schema}}}
    next: note
  - {{id: note, type: logic, actionType: set, properties: {{variables: {{seen: "yes"}}}}, next: request}}
  - {{id: request, type: logic, actionType: set, properties: {{variables: {{seen: "no"}}}}}}
"""


def said(key: str, schema: str = "{}") -> list[tuple[str, str]]:
    found = problems(FLOW.format(key=key, schema=schema))
    return [(problem.code, problem.hint) for problem in found]


@pytest.mark.parametrize(
    "key",
    [
        "{{ $input.id }}",
        "{{ $input.id }}/{{ $input.kind }}",
        '{{ $request.headers["X-GitHub-Delivery"] }}',
        "{{ $request.query.id }}",
        '{{ $request.headers["x-id"] or $input.id }}',
        '{{ $input.id | default("none") }}',
    ],
)
def test_a_key_reads_the_body_the_headers_and_the_query(key: str) -> None:
    assert said(key) == []


@pytest.mark.parametrize(
    ("key", "code", "hint"),
    [
        ("always", "property.invalid", ""),
        ("", "property.invalid", ""),
        ("{% if $input.id %}{{ $input.id }}{% endif %}", "property.invalid", ""),
        ("{{ $input.id", "property.invalid", ""),
        ("{{ $input.id + }}", "template.syntax", ""),
        ("{{ $node.x }}", "template.unknown_node", "it may read $input and $request"),
        ("{{ $note.seen }}", "template.unknown_node", "it may read $input and $request"),
        ("{{ $message.text }}", "template.unknown_node", "it may read $input and $request"),
        ("{{ $var.shop }}", "variable.never_set", "write $input.shop"),
        ("{{ shop }}", "variable.never_set", "write $input.shop"),
        ("{{ id }}", "variable.never_set", "write $input.id"),
        ("{{ $request.header }}", "template.unknown_field", "did you mean headers?"),
        ("{{ $request.body.id }}", "template.unknown_field", "it has headers, query"),
    ],
)
def test_a_key_that_reads_anything_else_is_pointed_out(key: str, code: str, hint: str) -> None:
    [(found, advice)] = said(key)

    assert found == code
    assert hint in advice


def test_a_key_reads_the_fields_of_its_schema() -> None:
    assert said("{{ $input.id }}", "{id: {}}") == []
    assert said("{{ $input.ids }}", "{id: {}}") == [("template.unknown_field", "did you mean id?")]


def test_only_a_key_reads_the_request() -> None:
    text = FLOW.format(key="{{ $input.id }}", schema="{}").replace('"yes"', '"{{ $request.query.id }}"')
    reads = text.replace("id: request", "id: other").replace("next: request", "next: other")

    assert [problem.code for problem in problems(reads)] == ["template.unknown_node"]
    assert [problem.code for problem in problems(text)] != ["template.unknown_node"]


def test_a_flow_in_python_has_the_key_too() -> None:
    flow = Flow("orders")
    flow.webhook("env:SHOP", key="{{ $input.id }}")

    [hook] = flow.document()["nodes"]
    assert hook["properties"] == {"secret": "env:SHOP", "key": "{{ $input.id }}"}
