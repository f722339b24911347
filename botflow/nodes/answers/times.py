"""Times of day: 14:30, 2 pm, half past two, halb drei, las tres y media, 14 h 30."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from types import MappingProxyType

from botflow.engine.inbound import Inbound
from botflow.languages import base_language
from botflow.nodes.answers.expectation import Accepted, Expectation, Reading, Refused
from botflow.nodes.answers.numbers import spelled_out

_MOST_WORDS = 8
_CLOCK = re.compile(r"(?<![0-9:.])([0-9]{1,2})\s?(?:[:.]|h|uhr|heures?)\s?([0-9]{2})(?::[0-9]{2})?(?![0-9:])")
_HOUR = re.compile(r"(?<![0-9:.,])([0-9]{1,2})(?![0-9]|[:.,][0-9])")
_AFTERNOON = re.compile(
    r"[0-9 ]p\.?\s?m\b|\bafternoon\b|\bevening\b|\bnachmittags?\b|\babends?\b|\bde la (?:tarde|noche)\b"
    r"|\bapres.midi\b|\bdu soir\b|\btonight\b|\bat night\b|\bnachts\b"
)
_MORNING = re.compile(r"[0-9 ]a\.?\s?m\b|\bmorning\b|\bmorgens?\b|\bvormittags?\b|\bde la manana\b|\bdu matin\b")
_WORDS: Mapping[str, str] = MappingProxyType(
    {"noon": "12:00", "midday": "12:00", "midnight": "00:00", "mittag": "12:00", "mittags": "12:00"}
    | {"mitternacht": "00:00", "mediodia": "12:00", "medianoche": "00:00", "midi": "12:00", "minuit": "00:00"}
)
_SHARES = {"quarter": 15, "viertel": 15, "cuarto": 15, "quart": 15, "half": 30, "media": 30, "demie": 30, "demi": 30}
_SHARE = "|".join(_SHARES)
_HOURS, _MINUTES = r"(?P<hour>[0-9]{1,2})", rf"(?P<minutes>[0-9]{{1,2}}|{_SHARE})"
# Per language: minutes after the hour, and minutes before it.
_AFTER: Mapping[str, re.Pattern[str]] = MappingProxyType(
    {
        "en": re.compile(rf"{_MINUTES}(?: minutes?)? (?:past|after) {_HOURS}"),
        "de": re.compile(rf"{_MINUTES}(?: minuten?)? nach {_HOURS}"),
        "es": re.compile(rf"{_HOURS} y {_MINUTES}"),
        "fr": re.compile(rf"{_HOURS}(?: ?h| heures?)? (?:et )?{_MINUTES}"),
    }
)
_BEFORE: Mapping[str, re.Pattern[str]] = MappingProxyType(
    {
        "en": re.compile(rf"{_MINUTES}(?: minutes?)? (?:to|before|till) {_HOURS}"),
        "de": re.compile(rf"{_MINUTES}(?: minuten?)? vor {_HOURS}"),
        "es": re.compile(rf"{_HOURS} menos {_MINUTES}"),
        "fr": re.compile(rf"{_HOURS}(?: ?h| heures?)? moins (?:le )?{_MINUTES}"),
    }
)
_HALF_TO = re.compile(r"\b(halb|dreiviertel) ([0-9]{1,2})")


def read_time(expectation: Expectation, inbound: Inbound, language: str, region: str | None) -> Reading:
    """Accept one time of day, as HH:MM on the 24-hour clock."""
    value = find_time(inbound.text, language)
    if value is None:
        return Refused("not_a_time")
    if isinstance(expectation.least, str) and value < expectation.least:
        return Refused("too_early")
    return Refused("too_late") if isinstance(expectation.most, str) and value > expectation.most else Accepted(value)


def find_time(text: str, language: str) -> str | None:
    """Return the time of day that `text` names, or None."""
    if len(text.split()) > _MOST_WORDS:
        return None
    text = text.casefold().replace("cuarto", "quart")  # otherwise the library of number words reads "the fourth"
    decomposed = unicodedata.normalize("NFKD", spelled_out(text, language))
    text = "".join(character for character in decomposed if not unicodedata.combining(character)).strip()
    minutes = _minutes_of_day(text, base_language(language))
    if minutes is None:
        named = {_WORDS[word] for word in re.findall(r"[a-z]+", text) if word in _WORDS}
        return named.pop() if len(named) == 1 else None
    if _AFTERNOON.search(text) and minutes < 12 * 60:
        minutes += 12 * 60
    elif _MORNING.search(text) and 12 * 60 <= minutes < 13 * 60:
        minutes -= 12 * 60
    return f"{minutes // 60:02}:{minutes % 60:02}"


def _minutes_of_day(text: str, tongue: str) -> int | None:
    clock = _CLOCK.findall(text)
    if clock:
        return _on_the_clock(int(clock[0][0]), int(clock[0][1])) if len(clock) == 1 else None
    if half := _HALF_TO.search(text):
        return _on_the_clock(int(half[2]), -30 if half[1] == "halb" else -15)
    for patterns, sign in ((_BEFORE, -1), (_AFTER, 1)):
        if tongue in patterns and (found := patterns[tongue].search(text)):
            written = found["minutes"]
            return _on_the_clock(int(found["hour"]), sign * (_SHARES.get(written) or int(written)))
    hours = _HOUR.findall(text)
    return _on_the_clock(int(hours[0]), 0) if len(hours) == 1 else None


def _on_the_clock(hour: int, minutes: int) -> int | None:
    """Return minutes since midnight; None for an hour or a minute that does not exist."""
    if hour > 24 or abs(minutes) > 59 or (hour == 24 and minutes > 0):
        return None
    return (hour * 60 + minutes) % (24 * 60)
