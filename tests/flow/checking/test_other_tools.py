"""What the checker advises about mistakes that people make who come from another tool or language."""

from __future__ import annotations

import pytest

from botflow.flow.document import parse
from botflow.flow.problems import FlowProblems, Problem
from botflow.flow.templates.template import Templates
from tests.flow.read_documents import problems

HEAD = """
botflow: 1
id: shop
nodes:
  - {id: start, type: chatbot, actionType: message_received, next: a}
"""


def only(nodes: str) -> Problem:
    """Return the only error of a document with these nodes."""
    [problem] = [problem for problem in problems(HEAD + nodes) if problem.severity == "error"]
    return problem


def branch(when: str) -> str:
    return f"""  - id: a
    type: conditional
    actionType: branch
    properties:
      cases:
        - handle: b
          when: {when}
"""


@pytest.mark.parametrize(
    ("when", "hint"),
    [
        ("n = 3", "compare with =="),
        ("'n == 3 && x'", "write `and` for &&"),
        ("'n == 3 || x'", "write `or` for ||"),
        ("'n === 3'", "compare with == and !="),
        ("'!x'", "write `not` for !"),
        ("'n <> 3'", "write != for <>"),
        ("'n > 3 ? 1 : 2'", "write `a if condition else b`"),
        ("\"name == 'a = b' &&\"", "write `and` for &&"),
    ],
)
def test_an_operator_of_another_language_is_named(when: str, hint: str) -> None:
    assert only(branch(when)).hint == hint


def test_an_operator_in_a_template_is_named_and_words_around_it_are_not_looked_at() -> None:
    template = "  - {id: a, type: chatbot, actionType: say, properties: {text: 'a = b {{ n || m }}'}}\n"
    assert only(template).hint == "write `or` for ||"
    assert only(template.replace("||", "#")).hint == ""


def test_a_property_beside_properties_is_sent_there() -> None:
    problem = only("  - {id: a, type: chatbot, actionType: say, text: hi}\n")
    assert problem.hint == "what its type needs goes under properties: {text: ...}"


def test_an_unknown_action_lists_those_of_its_type() -> None:
    problem = only("  - {id: a, type: chatbot, actionType: send, properties: {text: hi}}\n")
    assert problem.hint.startswith("there are: chatbot.ask, chatbot.cards, chatbot.form, chatbot.menu, ")
    assert "logic." not in problem.hint


def test_a_repeated_id_says_where_the_first_one_is() -> None:
    hello = "  - {id: a, type: chatbot, actionType: say, properties: {text: hi}}\n"
    problem = only(hello + hello)
    assert (problem.line, problem.hint) == (6, "the first one is in line 5")


@pytest.mark.parametrize(
    ("action", "properties", "path"),
    [
        ("ask", ("text: hi", "expect: integer", "min: one"), "properties.min"),
        ("ask", ("text: hi", "expect: integer", "min: 3", "max: 2"), "properties.max"),
        ("ask", ("text: hi", "expect: date", "max: 31.12."), "properties.max"),
        ("ask", ("text: hi", "timeout: 1h", "reminders: [{after: 2h}]"), "properties.reminders[0].after"),
        ("menu", ("text: hi", "options: [{id: a}, {id: other}]"), "properties.options[1].id"),
        ("menu", ("text: hi", "options: [{id: a}, {id: a}]"), "properties.options[1].id"),
    ],
)
def test_a_rule_of_one_property_points_at_it(action: str, properties: tuple[str, ...], path: str) -> None:
    lines = ["  - id: a", "    type: chatbot", f"    actionType: {action}", "    properties:"]
    lines += [f"      {each}" for each in properties]
    problem = only("\n".join(lines) + "\n")
    assert problem.path == f"nodes[1].{path}"
    assert problem.line == 4 + len(lines)  # the last one


def test_a_list_with_a_wrong_entry_is_not_called_empty() -> None:
    problem = only(
        "  - {id: a, type: chatbot, actionType: menu, properties: {text: hi, options: [{id: 1, label: One}]}}\n"
    )
    assert problem.message == "'a': options[0].id: must be a text"
    assert problem.hint == "put it in quotes"


