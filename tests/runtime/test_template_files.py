"""Templates of e-mails in files beside a flow: they become part of its document, and mistakes in them are found."""

from __future__ import annotations

from pathlib import Path

import pytest

from botflow.errors import FlowError
from botflow.flow.document import read_document
from botflow.flow.problems import FlowProblems
from botflow.runtime.flow_files import read_flow_files
from botflow.testing import Simulator

FLOW = """
botflow: 1
id: shop
variables: {email: ann@example.org, name: ""}
nodes:
  - {id: start, type: chatbot, actionType: message_received, next: stock}
  - {id: stock, type: logic, actionType: set, properties: {variables: {left: "3"}}, next: mail}
  - id: mail
    type: email
    actionType: send
    properties: {to: "{{ email }}", template: welcome}
    on: {next: done, error: done}
  - {id: done, type: logic, actionType: end}
"""


def flow_in(folder: Path, **templates: str) -> Path:
    path = folder / "shop.yaml"
    path.write_text(FLOW)
    (folder / "templates").mkdir()
    for name, text in templates.items():
        (folder / "templates" / name.replace("_", ".")).write_text(text)
    return path


def test_a_template_becomes_part_of_the_document(tmp_path: Path) -> None:
    path = flow_in(
        tmp_path,
        welcome_txt="Subject: Hello {{ name }}\n\nThere are {{ $stock.left }} left.\n",
        welcome_html="<p>Hello {{ name }}</p>",
        other_txt="Not used.",
    )

    files = read_flow_files([path])
    flow, documents = files.bundle("shop")

    assert files.problems == []
    assert documents["shop"]["templates"] == {
        "welcome": {
            "subject": "Hello {{ name }}",
            "text": "There are {{ $stock.left }} left.\n",
            "html": "<p>Hello {{ name }}</p>",
        }
    }
    assert "stock" in flow.kept_outputs
    assert flow.nodes["mail"].properties.model_dump()["subject"] == "Hello {{ name }}"


def test_a_changed_template_is_another_version(tmp_path: Path) -> None:
    path = flow_in(tmp_path, welcome_txt="Subject: Hello\n\nHello.")
    before = read_flow_files([path]).compiled("shop").digest
    (tmp_path / "templates" / "welcome.txt").write_text("Subject: Hello\n\nGood morning.")

    assert read_flow_files([path]).compiled("shop").digest != before


@pytest.mark.parametrize(
    ("templates", "code", "said"),
    [
        ({"welcom_txt": "Subject: Hello\n\nHi"}, "template.unknown", "no template 'welcome'"),
        ({"welcome_txt": "Subject: Hi {{ $nobody.x }}\n\nHi"}, "template.unknown_node", "nobody"),
        ({"welcome_html": "Subject: Hello\n\n<p>{{ name </p>"}, "template.syntax", "name"),
        ({"welcome_txt": "Hello without a subject"}, "property.invalid", "no subject"),
        ({"welcome_txt": "Subject: Hi {{ nmae }}\n\nHi"}, "variable.never_set", "nmae"),
    ],
)
def test_check_finds_what_is_wrong_in_the_line_that_names_the_template(
    tmp_path: Path, templates: dict[str, str], code: str, said: str
) -> None:
    [problem] = [each for each in read_flow_files([flow_in(tmp_path, **templates)]).problems if each.code == code]

    assert said in problem.message
    assert problem.line in (8, 11)


@pytest.mark.parametrize(
    "templates",
    [
        {"welcome_txt": "Subject: One\n\nHi", "welcome_html": "Subject: Two\n\nHi"},
        {"welcome_txt": "x" * 100_001},
        {"welcome_txt": "Subject: Empty\n\n"},
    ],
)
def test_a_file_that_is_no_template_is_refused(tmp_path: Path, templates: dict[str, str]) -> None:
    with pytest.raises((FlowError, FlowProblems)) as refused:
        read_flow_files([flow_in(tmp_path, **templates)])

    assert refused.value.code == "template.file"


