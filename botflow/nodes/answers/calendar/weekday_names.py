"""Names of weekdays in the languages that have no lexicon, from Unicode's locale data."""

from __future__ import annotations

from datetime import date
from functools import lru_cache

from botflow.languages import base_language
from botflow.nodes.answers.tokens import tokenize, unaccented


def contradicts_weekday(text: str, day: date, language: str) -> bool:
    """Say whether `text` names another weekday than that of `day`: "martedi 3 maggio", which is a Sunday."""
    names = _weekdays(base_language(language))
    named = {names[token.text] for token in tokenize(text) if token.text in names}
    return bool(named - {day.weekday()})


@lru_cache(maxsize=64)
def _weekdays(language: str) -> dict[str, int]:
    """Return the numbers of the weekdays (Monday is 0) by their names; {} for an unknown language."""
    from babel import Locale, UnknownLocaleError

    try:
        forms = Locale.parse(language).days["format"]
    except (ValueError, UnknownLocaleError):
        return {}
    days = [day for width in ("wide", "abbreviated") for day in forms[width].items()]
    names = [(unaccented(str(name)).rstrip("."), int(number)) for number, name in days]
    return {form: number for name, number in names for form in (name, name.partition("-")[0])}
