"""What the checker says of documents that can be read and make no sense: severity, code and line of each finding."""

from __future__ import annotations

import pytest

from botflow.flow.checking.check import check
from botflow.flow.compile import compile_flow
from botflow.flow.problems import FlowProblems
from tests.flow.read_documents import NODE_TYPES, found, problems, read, write

# Every document starts with these three lines, so a case's own lines count from 4.
HEAD = """botflow: 1
id: shop
nodes:
"""
START = "  - {id: start, type: chatbot, actionType: message_received, next: hello}\n"
HELLO = "  - {id: hello, type: chatbot, actionType: say, properties: {text: Hello}}\n"


def say(id: str, text: str = "Hello", more: str = "") -> str:
    return f"  - {{id: {id}, type: chatbot, actionType: say, properties: {{text: {text!r}}}{more}}}\n"


def branch(when: str, more: str = ", on: {yes: hello, else: hello}") -> str:
    return (
        START.replace("hello", "pick")
        + HELLO
        + "  - id: pick\n    type: conditional\n    actionType: branch\n"
        + f"    properties:\n      cases:\n        - {{handle: yes, when: {when!r}}}\n"
        + (f"    {more.removeprefix(', ')}\n" if more else "")
    )


def ask(more: str, after: str = ", next: hello") -> str:
    return (
        START.replace("hello", "ask")
        + HELLO
        + f"  - {{id: ask, type: chatbot, actionType: ask, properties: {{text: 'Who?', {more}}}{after}}}\n"
    )


MENU = (
    START.replace("hello", "menu")
    + HELLO
    + "  - id: menu\n    type: chatbot\n    actionType: menu\n"
    + "    properties: {text: What?, options: [{id: pizza, label: Pizza}, {id: salad, label: Salad}]}\n"
)