def test_a_simulator_reads_the_same_files(tmp_path: Path) -> None:
    path = flow_in(tmp_path, welcome_txt="Subject: Hello\n\nHi")
    talk = Simulator(path)
    talk.action("email.send", {"messageId": "1"})

    assert talk.says("hi") == []
    assert talk.ended


def test_a_flow_in_a_python_file_has_the_templates_beside_it(tmp_path: Path) -> None:
    flow_in(tmp_path, welcome_html="Subject: Hello\n<p>Hi</p>")
    path = tmp_path / "shop.py"
    path.write_text(
        "import botflow_email\n"
        "from botflow import Flow\n"
        "flow = Flow('shop')\n"
        "flow.message_received() >> botflow_email.send(flow, to='ann@example.org', template='welcome')\n"
    )

    assert read_flow_files([path]).documents["shop"]["templates"] == {
        "welcome": {"subject": "Hello", "html": "<p>Hi</p>"}
    }


def test_positions_of_nodes_change_nothing_about_templates(tmp_path: Path) -> None:
    source = read_flow_files([flow_in(tmp_path, welcome_txt="Subject: Hello\n\nHi")]).sources["shop"]

    assert source.moved({"mail": (1.0, 2.0)}).document.templates == source.document.templates != {}


def test_templates_stay_in_the_document_when_translations_are_beside_it(tmp_path: Path) -> None:
    path = flow_in(tmp_path, welcome_txt="Subject: Hello\n\nThere are {{ $stock.left }} left.\n")
    (tmp_path / "shop.de.po").write_text('msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n')

    files = read_flow_files([path])

    assert files.documents["shop"]["languages"] == ["de"]
    assert files.bundle("shop")[1]["shop"]["templates"]["welcome"]["subject"] == "Hello"


SPOKEN = FLOW.replace("id: shop\n", "id: shop\nlanguage: en\nlanguages: [de, ar]\n")
GERMAN = {"welcome_de_txt": "Subject: Hallo {{ name }}\n\nHallo.", "welcome_de_html": "<p>Hallo {{ name }}</p>"}
ENGLISH = {"welcome_txt": "Subject: Hello {{ name }}\n\nHello.", "welcome_html": "<p>Hello {{ name }}</p>"}


def test_a_template_is_in_the_language_of_the_conversation_and_falls_back(tmp_path: Path) -> None:
    path = flow_in(tmp_path, **ENGLISH, **GERMAN)
    path.write_text(SPOKEN)

    files = read_flow_files([path])
    flow, documents = files.bundle("shop")

    spoken = {tag: flow.spoken_in(tag).nodes["mail"] for tag in ("en", "de-AT", "ar")}
    assert {tag: node.properties.model_dump()["subject"] for tag, node in spoken.items()} == {
        "en": "Hello {{ name }}",
        "de-AT": "Hallo {{ name }}",
        "ar": "Hello {{ name }}",
    }
    assert [(each.code, each.hint) for each in files.problems] == [
        ("language.missing", "write templates/welcome.ar.txt or .html beside the flow")
    ]
    again = read_document(documents["shop"])
    assert again.template_texts("welcome")["html"] == {"en": "<p>Hello {{ name }}</p>", "de": "<p>Hallo {{ name }}</p>"}
    assert again.to_json() == documents["shop"]


def test_a_translated_template_that_reads_another_variable_is_found(tmp_path: Path) -> None:
    path = flow_in(tmp_path, **ENGLISH, **GERMAN | {"welcome_de_html": "<p>Hallo {{ email }}</p>"})
    path.write_text(SPOKEN)
    files = read_flow_files([path])

    found = [each for each in files.problems if each.code == "language.variables"]

    assert sorted(each.message for each in found) == [
        "'mail' reads email in de, and not in en",
        "'mail' reads name in en, and not in de",
    ]


def test_a_po_file_leaves_templates_alone(tmp_path: Path) -> None:
    path = flow_in(tmp_path, **ENGLISH, **GERMAN)
    path.write_text(SPOKEN)
    (tmp_path / "shop.de.po").write_text('msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n')

    flow = read_flow_files([path]).compiled("shop")

    assert flow.spoken_in("de").nodes["mail"].properties.model_dump()["text"] == "Hallo."
