"""Phone numbers: the form in which they are stored and compared, and a number's country and time zone.

That form is E.164, a plus and up to 15 digits. Country and time zone come from the numbering plans in phonenumbers
(the extra `answers`); without it they are unknown.
"""

from __future__ import annotations

import re
import unicodedata
from importlib.util import find_spec
from zoneinfo import ZoneInfo

from botflow.errors import UsageError
from botflow.flow.graph import Flow

E164 = re.compile(r"\+[1-9][0-9]{6,14}")  # a country code does not begin with 0
_SPACING = re.compile(r"[\s\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069().\u2010-\u2015/-]+")
_DIGITS = re.compile(r"[1-9][0-9]{10,14}")  # with a country code; shorter ones may as well be domestic
_LONGEST = 64  # characters of a text that may be a number
_TRUNK_ZERO = "(0)"  # +44 (0)20: the zero is for domestic calls and not dialled from abroad
_KEEPS_ZERO = re.compile(r"\s*(?:\+|00)\s*(?:39|378)")  # but in Italy, the Vatican and San Marino it is


def normal_number(written: str, region: str = "") -> str:
    """Return a number in E.164; anything else (a short code, a sender's name) without the blanks around it.

    A number begins with + or 00, or has at least 11 digits, or is a domestic number of `region` (ISO 3166, such as
    `US`), which only phonenumbers can tell. Blanks, dashes, brackets, dots and digits of any script do not matter. The
    same text and region give the same result everywhere.
    """
    text = written.strip()
    if len(text) > _LONGEST:
        return text
    plain = _plain_digits(text)
    dialled = plain if _KEEPS_ZERO.match(plain) else plain.replace(_TRUNK_ZERO, "")
    number = _with_country_code(_SPACING.sub("", dialled), region)
    return number if E164.fullmatch(number) else text


def _with_country_code(bare: str, region: str) -> str:
    if bare.startswith("+"):
        return bare
    if bare.startswith("00"):
        return "+" + bare[2:]
    if region and (domestic := _domestic(bare, region)):
        return domestic
    return "+" + bare if _DIGITS.fullmatch(bare) else bare


def _domestic(bare: str, region: str) -> str | None:
    """Return the number in E.164 that is dialled like this in `region`; None if its plan has no such length."""
    try:
        import phonenumbers
    except ImportError:
        return None
    try:
        parsed = phonenumbers.parse(bare, region)
    except phonenumbers.NumberParseException:
        return None
    if phonenumbers.is_possible_number_with_reason(parsed) != phonenumbers.ValidationResult.IS_POSSIBLE:
        return None
    return str(phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164))


def _plain_digits(text: str) -> str:
    """Return the text with ASCII digits and signs for those of other scripts and widths."""
    folded = unicodedata.normalize("NFKC", text)
    return "".join(str(unicodedata.decimal(char)) if char.isdecimal() else char for char in folded)


def country_of(number: str) -> str | None:
    """Return the country of a number in E.164 as an ISO 3166 code; None if it is not a number.

    A number that is in no numbering plan counts for its calling code's main country.
    """
    try:
        import phonenumbers
    except ImportError:
        return None
    try:
        parsed = phonenumbers.parse(number, None)
    except phonenumbers.NumberParseException:
        return None
    assert parsed.country_code is not None
    found = phonenumbers.region_code_for_number(parsed) or phonenumbers.region_code_for_country_code(
        parsed.country_code
    )
    return None if found in (None, "ZZ", "001") else str(found)


def zone_of(number: str) -> ZoneInfo | None:
    """Return the time zone of a number in E.164, if it has exactly one and this machine knows it."""
    try:
        import phonenumbers
        from phonenumbers.timezone import time_zones_for_number
    except ImportError:
        return None
    try:
        zones = time_zones_for_number(phonenumbers.parse(number, None))
        return ZoneInfo(zones[0]) if len(zones) == 1 else None
    except (phonenumbers.NumberParseException, ValueError, OSError, LookupError):  # Etc/Unknown is not a zone either
        return None


def knows_numbers() -> bool:
    """Say whether phonenumbers is installed."""
    return find_spec("phonenumbers") is not None


def require_numbers(flow: Flow) -> None:
    """UsageError `countries.unsupported` when a workflow names countries and phonenumbers is not installed."""
    if flow.policy.countries and not knows_numbers():
        raise UsageError(
            f"the workflow {flow.id!r} names countries, and a number's country cannot be told here",
            code="countries.unsupported",
            hint="pip install 'botflow[answers]', or leave `countries` out",
        )
