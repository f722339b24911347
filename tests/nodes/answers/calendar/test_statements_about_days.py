"""A statement about some other day is no answer; it is where the question asks for what it tells.

Said on Wednesday, 18 November 2026.
"""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from botflow.testing import read_answer

WEDNESDAY = datetime(2026, 11, 18, 9, 30, tzinfo=UTC)
QUESTIONS = {"en": "For which day?", "de": "Für welchen Tag?", "es": "¿Para qué día?", "fr": "Pour quel jour ?"}
REGIONS = {"en": "US", "de": "DE", "es": "ES", "fr": "FR"}


def answer(kind: str, language: str, text: str, question: str) -> object:
    return read_answer(
        kind, text, question=question, language=language, region=REGIONS[language], received_at=WEDNESDAY
    )


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "we leave on friday"),
        ("en", "I'm back on monday"),
        ("en", "I'll be back on friday"),
        ("en", "we go home on friday"),
        ("en", "I have an appointment on friday"),
        ("en", "I've got something on friday"),
        ("en", "have a conference on friday"),
        ("en", "my birthday is the 20th"),
        ("en", "my appointment is on friday"),
        ("en", "I was born on friday"),
        ("en", "born on the 5th"),
        ("en", "it happened on friday"),
        ("en", "I arrived on monday"),
        ("en", "I bought it on friday"),
        ("de", "ich habe am Freitag einen Termin"),
        ("de", "Freitag habe ich Geburtstag"),
        ("de", "wir haben am Freitag ein Treffen"),
        ("de", "am 20. ist mein Geburtstag"),
        ("de", "ich bin am Montag zurück"),
        ("de", "am Freitag bin ich wieder zu Hause"),
        ("de", "geboren am Freitag"),
        ("de", "ich bin am Montag angekommen"),
        ("es", "nací el viernes"),
        ("es", "regreso el lunes"),
        ("es", "volveré el lunes"),
        ("es", "tengo una cita el viernes"),
        ("es", "tenemos una cena el viernes"),
        ("es", "tengo que ir el viernes"),
        ("es", "mi cumpleaños es el 20"),
        ("es", "ocurrió el viernes"),
        ("fr", "je rentre lundi"),
        ("fr", "je suis de retour lundi"),
        ("fr", "je suis né vendredi"),
        ("fr", "j'ai un rdv vendredi"),
        ("fr", "on a une fête samedi"),
        ("fr", "mon anniversaire est le 20"),
        ("fr", "à partir de vendredi"),
        ("fr", "partir vendredi"),
    ],
)
def test_what_somebody_tells_of_a_day_is_no_answer_to_another_question(language: str, text: str) -> None:
    assert answer("date", language, text, QUESTIONS[language]) is None


@pytest.mark.parametrize(
    ("kind", "language", "text", "question"),
    [
        ("datetime", "en", "back in an hour", "When would you like to come?"),
        ("datetime", "en", "I leave on friday at 7 pm", "When would you like to come?"),
        ("time", "en", "I'm back at 7 pm", "What time would you like?"),
        ("datetime", "de", "ich habe am Freitag um 19 Uhr einen Termin", "Wann möchten Sie kommen?"),
        ("datetime", "es", "tengo una cita el viernes a las 19:00", "¿Cuándo quiere venir?"),
        ("datetime", "fr", "j'ai un rdv vendredi à 19h", "Quand voulez-vous venir ?"),
    ],
)
def test_so_are_statements_about_moments(kind: str, language: str, text: str, question: str) -> None:
    assert answer(kind, language, text, question) is None


