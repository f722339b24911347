"""What a person is told when an earlier answer has changed."""

from __future__ import annotations

import pytest

from botflow.flow.problems import FlowProblems
from tests.engine.corrections.test_the_answer_that_changes import CITY, FORM, MANY, talk


@pytest.mark.parametrize(
    ("language", "said", "told"),
    [
        ("en", "I meant 5", "Changed: 5 instead of 4."),
        ("de", "ich meinte 5", "Geändert: 5 statt 4."),
        ("es", "quise decir 5", "Cambiado: 5 en lugar de 4."),
        ("fr", "je voulais dire 5", "C'est modifié : 5 au lieu de 4."),
        ("ja", "I meant 5", "Changed: 5 instead of 4."),
    ],
)
def test_the_person_is_told_what_changed(language: str, said: str, told: str) -> None:
    conversation = talk(FORM, "Oslo", "4", language=language)
    assert conversation.says(said) == [told, "Sure?"]


def test_an_author_words_it_anew() -> None:
    text = "Now {{ many }} ({{ $correction.new }}, was {{ $correction.old }}) in {{ city }}."
    conversation = talk(FORM, "Oslo", "4", correctedText=text)
    assert conversation.says("I meant 5") == ["Now 5 (5, was 4) in Oslo.", "Sure?"]


def test_what_the_text_reads_is_checked() -> None:
    with pytest.raises(FlowProblems, match="there is no node 'correctoin'"):
        talk(FORM, correctedText="{{ $correctoin.new }}")
    with pytest.raises(FlowProblems, match="there is no node 'correction'"):
        talk(FORM, recap="{{ $correction.new }}")


def test_an_author_switches_it_off() -> None:
    conversation = talk(FORM, "Oslo", "4", correctedText="")
    assert conversation.says("I meant 5") == ["Sure?"]
    assert conversation.variables["many"] == 5


def test_without_a_variable_the_new_answer_alone_is_told() -> None:
    bare = {**MANY, "properties": {key: value for key, value in MANY["properties"].items() if key != "variable"}}
    conversation = talk((CITY, bare, *FORM[2:]), "Oslo", "4")
    assert conversation.says("I meant 5") == ["Changed: 5.", "Sure?"]


def test_a_long_answer_is_told_in_part() -> None:
    conversation = talk(FORM, "x" * 500)
    told = conversation.says("I meant Rome")[0]
    assert len(told) < 140
    assert "Rome" in told
