"""Texts, patterns, places and files; and what is understood without the extra `answers`."""

from __future__ import annotations

import re
import sys

import pytest

from botflow.engine.inbound import Location, Media
from botflow.languages import LANGUAGES, sentences_in
from botflow.nodes.answers.expectation import Accepted, Expectation, Kind, Option, Reading, Refused
from botflow.nodes.answers.read_answer import READERS, WORDLESS, read
from botflow.nodes.chatbot.invalid_answer_sentences import invalid_sentence
from tests.engine.inbounds import message

PHOTO = Media(url="https://files.test/1.jpg", content_type="image/jpeg")
FOR_EXAMPLE = (
    "for example|zum Beispiel|por ejemplo|par exemple|ad esempio|por exemplo|bijvoorbeeld|na przykład|örneğin|مثل"
)
LIBRARIES = ("dateparser", "email_validator", "phonenumbers", "text_to_num")


def answer(kind: Kind, text: str, language: str = "en") -> Reading:
    return read(Expectation(kind=kind), message(text), language, None)


def test_a_text_is_kept_as_it_was_written() -> None:
    assert answer("text", "  Ann-Kathrin ÖZ 🎉\n") == Accepted("Ann-Kathrin ÖZ 🎉")


@pytest.mark.parametrize("spelling", ["{}-{}", "{}_{}", "{}-Latn-{}"])
@pytest.mark.parametrize(
    ("kind", "language", "country", "text", "expected"),
    [
        ("date", "en", "US", "03/04/2027", "2027-03-04"),
        ("date", "en", "GB", "03/04/2027", "2027-04-03"),
        ("number", "de", "DE", "1.500", 1500),
        ("number", "de", "CH", "1.500", 1.5),
        ("number", "es", "MX", "1.500", 1.5),
        ("phone", "de", "AT", "0664 1234567", "+436641234567"),
    ],
)
def test_the_country_of_a_language_counts_however_the_language_is_spelt(
    kind: Kind, language: str, country: str, text: str, expected: object, spelling: str
) -> None:
    assert answer(kind, text, spelling.format(language, country)) == Accepted(expected)


@pytest.mark.parametrize(
    ("text", "expected"), [("ab", Refused("too_short")), ("abc", Accepted("abc")), ("abcdef", Refused("too_long"))]
)
def test_the_bounds_of_a_text_are_its_length(text: str, expected: object) -> None:
    assert read(Expectation(kind="text", least=3, most=5), message(text), "en", None) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [(" AB-12 ", Accepted("AB-12")), ("AB-123", Refused("no_match")), ("xAB-12", Refused("no_match"))],
)
def test_a_pattern_matches_the_whole_text(text: str, expected: object) -> None:
    assert read(Expectation(kind="regex", pattern="[A-Z]{2}-[0-9]{2}"), message(text), "en", None) == expected


@pytest.mark.parametrize("kind", [kind for kind in READERS if kind not in WORDLESS])
def test_a_photo_is_no_answer_to_a_question_that_wants_words(kind: Kind) -> None:
    expectation = Expectation(kind=kind, pattern=".*", choices=(Option(id="a", label="A"),))
    assert read(expectation, message("", media=(PHOTO,)), "en", None) == Refused("not_words")


def test_a_photo_with_words_answers_with_its_words() -> None:
    assert read(Expectation(kind="text"), message("my cat", media=(PHOTO,)), "en", None) == Accepted("my cat")


@pytest.mark.parametrize("text", ["", "   ", "\n\t"])
def test_an_empty_message_is_refused(text: str) -> None:
    assert {answer(kind, text) for kind in ("text", "integer", "date")} == {Refused("empty")}


