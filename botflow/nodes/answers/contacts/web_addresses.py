"""Web addresses: the one address of an answer, as people type it, completed to http or https.

What is stored can be opened without harm: never another scheme, a name and password inside, or an address that leads
into the network that it is opened from.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from itertools import islice

from pydantic_core import Url, ValidationError

from botflow.engine.inbound import Inbound
from botflow.nodes.answers.contacts.contact_text import Span, is_accounted_for, mixes_scripts, plain
from botflow.nodes.answers.contacts.contact_words import Lexicon, folded_word, lexicon
from botflow.nodes.answers.contacts.marked_text import without_links
from botflow.nodes.answers.contacts.spoken_addresses import spell_out_host
from botflow.nodes.answers.expectation import Accepted, Expectation, Reading, Refused

_TOKEN = re.compile(r"\S+")
_SCHEME = re.compile(r"https?://", re.IGNORECASE)
_HOST = re.compile(r"(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.)+(?:[^\W\d_]{2,63}|xn--[a-z0-9-]{2,59})", re.IGNORECASE)
_AUTHORITY = re.compile(r"([^/?#:]+)(:[0-9]{1,5})?(?=[/?#]|\Z)")
_EMPHASIS = "*_`'"
_OPENING = '<([{"\u201c\u201d\u201e\u00ab\u00bb\u2039\u203a'
_CLOSING = '.,;:!?\u2026>"\u201c\u201d\u00ab\u00bb\u2039\u203a'
_SIGNS = frozenset(".:/@\u3002\uff61")  # a word without any of them is no address
_MOST = 8  # addresses, the same one again: a text with more is not searched
_PAIRS = {")": "(", "]": "[", "}": "{"}
_BRACKETS = frozenset("()[]{}")
_LONGEST_NAME = 253  # characters of a host (RFC 1035, 2.3.4)
# Without https:// before it, "ok.thanks" is a sentence, so that only the endings that people use make an address.
# Two letters are a country's, all of which are accepted.
_USUAL = """
    com org net edu gov mil int info biz name pro mobi cat coop museum travel jobs app dev page blog shop store
    online site website web tech cloud digital agency studio design media news tv xyz club live life world today
    group team center company solutions services consulting photography gallery art music restaurant cafe bar
    pizza beer wine hotel hotels tours rent realestate immo haus health clinic dental doctor care law legal tax
    finance bank insurance school academy university education community social foundation charity church
    fitness yoga fashion beauty salon style gmbh sarl ltd llc inc email link click guide help host space zone
    network systems software games fun ink lol wiki berlin hamburg koeln cologne bayern nrw ruhr saarland wien
    tirol swiss paris bzh corsica alsace london scot wales cymru amsterdam brussels vlaanderen gal eus barcelona
    madrid lat quebec nyc miami tokyo sydney asia africa
