"""`botflow translations`: extract, merge and status, on files; what a flow says with a PO file beside it."""

from __future__ import annotations

import json
from pathlib import Path

from botflow.testing import Simulator
from tests.cli.conftest import Call

FLOW = """\
id: shop
nodes:
  - {id: start, type: chatbot, actionType: message_received, next: dish}
  - id: dish
    type: chatbot
    actionType: menu
    properties:
      text: What would you like?
      variable: language
      options: [{id: de, label: Pizza}, {id: en, label: Soup, match: [broth]}]
    on: {de: bye, en: bye}
  - {id: bye, type: chatbot, actionType: say, properties: {text: Bye.}}
"""
GERMAN = {"What would you like?": "Was darf es sein?", "Pizza": "Pizza", "Soup": "Suppe", "broth": "Brühe"}


def translate(path: Path) -> None:
    text = path.read_text()
    for original, german in {**GERMAN, "Bye.": "Tschüs."}.items():
        text = text.replace(f'msgid "{original}"\nmsgstr ""', f'msgid "{original}"\nmsgstr "{german}"')
    path.write_text(text)


def test_a_flow_is_translated_beside_its_file(botflow: Call, tmp_path: Path) -> None:
    flow, german = tmp_path / "shop.yaml", tmp_path / "shop.de.po"
    flow.write_text(FLOW)

    extracted = botflow("translations", "extract", "shop.yaml", "--language", "de")
    assert extracted.out == "shop.pot: 5 texts\nshop.de.po: 5 texts, 0 translated, 0 fuzzy\n"
    assert [line for line in german.read_text().splitlines() if line.startswith("msgctxt")] == [
        f'msgctxt "{key}"'
        for key in (
            "dish.text",
            "dish.options[de].label",
            "dish.options[en].label",
            "dish.options[en].match",
            "bye.text",
        )
    ]
    template = (tmp_path / "shop.pot").read_text()
    assert botflow("translations", "extract", "shop.yaml").out.startswith("shop.pot: 5 texts, unchanged")
    assert (tmp_path / "shop.pot").read_text() == template

    translate(german)
    assert "language.missing" not in botflow("check", "shop.yaml").out
    assert botflow("translations", "status", "shop.yaml", "--strict").out.splitlines() == [
        "FLOW  LANGUAGE  TRANSLATED  MISSING  TO REVIEW  FILE",
        "shop  de        4 of 4      0        0          shop.de.po",
    ]
    talk = Simulator(flow)
    talk.says("hi")
    talk.hears("What would you like?", buttons=["Pizza", "Soup"])
    talk.presses("Pizza")
    talk.hears("Tschüs.")

    flow.write_text(FLOW.replace("Bye.", "Good bye."))
    unused = botflow("check", "shop.yaml").out
    assert "shop.de.po:26:1: warning translation.unused bye.text: the original has changed" in unused
    merged = botflow("translations", "merge", "shop.yaml")
    assert merged.out == "shop.de.po: 5 texts, 4 translated, 1 fuzzy\n"
    status = botflow("translations", "status", "shop.yaml", "--strict", "--json")
    assert status.status == 1
    assert json.loads(status.out)[0] == {
        "flow": "shop",
        "language": "de",
        "texts": 4,
        "translated": 3,
        "missing": 0,
        "toReview": 1,
        "file": "shop.de.po",
    }
    talk = Simulator(flow)
    talk.says("hi")
    talk.presses("Pizza")
    talk.hears("Good bye.")


def test_a_broken_file_is_refused_with_its_line(botflow: Call, tmp_path: Path) -> None:
    (tmp_path / "shop.yaml").write_text(FLOW)
    (tmp_path / "shop.de.po").write_text('msgid ""\nmsgstr ""\n\nmsgctxt "bye.text"\nmsgid "Bye.\nmsgstr "Tschüs."\n')
    for command in (("check",), ("translations", "merge"), ("translations", "status")):
        ended = botflow(*command, "shop.yaml")
        assert ended.status == 1
        assert "shop.de.po:5:1: error translation.broken" in ended.out + ended.err


def test_a_file_of_no_language_is_refused(botflow: Call, tmp_path: Path) -> None:
    (tmp_path / "shop.yaml").write_text(FLOW)
    (tmp_path / "shop.german.po").write_text('msgid ""\nmsgstr ""\n')
    assert "there is no language 'german'" in botflow("check", "shop.yaml").out
    assert "there is no language 'xx'" in botflow("translations", "extract", "shop.yaml", "-l", "xx").err


def test_a_flow_without_translations_says_how_to_begin(botflow: Call, tmp_path: Path) -> None:
    (tmp_path / "shop.yaml").write_text(FLOW)
    assert "Begin with: botflow translations extract" in botflow("translations", "status", "shop.yaml").out
