"""What a question says of the day that answers it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from botflow.nodes.answers.calendar.question_of_days import is_about_past
from botflow.nodes.answers.expectation import Accepted, Expectation
from botflow.nodes.answers.read_answer import read
from botflow.testing import read_answer
from tests.engine.inbounds import message

WEDNESDAY = datetime(2026, 3, 11, 10, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("language", "question"),
    [
        ("en", "When did you buy it?"),
        ("en", "Since when do you have the fever?"),
        ("en", "When were you last here?"),
        ("de", "Wann haben Sie das Gerät gekauft?"),
        ("de", "Wann ist es passiert?"),
        ("de", "Seit wann haben Sie Schmerzen?"),
        ("es", "¿Cuándo llegó el paquete?"),
        ("es", "¿Desde cuándo le duele?"),
        ("fr", "Quand avez-vous acheté l'appareil ?"),
        ("fr", "Quand est-il arrivé ?"),
        ("fr", "Depuis quand ?"),
    ],
)
def test_a_question_about_the_past_is_known(language: str, question: str) -> None:
    assert is_about_past(question, language)


@pytest.mark.parametrize(
    ("language", "question"),
    [
        ("en", "When would you like to come?"),
        ("en", "Which day were you thinking of?"),
        ("de", "Wann haben Sie Zeit?"),
        ("de", "Wann möchten Sie abgeholt werden?"),
        ("de", "Bis wann soll es geliefert sein?"),
        ("es", "¿Cuándo quiere venir?"),
        ("es", "¿Qué día le viene bien?"),
        ("fr", "Quand voulez-vous venir ?"),
        ("fr", "Quand êtes-vous disponible ?"),
        ("pl", "Kiedy?"),
    ],
)
def test_other_questions_are_about_the_future(language: str, question: str) -> None:
    assert not is_about_past(question, language)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("Monday", "2026-03-09"),
        ("the 9th", "2026-03-09"),
        ("the 20th", "2026-02-20"),
        ("5 January", "2026-01-05"),
        ("11 March", "2026-03-11"),
        ("29 February", "2024-02-29"),
        ("yesterday", "2026-03-10"),
        ("Wednesday", None),
        ("Monday, 9 March", "2026-03-09"),
        ("Friday 20 February", "2026-02-20"),
        ("friday next week", "2026-03-20"),
    ],
)
def test_a_day_in_the_past_is_the_last_one(text: str, day: str | None) -> None:
    """Wednesday, said on a Wednesday, may be today or a week ago."""
    assert read_answer("date", text, question="When did it happen?", received_at=WEDNESDAY) == day
    last = Expectation(kind="date", most="2026-03-11")
    reading = read(last, message(text, received_at=WEDNESDAY), "en", "GB")
    assert (reading.value if isinstance(reading, Accepted) else None) == (day if (day or "") <= "2026-03-11" else None)