CASES: dict[str, tuple[str, list[tuple[str, str, int]]]] = {
    # nodes and properties
    "an unknown type": (
        "  - {id: a, type: chatbt, actionType: ask}\n",
        [("error", "node.unknown_type", 4)],
    ),
    "an unknown action": (
        START + "  - id: hello\n    type: chatbot\n    actionType: aks\n",
        [("error", "node.unknown_type", 7)],
    ),
    "two nodes of one id": (START + HELLO + HELLO, [("error", "node.duplicate_id", 6)]),
    "a missing property": (
        START + "  - {id: hello, type: chatbot, actionType: ask, next: start2}\n" + say("start2"),
        [("error", "property.missing_key", 5)],
    ),
    "an unknown property": (
        ask("txt: 1"),
        [("error", "property.unknown_key", 6)],
    ),
    "a property of the wrong kind": (ask("retries: many"), [("error", "property.invalid", 6)]),
    "an unknown nested property": (
        MENU.replace("label: Salad", "lable: Salad") + "    on: {pizza: hello}\n",
        [("error", "property.unknown_key", 9)],
    ),
    "a duration without a unit": (ask("timeout: 30"), [("error", "duration.invalid", 6)]),
    "a duration of months": (ask("timeout: P1M"), [("error", "duration.invalid", 6)]),
    # edges
    "an edge to nowhere": (
        START + say("hello", more=", next: helo"),
        [("error", "edge.unknown_node", 5)],
    ),
    "an edge from nowhere": (
        START + HELLO + "edges:\n  - {source: helo, target: hello}\n",
        [("error", "edge.unknown_node", 7)],
    ),
    "an unknown handle": (
        START + say("hello", more=", on: {nxt: bye}") + say("bye"),
        [("error", "edge.unknown_handle", 5)],
    ),
    "an unknown handle of an edge": (
        START + HELLO + say("bye") + "edges:\n  - source: hello\n    sourceHandle: answered\n    target: bye\n",
        [("error", "edge.unknown_handle", 9)],
    ),
    "a handle with two edges": (
        START + say("hello", more=", next: bye, on: {next: bye}") + say("bye"),
        [("error", "edge.duplicate_handle", 5)],
    ),
    "two edges of one id": (
        "  - {id: start, type: chatbot, actionType: message_received}\n"
        + HELLO
        + say("bye")
        + "edges:\n  - {id: e, source: start, target: hello}\n  - {id: e, source: hello, target: bye}\n",
        [("error", "edge.duplicate_id", 9)],
    ),
    "an edge into a trigger": (
        START + say("hello", more=", next: start"),
        [("error", "edge.into_trigger", 5)],
    ),
    "an edge after the end": (
        START.replace("hello", "end") + "  - {id: end, type: logic, actionType: end, next: hello}\n" + HELLO,
        [("error", "edge.no_handle", 5)],
    ),
    # the graph
    "an unreachable node": (START + HELLO + say("lost"), [("warning", "node.unreachable", 6)]),
    "a trigger that leads nowhere": (
        "  - {id: start, type: chatbot, actionType: message_received}\n",
        [("warning", "node.dead_end", 4)],
    ),
    "an answer that is met by silence": (
        ask("variable: x", after=""),
        [("warning", "node.unreachable", 5), ("warning", "node.dead_end", 6)],
    ),
    "an option that leads nowhere": (MENU + "    on: {pizza: hello}\n", [("warning", "handle.unconnected", 10)]),
    "an else that leads nowhere": (
        branch("1 > 0", ", on: {yes: hello}"),
        [("warning", "handle.unconnected", 12)],
    ),
    "a loop that never waits": (
        START + say("hello", more=", next: again") + say("again", more=", next: hello"),
        [("error", "loop.endless", 5)],
    ),
    "a node that leads to itself": (START + say("hello", more=", next: hello"), [("error", "loop.endless", 5)]),
    # templates, conditions, patterns
    "a template that is not closed": (START + say("hello", "Hi {{ name"), [("error", "template.syntax", 5)]),
    "an empty tag": (START + say("hello", "Hi {{ }}"), [("error", "template.syntax", 5)]),
    "a template that makes no sense": (START + say("hello", "{{ 1 + }}"), [("error", "template.syntax", 5)]),
    "an if without an end": (START + say("hello", "{% if 1 %}x"), [("error", "template.syntax", 5)]),
    "an unknown filter": (START + say("hello", "{{ 1|uper }}"), [("error", "template.unknown_filter", 5)]),
    "an unknown test": (START + say("hello", "{{ 1 is od }}"), [("error", "template.unknown_test", 5)]),
    "a statement that is not available": (
        START + say("hello", "{% set a = 1 %}"),
        [("error", "template.forbidden", 5)],
    ),
    "an include": (START + say("hello", "{% include x %}"), [("error", "template.forbidden", 5)]),
    "a call of a method": (START + say("hello", "{{ $input.text.upper() }}"), [("error", "template.forbidden", 5)]),
    "a template of thousands of tags": (
        START + say("hello", "{{ 1 }}" * 1_500),
        [("error", "template.too_large", 5)],
    ),
    "a template that is too long": (
        START + say("hello", "{{ 1 }}" + "a" * 20_000),
        [("error", "template.too_large", 5)],
    ),
    "an unknown node in a template": (
        START + say("hello", "{{ $nobody.text }}"),
        [("error", "template.unknown_node", 5)],
    ),
    "a condition that makes no sense": (branch("qty >="), [("error", "condition.syntax", 11)]),
    "a condition that is too deep": (branch("(" * 300 + "1" + ")" * 300), [("error", "condition.syntax", 11)]),
    "a condition of a thousand parts": (branch("-" * 1_000 + "1"), [("error", "template.too_large", 11)]),
    "an unknown node in a condition": (branch("$nobody.value > 1"), [("error", "template.unknown_node", 11)]),
    "a pattern with a back-reference": (ask("expect: regex, pattern: '(a)\\1'"), [("error", "pattern.invalid", 6)]),
    "a pattern with look-ahead": (ask("expect: regex, pattern: '(?=a)'"), [("error", "pattern.invalid", 6)]),
    "an open pattern": (ask("expect: regex, pattern: '(a'"), [("error", "pattern.invalid", 6)]),
    "a pattern of thousands of states": (
        ask("expect: regex, pattern: '((a{1000}){1000})'"),
        [("error", "pattern.invalid", 6)],
    ),
    # variables
    "a variable that nothing sets": (START + say("hello", "Hi {{ nmae }}"), [("warning", "variable.never_set", 5)]),
    "the same by $var": (START + say("hello", "Hi {{ $var.nmae.first }}"), [("warning", "variable.never_set", 5)]),
    "a variable that nothing sets in a condition": (branch("qty > 1"), [("warning", "variable.never_set", 11)]),
    # the conversation
    "no trigger": (HELLO, [("error", "flow.no_trigger", 3)]),
    "an interrupt to nowhere": (
        START + HELLO + "interrupts:\n  - id: person\n    match: [agent]\n    target: helo\n",
        [("error", "interrupt.unknown_node", 9)],
    ),
    "an interrupt by nothing": (
        START + HELLO + "interrupts:\n  - {id: person, target: hello}\n",
        [("error", "interrupt.empty", 7)],
    ),
    "an interrupt that the provider takes": (
        START + HELLO + "interrupts:\n  - {id: person, match: [agent, Help], target: hello}\n",
        [("warning", "interrupt.provider_word", 7)],
    ),
    "an interrupt with an unusable pattern": (
        START + HELLO + "interrupts:\n  - {id: person, pattern: '(?!a)', target: hello}\n",
        [("error", "pattern.invalid", 7)],
    ),
    "two interrupts of one id": (
        START + HELLO + "interrupts:\n" + "  - {id: person, match: [agent], target: hello}\n" * 2,
        [("error", "interrupt.duplicate_id", 8)],
    ),
    "a single run that would wait": (
        ask("variable: x") + "executionMode: single\n",
        [("error", "single.waits", 6)],
    ),
    "an apology with a template": (
        START + HELLO + "apology: 'Sorry {{ name }}'\n",
        [("warning", "apology.template", 6)],
    ),
    "an unknown subflow": (
        START.replace("hello", "sub")
        + "  - {id: sub, type: logic, actionType: subflow, properties: {workflow: adress}, next: hello}\n"
        + HELLO,
        [("error", "subflow.unknown", 5)],
    ),
    "a workflow that only runs itself": (
        START.replace("hello", "sub")
        + "  - {id: sub, type: logic, actionType: subflow, properties: {workflow: shop}, next: hello}\n"
        + HELLO,
        [("error", "subflow.endless", 5)],
    ),
}


