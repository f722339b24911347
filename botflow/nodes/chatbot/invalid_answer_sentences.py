"""What a question says, in the flow's language, when an answer does not fit and the author wrote no words for it."""

from __future__ import annotations

from botflow.languages import Bounded, Sentences, sentences_in
from botflow.nodes.answers.expectation import Expectation


def invalid_sentence(expectation: Expectation, reason: str, language: str) -> str:
    """Return a sentence that says what the question expects; in English for languages without sentences."""
    said = sentences_in(language)
    sentence = _expected(expectation, reason, said)
    return f"{said.unreadable} {sentence}" if reason == "not_words" else sentence


def _expected(expectation: Expectation, reason: str, said: Sentences) -> str:
    if expectation.kind == "text" and reason != "not_words" and (length := _bounded(expectation, said.length)):
        return length
    example = said.example if expectation.kind in ("integer", "number") else ""
    return said.expected[expectation.kind].format(bounds=_bounded(expectation, said.bounds) or example)


def _bounded(expectation: Expectation, phrases: Bounded) -> str:
    """Return the phrase for the given bounds, filled in; "" without bounds."""
    least, most = _written(expectation.least), _written(expectation.most)
    match (expectation.least, expectation.most):
        case (None, None):
            return ""
        case (_, None):
            return phrases.least.format(least=least)
        case (None, _):
            return phrases.most.format(most=most)
        case _:
            return phrases.both.format(least=least, most=most)


def _written(bound: float | str | None) -> str:
    return f"{bound:g}" if isinstance(bound, float) else str(bound)