@pytest.mark.parametrize(
    ("text", "column", "message", "hint"),
    [
        ('{"id": "a", "nodes": [1,]}', 24, "a comma before ]", "remove the comma after the last entry"),
        ('{"id": "a", "nodes": [],}', 24, "a comma before }", "remove the comma after the last entry"),
        ('{"id": "a", "nodes": [{]}', 24, "a key without quotes", 'put keys in double quotes: "id"'),
        ("{'id': 'a'}", 2, "a text in single quotes", 'put it in double quotes: "text"'),
        ('{id: "a"}', 2, "a key without quotes", 'put keys in double quotes: "id"'),
        ('{"id": "a" "name": "b"}', 12, "a comma is missing", "put a comma between two entries"),
        ('{"id": "a"} {}', 13, "something follows the document", "one file holds one document"),
        ('{"id": // no\n"a"}', 8, "a comment", "JSON has no comments"),
        ('{"id": "a', 8, "a text without its closing quotation mark", "close it"),
        ('{"id": True}', 8, "a value that is none", "put texts in double quotes"),
        ('{"id": "a", "nodes": [', 23, "the text ends too early", "a bracket or a brace is not closed"),
    ],
)
def test_text_that_is_not_json_is_explained(text: str, column: int, message: str, hint: str) -> None:
    with pytest.raises(FlowProblems) as failure:
        parse(text, name="flow.json")
    [problem] = failure.value.problems
    assert problem.message == f"the text is not JSON: {message}"
    assert problem.hint.startswith(hint)
    assert (problem.code, problem.line, problem.column) == ("document.syntax", 1, column)


@pytest.mark.parametrize(
    ("name", "readable"),
    [
        ("team-size", "team_size"),
        ("Lead Score", "Lead_Score"),
        ("a b; drop", "a_b_drop"),
        ("2nd", "_2nd"),
        ("and", "_and"),
        ("none", "_none"),
        ("...", "value"),
    ],
)
def test_a_variable_that_no_template_can_read_is_warned_of_wherever_it_is_set(name: str, readable: str) -> None:
    setters = (
        f"{{id: a, type: chatbot, actionType: ask, properties: {{text: hi, variable: {name!r}}}}}",
        f"{{id: a, type: logic, actionType: set, properties: {{variables: {{{name!r}: 1}}}}}}",
        f"{{id: a, type: ai, actionType: extract, properties: {{fields: {{{name!r}: {{type: text}}}}}}}}",
    )
    for setter in setters:
        found = [each for each in problems(f"{HEAD}  - {setter}\n") if each.code == "variable.unreadable"]
        assert [(each.severity, each.line) for each in found] == [("warning", 5)]
        assert found[0].hint.endswith(f"as in {readable}")
        assert found[0].path.startswith("nodes[1].properties.")
    declared = (
        HEAD.replace("nodes:", f"variables: {{{name!r}: 1}}\nnodes:") + "  - " + setters[0].replace(repr(name), "x")
    )
    assert "variable.unreadable" in [each.code for each in problems(declared + "\n")]


@pytest.mark.parametrize("name", ["size", "größe", "_x", "loop", "input", "人数", "A1"])
def test_any_other_variable_is_readable(name: str) -> None:
    found = problems(
        f"{HEAD}  - {{id: a, type: chatbot, actionType: ask, properties: {{text: hi, variable: {name}}}}}\n"
    )
    assert "variable.unreadable" not in [each.code for each in found]
    assert Templates().render(f"{{{{ {name} }}}}", {name: "mine"}) == "mine"


@pytest.mark.parametrize(
    ("read", "hint"),
    [
        ("{{ $a.valeu }}", "did you mean value?"),
        ("{{ $a.label }}", "it has value, text, reason"),
        ("{{ $a.txt|default('') }}", "did you mean text?"),
        ("{{ $start.txt }}", "did you mean text?"),
        ("{{ $a.value.city }}", "write {{ $a.value }}"),
        ("{{ $a['value'] }}", ""),
        ("{{ $a.message }}", ""),
    ],
)
def test_a_field_that_an_output_never_has_is_warned_of(read: str, hint: str) -> None:
    nodes = (
        "  - {id: a, type: chatbot, actionType: ask, properties: {text: hi}, next: b}\n"
        f'  - {{id: b, type: chatbot, actionType: say, properties: {{text: "{read}"}}}}\n'
    )
    found = [each for each in problems(HEAD + nodes) if each.code == "template.unknown_field"]
    assert [each.hint for each in found] == ([hint] if hint else [])
