"""Languages, countries and edges as people write them on their first day."""

from __future__ import annotations

import pytest

from tests.flow.checking.test_beginners import found

FLOW = (
    "{id: start, type: chatbot, actionType: message_received, next: a}",
    "{id: a, type: chatbot, actionType: say, properties: {text: Hi}}",
)


@pytest.mark.parametrize(
    ("top", "said"),
    [
        ("region: Germany", "region: 'Germany' is no two-letter country code such as DE (did you mean DE?)"),
        ("region: deutschland", "(did you mean DE?)"),
        ("region: España", "(did you mean ES?)"),
        ("region: Germnay", "(did you mean DE?)"),
        ("region: de", "(did you mean DE?)"),
        ("region: UK", "(did you mean GB?)"),
        ("region: XQ", "is no two-letter country code"),
        ("region: '001'", "is no two-letter country code"),
        ("countries: [DE, France]", "(did you mean FR?)"),
        ("language: deutsch", "language: there is no language 'deutsch' (did you mean de?)"),
        ("language: german", "(did you mean de?)"),
        ("language: English", "(did you mean en?)"),
        ("language: français", "(did you mean fr?)"),
        ("language: italiano", "there is no language 'italiano'"),
        ("language: xx", "there is no language 'xx' (write it as de, or de-AT)"),
        ("language: xx-DE", "there is no language 'xx-DE'"),
    ],
)
def test_a_language_or_country_that_does_not_exist_is_one_error_with_a_hint(top: str, said: str) -> None:
    lines = found(*FLOW, top=top).splitlines()
    assert len(lines) == 1
    assert lines[0].startswith("error document.invalid: ")
    assert said in lines[0]


@pytest.mark.parametrize(
    "top",
    [
        *("language: de", "language: de-AT", "language: pt_BR", "language: it", "language: haw"),
        *("language: zh-Hant-TW", "region: DE", "region: GB", "countries: [US, CA]"),
    ],
)
def test_those_that_exist_are_taken(top: str) -> None:
    assert found(*FLOW, top=top) == ""


@pytest.mark.parametrize(
    ("edge", "said"),
    [
        ("{from: start, to: a}", "edges[0]: in an edge, from is called source, to is called target"),
        ("{from: start, target: a}", "edges[0]: in an edge, from is called source"),
        ("{source: start, to: a}", "edges[0]: in an edge, to is called target"),
    ],
)
def test_an_edge_with_the_names_of_other_tools_is_one_error(edge: str, said: str) -> None:
    lines = found(FLOW[0].replace(", next: a", ""), FLOW[1], top=f"edges: [{edge}]").splitlines()
    assert len(lines) == 1
    assert lines[0].startswith(f"error document.invalid: {said}")


@pytest.mark.parametrize(("sign", "instead"), [("=>", ">="), ("=<", "<=")])
def test_a_sign_the_wrong_way_round(sign: str, instead: str) -> None:
    case = f"{{handle: h, when: 'n {sign} 2'}}"
    branch = f"{{id: a, type: conditional, actionType: branch, properties: {{cases: [{case}]}}}}"
    assert f"(write {instead} for {sign})" in found(FLOW[0], branch, top="variables: {n: 1}")


def test_edges_of_a_node_under_another_name_are_not_dropped_as_an_editors_own() -> None:
    lines = found(FLOW[0].replace(", next: a", ", handles: {next: a}"), FLOW[1]).splitlines()

    assert lines[0].startswith("error document.invalid: nodes[0]: edges from a node's handles are under on, not")