def test_a_place_is_accepted_where_one_is_expected() -> None:
    inbound = message("", location=Location(latitude=52.5, longitude=13.4, label="Berlin"))
    assert read(Expectation(kind="location"), inbound, "en", None) == Accepted(
        {"latitude": 52.5, "longitude": 13.4, "label": "Berlin"}
    )
    assert answer("location", "Berlin") == Refused("no_location")


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        ("integer", "12", 12),
        ("number", "2.5", 2.5),
        ("integer", "a dozen", 12),
        ("date", "2026-12-01", "2026-12-01"),
        ("date", "tomorrow", "2026-11-19"),
        ("time", "2 pm", "14:00"),
        ("email", "ann@botflow.dev", "ann@botflow.dev"),
        ("phone", "+44 20 7946 0958", "+442079460958"),
        ("url", "example.com", "https://example.com"),
        ("yes_no", "yep", True),
    ],
)
def test_plain_answers_are_understood_without_the_extra_libraries(
    kind: Kind, text: str, value: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    for library in LIBRARIES:
        monkeypatch.setitem(sys.modules, library, None)
    assert answer(kind, text) == Accepted(value)


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("integer", "einundzwanzig Stück"),
        ("date", "domani"),
        ("time", "later"),
        ("email", "ann@"),
        ("phone", "call me"),
    ],
)
def test_without_the_extra_libraries_the_rest_is_refused(
    kind: Kind, text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for library in LIBRARIES:
        monkeypatch.setitem(sys.modules, library, None)
    assert isinstance(answer(kind, text, "it"), Refused)


@pytest.mark.parametrize("kind", ["yes_no", "choice", "choices", "date", "phone"])
def test_a_character_that_stands_for_a_phrase_is_as_long_as_the_phrase(kind: Kind) -> None:
    expectation = Expectation(kind=kind, choices=(Option(id="red", label="Red"),))
    assert read(expectation, message("\ufdfa" * 500), "en", None) == Refused("too_long")  # 9,000 letters


@pytest.mark.parametrize("kind", [kind for kind in READERS if kind not in ("text", "regex", *WORDLESS)])
def test_a_long_story_is_not_searched_for_an_answer(kind: Kind) -> None:
    story = message("yes 12 tomorrow 14:30 ann@botflow.dev +44 20 7946 0958 example.com red " * 40)
    expectation = Expectation(kind=kind, choices=(Option(id="red", label="Red"),))
    assert read(expectation, story, "en", None) == Refused("too_long")


ALWAYS: tuple[Kind, ...] = ("date", "time", "email", "phone", "url", "integer", "number", "yes_no")
OWN_WORDS: tuple[Kind, ...] = ("datetime", "duration", "money", "choices")


@pytest.mark.parametrize(
    ("kind", "language"),
    [
        *((kind, language) for kind in ALWAYS for language in (*LANGUAGES, "de-AT", "pt-BR", "ja", "zh-Hant", "haw")),
        *((kind, language) for kind in OWN_WORDS for language in LANGUAGES),
    ],
)
def test_the_examples_of_a_prompt_are_accepted_in_each_language(language: str, kind: Kind) -> None:
    choices = tuple(Option(id=name, label=name) for name in ("red", "green", "blue")) if kind == "choices" else ()
    expectation = Expectation(kind=kind, choices=choices)
    said = invalid_sentence(expectation, "x", language)
    quoted = re.findall(
        "[\u201c\u201e\u00ab\u2018]\\s?([^\u201c-\u201e\u2018\u2019\u00ab\u00bb]+?)\\s?[\u201d\u201c\u00bb\u2019]", said
    )
    examples = quoted or re.findall(rf"(?:{FOR_EXAMPLE})\s(\S[^,.]*(?:\.\w+)?)", said)
    if kind == "yes_no":
        examples = [sentences_in(language).yes, sentences_in(language).no]
    assert examples
    for example in examples:
        example = example.strip("\u2066\u2069")
        assert isinstance(read(expectation, message(example), language, None), Accepted), example


NO_LEXICON = ("it", "pt", "nl", "pl", "tr", "ar")


@pytest.mark.parametrize("language", NO_LEXICON)
def test_yes_and_no_are_read_in_every_language_that_botflow_speaks(language: str) -> None:
    said = sentences_in(language)
    for word in (said.yes, said.yes.upper(), f"{said.yes}.", f" {said.yes.capitalize()}!"):
        assert answer("yes_no", word, language) == Accepted(True), word
    for word in (said.no, said.no.capitalize(), f"{said.no}."):
        assert answer("yes_no", word, language) == Accepted(False), word


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("no", "pl"),  # "well", and often yes
        ("no tak", "pl"),
        ("ne", "tr"),  # "what"
        ("no, gracias", "ar"),
        ("mica", "it"),
        ("sim mas n\u00e3o", "pt"),
        ("ja maar nee", "nl"),
        ("evet hay\u0131r", "tr"),
        ("nie wiem", "pl"),
        ("non lo so", "it"),
    ],
)
def test_a_word_that_means_something_else_in_a_language_stores_nothing(text: str, language: str) -> None:
    assert answer("yes_no", text, language) == Refused("not_yes_no")


@pytest.mark.parametrize(
    ("kind", "text", "expected"),
    [
        ("integer", "\u200f3", 3),
        ("number", "\u20661.5\u2069", 1.5),
        ("time", "\u206614:30\u2069", "14:30"),
        ("date", "\u200f12/3/2027\u200f", "2027-03-12"),
        ("duration", "\u20662 h\u2069", 7200),
        ("money", "\u200e20 EUR", {"amount": 20, "currency": "EUR"}),
        ("phone", "\u200e+20 2 2345 6789", "+20223456789"),
        ("email", "\u2066anna@botflow.dev\u2069", "anna@botflow.dev"),
        ("yes_no", "\u200fنعم\u200f", True),
    ],
)
def test_marks_of_direction_change_no_answer(kind: Kind, text: str, expected: object) -> None:
    assert answer(kind, text, "ar") == Accepted(expected)
