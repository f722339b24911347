"""The notations in which a test writes a secret, made by the encoders that programs use, not by the product."""

from __future__ import annotations

import base64
import html
import json
import re
from collections.abc import Iterator
from urllib.parse import quote, quote_plus, urlencode

import orjson

HTML = {
    "Java": {'"': "&quot;"},
    "Jinja and Go": {'"': "&#34;", "'": "&#39;"},
    "JavaScript": {'"': "&quot;", "'": "&#39;"},
    "PHP": {'"': "&quot;", "'": "&#039;"},
    "XML": {'"': "&quot;", "'": "&apos;"},
    "Handlebars": {'"': "&quot;", "'": "&#x27;", "`": "&#x60;", "=": "&#x3D;"},
    "Mustache": {'"': "&quot;", "'": "&#39;", "/": "&#x2F;", "`": "&#x60;", "=": "&#x3D;"},
}
JSON = {  # the characters that a library writes as backslash u although it need not, and how; whether all is ASCII
    "Go": ("<>&", "04x", False),
    "Rails": ("<>&", "04x", True),
    "PHP": ("", "04x", True),
    "Symfony": ("<>&'\"", "04X", True),
    ".NET": ("<>&'\"+`éè", "04X", True),
}


def notations(secret: str) -> Iterator[tuple[str, str]]:
    """Yield the name of a notation, and `secret` in it, inside of other content where that changes how it looks."""
    data = secret.encode()
    yield "plain", f"key={secret};"
    yield "json", json.dumps({"key": secret})
    yield "json, not ascii", orjson.dumps({"key": secret}).decode()
    yield "json in json", json.dumps({"body": json.dumps({"key": f"x {secret}"})})
    yield "repr", repr({"key": secret})
    yield "repr of bytes", repr(data)
    yield "html", f"<b>{html.escape(secret)}</b>"
    yield "repr in longer content", repr(f'it\'s "{secret}"')
    yield "repr of bytes in longer content", repr(b"it's \"" + data + b'"')
    yield "repr of json", repr(json.dumps({"key": f"it's {secret}"}))
    yield "repr of not ascii json", repr(json.dumps({"key": f"it's {secret}"}, ensure_ascii=False))
    yield "json, upper case", re.sub(r"u[0-9a-f]{4}", lambda match: "u" + match[0][1:].upper(), json.dumps(secret))
    for name, quotes in HTML.items():
        yield (
            f"html of {name}",
            html.escape(secret, quote=False).translate({ord(letter): written for letter, written in quotes.items()}),
        )
    for name, (letters, digits, is_ascii) in JSON.items():
        yield (
            f"json of {name}",
            "".join(
                f"\\u{ord(each):{digits}}" if each in letters else json.dumps(each, ensure_ascii=is_ascii)[1:-1]
                for each in secret
            ).replace("/", "\\/" if name in ("PHP", "Symfony") else "/"),
        )
    yield "quote", f"https://x.test/?k={quote(secret)}&n=1"
    yield "quote, no safe characters", f"https://x.test/?k={quote(secret, safe='')}"
    yield "quote, lower case", re.sub("%..", lambda match: match[0].lower(), quote(secret, safe=""))
    yield "quote_plus", quote_plus(secret)
    yield "form", urlencode({"k": secret})
    yield "hex", data.hex()
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        for before in ("", "u", "us", "user:", "account:", "someone@example.com:"):
            for behind in ("", "x", "yz", ":more"):
                token = encode(before.encode() + data + behind.encode()).decode()
                yield f"{encode.__name__} between {before!r} and {behind!r}", f"Authorization: Basic {token}"
                yield f"the same without padding {before!r} {behind!r}", f"Basic {token.rstrip('=')}, next"


def clear(secret: str, text: str) -> list[str]:
    """Return the notations in which `text` still shows `secret`, as far as the secret alone decides them."""
    return [name for name, written in _searched(secret) if written in text]


def _searched(secret: str) -> Iterator[tuple[str, str]]:
    data = secret.encode()
    yield "plain", secret
    yield "json", json.dumps(secret)[1:-1]
    yield "json, not ascii", json.dumps(secret, ensure_ascii=False)[1:-1]
    for name, quotes in HTML.items():
        yield (
            f"html of {name}",
            html.escape(secret, quote=False).translate({ord(letter): written for letter, written in quotes.items()}),
        )
    yield "quote", quote(secret)
    yield "quote, no safe characters", quote(secret, safe="")
    yield "quote_plus", quote_plus(secret)
    yield "hex", data.hex()
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        for before in range(3):
            # Without the characters that the neighbours decide too.
            first = {0: 0, 1: 2, 2: 3}[before]
            token = encode(b"\0" * before + data).decode().rstrip("=")
            whole = (before + len(data)) % 3 == 0
            yield f"{encode.__name__} at {before}", token[first : None if whole else -1]
