from __future__ import annotations

from typing import Any

import pytest

from botflow.errors import UsageError
from botflow.flow.compile import compile_flow
from botflow.flow.problems import FlowProblems
from tests.flow.read_documents import NODE_TYPES, compiled, read, write

CHILD = """
    id: child
    variables: {city: ""}
    nodes:
      - {id: start, type: chatbot, actionType: message_received, next: ask}
      - {id: ask, type: chatbot, actionType: ask, properties: {text: "Where?", variable: city}}
    """
PARENT = """
    id: parent
    nodes:
      - {id: start, type: chatbot, actionType: message_received, next: sub}
      - {id: sub, type: logic, actionType: subflow, properties: {workflow: child}, next: bye}
      - {id: bye, type: chatbot, actionType: say, properties: {text: Bye}}
    """


def documents(*texts: str) -> dict[str, dict[str, Any]]:
    return {source.document.id: source.to_json() for source in map(write, texts)}


def test_properties_are_values_of_the_types_schema() -> None:
    flow = compiled(read("pizza.yaml"))

    assert flow.nodes["ask_name"].properties.model_dump(include={"variable", "timeout", "retries"}) == {
        "variable": "name",
        "timeout": 86_400.0,
        "retries": 3,
    }
    assert flow.variables == {"size": "medium"}


def test_the_same_document_has_the_same_digest_and_a_change_another() -> None:
    document = read("order.yaml").to_json()
    changed = {**document, "nodes": [*document["nodes"]]}
    changed["nodes"][1] = {**changed["nodes"][1], "properties": {"text": "Name?", "variable": "name"}}

    digests = [compile_flow({"order": item}, "order", NODE_TYPES).digest for item in (document, document, changed)]

    assert digests[0] == digests[1] != digests[2]
    assert len(digests[0]) == 64


def test_a_changed_subflow_changes_the_digest_and_a_stranger_does_not() -> None:
    stranger = CHILD.replace("id: child", "id: stranger")

    plain = compile_flow(documents(PARENT, CHILD), "parent", NODE_TYPES)
    beside = compile_flow(documents(PARENT, CHILD, stranger), "parent", NODE_TYPES)
    changed = compile_flow(documents(PARENT, CHILD.replace("Where?", "Which city?")), "parent", NODE_TYPES)

    assert plain.digest == beside.digest != changed.digest
    assert list(beside.subflows) == ["child"]
    assert beside.scope("child").nodes.keys() == {"start", "ask"}


def test_a_subflow_of_a_subflow_belongs_to_the_root() -> None:
    middle = PARENT.replace("id: parent", "id: middle")
    root = PARENT.replace("id: parent", "id: root").replace("workflow: child", "workflow: middle")

    flow = compile_flow(documents(root, middle, CHILD), "root", NODE_TYPES)

    assert sorted(flow.subflows) == ["child", "middle"]


def test_a_workflow_that_may_run_itself_is_its_own_subflow() -> None:
    again = """
        id: again
        nodes:
          - {id: start, type: chatbot, actionType: message_received, next: menu}
          - id: menu
            type: chatbot
            actionType: menu
            properties: {text: Again?, options: [{id: "yes", label: Yes}, {id: "no", label: No}]}
            on: {"yes": sub, "no": bye}
          - {id: sub, type: logic, actionType: subflow, properties: {workflow: again}, next: bye}
          - {id: bye, type: chatbot, actionType: say, properties: {text: Bye}}
        """

    flow = compile_flow(documents(again), "again", NODE_TYPES)

    assert flow.scope("again").nodes.keys() == flow.nodes.keys()


def test_errors_of_subflows_are_errors_of_the_bundle() -> None:
    with pytest.raises(FlowProblems) as refused:
        compile_flow(documents(PARENT, CHILD.replace("actionType: ask", "actionType: aks")), "parent", NODE_TYPES)

    assert ("node.unknown_type", "child") in [(item.code, item.file) for item in refused.value.problems]


def test_only_outputs_that_are_read_are_kept() -> None:
    flow = compiled(
        write("""
            id: shop
            nodes:
              - {id: start, type: chatbot, actionType: message_received, next: ask}
              - {id: ask, type: chatbot, actionType: ask, properties: {text: Who?, variable: who}, next: pick}
              - id: pick
                type: conditional
                actionType: branch
                properties: {cases: [{handle: named, when: "$ask.value != ''"}]}
                on: {named: hello, else: hello}
              - id: hello
                type: chatbot
                actionType: say
                properties: {text: "Hi {{ who }}, you wrote {{ $start.text }} for $pick and {{ '$hello' }}"}
            """)
    )

    assert flow.kept_outputs == {"ask", "start"}


def test_the_most_specific_trigger_comes_first() -> None:
    flow = compiled(
        write("""
            id: shop
            nodes:
              - {id: greet, type: chatbot, actionType: opened, next: hello}
              - {id: any, type: chatbot, actionType: message_received, next: hello}
              - {id: sms, type: twilio, actionType: message_received, next: hello}
              - {id: hello, type: chatbot, actionType: say, properties: {text: Hi}}
            """)
    )

    assert [node.id for node in flow.triggers] == ["sms", "any", "greet"]


def test_a_root_that_is_missing_is_the_callers_fault() -> None:
    with pytest.raises(UsageError, match="'shop'"):
        compile_flow({}, "shop", NODE_TYPES)
