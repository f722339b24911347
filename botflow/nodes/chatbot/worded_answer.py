"""A stored answer as people read it: a date in their language, money, an option's label, "yes" for true."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time
from typing import Any

from botflow.engine.scene import Scene
from botflow.flow.templates.moments import read_value
from botflow.flow.templates.wording import (
    worded_date,
    worded_length,
    worded_moment,
    worded_money,
    worded_number,
    worded_time,
)
from botflow.languages import LANGUAGES, base_language, sentences_in
from botflow.nodes.answers.expectation import Expectation, Option

_MOMENTS = ("date", "time", "datetime")
_LONGEST = 60  # characters of an answer in a sentence


def worded_answer(expectation: Expectation, value: Any, language: str) -> str:
    """Return a stored value in words, cut if it is long; "" for one that has no short form, such as a file."""
    match value:
        case bool():
            said = sentences_in(language)
            return said.yes if value else said.no
        case int() | float() if expectation.kind == "duration":
            return worded_length(value, sentence_languages(language))
        case {"amount": amount, "currency": str(currency)}:
            return worded_money(amount, currency, sentence_languages(language))
        case int() | float():
            return worded_number(value, None, sentence_languages(language))
        case str() if expectation.kind in _MOMENTS:
            return worded_moment_text(value, sentence_languages(language))
        case str():
            return _shortened(_label(expectation.choices, value))
        case list() if expectation.choices:
            return _shortened(", ".join(_label(expectation.choices, str(each)) for each in value))
        case _:
            return ""


def tell_change(scene: Scene, expectation: Expectation, variable: str | None, value: Any) -> None:
    """If `value` corrects an earlier answer, say what changed, in the workflow's `correctedText` or a sentence."""
    before, scene.corrected = scene.corrected, None
    if before is None or scene.policy.corrected_text == "":
        return
    language = scene.language
    new = worded_answer(expectation, value, language) or _shortened(scene.inbound.text.strip())
    old = _former(expectation, before, variable, language)
    if new == old:
        return
    if scene.policy.corrected_text is not None:
        scene.say(scene.render_correction(scene.policy.corrected_text, old, new))
        return
    said = sentences_in(language)
    scene.say(said.changed.format(new=new, old=old) if old else said.changed_to.format(new=new))


def sentence_languages(language: str) -> tuple[str, ...]:
    """Return the language for dates and numbers in a sentence of botflow's own: that of the sentence."""
    return (language,) if base_language(language) in LANGUAGES else ("en",)


def worded_moment_text(text: str, languages: tuple[str, ...]) -> str:
    """Return a date, time or moment, given in ISO 8601, in words; any other text as it is."""
    try:
        value = read_value(text)
    except ValueError:
        return text
    if isinstance(value, time):
        return worded_time(datetime.combine(date(2000, 1, 1), value, UTC), "short", languages)
    return (
        worded_moment(value, "medium", languages)
        if isinstance(value, datetime)
        else worded_date(value, "long", languages)
    )


def _former(expectation: Expectation, before: Mapping[str, Any], variable: str | None, language: str) -> str:
    return worded_answer(expectation, before[variable], language) if variable and variable in before else ""


def _label(choices: Sequence[Option], id: str) -> str:
    return next((option.label for option in choices if option.id == id), id)


def _shortened(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST].rstrip()}…"