@pytest.mark.parametrize(
    ("language", "question", "text", "day"),
    [
        ("en", "When do you leave?", "we leave on friday", "2026-11-20"),
        ("en", "When will you be back?", "I'm back on monday", "2026-11-23"),
        ("en", "When do you return from your trip?", "back on monday", "2026-11-23"),
        ("en", "What is your date of birth?", "I was born on 5 May 1990", "1990-05-05"),
        ("en", "Your birthday?", "my birthday is the 20th of May 1990", "1990-05-20"),
        ("en", "When is your appointment?", "I have an appointment on friday", "2026-11-20"),
        ("en", "When did it happen?", "it happened on friday", "2026-11-13"),
        ("en", "For which day?", "we'd like to come on friday", "2026-11-20"),
        ("en", "For which day?", "I want to come on friday", "2026-11-20"),
        ("en", "For which day?", "we'll come on friday", "2026-11-20"),
        ("en", "For which day?", "can I have an appointment on friday?", "2026-11-20"),
        ("en", "For which day?", "the party is on friday", "2026-11-20"),
        ("en", "For which day?", "for our party on friday", "2026-11-20"),
        ("de", "Für welchen Tag?", "ich möchte am Freitag einen Termin", "2026-11-20"),
        ("de", "Für welchen Tag?", "ich hätte gern einen Termin am Freitag", "2026-11-20"),
        ("de", "Für welchen Tag?", "wir kommen am Freitag", "2026-11-20"),
        ("de", "Wann sind Sie wieder da?", "ich bin am Montag zurück", "2026-11-23"),
        ("de", "Wann sind Sie geboren?", "geboren am 5. Mai 1990", "1990-05-05"),
        ("de", "Wann haben Sie einen Termin?", "ich habe am Freitag einen Termin", "2026-11-20"),
        ("de", "Wann ist Ihr Geburtsdatum?", "am 5.5.1990 bin ich geboren", "1990-05-05"),
        ("es", "¿Para qué día?", "quisiera una cita el viernes", "2026-11-20"),
        ("es", "¿Cuál es su fecha de nacimiento?", "nací el 5 de mayo de 1990", "1990-05-05"),
        ("es", "¿Cuándo regresa?", "regreso el lunes", "2026-11-23"),
        ("fr", "Pour quel jour ?", "j'ai besoin d'un rdv vendredi", "2026-11-20"),
        ("fr", "Pour quel jour ?", "je voudrais un rdv vendredi", "2026-11-20"),
        ("fr", "Votre date de naissance ?", "je suis né le 5 mai 1990", "1990-05-05"),
        ("fr", "Quand rentrez-vous ?", "je rentre lundi", "2026-11-23"),
    ],
)
def test_it_is_one_where_the_question_asks_for_it(language: str, question: str, text: str, day: str) -> None:
    assert answer("date", language, text, question) == day


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "I may on the 5th"),
        ("en", "we may come on the 5th"),
        ("en", "we march on the 5th"),
        ("en", "I sat"),
        ("en", "the sun"),
        ("fr", "à la mer"),
        ("fr", "le jeu"),
        ("fr", "c'est Sam"),
        ("fr", "avec Sam"),
        ("es", "el mar"),
        ("en", "sundae"),
        ("en", "sundry"),
        ("en", "mourning"),
        ("en", "augusta 5"),
        ("de", "sorgen"),
        ("de", "borgen"),
        ("es", "banana"),
        ("es", "manzana"),
        ("es", "partes"),
        ("es", "el viernes pagado"),
        ("es", "domino"),
        ("en", "a day or so"),
        ("en", "in a day or so"),
    ],
)
def test_another_word_is_no_name_of_a_day(language: str, text: str) -> None:
    assert answer("date", language, text, QUESTIONS[language]) is None


@pytest.mark.parametrize(
    ("language", "text", "day"),
    [
        ("en", "may 5th", "2027-05-05"),
        ("en", "on sat", "2026-11-21"),
        ("en", "this sun", "2026-11-22"),
        ("en", "the sat 21st", "2026-11-21"),
        ("fr", "mer 25", "2026-11-25"),
        ("fr", "sam", "2026-11-21"),
        ("es", "mar 24", "2026-11-24"),
        ("es", "el vie", "2026-11-20"),
        ("en", "firday", "2026-11-20"),
        ("en", "wendesday", "2026-11-25"),
        ("de", "morgn", None),
        ("de", "Freitga", "2026-11-20"),
    ],
)
def test_the_names_themselves_are_still_read(language: str, text: str, day: str | None) -> None:
    assert answer("date", language, text, QUESTIONS[language]) == day


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "in about two weeks"),
        ("en", "in roughly 10 days"),
        ("en", "in a couple of weeks"),
        ("en", "about 3 days from now"),
        ("de", "in etwa zwei Wochen"),
        ("de", "in ungefähr 10 Tagen"),
        ("es", "en unos 10 días"),
        ("es", "en un par de semanas"),
        ("fr", "dans environ deux semaines"),
        ("en", "the 2nd of us"),
        ("en", "I want to Cancel friday"),
        ("en", "I'd like to Move friday"),
        ("en", "I pay on friday"),
    ],
)
def test_a_day_that_is_not_sure_is_asked_again(language: str, text: str) -> None:
    assert answer("date", language, text, QUESTIONS[language]) is None


def test_about_how_long_ago_it_was_is_near_enough() -> None:
    question = "When did the symptoms start?"
    assert answer("date", "en", "about 3 days ago", question) == "2026-11-15"
    assert answer("date", "en", "I paid on friday", question) is None
    assert answer("date", "en", "I pay on friday", "When will you pay?") == "2026-11-20"
