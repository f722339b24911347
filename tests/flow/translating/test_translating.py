"""Extract, translate, merge: what a translator writes is said, and nothing of it is ever lost."""

from __future__ import annotations

import json
from typing import Any

import polib
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from botflow.flow.checking.check import check
from botflow.flow.compile import compile_flow
from botflow.flow.document import SourceDocument, nowhere, parse
from botflow.flow.fields import texts
from botflow.flow.problems import FlowProblems, Report
from botflow.flow.translating.entries import Entry, entries
from botflow.flow.translating.fold import Catalog, folded
from botflow.flow.translating.merge import merged
from botflow.flow.translating.po_file import read_po, translated, write_po
from botflow.flow.typed_document import link
from tests.node_types import EVERY

SPOKEN = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cs"), exclude_characters="{}"), min_size=1
).map(lambda text: f"a{text}b")
WORDS = st.lists(st.from_regex(r"[a-z]{1,8}( [a-z]{1,8})?", fullmatch=True), min_size=1, max_size=3, unique=True)


@st.composite
def documents(draw: st.DrawFn) -> dict[str, Any]:
    """Draw a flow, of which some texts are written in German already."""

    def spoken(text: Any = SPOKEN) -> Any:
        written = draw(text)
        return {"en": written, "de": draw(text)} if draw(st.booleans()) else written

    def option(name: str) -> dict[str, Any]:
        return {"id": name, "label": spoken(), **({"match": spoken(WORDS)} if draw(st.booleans()) else {})}

    ids = draw(st.lists(st.from_regex(r"[a-z]{1,6}", fullmatch=True), min_size=2, max_size=4, unique=True))
    nodes: list[dict[str, Any]] = [{"id": "start", "type": "chatbot", "actionType": "message_received", "next": "n0"}]
    kinds = draw(st.lists(st.sampled_from(("say", "ask", "menu", "form", "choice")), min_size=1, max_size=5))
    for position, kind in enumerate(kinds):
        properties: dict[str, Any] = {"text": spoken()}
        match kind:
            case "say":
                properties["quickReplies"] = [spoken() for _ in range(draw(st.integers(0, 2)))]
            case "ask":
                properties |= {
                    "variable": "x",
                    "invalidText": spoken(),
                    "reminders": [{"after": "1h", "text": spoken()}],
                }
            case "menu":
                properties["options"] = [option(name) for name in ids]
            case "choice":
                properties |= {"variable": "x", "expect": "choice", "choices": list(ids)}
            case "form":
                fields = [{"name": name, "text": spoken(), "words": spoken(WORDS)} for name in ids]
                properties = {"fields": fields, "confirm": spoken()}
        action = "ask" if kind == "choice" else kind
        nodes.append({"id": f"n{position}", "type": "chatbot", "actionType": action, "properties": properties})
    interrupts = [{"id": "help", "match": spoken(WORDS), "target": "n0"}]
    return {"id": "f", "languages": ["de"], "apology": spoken(), "nodes": nodes, "interrupts": interrupts}


def source(document: dict[str, Any]) -> SourceDocument:
    return parse(json.dumps(document), name="f.json")


def found(written: SourceDocument) -> list[Entry]:
    return entries(link(written.document, EVERY, Report("f", nowhere)))


def catalog(file: polib.POFile) -> Catalog:
    return Catalog(tag="de", name="f.de.po", translated=translated(read_po(write_po(file), "f.de.po")))


@settings(max_examples=60, deadline=None)
@given(documents())
def test_a_translated_flow_is_the_same_flow_in_german(document: dict[str, Any]) -> None:
    written = source(document)
    extracted = found(written)
    template = merged(None, extracted, "de")
    assert [entry.msgstr for entry in template] == [entry.translations.get("de", "") for entry in extracted]
    for entry in template:
        entry.msgstr = entry.msgstr or "\n".join(f"x {line}" for line in entry.msgid.split("\n"))

    read = read_po(write_po(template), "f.de.po")
    assert write_po(merged(read, extracted, "de")) == write_po(template)
    german = folded(written, [catalog(read)], EVERY)
    assert german.problems == ()
    assert not [problem for problem in check(german, EVERY, {}) if problem.code == "language.missing"]
    assert [entry.key for entry in found(german)] == [entry.key for entry in extracted]
    assert [entry.text for entry in found(german)] == [entry.text for entry in extracted]
    assert [entry.translations["de"] for entry in found(german)] == [entry.msgstr for entry in template]

    flows = [compile_flow({"f": each.to_json()}, "f", EVERY) for each in (written, german)]
    for name, node in flows[0].nodes.items():
        other = flows[1].nodes[name]
        said, expected = ([text for text in texts(each.properties) if text.spoken] for each in (other, node))
        assert [text.text for text in said if text.text] == [text.text for text in expected if text.text] or (
            "choice" in [text.spoken for text in expected]
        )
        assert flows[1].translations["de"].nodes[name].language == "de"
    assert parse(json.dumps(german.to_json()), name="f.json").to_json() == german.to_json()


