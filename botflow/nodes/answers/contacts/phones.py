"""Telephone numbers: the one number of an answer, with every digit accounted for, as E.164.

E.164 has no place for an extension, so a number with one is asked again.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from botflow.engine.inbound import Inbound
from botflow.languages import country_in
from botflow.nodes.answers.contacts.contact_text import Span, is_accounted_for, plain
from botflow.nodes.answers.contacts.contact_words import lexicon
from botflow.nodes.answers.expectation import Accepted, Expectation, Reading, Refused
from botflow.phone_numbers import E164, country_of, normal_number

_WRITTEN = re.compile(r"(?:\(?\+ ?)?[(]?[0-9][0-9 ().+/-]*")
_BLANKS = {
    **dict.fromkeys(map(ord, "\u00a0\u2007\u2009\u202f\t"), " "),
    **dict.fromkeys(range(0x2010, 0x2016), "-"),
    0x2212: "-",
}
_DATE = re.compile(r"(?:(?:19|20)[0-9]{2}([./-])[0-9]{1,2}\1[0-9]{1,2}|[0-9]{1,2}([./-])[0-9]{1,2}\2(?:19|20)[0-9]{2})")
_SOCIAL_SECURITY = re.compile(r"[0-9]{3}-[0-9]{2}-[0-9]{4}")
_SLASHED = re.compile(r"(?:\(?\+ ?[0-9]{1,3}\)? ?)?\(?[0-9]{2,6}\)? ?/[^/]*")  # the slash ends an area code
_FEWEST, _MOST = 5, 17  # digits, a leading 00 among them; a text with others holds no number
_GROUP = re.compile(r"[0-9]+")


def read_phone(expectation: Expectation, inbound: Inbound, language: str, region: str | None) -> Reading:
    """Accept the one number in the text; without a country code it belongs to `region`, or to the sender's country."""
    text = _with_plain_digits(plain(inbound.text))
    span = _written(text)
    if span is None or not is_accounted_for(text, [span], lexicon(language, "phone", expectation.question)):
        return Refused("not_a_phone")
    number = _number(span.value, region or country_in(language) or None, inbound.sender)
    return Accepted(number) if number else Refused("not_a_phone")


def _with_plain_digits(text: str) -> str:
    if text.isascii():
        return text
    spaced = text.translate(_BLANKS)
    return "".join(str(unicodedata.decimal(sign)) if sign.isdecimal() else sign for sign in spaced)


def _written(text: str) -> Span | None:
    """Return where the number is written; None if a letter, a further digit or a mark touches it."""
    found = _WRITTEN.search(text)
    if found is None:
        return None
    start, end = found.span()
    while not (text[end - 1].isdigit() or text[end - 1] == ")"):
        end -= 1
    while text[end - 1] == ")" and text.count("(", start, end) < text.count(")", start, end):
        end -= 1
    before, behind = text[start - 1 : start], text[end : end + 1]
    if behind.isalnum() or before.isdigit() or (before.isalnum() and not _ends_a_word(text, start)):
        return None
    if behind and behind in "*_`" and before == behind:  # emphasis
        return Span(start, end, text[start:end])
    if any(sign in "*_`" for sign in (before, behind) if sign):
        return None
    return Span(start, end, text[start:end])


def _ends_a_word(text: str, start: int) -> bool:
    """Say whether a word ends where a number begins visibly: "is+49 30 901820"."""
    return text[start] in "+(" and start > 1 and text[start - 2].isalpha()


def _number(written: str, region: str | None, sender: str) -> str | None:
    digits = sum(map(str.isdigit, written))
    if not _FEWEST <= digits <= _MOST or _is_something_else(written):
        return None
    try:
        import phonenumbers  # noqa: F401
    except ImportError:
        number = normal_number(written) if written.startswith(("+", "(+", "00")) else ""
        return number if E164.fullmatch(number) else None
    country = region or country_of(sender)
    readings = set(_readings(written, country))
    return readings.pop() if len(readings) == 1 and not _holds_two(written, country) else None


def _is_something_else(written: str) -> bool:
    """Say whether the digits are a date, a social security or a card's number, or two numbers."""
    if "+" in written.lstrip("(+") or written.count("+") > 1:
        return True
    if "/" in written and not _SLASHED.fullmatch(written):
        return True
    return bool(_DATE.fullmatch(written) or _SOCIAL_SECURITY.fullmatch(written))


def _groups(written: str) -> list[str]:
    """Return the groups of digits, the first with the plus."""
    first, *others = _GROUP.findall(written)
    return [f"+{first}" if "+" in written else first, *others]


def _readings(written: str, region: str | None) -> Iterator[str]:
    """Yield the valid numbers that `written` can be: mostly one, but 00 does not begin a foreign number everywhere."""
    digits = "".join(_groups(written))
    if digits.startswith("00") and (foreign := _valid("+" + digits[2:], None)):
        yield foreign
    if (own := _valid(digits, region)) is not None:
        yield own


def _valid(digits: str, region: str | None) -> str | None:
    """Return a number of digits, with or without a plus, as E.164; None if no numbering plan has it.

    A domestic number must have the prefix that it is dialled with: "30 901820" is half of a German number.
    """
    import phonenumbers
    from phonenumbers import CountryCodeSource, PhoneNumberFormat

    try:
        parsed = phonenumbers.parse(digits, region, keep_raw_input=True)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(parsed):
        return None
    number = phonenumbers.format_number(parsed, PhoneNumberFormat.E164)
    if parsed.country_code_source == CountryCodeSource.FROM_DEFAULT_COUNTRY:
        national = phonenumbers.format_number(parsed, PhoneNumberFormat.NATIONAL)
        if "".join(filter(str.isdigit, national)) != digits and number[1:] != digits:
            return None
    return number


def _holds_two(written: str, region: str | None) -> bool:
    """Say whether the groups of digits may be a number and another one, or a number and a further digit."""
    groups = _groups(written)
    for split in range(1, len(groups)):
        rest = "".join(groups[split:])
        begins_another = groups[split][0] == "0" and len(rest) > 5
        is_further = split == len(groups) - 1 and len(rest) == 1 and written[-2] == " "
        if not begins_another and not is_further:
            continue
        if _valid("".join(groups[:split]), region) and (is_further or _valid(rest, region)):
            return True
    return False
