"""The forms of a secret: its encodings that programs, protocols and error messages usually write."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Mapping
from urllib.parse import quote, quote_plus

SHORTEST_SECRET = 6  # characters; a shorter one is part of too many ordinary words and numbers
SHORTEST_LINE = 16  # characters of a line of a secret with several lines
LONGEST_ODD = 2_000  # characters of a text that is found in each library's notation: of a long one they cost seconds
_ARMOUR = "-----"  # begins the first and the last line of a PEM file, which are not secret
_TAGS = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
_HTML: tuple[Mapping[str, str], ...] = (  # what libraries write for the other characters; the first between tags only
    {},
    {'"': "&quot;"},  # Java
    {'"': "&quot;", "'": "&#x27;"},  # Python
    {'"': "&#34;", "'": "&#39;"},  # Jinja, Go
    {'"': "&quot;", "'": "&#39;"},  # JavaScript
    {'"': "&quot;", "'": "&#039;"},  # PHP
    {'"': "&quot;", "'": "&apos;"},  # XML
    {'"': "&quot;", "'": "&#x27;", "`": "&#x60;", "=": "&#x3D;"},  # Handlebars
    {'"': "&quot;", "'": "&#39;", "`": "&#x60;", "=": "&#x3D;", "/": "&#x2F;"},  # Mustache
)
_JSON: tuple[Mapping[str, str], ...] = (  # what libraries escape beside what JSON demands
    {},
    {"/": "\\/"},  # PHP
    {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026"},  # Go, Rails
    {letter: f"\\u{ord(letter):04X}" for letter in "<>&'\""} | {"/": "\\/"},  # Symfony
    {letter: f"\\u{ord(letter):04X}" for letter in "<>&'\"+`"},  # .NET
)


def forms_of(secret: str) -> frozenset[bytes]:
    """Return the forms of one secret: about ten of letters and digits, two hundred of a line with every odd character;
    none of a secret with fewer than six characters.

    They are: the text itself, also without blanks around it and, if it has several lines, line by line; escaped as in
    JSON, in Python's repr and in HTML, by several libraries; URL-encoded; in hexadecimal digits; in UTF-16; in base64,
    in both alphabets, also where it begins or ends in the middle of longer content; and each of them in a JSON text and
    in a repr. Of a text with more than `LONGEST_ODD` characters, the notations of few libraries; its lines are shorter.
    """
    forms = {text for part in _parts(secret) for text in _written(part)}
    nested = {
        text for form in forms for text in (_in_json(form), *(_in_repr(form) if len(form) <= LONGEST_ODD else ()))
    }
    return frozenset(map(_bytes, forms | nested))


def _parts(secret: str) -> Iterator[str]:
    """Yield the texts to look for: the secret as it is used, and the lines of one that has several."""
    stripped = secret.strip()
    if len(stripped) < SHORTEST_SECRET:
        return
    yield stripped
    lines = stripped.splitlines()
    if len(lines) > 1:
        yield from (
            line.strip() for line in lines if len(line.strip()) >= SHORTEST_LINE and not line.startswith(_ARMOUR)
        )


def _written(text: str) -> Iterator[str]:
    """Yield the text in every notation of texts."""
    yield text
    yield from _in_jsons(text)
    yield from _in_repr(text)
    yield from _in_repr(text.encode("utf-8", "surrogatepass"))
    for others in _HTML if len(text) <= LONGEST_ODD else _HTML[:3]:
        yield _replaced(text, {**_TAGS, **others})
    data = text.encode("utf-8", "surrogatepass")
    for quoted in _url_quoted(data):
        yield quoted
        yield _lower_escapes(quoted)
    yield data.hex()
    yield data.hex().upper()
    yield from _base64_forms(data)
    if text.isascii():
        yield "\0".join(text)  # UTF-16 in both byte orders, as far as the bytes are the same


def _url_quoted(data: bytes) -> Iterator[str]:
    """Yield percent-encodings: of a path, of a component, of a form, and those of JavaScript."""
    yield quote(data)
    yield quote(data, safe="")
    yield quote_plus(data)
    yield quote_plus(data, safe="*").replace("~", "%7E")  # application/x-www-form-urlencoded, by the URL standard
    yield quote(data, safe="!'()*")  # encodeURIComponent
    yield quote(data, safe="!'()*#$&+,/:;=?@")  # encodeURI


def _lower_escapes(quoted: str) -> str:
    first, *rest = quoted.split("%")
    return first + "".join(f"%{piece[:2].lower()}{piece[2:]}" for piece in rest)


def _in_json(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)[1:-1]


def _in_jsons(text: str) -> Iterator[str]:
    """Yield the text as it is written in JSON by several libraries, which escape more than they must."""
    letters = set(text)
    for only_ascii in (False, True) if not text.isascii() else (True,):
        demanded = {letter: json.dumps(letter, ensure_ascii=only_ascii)[1:-1] for letter in letters}
        for escapes in _JSON if len(text) <= LONGEST_ODD else _JSON[:3]:
            written = demanded | {letter: escapes[letter] for letter in letters & escapes.keys()}
            yield _replaced(text, written)
            if only_ascii and not text.isascii():
                yield _replaced(text, {letter: _upper_digits(each) for letter, each in written.items()})


def _replaced(text: str, letters: Mapping[str, str]) -> str:
    return text.translate({ord(letter): written for letter, written in letters.items()})


def _upper_digits(escaped: str) -> str:
    return "\\u".join(digits.upper() for digits in escaped.split("\\u")) if escaped.startswith("\\u") else escaped


def _in_repr(value: str | bytes) -> Iterator[str]:
    """Yield what Python's repr writes for a text or bytes: in the middle of longer content apostrophes are escaped."""
    quotes: str | bytes = "\"'" if isinstance(value, str) else b"\"'"
    for whole, before in ((value, 0), (quotes + value, 3)):  # type: ignore[operator]
        written = repr(whole)
        yield written[written.index(written[-1]) + 1 + before : -1]


def _base64_forms(data: bytes) -> Iterator[str]:
    """Yield the base64 characters that `data` alone decides, at the three places at which it can begin in a group of
    three bytes; the characters at its edges also hold bits of its neighbours."""
    for before in range(3):
        first = -(-8 * before // 6)
        end = 8 * (before + len(data)) // 6
        standard = base64.b64encode(bytes(before) + data + b"\0\0").decode()[first:end]
        in_url = standard.replace("+", "%2B").replace("/", "%2F")
        yield from (standard, standard.replace("+", "-").replace("/", "_"), standard.replace("/", "\\/"))
        yield from (in_url, _lower_escapes(in_url))


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")
