"""`botflow check` and `botflow graph`: what an author sees of a flow before anybody talks to it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Call

EXAMPLES = Path(__file__).parents[3] / "examples"

BROKEN = """\
id: broken
nodes:
  - {id: start, type: chatbot, actionType: message_received, next: greet}
  - {id: greet, type: chatbot, actionType: sya, properties: {text: hi}}
"""
WARNED = """\
id: warned
nodes:
  - {id: start, type: chatbot, actionType: message_received, next: greet}
  - {id: greet, type: chatbot, actionType: say, properties: {text: "hi {{ nobody }}"}}
"""
MAIN = """\
id: main
nodes:
  - {id: start, type: chatbot, actionType: message_received, next: pay}
  - {id: pay, type: logic, actionType: subflow, properties: {workflow: paying}}
"""
PAYING = """\
id: paying
nodes:
  - {id: start, type: chatbot, actionType: message_received, next: card}
  - {id: card, type: chatbot, actionType: say, properties: {text: Paid.}}
"""


@pytest.mark.parametrize("example", sorted(EXAMPLES.glob("[!_]*.*")), ids=lambda path: path.name)
def test_every_example_is_without_a_problem(botflow: Call, example: Path) -> None:
    ended = botflow("check", str(example))

    assert (ended.status, ended.out) == (0, "1 file: all good.\n")


def test_an_error_is_shown_with_its_place_and_a_hint_and_the_status_is_1(botflow: Call) -> None:
    Path("broken.yaml").write_text(BROKEN)

    ended = botflow("check", "broken.yaml")

    assert ended.status == 1
    assert ended.out.startswith("broken.yaml:4:")
    assert "error node.unknown_type" in ended.out
    assert "(did you mean chatbot.say?)" in ended.out
    assert ended.out.endswith("1 file: 1 error, 0 warnings.\n")
    assert ended.err == ""


def test_a_warning_alone_is_good(botflow: Call) -> None:
    Path("warned.yaml").write_text(WARNED)

    ended = botflow("check", "warned.yaml")

    assert ended.status == 0
    assert "warning" in ended.out
    assert ended.out.endswith("1 file: 0 errors, 1 warning.\n")


def test_json_holds_the_same_problems_for_machines(botflow: Call) -> None:
    Path("broken.yaml").write_text(BROKEN)

    ended = botflow("check", "--json", "broken.yaml")
    report = json.loads(ended.out)

    assert ended.status == 1
    assert report["ok"] is False
    assert [(problem["line"], problem["severity"]) for problem in report["problems"]] == [(4, "error")]


def test_text_that_is_no_yaml_is_a_problem_like_any_other(botflow: Call) -> None:
    Path("torn.yaml").write_text("id: torn\nnodes: [")

    ended = botflow("check", "torn.yaml")

    assert ended.status == 1
    assert ended.out.startswith("torn.yaml:")
    assert "Traceback" not in ended.out + ended.err


def test_files_named_together_know_each_other_as_subflows(botflow: Call) -> None:
    Path("main.yaml").write_text(MAIN)
    Path("paying.yaml").write_text(PAYING)

    assert botflow("check", "main.yaml").status == 1
    assert botflow("check", "main.yaml", "paying.yaml").status == 0
    assert "logic.subflow" in botflow("graph", "main.yaml", "paying.yaml").out


def test_two_files_with_one_id_are_refused(botflow: Call) -> None:
    Path("one.yaml").write_text(PAYING)
    Path("two.yaml").write_text(PAYING)

    ended = botflow("check", "one.yaml", "two.yaml")

    assert ended.status == 1
    assert "error: two.yaml and one.yaml both have the id 'paying'" in ended.err


@pytest.mark.parametrize(
    ("name", "text", "status", "words"),
    [
        ("missing.yaml", None, 2, "missing.yaml cannot be read: No such file"),
        ("flow.txt", "id: x", 2, "it must end in .yaml, .yml, .json or .py".capitalize()),
        ("crash.py", "import botflow\n1 / 0\n", 1, "ZeroDivisionError: division by zero (crash.py:2)"),
        ("empty.py", "", 1, "empty.py holds no flow"),
        ("odd.py", "from botflow import Flow\nflow = Flow('odd')\nplugin = 7\n", 1, "is not a botflow.Plugin"),
    ],
)
def test_a_file_that_holds_no_flow_is_one_line_of_error(
    botflow: Call, name: str, text: str | None, status: int, words: str
) -> None:
    if text is not None:
        Path(name).write_text(text)

    ended = botflow("check", name)

    assert ended.status == status
    assert words in ended.err
    assert ended.err.startswith("error: ")
    assert ended.err.count("\n") == 1


def test_graph_prints_mermaid_with_every_node(botflow: Call) -> None:
    ended = botflow("graph", str(EXAMPLES / "02_sms_survey.yaml"))

    assert ended.status == 0
    assert ended.out.startswith("flowchart")
    assert all(node in ended.out for node in ("score", "happy", "best", "wrong", "again", "thanks"))


def test_graph_of_a_broken_flow_says_what_is_wrong_and_the_status_is_1(botflow: Call) -> None:
    Path("broken.yaml").write_text(BROKEN)

    ended = botflow("graph", "broken.yaml")

    assert (ended.status, ended.out) == (1, "")
    assert ended.err.startswith("broken.yaml:4:")


def test_a_flow_in_python_has_problems_without_lines(botflow: Call) -> None:
    Path("bad.py").write_text("from botflow import Flow\nflow = Flow('bad')\nflow.say('nobody comes here')\n")

    ended = botflow("check", "bad.py")

    assert ended.status == 1
    assert ended.out.startswith("bad.py: error")


def test_warnings_are_errors_with_strict(botflow: Call) -> None:
    Path("warned.yaml").write_text(WARNED)

    assert botflow("check", "warned.yaml").status == 0
    assert botflow("check", "warned.yaml", "--strict").status == 1
    assert json.loads(botflow("check", "warned.yaml", "--strict", "--json").out)["ok"] is False


def test_a_file_that_is_not_utf8_is_a_problem_with_a_code(botflow: Call) -> None:
    Path("latin.yaml").write_bytes(b"id: caf\xe9\n")

    ended = botflow("check", "latin.yaml", "--json")

    assert ended.status == 1
    [problem] = json.loads(ended.out)["problems"]
    assert problem["code"] == "file.encoding"
    assert botflow("check", "latin.yaml").err == "error: latin.yaml is not UTF-8 text. Save it as UTF-8\n"