@pytest.mark.parametrize(("nodes", "expected"), CASES.values(), ids=CASES.keys())
def test_a_senseless_document_is_reported_with_code_and_line(nodes: str, expected: list[tuple[str, str, int]]) -> None:
    assert found(HEAD + nodes) == expected


@pytest.mark.parametrize(("nodes", "expected"), CASES.values(), ids=CASES.keys())
def test_the_compiler_refuses_exactly_what_the_checker_calls_an_error(
    nodes: str, expected: list[tuple[str, str, int]]
) -> None:
    document = write(HEAD + nodes).to_json()
    errors = sorted(code for severity, code, _ in expected if severity == "error")

    if errors:
        with pytest.raises(FlowProblems) as refused:
            compile_flow({"shop": document}, "shop", NODE_TYPES)
        assert sorted(item.code for item in refused.value.problems if item.severity == "error") == errors
    else:
        assert compile_flow({"shop": document}, "shop", NODE_TYPES).id == "shop"


@pytest.mark.parametrize("name", ["pizza.yaml", "order.yaml", "order_llm.yaml"])
def test_nothing_is_said_about_sound_documents(name: str) -> None:
    assert check(read(name), NODE_TYPES, {}) == []


@pytest.mark.parametrize(
    ("nodes", "hint"),
    [
        ("  - {id: a, type: chatbot, actionType: aks}\n", "did you mean chatbot.ask?"),
        (START + say("hello", more=", next: helo"), "did you mean hello?"),
        (ask("txt: 1").replace("text: 'Who?', ", ""), "did you mean text?"),
        (ask("variable: x", after=", on: {answerd: hello}"), "did you mean answered?"),
        (ask("variable: name").replace("text: Hello", "text: '{{ nmae }}'"), "did you mean name?"),
        (START + say("hello", "{{ $helo.text }}"), "did you mean hello?"),
        (START + say("hello", "{{ 1|uper }}"), "did you mean upper?"),
        (START + say("hello", "{{ 1 is devisibleby(2) }}"), "did you mean divisibleby?"),
        (START + say("hello", "{{ $input.text.upper() }}"), "use a filter: |upper"),
    ],
)
def test_a_slip_of_the_pen_gets_the_word_that_was_meant(nodes: str, hint: str) -> None:
    assert hint in [problem.hint for problem in problems(HEAD + nodes)]


