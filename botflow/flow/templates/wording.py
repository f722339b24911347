"""Dates, times and numbers as people of a language write them, by the Unicode CLDR (the library Babel).

Babel is imported with the first value that is worded: most processes and flows never need it.
CLDR puts no-break spaces into times and amounts. They become plain spaces here: one of them makes a text message that
fits into one segment two or three, and no phone breaks a line better for it.
"""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from functools import lru_cache
from typing import TYPE_CHECKING, Literal, TypeGuard, get_args

from botflow.errors import did_you_mean
from botflow.flow.templates.moments import shown

if TYPE_CHECKING:
    from babel.core import Locale

Style = Literal["short", "medium", "long", "full"]
STYLES: tuple[Style, ...] = get_args(Style)
LONGEST_PATTERN = 64  # characters
MOST_DECIMALS = 10
_LARGEST_NUMBER = 10**18
_QUOTED = re.compile(r"'[^']*'")
_RUN = re.compile(r"([A-Za-z])\1*")
_DATE_LETTERS = frozenset("GyMLEecdQqw")
_TIME_LETTERS = frozenset("aHhKkmsSzZvVOXx")
_ADVICE = {
    "Y": "the year is yyyy",
    "D": "the day of the month is d or dd",
    "m": "m is the minute; the month is M or MM",
    "M": "M is the month; the minute is mm",
}
_NUMBER = re.compile(r"[+-]?[0-9]{1,30}(\.[0-9]{1,30})?")
# In numbers also the minus sign and the apostrophe of some languages, which no GSM-7 text message holds.
_PLAIN = str.maketrans(dict.fromkeys("\u00a0\u202f\u2009", " "))
_PLAIN_NUMBER = {**_PLAIN, ord("\u2212"): "-", ord("\u2019"): "'"}


def date_style(written: object) -> str:
    """Return a style or pattern for a date; ValueError says what is wrong with it."""
    return _style(written, _DATE_LETTERS, "a date", "d MMMM yyyy")


def time_style(written: object) -> str:
    """The same for a time."""
    return _style(written, _TIME_LETTERS, "a time", "HH:mm")


def moment_style(written: object) -> str:
    """The same for a date and time."""
    return _style(written, _DATE_LETTERS | _TIME_LETTERS, "a date and time", "d MMMM yyyy HH:mm")


def decimals(written: object) -> int:
    """Return a number of decimals; ValueError when it is not one."""
    if isinstance(written, bool) or not isinstance(written, int) or not 0 <= written <= MOST_DECIMALS:
        raise ValueError(f"{shown(written)} is no number of decimals; write 0 to {MOST_DECIMALS}, without quotes")
    return written


def currency(written: object) -> str:
    """Return a currency's code in ISO 4217; ValueError when there is none."""
    from babel import localedata

    known = localedata.load("root")["currency_names"].keys() | localedata.load("en")["currency_names"].keys()
    code = written.strip().upper() if isinstance(written, str) else ""
    if code not in known:
        raise ValueError(
            f"there is no currency {shown(written)}: {did_you_mean(code, known, 'write its code, as in EUR')}"
        )
    return code


def worded_date(value: date, style: str, languages: tuple[str, ...]) -> str:
    from babel.dates import format_date

    return format_date(value, style, locale=locale_of(languages)).translate(_PLAIN)


def worded_time(moment: datetime, style: str, languages: tuple[str, ...]) -> str:
    """Word the time of a moment, by the clock of its zone."""
    from babel.dates import format_time

    return format_time(moment, style, tzinfo=moment.tzinfo, locale=locale_of(languages)).translate(_PLAIN)


def worded_moment(moment: datetime, style: str, languages: tuple[str, ...]) -> str:
    """Word a date and time; a style is that of the date, and the time has hours and minutes."""
    from babel.dates import format_datetime, get_datetime_format

    locale = locale_of(languages)
    if not _is_style(style):
        return format_datetime(moment, style, tzinfo=moment.tzinfo, locale=locale).translate(_PLAIN)
    both = str(get_datetime_format(style, locale=locale)).replace("'", "")
    clock = worded_time(moment, "short", languages)
    return both.replace("{0}", clock).replace("{1}", worded_date(moment, style, languages)).translate(_PLAIN)