SHOP: dict[str, Any] = {
    "id": "shop",
    "nodes": [
        {"id": "start", "type": "chatbot", "actionType": "message_received", "next": "size"},
        {
            "id": "size",
            "type": "chatbot",
            "actionType": "ask",
            "properties": {
                "text": "Which size?",
                "variable": "size",
                "expect": "choice",
                "choices": ["small", "large"],
            },
        },
    ],
}
GERMAN = """# For the shop. Ann
msgid ""
msgstr ""
"Language: de\\n"
"Last-Translator: Ann\\n"

# polite?
msgctxt "size.text"
msgid "Which size?"
msgstr "Welche Größe?"

msgctxt "size.choices[small].label"
msgid "small"
msgstr "klein"

msgctxt "size.choices[large].label"
msgid "large"
msgstr "groß"
"""


def shop(**changes: Any) -> SourceDocument:
    properties = {**SHOP["nodes"][1]["properties"], **changes}
    return source({**SHOP, "nodes": [SHOP["nodes"][0], {**SHOP["nodes"][1], "properties": properties}]})


def brought(po: str, written: SourceDocument) -> str:
    return write_po(merged(read_po(po, "shop.de.po"), found(written), "de"))


def test_a_choice_gets_a_label_and_keeps_its_id() -> None:
    german = folded(shop(), [catalog(read_po(GERMAN, "shop.de.po"))], EVERY)
    assert german.document.nodes[1].properties["choices"] == [
        {"id": "small", "label": {"en": "small", "de": "klein"}},
        {"id": "large", "label": {"en": "large", "de": "groß"}},
    ]
    assert german.document.languages == ("de",)


def test_merging_changes_nothing_without_a_change() -> None:
    assert brought(brought(GERMAN, shop()), shop()) == brought(GERMAN, shop())
    assert "# For the shop. Ann" in brought(GERMAN, shop())
    assert "# polite?" in brought(GERMAN, shop())
    assert '"Last-Translator: Ann\\n"' in brought(GERMAN, shop())


def test_the_translation_of_a_changed_text_is_fuzzy_and_not_used_until_it_is_reviewed() -> None:
    changed = shop(text="What size?")
    stale = folded(changed, [catalog(read_po(GERMAN, "shop.de.po"))], EVERY)
    assert [(problem.line, problem.message) for problem in stale.problems] == [
        (7, "size.text: the original has changed since it was translated")
    ]
    fuzzy = brought(GERMAN, changed)
    assert '# polite?\n#, fuzzy\n#| msgid "Which size?"\nmsgctxt "size.text"\nmsgid "What size?"' in fuzzy
    waiting = folded(changed, [catalog(read_po(fuzzy, "shop.de.po"))], EVERY)
    assert [problem.message for problem in waiting.problems] == [
        "size.text: the translation is fuzzy: it is not used until it is reviewed"
    ]
    assert waiting.document.nodes[1].properties["text"] == "What size?"
    reviewed = fuzzy.replace("#, fuzzy\n", "")
    assert folded(changed, [catalog(read_po(reviewed, "shop.de.po"))], EVERY).document.nodes[1].properties["text"] == {
        "en": "What size?",
        "de": "Welche Größe?",
    }
    assert brought(fuzzy, shop()) == brought(GERMAN, shop())  # the original is what it was


def test_a_text_that_is_gone_waits_at_the_end_with_its_comment_and_comes_back() -> None:
    gone = brought(GERMAN, source({**SHOP, "nodes": [SHOP["nodes"][0]]}))
    assert '# polite?\n#~ msgctxt "size.text"\n#~ msgid "Which size?"\n#~ msgstr "Welche Größe?"' in gone
    assert brought(gone, shop()) == brought(GERMAN, shop())


def test_a_node_that_is_renamed_keeps_its_translations() -> None:
    renamed = {**SHOP["nodes"][1], "id": "how_large"}
    start = {**SHOP["nodes"][0], "next": "how_large"}
    said = brought(GERMAN, source({**SHOP, "nodes": [start, renamed]}))
    assert '# polite?\nmsgctxt "how_large.text"\nmsgid "Which size?"\nmsgstr "Welche Größe?"' in said
    assert "#~" not in said


@pytest.mark.parametrize(
    ("line", "written", "message"),
    [
        (9, GERMAN.replace('"Which size?"', '"Which size?'), "is no line of a PO file"),
        (10, GERMAN.replace('"Welche Größe?"', "Welche"), "is no line of a PO file"),
        (8, GERMAN.replace('msgctxt "size.text"\n', "oops\n"), "is no line of a PO file"),
        (16, GERMAN.replace("[large]", "[small]"), "is there twice"),
        (8, GERMAN.replace('msgctxt "size.text"\n', ""), "no msgctxt"),
        (10, GERMAN.replace('msgid "Which size?"\n', ""), "the file is broken"),
        (13, GERMAN.replace('"klein"', '"kl"ein"'), "is no line of a PO file"),
    ],
)
def test_a_broken_file_is_refused_at_its_line(line: int, written: str, message: str) -> None:
    with pytest.raises(FlowProblems) as refused:
        read_po(written, "shop.de.po")
    problem = refused.value.problems[0]
    assert (problem.code, problem.file) == ("translation.broken", "shop.de.po")
    assert message in problem.message
    assert abs(problem.line - line) <= 1
