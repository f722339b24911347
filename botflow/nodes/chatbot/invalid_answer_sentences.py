"""What a question says, in the flow's language, when an answer does not fit and the author wrote no words for it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time

from botflow.flow.templates.moments import read_value
from botflow.flow.templates.wording import worded_date, worded_number, worded_time
from botflow.languages import LANGUAGES, Bounded, Sentences, base_language, sentences_in
from botflow.nodes.answers.expectation import Expectation


def invalid_sentence(expectation: Expectation, reason: str, language: str) -> str:
    """Return a sentence that says what the question expects; in English for languages without sentences."""
    said = sentences_in(language)
    sentence = _expected(expectation, reason, said, _languages(language))
    return f"{said.unreadable} {sentence}" if reason == "not_words" else sentence


def _languages(language: str) -> tuple[str, ...]:
    """Return the language for dates and numbers in a sentence: that of the sentence."""
    return (language,) if base_language(language) in LANGUAGES else ("en",)


def _expected(expectation: Expectation, reason: str, said: Sentences, languages: tuple[str, ...]) -> str:
    if expectation.kind == "text" and reason != "not_words":
        length = _bounded(expectation, said.length, languages)
        if length:
            return length
    if expectation.kind == "media" and expectation.accept:
        return said.files.format(kinds=_either([said.file_kinds[kind] for kind in expectation.accept], said.either))
    example = said.example if expectation.kind in ("integer", "number") else ""
    phrases = said.dates if expectation.kind == "date" else said.bounds
    return said.expected[expectation.kind].format(bounds=_bounded(expectation, phrases, languages) or example)


def _either(kinds: Sequence[str], either: str) -> str:
    """Return `a picture, a video or a PDF file`, by the language's word between the last two."""
    *first, last = dict.fromkeys(kinds)
    return f"{', '.join(first)}{either}{last}" if first else last


def _bounded(expectation: Expectation, phrases: Bounded, languages: tuple[str, ...]) -> str:
    """Return the phrase for the given bounds, filled in; "" without bounds."""
    least, most = (_worded(bound, languages) for bound in (expectation.least, expectation.most))
    match (expectation.least, expectation.most):
        case (None, None):
            return ""
        case (_, None):
            return phrases.least.format(least=least)
        case (None, _):
            return phrases.most.format(most=most)
        case _:
            return phrases.both.format(least=least, most=most)


def _worded(bound: float | str | None, languages: tuple[str, ...]) -> str:
    """Return a bound as people write it: a number, or a date or time, which are held in ISO 8601."""
    if bound is None:
        return ""
    if not isinstance(bound, str):
        return worded_number(bound, None, languages)
    value = read_value(bound)
    if isinstance(value, time):
        return worded_time(datetime.combine(date(2000, 1, 1), value, UTC), "short", languages)
    return worded_date(value, "long", languages)
