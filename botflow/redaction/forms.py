"""The forms of a secret: its encodings that programs, protocols and error messages usually write."""

from __future__ import annotations

import base64
import html
import json
from collections.abc import Iterator
from urllib.parse import quote, quote_plus

SHORTEST_SECRET = 6  # characters; a shorter one is part of too many ordinary words and numbers
SHORTEST_LINE = 16  # characters of a line of a secret with several lines
_ARMOUR = "-----"  # begins the first and the last line of a PEM file, which are not secret


def forms_of(secret: str) -> frozenset[bytes]:
    """Return the forms of one secret, at most about sixty; none of a secret with fewer than six characters.

    They are: the text itself, also without blanks around it and, if it has several lines, line by line; escaped as in
    JSON, in Python's repr and in HTML; URL-encoded; in hexadecimal digits; in UTF-16; in base64, in both alphabets,
    also where it begins or ends in the middle of longer content; and each of them in a JSON text.
    """
    forms = {_bytes(text) for part in _parts(secret) for text in _written(part)}
    return frozenset(forms | {_bytes(_in_json(form.decode("utf-8", "surrogatepass"))) for form in forms})


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
    yield _in_json(text)
    yield _in_json(text).replace("/", "\\/")  # PHP's
    yield json.dumps(text)[1:-1]
    yield json.dumps(text)[1:-1].replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")  # Go's
    yield repr(text)[1:-1]
    yield repr(text.encode("utf-8", "surrogatepass"))[2:-1]
    yield html.escape(text)
    yield html.escape(text, quote=False)
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
