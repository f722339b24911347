"""What `check` says about a flow in several languages."""

from __future__ import annotations

import pytest

from tests.flow.read_documents import problems

HEAD = """
id: shop
languages: [pl, ar, de-AT]
nodes:
  - {id: start, type: chatbot, actionType: message_received, next: bye}
  - id: bye
    type: chatbot
    actionType: say
    properties:
"""
FULL = {"en": "Bye.", "pl": "Pa.", "ar": "وداعا", "de-AT": "Servus."}


def warned(texts: dict[str, str] | str, extra: str = "") -> list[tuple[str, str, int]]:
    lines = f"      text: {texts}\n" if isinstance(texts, str) else "      text:\n"
    if isinstance(texts, dict):
        lines += "".join(f"        {tag}: '{text}'\n" for tag, text in texts.items())
    return [(problem.code, problem.message, problem.line) for problem in problems(extra + HEAD + lines)]


def test_a_text_in_all_languages_is_good() -> None:
    assert warned(FULL) == []


def test_a_missing_text_is_named_once_for_each_language_that_lacks_it() -> None:
    assert warned("Bye.") == [
        ("language.missing", f"'bye' speaks en to people who speak {tag}: a text is missing in {tag}", 9)
        for tag in ("pl", "ar", "de-AT")
    ]


@pytest.mark.parametrize("text", ["{{ language }}", "12 €", "👍", "{{ language }}: 1"])
def test_a_text_without_words_needs_no_translation(text: str) -> None:
    assert warned(f"'{text}'") == []


def test_german_stands_in_for_austrian() -> None:
    german = {**{tag: text for tag, text in FULL.items() if tag != "de-AT"}, "de": "Tschüs."}
    found = warned(german)
    assert [code for code, _, _ in found] == ["language.unknown"]  # de is none of the languages yet


def test_a_translation_that_reads_other_values_is_named_in_its_line() -> None:
    texts = {**FULL, "en": "Bye {{ language }}", "pl": "Pa {{ langauge }}", "ar": "{{ language }}"}
    assert warned({**texts, "de-AT": "{{ language }}"}) == [
        ("language.variables", "'bye' reads langauge in pl, and not in en", 11),
        ("language.variables", "'bye' reads language in en, and not in pl", 11),
        ("variable.never_set", "'bye' reads the variable 'langauge', and nothing sets it", 11),
    ]


def test_a_template_is_checked_in_every_language() -> None:
    found = warned({**FULL, "ar": "{{ language"})
    assert [(code, line) for code, _, line in found] == [("template.syntax", 12)]


def test_a_plural_has_the_forms_that_its_language_needs() -> None:
    texts = dict.fromkeys(FULL, '{{ 3 | plural(one="# a", other="# b") }}')
    assert [(message, line) for _, message, line in warned(texts)] == [
        ("plural has no form few and many, which pl needs", 11),
        ("plural has no form zero and two and few and many, which ar needs", 12),
    ]


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ('plural("pizzas")', "its arguments have names"),
        ('plural(one="#")', "the form `other` is missing"),
        ('plural(several="#", other="#")', "there is no form 'several'"),
        ("plural(other=3)", "3 is no text"),
        ("plural", "the form `other` is missing"),
    ],
)
def test_a_wrong_plural_is_an_error(written: str, message: str) -> None:
    texts = {**FULL, "en": f"{{{{ 3 | {written} }}}}"}
    found = [said for code, said, _ in warned(texts) if code == "template.filter_argument"]
    assert len(found) == 1
    assert message in found[0]


def test_detection_needs_another_language() -> None:
    assert problems(HEAD.replace("languages: [pl, ar, de-AT]", "detectLanguage: true") + "      text: Bye.")[
        0
    ].code == ("language.alone")


def test_options_are_compared_in_every_language() -> None:
    options = "[{id: a, label: {en: A, pl: X, ar: X, de-AT: C}}, {id: b, label: {en: B, pl: X, ar: Y, de-AT: D}}]"
    menu = f"{HEAD}      text: '1'\n      options: {options}\n".replace("actionType: say", "actionType: menu")
    assert [problem.message for problem in problems(menu) if problem.code == "option.same_word"] == [
        "'bye': 'X' and 'X' cannot be told apart: a person who types one is asked again"
    ]


@pytest.mark.parametrize(
    ("setting", "at"),
    [
        ("interrupts: [{id: i, match: {en: [help], pl: pomoc}, target: bye}]", "interrupts[0].match"),
        ("interrupts: [{id: i, match: {en: [help], pl: ['']}, target: bye}]", "interrupts[0].match"),
        ("apology: {en: Sorry., pl: [x]}", "apology"),
        ("recap: {en: So., pl: 7}", "recap"),
    ],
)
def test_what_is_wrong_in_one_language_is_an_error(setting: str, at: str) -> None:
    found = problems(f"{setting}\n{HEAD.lstrip()}      text: '1'\n")
    assert [(problem.code, problem.line) for problem in found] == [("document.invalid", 1)]
    assert found[0].message.startswith(at)
