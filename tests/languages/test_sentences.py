"""What botflow says in each language: nothing is missing, and every place to fill in is one that is filled."""

from __future__ import annotations

from dataclasses import fields
from string import Formatter
from typing import Any, get_args

import pytest

from botflow.languages import LANGUAGES, Sentences, base_language, country_in, sentences_in
from botflow.nodes.answers.expectation import Kind
from botflow.nodes.answers.file_kinds import FAMILIES


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def every_sentence(value: Any) -> list[str]:
    match value:
        case str():
            return [value]
        case tuple():
            return list(value)
        case _:
            return list(value.values())


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_language_has_a_sentence_for_each_kind_of_answer(language: str) -> None:
    assert sorted(LANGUAGES[language].expected) == sorted(get_args(Kind))


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_language_has_a_word_for_each_kind_of_file(language: str) -> None:
    assert sorted(LANGUAGES[language].file_kinds) == sorted((*FAMILIES, "pdf"))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("field", [field.name for field in fields(Sentences)])
def test_each_sentence_is_there_and_has_the_places_of_the_english_one(language: str, field: str) -> None:
    english, translated = getattr(LANGUAGES["en"], field), getattr(LANGUAGES[language], field)

    assert all(sentence.strip() for sentence in every_sentence(translated))
    assert [placeholders(sentence) for sentence in every_sentence(translated)] == [
        placeholders(sentence) for sentence in every_sentence(english)
    ]


@pytest.mark.parametrize("tag", ["de", "de-AT", "DE-at", "de_CH"])
def test_a_region_does_not_change_the_language(tag: str) -> None:
    assert base_language(tag) == "de"
    assert sentences_in(tag) is LANGUAGES["de"]


def test_english_stands_in_for_a_language_that_botflow_does_not_speak() -> None:
    assert sentences_in("tlh") is LANGUAGES["en"]


@pytest.mark.parametrize(
    ("tag", "country"),
    [
        *((tag, "GB") for tag in ("en-GB", "en_GB", "en-gb", "en-Latn-GB", "en_Latn_GB", "en-GB-oxendict")),
        *((tag, "") for tag in ("en", "en-", "", "en-Latn", "es-419", "en-x-gb", "en-u-ca-gregory", "../..")),
    ],
)
def test_the_country_of_a_language_tag(tag: str, country: str) -> None:
    assert country_in(tag) == country
