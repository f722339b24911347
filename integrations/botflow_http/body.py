"""The body of a response: at most so many bytes, decompressed ones counted, and read by its content type.

What cannot be read exactly is a failure: a text in a wrong character set, a number that no longer is the same.
"""

from __future__ import annotations

import codecs
import json
import re
import zlib
from email.message import Message
from typing import Any

import httpx2
import orjson

from botflow.engine.json_values import has_nul
from botflow_http.failure import RequestFailed

DEEPEST = 64  # levels of JSON
_GZIP, _ZLIB = 16 + zlib.MAX_WBITS, zlib.MAX_WBITS  # https://zlib.net/manual.html#Advanced, inflateInit2
# A text need not end: looking for its end from each of its quotation marks would take hours.
_MARKS = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"?|[\[{]|[\]}]', re.DOTALL)
_LONG_NUMBER = re.compile(r"[0-9]{19}")
_LEAST, _END = -(2**63), 2**64
_TEXTS = ("text/", "application/xml", "application/javascript", "application/x-www-form-urlencoded")


class BodyReader:
    """Reads one body. A compressed one is never larger in memory than the bound and one piece of the network's."""

    def __init__(self, largest: int) -> None:
        self._largest = largest
        self._content = bytearray()
        self._received = 0

    async def read(self, response: httpx2.Response) -> bytes:
        """Return the bytes of the body; RequestFailed `http.too_large` or `http.encoding`."""
        encoding = response.headers.get("content-encoding", "identity").strip().lower()
        if encoding not in ("identity", "", "gzip", "x-gzip", "deflate"):
            raise RequestFailed("http.encoding", "the body is compressed in a way that was not asked for", is_sent=True)
        unpack = None if encoding in ("identity", "") else zlib.decompressobj(_ZLIB if encoding == "deflate" else _GZIP)
        async for piece in response.aiter_raw():
            self._received += len(piece)
            self._add(piece if unpack is None else self._unpacked(unpack, piece))
            if self._received > self._largest:  # of compressed bytes, too: a service may send empty ones without end
                self._add(bytes(self._largest + 1))
        if unpack is not None and self._received and not unpack.eof:
            raise _damaged()
        return bytes(self._content)

    def _unpacked(self, unpack: zlib._Decompress, piece: bytes) -> bytes:
        try:
            found = unpack.decompress(piece, self._largest - len(self._content) + 1)
        except zlib.error:
            raise _damaged() from None
        if unpack.unused_data:  # a second member, which would be cut off silently
            raise _damaged()
        return found

    def _add(self, piece: bytes) -> None:
        if len(self._content) + len(piece) > self._largest:
            raise RequestFailed("http.too_large", f"the body has more than {self._largest:,} bytes", is_sent=True)
        self._content += piece


def read_body(content: bytes, content_type: str) -> Any:
    """Return JSON as its value, another text as it is, and None for no body or one that is neither; RequestFailed
    `http.body` or `http.charset`."""
    kind, charset = _kind_of(content_type)
    if not content:
        return None
    is_json = kind == "application/json" or kind.endswith("+json")
    if not is_json and not (kind.startswith(_TEXTS) or kind.endswith("+xml")):
        return None
    text = _decoded(content, charset)
    return _json(text) if is_json else _kept(text)


def _kind_of(content_type: str) -> tuple[str, str]:
    header = Message()
    header["content-type"] = content_type[:500]
    charset = header.get_param("charset", "utf-8")
    written = content_type.partition(";")[0].strip().lower()
    return written, charset if isinstance(charset, str) else "utf-8"


def _decoded(content: bytes, charset: str) -> str:
    try:
        known = codecs.lookup(charset)
        if not getattr(known, "_is_text_encoding", True):
            raise LookupError
        return content.decode("utf-8-sig" if known.name == "utf-8" else charset)
    except (LookupError, ValueError):
        raise RequestFailed(
            "http.charset", f"the body is no text in the character set {charset[:40]!r}", is_sent=True
        ) from None


def _json(text: str) -> Any:
    stored = text.encode("utf-8", "surrogatepass")
    if _depth(stored) > DEEPEST:
        raise RequestFailed("http.body", f"the body is JSON of more than {DEEPEST} levels", is_sent=True)
    try:
        value = orjson.loads(stored)
    except orjson.JSONDecodeError:
        raise RequestFailed("http.body", "the body is said to be JSON, and is none", is_sent=True) from None
    if has_nul(orjson.dumps(value)):
        raise _nul()
    return json.loads(text, parse_int=_whole) if _LONG_NUMBER.search(text) else value


def _depth(stored: bytes) -> int:
    level = deepest = 0
    for mark in _MARKS.finditer(stored):
        first = mark.group()[:1]
        if first in b"[{":
            level += 1
            deepest = max(deepest, level)
        elif first in b"]}":
            level -= 1
    return deepest


def _whole(digits: str) -> int | str:
    """Keep a whole number of more than 64 bits as a text: as a number it would lose digits."""
    if len(digits) > 21:
        return digits
    number = int(digits)
    return number if _LEAST <= number < _END else digits


def _kept(text: str) -> str:
    if "\0" in text:
        raise _nul()
    return text


def _nul() -> RequestFailed:
    return RequestFailed("http.body", "the body has the character NUL, which no database keeps", is_sent=True)


def _damaged() -> RequestFailed:
    return RequestFailed("http.encoding", "the compressed body is damaged", is_sent=True)
