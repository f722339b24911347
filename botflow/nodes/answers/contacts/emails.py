"""E-mail addresses: the one address of an answer, whole, or none."""

from __future__ import annotations

import ipaddress
import re
import unicodedata

from botflow.engine.inbound import Inbound
from botflow.nodes.answers.contacts.contact_text import Span, is_accounted_for, mixes_scripts, plain
from botflow.nodes.answers.contacts.contact_words import Lexicon, lexicon
from botflow.nodes.answers.contacts.marked_text import is_marked_off, without_links
from botflow.nodes.answers.contacts.spoken_addresses import spell_out
from botflow.nodes.answers.contacts.web_addresses import USUAL_ENDINGS
from botflow.nodes.answers.expectation import Accepted, Expectation, Reading, Refused
from botflow.nodes.answers.spelling import is_one_edit_apart

_PLAIN = re.compile(
    r"[A-Za-z0-9.!#$%&*+/=?^_`{|}~'-]{1,64}@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,63}"
)
# Signs that belong to an address wherever they stand. Others (= / # !) are legal before the @, but people write them
# between an address and something else, so they are asked again.
_LOCAL = frozenset("._+-'&")
_DOMAIN = frozenset(".-")
_COMMON_ENDINGS = ("com", "net", "org")
_PARTS_OF_NAMES = frozenset(
    "firstname first forename lastname last surname name vorname nachname nombre apellido prenom nom".split()  # noqa: SIM905
)
_LONGEST = 254  # characters, of which 64 before the @ (RFC 5321, 4.5.3.1)


def read_email(expectation: Expectation, inbound: Inbound, language: str, region: str | None) -> Reading:
    """Accept the one address in the text, whole and normalised. Whether it exists is not checked."""
    words = lexicon(language, "email", expectation.question)
    text = spell_out(without_links(plain(inbound.text), words), words)
    spans = _addresses(text, words)
    if not spans or not is_accounted_for(text, spans, words) or (address := _normalised(spans[0].value)) is None:
        return Refused("not_an_email")
    return Refused("not_an_email") if _has_mistyped_ending(address) or _is_pattern(address) else Accepted(address)


def _has_mistyped_ending(address: str) -> bool:
    """Say whether the ending is a common one with a typing error or a word glued to it: gmail.con, gmail.comthanks."""
    *labels, ending = address.partition("@")[2].lower().split(".")
    if len(ending) == 2 or ending in USUAL_ENDINGS:
        return False
    is_glued = any(ending.startswith(usual) and len(ending) > len(usual) + 2 for usual in _COMMON_ENDINGS)
    has_sentence = labels[-1:] == ["com"]  # gmail.com.thanks
    return is_glued or has_sentence or any(is_one_edit_apart(ending, usual) for usual in _COMMON_ENDINGS)


def _is_pattern(address: str) -> bool:
    """Say whether an address names its own parts, as "firstname.lastname@company.com" does."""
    pieces = re.split(r"[._+-]", address.partition("@")[0].lower())
    return len(pieces) > 1 and _PARTS_OF_NAMES.issuperset(pieces)


def _addresses(text: str, words: Lexicon) -> list[Span]:
    """Return where the one address is written, once or several times.

    [] when there is another one, or an @ that is not in a whole address, marked off from other words.
    """
    spans: list[Span] = []
    first = ""
    at = text.find("@")
    while at >= 0:
        span = _address(text, at, words)
        if span is None or (spans and (span.start < spans[-1].end or span.value.casefold() != first)):
            return []
        spans.append(span)
        first = span.value.casefold()
        at = text.find("@", span.end)
    return spans


def _address(text: str, at: int, words: Lexicon) -> Span | None:
    start = at
    while start and at - start <= 64 and _belongs(text[start - 1], _LOCAL):
        start -= 1
    end = at + 1
    if text.startswith("[", end):  # an address literal: ann@[192.0.2.1]
        end = text.find("]", end, end + 50) + 1
    else:
        while end < len(text) and end - at <= _LONGEST and _belongs(text[end], _DOMAIN):
            end += 1
        while text[end - 1] == ".":
            end -= 1
    for quote in "_'":  # legal before the @, and never behind it: there it closes what it opens
        if text[start] == quote and text[end : end + 1] == quote:
            start += 1
    if start >= at or text[start] == "'" or end <= at + 1:
        return None
    return is_marked_off(text, start, end, words)


def _belongs(character: str, signs: frozenset[str]) -> bool:
    return character.isalnum() or character in signs or unicodedata.category(character) in ("Mn", "Mc")


def _normalised(candidate: str) -> str | None:
    """Return the address in its normal form; None if it is none, or if it mixes scripts: words of some are glued."""
    local, _, domain = candidate.partition("@")
    if any(mixes_scripts(part) for part in (local, *domain.split("."))):
        return None
    if domain.startswith("["):
        return _with_literal(candidate, domain)
    if len(domain.rpartition(".")[2]) < 2:
        return None
    try:
        from email_validator import EmailNotValidError, validate_email
    except ImportError:
        return candidate if len(candidate) <= _LONGEST and _PLAIN.fullmatch(candidate) else None
    try:
        return validate_email(candidate, check_deliverability=False).normalized
    except EmailNotValidError:
        return None


def _with_literal(candidate: str, domain: str) -> str | None:
    """Return an address whose server is named by its number (RFC 5321, 4.1.3), if that server is a public one."""
    try:
        is_public = ipaddress.ip_address(domain[1:-1].removeprefix("IPv6:")).is_global
    except ValueError:
        return None
    return candidate if is_public and _PLAIN.fullmatch(candidate.partition("@")[0] + "@example.com") else None
