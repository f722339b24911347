"""Yes and no in four languages. The set as a whole prints its figure."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from botflow.nodes.answers.choosing.yes_no import meaning
from botflow.nodes.answers.expectation import Accepted, Expectation, Refused
from botflow.nodes.answers.read_answer import read
from tests.engine.inbounds import message

GENERATED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # machines may be busy

YES = {
    "en": ["yes", "Yes!", "y", "yeah", "yep", "sure", "ok", "OK.", "of course", "yes please", "yeah I think so",
           "absolutely", "why not?", "👍👍", "👌🏼👌🏻👌🏽",
           "👌🏿 It's ok", "sure, why not", "yesss", "YEEES!!", "okkk",
           "yes yes yes",
           "no doubt", "not a problem", "no objections", "I’d like that", "that’s right", "that´s correct", "please",
           "yes thanks", "yes I do", "I think so, yes", "it's a yes from me", "Yeah, let's do that instead.", "+1",
           "１", "١",
           "I think that would work. so yes I will.", "🙆‍♀️", "yes, no worries", "yes 🎉", "ok, thank you very much",
           "why not", "no problem", "👍", "👍🏽", "✔️", "sounds good", "that's right", "sure thing"],
    "de": ["ja", "JA!", "klar", "na klar", "gerne", "ja bitte", "natürlich", "ok", "genau", "auf jeden Fall", "yes",
           "ja, das passt", "jaaa", "👌🏿 Alles klar", "kein Thema", "ja danke", "ich denke schon",
           "Das sollte funktionieren, ja",
           "warum nicht?", "sehr gerne", "aber ja", "JA JA", "bitte", "ja, ich denke schon", "selbstverständlich",
           "kein Problem", "👍"],
    "es": ["sí", "si", "Sí, claro", "claro que sí", "por supuesto", "vale", "de acuerdo", "siii", "sí, por favor",
           "¿por qué no?", "sin duda", "no hay problema", "👌🏿 Está bien", "por favor", "ok", "¡Sí!", "desde luego"],
    "fr": ["oui", "ouiii", "d’accord", "c’est ça", "pas de souci", "pas de soucis", "pas de problème", "Sûr",
           "oui, c’est bon",
           "d'accord, c'est ok", "pourquoi pas ?", "s’il vous plaît", "bien sûr", "d'accord", "ouais", "oui merci",
           "volontiers", "ok", "tout à fait"],
}  # fmt: skip
NO = {
    "en": ["no", "No.", "n", "nope", "no thanks", "no thank you", "not really", "never", "don't", "👎", "no way",
           "nah I'm good", "I don’t think so", "I don’t", "don’t", "do not", "please don’t", "no no no", "nooo",
           "👎🏾👎🏾", "🙅‍♀️",
           "I said NO not yes!", "no, not yes", "that's not right", "not ok", "it isn’t correct", "no, I can't",
           "I don't agree",
           "no, it is not", "no, thank you very much", "no please", "０", "of course not", "definitely not",
           "I don't think so"],
    "de": ["nein", "Nein danke", "nö nein", "nee", "auf keinen Fall", "lieber nicht", "nicht", "stimmt nicht",
           "Ich sagte NEIN NICHT ja!", "neiiin", "nein, das stimmt nicht", "das ist nicht richtig",
           "nicht einverstanden", "nein, lieber nicht", "glaube ich nicht", "das passt mir nicht",
           "nein, ist es nicht", "no"],
    "es": ["no", "no gracias", "¡Dije que NO, en vez de sí!", "nooo", "no, no es correcto", "no estoy de acuerdo",
           "no lo creo", "claro que no", "nunca", "para nada", "mejor no", "no, no quiero"],
    "fr": ["non", "J'ai dit NON pas oui!", "ce n'est pas ok", "pas d'accord, ce n'est pas correct",
           "Je ne pense pas.",
           "nooon", "je ne suis pas d’accord", "non, ce n’est pas ça", "non merci", "pas du tout", "jamais",
           "bien sûr que non"],
}  # fmt: skip
NEITHER = {
    "en": [
        "maybe",
        "not sure",
        "I don't know",
        "yes and no",
        "yes no",
        "pizza",
        "12",
        "??",
        "what do you mean",
        "I am confused",
        "I do have a question first",
        "please wait",
        "please call me instead",
        "right now I can't",
        "of course I can’t",
        "it is too late",
        "i would like to know the price first",
        "great question, what's the price",
        "i agree to disagree",
        "n/a",
        "never better",
        "not bad",
        "I don't mind",
        "no worries",
        "yes if it is cheap",
        "yes but later",
        "yes or no",
        "y/n",
        "ok?",
        "right?",
        "is that right?",
        "not no",
        "no not",
        "yes not",
        "👍👎",
        "yes 🤔",
        "🤷‍♂️",
        "-1",
        "10",
        "2",
        "it's ok",
        "thanks",
        "not wrong",
        "no, of course",
        "maybe yes",
        "noon",
        "see",
        "yes no maybe",
        "sure not sure",
        "don't worry",
        "no idea",
        "okra",
        "yesterday",
        "I said",
        "a",
        "not great",
        "🍕",
    ],
    "de": [
        "vielleicht",
        "weiß nicht",
        "jein",
        "ja nein",
        "ja aber erst morgen",
        "nicht schlecht",
        "danke",
        "nicht falsch",
        "ja wenn es billig ist",
        "egal",
        "genau genommen nicht so",
        "keine Ahnung",
        "klar zu teuer",
        "bitte warten",
        "nicht nein",
        "ja oder nein",
        "Pizza",
    ],
    "es": [
        "quizás",
        "no sé",
        "sí y no",
        "sí pero mañana",
        "no está mal",
        "gracias",
        "claro que depende",
        "no sé si",
        "vale la pena?",
        "no problema mío",
        "tal vez",
    ],
    "fr": [
        "peut-être",
        "je ne sais pas",
        "oui non",
        "oui mais plus tard",
        "pas mal",
        "merci",
        "sans doute",
        "bien sûr que je ne peux pas venir",
        "pas faux",
        "ne",
        "s'il vous plaît attendez",
        "pas non",
        "oui si c'est gratuit",
    ],
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


CANCEL = "Do you want to cancel the appointment?"
DELIVERY = "Do you want delivery?"
CANCEL_DELIVERY = "It is on its way. Shall we cancel the delivery?"
ABSAGEN = "Möchten Sie den Termin absagen?"


@pytest.mark.parametrize(
    ("language", "question", "text", "means"),
    [
        ("en", CANCEL, "yes please cancel", True), ("en", CANCEL, "yes, I want to cancel my appointment", True),
        ("en", CANCEL, "please cancel it", True), ("en", DELIVERY, "yes, delivery please", True),
        ("en", "May we contact you?", "yes you may", True), ("en", CANCEL, "no", False),
        ("de", ABSAGEN, "ja bitte absagen", True), ("es", "¿Desea cancelar la cita?", "sí, cancelar la cita", True),
        ("fr", "Voulez-vous annuler ?", "oui, annuler svp", True), ("en", "Please answer yes or no.", "no", False),
        ("en", "No problem! Do you want delivery?", "no", False),
        # What is left out, or said beside a no, may be the opposite.
        ("en", DELIVERY, "I do not want delivery", None), ("en", CANCEL_DELIVERY, "I do not want delivery", None),
        ("en", CANCEL_DELIVERY, "yes, delivery please", None),
        ("en", CANCEL_DELIVERY, "yes I want the delivery", None),
        ("en", DELIVERY, "no, I want delivery", None), ("en", DELIVERY, "delivery", None),
        ("en", CANCEL, "no, cancel", None), ("en", CANCEL, "no, appointment", None),
        ("en", CANCEL, "cancel", None), ("en", "Keep it or cancel?", "cancel", None),
        ("de", ABSAGEN, "absagen", None),
        ("de", ABSAGEN, "ja, den Termin", None), ("es", "¿Desea cancelar la cita?", "no cancelar", None),
        ("en", "Is anything wrong?", "that's wrong", None), ("en", "No delivery?", "no", None),
        ("en", "Delivery or pickup?", "yes, delivery", None),
        ("en", "Don't you want delivery?", "yes, delivery", None),
        ("en", CANCEL, "yes, did you cancel", None), ("en", CANCEL, "I did cancel", None),
        ("en", "Is there a problem?", "no problem", False), ("en", "Is anything wrong?", "fine", None),
        ("en", "Is anything wrong?", "yes", True), ("de", "Gibt es Probleme?", "alles klar", None),
        ("en", DELIVERY, "yes, if delivery is free", None), ("en", DELIVERY, "yes but not delivery", None),
    ],
)  # fmt: skip
def test_the_words_of_the_question_say_nothing_beside_a_yes(
    language: str, question: str, text: str, means: bool | None
) -> None:
    assert meaning(text, language, question) is means


@pytest.mark.parametrize(
    ("language", "text", "means"),
    [
        ("en", "absolutley", True), ("en", "absolutley not", False), ("en", "certanly", True),
        ("de", "natürlcih", True),
        ("es", "efectivamnte", True), ("fr", "absolumet pas", False), ("en", "unfortunatly yes", True),
        # Another word, a short one, and one that the question says.
        ("de", "wichtig", None), ("en", "insure", None), ("en", "yez", None), ("en", "exactly exactley not", None),
    ],
)  # fmt: skip
def test_one_typing_error_in_a_long_word_is_understood(language: str, text: str, means: bool | None) -> None:
    assert meaning(text, language) is means


@pytest.mark.parametrize(
    ("language", "text", "means"),
    [
        ("en", "thank god no", False), ("en", "i do unfortunately", True), ("en", "not that I know of", False),
        ("en", "sorry, no", False), ("en", "yes, sadly", True), ("en", "still not", False),
        ("en", "unfortunately", None),
        ("de", "leider ja", True), ("de", "zum Glück nicht", False), ("de", "noch nie", False),
        ("de", "leider", None),
        ("de", "eher nicht ehrlich gesagt", False), ("de", "nicht mit Sicherheit", None),
        ("de", "tut mir leid, nein", False),
        ("es", "por desgracia sí", True), ("es", "que yo sepa no", False), ("es", "por suerte no", False),
        ("fr", "malheureusement oui", True), ("fr", "pas que je sache", False), ("fr", "toujours pas", False),
        ("fr", "ça ira", None), ("fr", "non ça ira", False),
    ],
)  # fmt: skip
def test_regret_and_relief_change_no_answer(language: str, text: str, means: bool | None) -> None:
    assert meaning(text, language) is means


@pytest.mark.parametrize(
    ("language", "text", "means"),
    [
        ("en", "yes, no wait, no", False), ("en", "no, wait, yes", True), ("en", "yes, actually no", False),
        ("en", "no, I mean yes", True), ("en", "yes, sorry, no", False), ("es", "sí, digo no", False),
        ("de", "ja, ach quatsch, nein", False), ("fr", "oui, enfin non", False), ("fr", "non, pardon, oui", True),
        ("en", "yes, no", None), ("en", "yes, wait", None), ("en", "maybe, no wait, yes", None),
        ("en", "yes, no wait, if it is cheap", None), ("en", "yes, if it is cheap, no wait, no", None),
        ("de", "ja, äh nein", None), ("en", "yes actually no", None), ("en", "yes, actually", True),
    ],
)  # fmt: skip
def test_of_a_corrected_answer_the_last_one_counts_if_each_is_understood(
    language: str, text: str, means: bool | None
) -> None:
    assert meaning(text, language) is means


OPPOSED = {
    "en": "not no don't never nope but unless if or maybe can't instead",
    "de": "nicht nein nie kein jedoch wenn oder vielleicht falls statt",
    "es": "no nunca pero si~no o quizás jamás aunque tampoco",
    "fr": "pas non jamais mais sauf ou peut-être aucun",
}
BARE_NEGATIONS = ("don't", "don’t", "do not", "nicht", "I don’t")  # "not yes" is a no
LEFT_OPEN = {
    "en": "yes but unless if or maybe sure except",
    "de": "ja aber wenn oder vielleicht falls doch",
    "es": "sí pero aunque o quizás claro salvo",
    "fr": "oui mais sauf ou peut-être bien~sûr",
}


@pytest.mark.parametrize("language", list(YES))
@GENERATED
@given(st.data())
def test_a_changing_word_never_leaves_a_yes_or_no_as_it_is(language: str, data: st.DataObject) -> None:
    said, changers = data.draw(st.sampled_from([(YES, OPPOSED), (NO, LEFT_OPEN)]))
    text = data.draw(st.sampled_from([each for each in said[language] if each not in BARE_NEGATIONS]))
    before = meaning(text, language)
    assert before is not None
    words = text.split()
    place = data.draw(st.sampled_from([0, len(words)]))
    words.insert(place, data.draw(st.sampled_from(changers[language].split())).replace("~", " "))
    assert meaning(" ".join(words), language) is not before, words


@GENERATED
@given(st.text(), st.sampled_from(["en", "de", "es", "fr", "vi"]))
def test_any_text_is_read(text: str, language: str) -> None:
    assert meaning(text, language) in (True, False, None)
