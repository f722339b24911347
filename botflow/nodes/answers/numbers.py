"""Numbers as people write them: digits with their language's separators, and words ("twenty-one", "ein Dutzend")."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from math import isfinite
from types import MappingProxyType

from botflow.engine.inbound import Inbound
from botflow.engine.text_folding import fold
from botflow.languages import base_language, country_in
from botflow.nodes.answers.expectation import Accepted, Expectation, Reading, Refused

LARGEST = 2**53  # beyond it JavaScript, and with it a chat page, cannot tell integers apart
_LONGEST_NUMBER = 40  # characters
_MOST_WORDS = 8  # a longer text that happens to hold a number is not an answer to "how many?"
_PLAIN = re.compile(r"[+-]?[0-9]{1,15}")
_NUMBER = re.compile(r"(?<!\w)[0-9]+(?:[.,' ][0-9]+)*(?![0-9])(?![A-Za-z]+[0-9])")
_GROUPED = re.compile(r"[0-9]{1,3}([.,' ])[0-9]{3}(?:\1[0-9]{3})*")
_NEGATIVE = re.compile(r"\b(?:minus|negative|menos|moins)\s+(?=[0-9])", re.IGNORECASE)
_TYPOGRAPHY = str.maketrans({"−": "-", "–": "-", "’": "'"})
# Latin America writes a decimal point; Spain and the rest of the language's countries a comma.
_POINT_REGIONS = frozenset({"MX", "US", "PR", "GT", "HN", "NI", "SV", "DO", "PA", "PE"})
_COMMA_LANGUAGES = frozenset({"de", "es", "fr", "it", "nl", "pt"})
_ABOUT = re.compile(r"\bun[oa]s\s+", re.IGNORECASE)  # "unas cincuenta" is about fifty, not one and fifty
_NEGATIVE_WORDS = ("minus ", "moins ", "menos ", "negative ")
# Words that the library of number words does not know.
_WORDS: Mapping[str, Mapping[str, float]] = MappingProxyType(
    {
        "en": {"a dozen": 12, "dozen": 12, "half a dozen": 6, "two dozen": 24, "a couple": 2, "a pair": 2, "none": 0}
        | {"nil": 0, "half": 0.5, "a half": 0.5},
        "de": {"ein dutzend": 12, "dutzend": 12, "ein halbes dutzend": 6, "eine": 1, "einen": 1, "einer": 1, "zwo": 2}
        | {"keine": 0, "keinen": 0, "keins": 0, "zwei dutzend": 24, "ein halb": 0.5, "anderthalb": 1.5},
        "es": {"una": 1, "una docena": 12, "media docena": 6, "dos docenas": 24, "un par": 2, "ninguno": 0}
        | {"ninguna": 0, "veintiun": 21, "medio": 0.5},
        "fr": {"une": 1, "une douzaine": 12, "douzaine": 12, "une demi-douzaine": 6, "une demi douzaine": 6}
        | {"deux douzaines": 24, "aucun": 0, "aucune": 0},
    }
)


def read_integer(expectation: Expectation, inbound: Inbound, language: str, region: str | None) -> Reading:
    """Accept one whole number within the bounds."""
    number = find_number(inbound.text, language, region)
    if number is None:
        return Refused("not_a_number")
    if not isinstance(number, int) and not number.is_integer():
        return Refused("not_whole")
    return _bounded(int(number), expectation)


def read_number(expectation: Expectation, inbound: Inbound, language: str, region: str | None) -> Reading:
    """Accept one number within the bounds; the decimal separator is the language's."""
    number = find_number(inbound.text, language, region)
    return Refused("not_a_number") if number is None else _bounded(number, expectation)


def find_number(text: str, language: str, region: str | None) -> int | float | None:
    """Return the one number in `text`; None when there is no number, several, or too much other text."""
    text = text.strip()
    if _PLAIN.fullmatch(text) and text.isascii():
        return int(text)
    text = unicodedata.normalize("NFKC", text).translate(_TYPOGRAPHY)
    if len(text.split()) > _MOST_WORDS or text.endswith("?"):
        return None
    spoken = spoken_number(text, language)
    return spoken if spoken is not None else _written_number(spelled_out(text, language), language, region)


def spoken_number(text: str, language: str) -> int | float | None:
    """Return the number that the whole of `text` spells in words, or None."""
    folded = fold(text)
    tongue = base_language(language)
    negative = next((word for word in _NEGATIVE_WORDS if folded.startswith(word)), "")
    number = _WORDS.get(tongue, {}).get(folded.removeprefix(negative))
    if number is None:
        number = _library_number(_words(text).removeprefix(negative), tongue)
    return None if number is None else -number if negative else number


def _words(text: str) -> str:
    return text.casefold().strip(" \t\r\n.,;:!\"'()")


def _library_number(words: str, tongue: str) -> int | None:
    try:
        from text_to_num import text2num
    except ImportError:
        return None
    try:
        return int(text2num(words, tongue)) if words else None
    except (ValueError, OverflowError):  # not a number, or an unknown language
        return None


def spelled_out(text: str, language: str) -> str:
    """Return `text` with its number words as digits ("I need twenty-one" is "I need 21"); digits stay as they are."""
    if any(character.isdigit() for character in text):
        return text
    try:
        from text_to_num import alpha2digit
    except ImportError:
        return text
    try:
        return _NEGATIVE.sub("-", str(alpha2digit(_ABOUT.sub("", text), base_language(language), 0)))
    except ValueError:  # no such language
        return text


def _written_number(text: str, language: str, region: str | None) -> int | float | None:
    found = list(_NUMBER.finditer(text))
    if len(found) != 1:
        return None
    token, before = found[0][0], text[: found[0].start()]
    if len(token) > _LONGEST_NUMBER:
        return None
    if before.endswith((".", ",")):  # .5
        token, before = f"0.{token}", before[:-1]
    number = _parse(token, _has_decimal_comma(language, region))
    sign = before.rstrip(" €$£")
    is_negative = sign.endswith("-") and (len(sign) == 1 or sign[-2].isspace())
    return None if number is None else -number if is_negative else number


def _parse(token: str, decimal_comma: bool) -> int | float | None:
    """Read digits with separators. One that is not followed by three digits can only be a decimal separator."""
    if token.isdecimal():
        return int(token)
    decimal = "," if decimal_comma else "."
    grouped = _GROUPED.fullmatch(token)
    if grouped and (grouped[1] != decimal or token.count(decimal) > 1):
        return int(re.sub(r"[^0-9]", "", token))
    whole, fraction = (
        re.split(r"[.,](?=[0-9]+$)", token, maxsplit=1) if re.search(r"[.,][0-9]+$", token) else (token, "")
    )
    if not whole.isdecimal():
        if not _GROUPED.fullmatch(whole):
            return None
        whole = re.sub(r"[^0-9]", "", whole)
    number = float(f"{whole}.{fraction or 0}")
    return number if isfinite(number) else None


def _has_decimal_comma(language: str, region: str | None) -> bool:
    country = region or country_in(language)
    if base_language(language) == "es" and country.upper() in _POINT_REGIONS:
        return False
    return base_language(language) in _COMMA_LANGUAGES and country.upper() != "CH"


def _bounded(number: int | float, expectation: Expectation) -> Reading:
    """Check the number against the bounds, and against the range that every JSON parser can read."""
    least = max(-LARGEST, float(expectation.least)) if expectation.least is not None else -LARGEST
    most = min(LARGEST, float(expectation.most)) if expectation.most is not None else LARGEST
    if number < least:
        return Refused("too_small")
    return Refused("too_large") if number > most else Accepted(number)
