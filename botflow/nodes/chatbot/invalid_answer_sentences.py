"""What a question says, in the flow's language, when an answer does not fit and the author wrote no words for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from botflow.flow.templates.wording import worded_number
from botflow.languages import Bounded, Sentences, sentences_in
from botflow.nodes.answers.expectation import Expectation
from botflow.nodes.answers.file_kinds import TYPES
from botflow.nodes.answers.numbers.ratings import scale_of
from botflow.nodes.chatbot.worded_answer import sentence_languages, worded_moment_text


def invalid_sentence(expectation: Expectation, reason: str, language: str) -> str:
    """Return a sentence that says what the question expects; in English for languages without sentences."""
    said = sentences_in(language)
    sentence = _expected(expectation, reason, said, sentence_languages(language))
    return f"{said.unreadable} {sentence}" if reason == "not_words" else sentence


def _expected(expectation: Expectation, reason: str, said: Sentences, languages: tuple[str, ...]) -> str:
    if expectation.kind == "text" and reason != "not_words":
        length = _bounded(expectation, said.length, languages)
        if length:
            return length
    if expectation.kind in ("media", "file"):
        return _files(expectation, said, languages)
    if expectation.kind == "choices" and reason != "not_words" and (several := _several(expectation, said, languages)):
        return several
    if expectation.kind == "rating":
        least, most = scale_of(expectation)
        expectation = replace(expectation, least=least, most=most)
    example = said.example if expectation.kind in ("integer", "number") else ""
    phrases = said.dates if expectation.kind in ("date", "datetime") else said.bounds
    return said.expected[expectation.kind].format(bounds=_bounded(expectation, phrases, languages) or example)


def _files(expectation: Expectation, said: Sentences, languages: tuple[str, ...]) -> str:
    """Return which files are expected: of which kinds, and how large at most."""
    size = ""
    if expectation.max_size is not None:
        size = said.file_size.format(size=_size(expectation.max_size, said, languages))
    if not expectation.accept:
        return said.expected[expectation.kind].format(bounds=size)
    return said.files.format(kinds=_either([_file_kind(kind, said) for kind in expectation.accept], said.either) + size)


def _file_kind(kind: str, said: Sentences) -> str:
    """Return a kind of file in words: "a picture", or by its extension "a DOCX file"."""
    family = kind.removesuffix("/*")
    if family in said.file_kinds:
        return said.file_kinds[family]
    extension = next((name for name, types in TYPES.items() if kind in types), kind)
    return said.file_of_type.format(type=extension.upper())


def _size(size: int, said: Sentences, languages: tuple[str, ...]) -> str:
    unit, divisor = ("megabyte", 1_000_000) if size >= 1_000_000 else ("kilobyte", 1_000)
    return f"{worded_number(size / divisor, None, languages)} {said.file_units[unit]}"


def _several(expectation: Expectation, said: Sentences, languages: tuple[str, ...]) -> str:
    """Return how many of the choices are expected; "" without bounds."""
    if expectation.least is not None and expectation.least == expectation.most:
        return said.exactly.format(least=_worded(expectation.least, languages))
    return _bounded(expectation, said.several, languages)


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
    return worded_moment_text(bound, languages)
