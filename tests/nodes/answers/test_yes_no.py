"""Yes and no in four languages. The set as a whole prints its figure."""

from __future__ import annotations

import pytest

from botflow.nodes.answers.expectation import Accepted, Expectation, Refused
from botflow.nodes.answers.read_answer import read
from tests.engine.inbounds import message

YES = {
    "en": ["yes", "Yes!", "y", "yeah", "yep", "sure", "ok", "OK.", "of course", "yes please", "yeah I think so",
           "absolutely", "why not", "no problem", "👍", "👍🏽", "✔️", "sounds good", "that's right", "sure thing"],
    "de": ["ja", "JA!", "klar", "na klar", "gerne", "ja bitte", "natürlich", "ok", "genau", "auf jeden Fall", "yes",
           "ja, das passt", "selbstverständlich", "kein Problem", "👍"],
    "es": ["sí", "si", "Sí, claro", "claro que sí", "por supuesto", "vale", "de acuerdo", "ok", "¡Sí!", "desde luego"],
    "fr": ["oui", "bien sûr", "d'accord", "ouais", "oui merci", "volontiers", "ok", "tout à fait"],
}  # fmt: skip
NO = {
    "en": ["no", "No.", "n", "nope", "no thanks", "no thank you", "not really", "never", "don't", "👎", "no way",
           "nah I'm good", "of course not", "definitely not", "I don't think so"],
    "de": ["nein", "Nein danke", "nö nein", "nee", "auf keinen Fall", "lieber nicht", "nicht", "stimmt nicht", "no"],
    "es": ["no", "no gracias", "claro que no", "nunca", "para nada", "mejor no", "no, no quiero"],
    "fr": ["non", "non merci", "pas du tout", "jamais", "bien sûr que non"],
}  # fmt: skip
NEITHER = {
    "en": ["maybe", "not sure", "I don't know", "yes and no", "yes no", "pizza", "12", "??", "what do you mean"],
    "de": ["vielleicht", "weiß nicht", "jein", "ja nein", "Pizza"],
    "es": ["quizás", "no sé", "sí y no", "tal vez"],
    "fr": ["peut-être", "je ne sais pas", "oui non"],
}
YES_NO = Expectation(kind="yes_no")


def test_yes_and_no_are_understood_in_four_languages() -> None:
    expected = [(language, text, True) for language, texts in YES.items() for text in texts]
    expected += [(language, text, False) for language, texts in NO.items() for text in texts]
    wrong = [case for case in expected if read(YES_NO, message(case[1]), case[0], None) != Accepted(case[2])]
    print(f"yes and no: {len(expected) - len(wrong)}/{len(expected)}")
    assert wrong == []


@pytest.mark.parametrize(
    ("language", "text"), [(language, text) for language, texts in NEITHER.items() for text in texts]
)
def test_what_is_neither_yes_nor_no_is_refused(language: str, text: str) -> None:
    assert read(YES_NO, message(text), language, None) == Refused("not_yes_no")


def test_a_pressed_button_says_yes() -> None:
    assert read(YES_NO, message("Sounds like a plan", payload="yes"), "en", None) == Accepted(True)