"""
USUAL_ENDINGS = frozenset(_USUAL.split())
_INTERNAL = (
    *(".local", ".localhost", ".internal", ".intranet", ".lan", ".home", ".corp"),
    *(".test", ".invalid", ".onion", ".arpa"),
)


def read_url(expectation: Expectation, inbound: Inbound, language: str, region: str | None) -> Reading:
    """Accept the one web address in the text, whole; one without a scheme becomes an https address.

    The host is stored in ASCII and lower case. Whether the address exists is not checked.
    """
    words = lexicon(language, "url", expectation.question)
    text = spell_out_host(without_links(plain(inbound.text), words), words)
    spans = list(islice(_candidates(text), _MOST + 1))
    if len(spans) > _MOST:
        return Refused("not_a_url")
    if any(_is_sentence(span.value, words) for span in spans):
        return Refused("not_a_url")
    addresses = {_normalised(span.value) for span in spans}
    address = addresses.pop() if len(addresses) == 1 else None
    if address is None or not is_accounted_for(text, spans, words):
        return Refused("not_a_url")
    return Accepted(address)


def _candidates(text: str) -> Iterator[Span]:
    for token in _TOKEN.finditer(text):
        if (span := _candidate(token)) is not None:
            yield span


def _candidate(token: re.Match[str]) -> Span | None:
    """Return the part of a token that looks like a web address; None for a word."""
    if not _SIGNS.intersection(token[0]):
        return None
    start, end = _without_marks(token[0])
    value = token[0][start:end]
    if not _SIGNS.intersection(value):
        return None
    tail = token[0][end:]
    if "/" in value.rpartition("://")[2] and ("\u2026" in tail or "..." in tail):
        value += "\u2026"  # the rest of a long address, which an application did not show
    label, colon, rest = value.partition(":")
    if colon and label.isalpha() and rest and not rest.startswith("/") and not rest[0].isdigit():
        # website:example.com; whether the label is harmless is seen with the other words
        return Span(token.start() + start + len(label) + 1, token.end(), rest)
    return Span(token.start(), token.end(), value, is_marked=token[0][:start].endswith("<"))


def _without_marks(written: str) -> tuple[int, int]:
    """Return where an address begins and ends between brackets, quotes, marks of emphasis and punctuation.

    Brackets that it opens itself are part of it.
    """
    start, end = 0, len(written)
    surplus: dict[str, int] = {}
    if not _BRACKETS.isdisjoint(written):
        surplus = {closing: written.count(closing) - written.count(opening) for closing, opening in _PAIRS.items()}
    while start < end:
        first, last = written[start], written[end - 1]
        if first in _OPENING:
            start += 1
            if first in _BRACKETS:
                surplus[next(closing for closing, opening in _PAIRS.items() if opening == first)] += 1
        elif last in _CLOSING or surplus.get(last, 0) > 0:
            end -= 1
            if last in surplus:
                surplus[last] -= 1
        elif first == last and first in _EMPHASIS:
            start, end = start + 1, end - 1
        else:
            break
    return start, end


def _is_sentence(written: str, words: Lexicon) -> bool:
    """Say whether two words without a blank between their sentences look like an address: "sorry.no website"."""
    labels = [folded_word(label) for label in written.split(".")]
    known = words.harmless | words.changing | words.joining
    return len(labels) == 2 and known.issuperset(labels) and labels[0] not in words.nouns


def _normalised(written: str) -> str | None:
    """Return the whole address; None for what is none, or leads somewhere that it must not."""
    scheme = _SCHEME.match(written)
    rest = written[scheme.end() :] if scheme else written
    authority = _AUTHORITY.match(rest.replace("\u3002", ".").replace("\uff61", "."))
    if authority is None or not _is_safe(rest):
        return None
    host = authority[1]
    if not _HOST.fullmatch(host) or not (scheme or _has_usual_ending(host)):
        return None
    if any(mixes_scripts(label) for label in host.split(".")):
        return None
    prefix = scheme[0].lower() if scheme else ("http://" if authority[2] == ":80" else "https://")
    try:
        url = Url(f"{prefix}{host}{rest[len(host) :]}")
    except ValidationError:
        return None
    name = url.host or ""
    if not _HOST.fullmatch(name) or len(name) > _LONGEST_NAME or name.endswith(_INTERNAL):
        return None
    address = str(url)
    return address.removesuffix("/") if (url.path, url.query, url.fragment) == ("/", None, None) else address


def _is_safe(rest: str) -> bool:
    """Say whether an address holds only signs that it may: no blanks, controls, or backslashes, which browsers turn."""
    return all(sign not in '\\<>"^`{|}\u2026' and unicodedata.category(sign)[0] not in "CZ" for sign in rest)


def _has_usual_ending(host: str) -> bool:
    ending = host.rpartition(".")[2].lower()
    return len(ending) == 2 or not ending.isascii() or ending.startswith("xn--") or ending in USUAL_ENDINGS