def test_a_problem_names_file_line_column_node_and_path() -> None:
    [problem] = problems(HEAD + START + say("hello", "Hi {{ nmae }}"))

    assert (problem.file, problem.line, problem.column, problem.node) == ("flow.yaml", 5, 62, "hello")
    assert problem.path == "nodes[1].properties.text"
    assert str(problem).startswith("flow.yaml:5:62: warning variable.never_set: 'hello' reads the variable 'nmae'")


def test_a_fault_deep_in_a_long_template_is_quoted() -> None:
    [problem] = problems(HEAD + START + say("hello", "word " * 100 + "{{ 1|uper }}" + " word" * 100))

    assert (
        problem.message
        == "'...word word word {{ 1|uper }} word word word word word word wo...': there is no filter 'uper'"
    )


def test_reads_with_a_default_or_behind_a_test_are_no_slips() -> None:
    text = "{{ nick|default('you') }} {% if age is defined %}{{ age }}{% endif %}"

    assert found(HEAD + START + say("hello", text)) == []


def test_loop_variables_and_outputs_are_known() -> None:
    text = "{% for item in cart %}{{ loop.index }} {{ item.name }}{% endfor %} {{ $hello.text }} {{ $input.text }}"

    assert found(HEAD + START + say("hello", text) + "variables: {cart: []}\n") == []


CALLER = f"""{HEAD}{START.replace("hello", "sub")}  - id: sub
    type: logic
    actionType: subflow
    properties: {{workflow: address, input: {{who: you}}, output: {{city: town, zip: '{{{{ code }}}}'}}}}
    next: hello
{say("hello", "You live in {{ city }}")}"""
ADDRESS = """botflow: 1
id: address
nodes:
  - {id: start, type: chatbot, actionType: message_received, next: town}
  - {id: town, type: chatbot, actionType: ask, properties: {text: "Where, {{ who }}?", variable: town}}
"""


def test_templates_over_a_subflows_end_read_the_subflows_variables() -> None:
    [problem] = problems(CALLER, address=ADDRESS)

    assert (problem.code, problem.path) == ("variable.never_set", "nodes[1].properties.output.zip")
    assert "'code'" in problem.message


def test_a_subflow_may_end_after_a_question_and_read_what_it_is_handed() -> None:
    assert found(ADDRESS, shop=CALLER) == []
    assert [code for _, code, _ in found(ADDRESS)] == ["node.dead_end", "variable.never_set"]


def test_a_subflow_that_waits_counts_as_waiting() -> None:
    looping = CALLER.replace("'{{ code }}'", "town").replace("next: hello", "next: hello2") + say(
        "hello2", more=", next: sub"
    )

    assert ("error", "loop.endless") not in [(severity, code) for severity, code, _ in found(looping, address=ADDRESS)]
    assert "single.waits" in [code for _, code, _ in found(looping + "executionMode: single\n", address=ADDRESS)]


def test_a_recursion_with_a_way_past_it_is_only_a_warning() -> None:
    nodes = (
        START.replace("hello", "menu")
        + HELLO
        + "  - {id: again, type: logic, actionType: subflow, properties: {workflow: shop}, next: hello}\n"
        + "  - id: menu\n    type: chatbot\n    actionType: menu\n"
        + "    properties: {text: Again?, options: [{id: y, label: Yes}, {id: n, label: No}]}\n"
        + "    on: {y: again, n: hello}\n"
    )

    assert found(HEAD + nodes) == [("warning", "subflow.recursive", 6)]