def worded_number(value: object, places: int | None, languages: tuple[str, ...]) -> str:
    """Word a number, with this many decimals, or with those it has, at most three; a half is rounded up."""
    from babel.numbers import format_decimal

    number = _rounded(read_number(value), 3 if places is None else places)
    locale = locale_of(languages)
    pattern = None
    if places is not None:
        whole = locale.decimal_formats[None].pattern
        pattern = re.sub(r"\.[#0]+", "." + "0" * places if places else "", whole)
    return format_decimal(number, pattern, locale=locale).translate(_PLAIN_NUMBER)


def worded_money(value: object, code: str, languages: tuple[str, ...]) -> str:
    """Word an amount with as many decimals as its currency has; a half is rounded up."""
    from babel.numbers import format_currency, get_currency_precision

    amount = _rounded(read_number(value), get_currency_precision(code))
    return format_currency(amount, code, locale=locale_of(languages)).translate(_PLAIN_NUMBER)


def worded_length(seconds: float, languages: tuple[str, ...]) -> str:
    """Word a length of time in days, hours, minutes and seconds: "2 hours, 30 minutes"."""
    from babel.units import format_unit

    parts: list[str] = []
    rest = seconds
    for unit, size in (("day", 86_400), ("hour", 3_600), ("minute", 60), ("second", 1)):
        count, rest = (rest, 0) if unit == "second" else divmod(rest, size)
        if count or (unit == "second" and not parts):
            parts.append(format_unit(count, f"duration-{unit}", locale=locale_of(languages)).translate(_PLAIN_NUMBER))
    return ", ".join(parts)


def read_number(value: object) -> Decimal:
    """Return a number, or a text that is one, such as `12.50`; ValueError when it is neither, or too large."""
    if isinstance(value, Decimal):
        number = value
    elif isinstance(value, int | float) and not isinstance(value, bool):
        number = Decimal(str(value))
    elif isinstance(value, str) and _NUMBER.fullmatch(value.strip()):
        number = Decimal(value.strip())
    else:
        raise ValueError(f"{shown(value)} is no number")
    if not number.is_finite() or abs(number) >= _LARGEST_NUMBER:
        raise ValueError(f"the number {shown(value)} is too large")
    return number


def _rounded(number: Decimal, places: int) -> Decimal:
    try:
        rounded = number.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    except InvalidOperation:
        raise ValueError(f"the number {number} is too long") from None
    return rounded if rounded else abs(rounded)  # never -0


def _is_style(style: str) -> TypeGuard[Style]:
    return style in STYLES


def _style(written: object, letters: frozenset[str], what: str, example: str) -> str:
    if not isinstance(written, str) or not written.strip() or len(written) > LONGEST_PATTERN:
        raise ValueError(
            f"{shown(written)} is no style for {what}: write {', '.join(STYLES)}, "
            f'or a pattern of at most {LONGEST_PATTERN} characters such as "{example}"'
        )
    if written in STYLES:
        return written
    if "%" in written:
        raise ValueError(f'{shown(written)} is a pattern of another language; write it as "{example}"')
    bare = _QUOTED.sub("", written)
    fields = {found[1] for found in _RUN.finditer(bare)}
    for letter in sorted(fields - letters):
        hint = _ADVICE.get(letter) or did_you_mean(written, STYLES, "words stand in 'single quotes'")
        raise ValueError(f"{letter!r} in {shown(written)} is no field of {what}: {hint}")
    if "m" in fields and not fields & frozenset("HhKk"):
        raise ValueError(f"{shown(written)} has minutes (m) without an hour (H): the month is M or MM")
    if not fields or "'" in bare:
        raise ValueError(f'{shown(written)} is no pattern for {what}; write it as "{example}"')
    return _sound_pattern(written)


@lru_cache(maxsize=1_000)
def _sound_pattern(pattern: str) -> str:
    """Return a pattern that Babel can read; ValueError when it cannot."""
    from babel.dates import parse_pattern

    try:
        parse_pattern(pattern)
    except (ValueError, KeyError) as failure:
        raise ValueError(f"the pattern {shown(pattern)} cannot be read: {failure}") from None
    return pattern


@lru_cache(maxsize=200)
def locale_of(languages: tuple[str, ...]) -> Locale:
    """Return the locale of the first language that CLDR knows: `de-AT`, else `de`; English if it knows none."""
    from babel.core import Locale, UnknownLocaleError

    for language in languages:
        tag = language.replace("_", "-")
        while tag:
            try:
                return Locale.parse(tag, sep="-")
            except (UnknownLocaleError, ValueError, TypeError):
                tag = tag.rpartition("-")[0]
    return Locale("en")
