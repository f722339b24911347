"""Forms of the type multipart/form-data (RFC 7578), by python-multipart: texts, files and JSON by their names.

A file becomes plain JSON like all input of a run: `{"name", "contentType", "size", "base64"}`. It is stored with the
run, so it counts to the input's bound. A form that is not complete is refused as a whole.
"""

from __future__ import annotations

import binascii
import re
from base64 import b64encode
from dataclasses import dataclass, field
from email.utils import decode_rfc2231
from quopri import decodestring
from typing import Any
from urllib.parse import unquote_to_bytes

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from botflow.errors import RejectedInbound
from botflow.web.chat.file_names import plain_name
from botflow.web.provider_webhooks import MOST_FIELDS
from botflow.web.requests.json_body import parse_json, without_mark

MULTIPART = "multipart/form-data"
LONGEST_BOUNDARY = 200  # bytes; RFC 2046 allows 70
LONGEST_TYPE = 1_000  # characters of the form's Content-Type that are read
LONGEST_HEADER = 2_000  # bytes of a part's header line
LONGEST_FIELD_NAME = 200  # characters
_CHARSETS = {"": "utf-8", "utf-8": "utf-8", "utf8": "utf-8", "us-ascii": "utf-8"} | dict.fromkeys(
    ("iso-8859-1", "latin1", "windows-1252"), "windows-1252"
)  # as the WHATWG's encodings: what says ISO 8859-1 on the web is Windows-1252
_EXTENDED = re.compile(rb"(?i)filename\*")
_JSON = "application/json"


def parse_multipart(content_type: str, body: bytes, deepest: int, example: str) -> list[tuple[str, Any]]:
    """Return the form's fields in order: texts, files as objects (None for one that was not chosen), and what a part
    that says to be JSON holds, at most `deepest` levels. RejectedInbound when the form is malformed or not complete."""
    boundary = parse_options_header(content_type[:LONGEST_TYPE])[1].get(b"boundary", b"")
    if not 0 < len(boundary) <= LONGEST_BOUNDARY:
        raise RejectedInbound(
            "the form's Content-Type does not say where its parts end",
            code="form.boundary",
            hint="send multipart/form-data; boundary=..., as an HTTP library makes it: do not set this header yourself",
        )
    return [_field(part, deepest, example) for part in _parts(boundary, without_mark(body))]


@dataclass(slots=True)
class _Part:
    """One part as it arrives: its headers by name in lower case, and its content."""

    headers: dict[bytes, bytes] = field(default_factory=dict)
    content: bytearray = field(default_factory=bytearray)


class _Parts:
    """Collects the parts of a form, as python-multipart finds them."""

    def __init__(self) -> None:
        self.found: list[_Part] = []
        self.is_complete = False
        self._name, self._value = bytearray(), bytearray()

    def begin(self) -> None:
        if len(self.found) >= MOST_FIELDS:
            raise RejectedInbound(f"the form has more than {MOST_FIELDS} fields", code="form.too_many_fields")
        self.found.append(_Part())

    def name(self, piece: bytes, start: int, end: int) -> None:
        self._name += piece[start:end]

    def value(self, piece: bytes, start: int, end: int) -> None:
        self._value += piece[start:end]

    def header(self) -> None:
        name = bytes(self._name).lower()
        if name in self.found[-1].headers:
            raise _malformed("a part has a header twice")
        self.found[-1].headers[name] = bytes(self._value)
        self._name.clear()
        self._value.clear()

    def content(self, piece: bytes, start: int, end: int) -> None:
        self.found[-1].content += piece[start:end]

    def end(self) -> None:
        self.is_complete = True


def _parts(boundary: bytes, body: bytes) -> list[_Part]:
    parts = _Parts()
    try:
        parser = MultipartParser(
            boundary,
            {
                "on_part_begin": parts.begin,
                "on_header_field": parts.name,
                "on_header_value": parts.value,
                "on_header_end": parts.header,
                "on_part_data": parts.content,
                "on_end": parts.end,
            },
            max_header_size=LONGEST_HEADER,
        )
        parser.write(body)
    except FormParserError:
        raise _malformed("its parts do not begin as its Content-Type says, or a part's headers are malformed") from None
    if not parts.is_complete:  # else the last field would be cut, or missing
        raise RejectedInbound(
            "the form ends before its last boundary",
            code="form.incomplete",
            hint="nothing was stored: send the whole form again",
        )
    return parts.found


def _field(part: _Part, deepest: int, example: str) -> tuple[str, Any]:
    written = part.headers.get(b"content-disposition", b"")
    kind, options = parse_options_header(written.decode("latin-1"))
    if kind != b"form-data" or b"name" not in options:
        raise _malformed('a part does not say Content-Disposition: form-data; name="..."')
    name = _text(options[b"name"])
    if len(name) > LONGEST_FIELD_NAME:
        raise RejectedInbound(
            f"the name of a field has more than {LONGEST_FIELD_NAME} characters",
            code="form.name",
            hint="send long texts as values",
        )
    content = _decoded(part)
    content_type, parameters = parse_options_header(part.headers.get(b"content-type", b"").decode("latin-1"))
    media_type = content_type.decode("latin-1").strip().lower()[:120]
    file_name = _file_name(written, options)
    if file_name is not None:
        return name, _file(file_name, media_type, content)
    if media_type == _JSON:
        return name, parse_json(content, deepest, example)
    charset = _CHARSETS.get(parameters.get(b"charset", b"").decode("latin-1").lower())
    return name, _text(without_mark(content), charset)


def _file(name: str, content_type: str, content: bytes) -> dict[str, Any] | None:
    if not name and not content:  # a browser's field in which no file was chosen
        return None
    return {
        "name": plain_name(name),
        "contentType": content_type or "application/octet-stream",
        "size": len(content),
        "base64": b64encode(content).decode(),
    }


def _file_name(written: bytes, options: dict[bytes, bytes]) -> str | None:
    """Return the name of a part's file, None for a part that is none.

    RFC 7578 forbids `filename*`, and .NET sends it all the same: with the whole name, where `filename` is spoilt.
    """
    if _EXTENDED.search(written):
        extended = parse_options_header(_EXTENDED.sub(b"extended", written).decode("latin-1"))[1]
        charset, _, encoded = decode_rfc2231(extended.get(b"extended", b"").decode("latin-1"))
        if encoded and (charset or "").lower() in _CHARSETS:
            return _text(unquote_to_bytes(encoded), _CHARSETS[(charset or "").lower()])
        if any(name.startswith(b"extended") for name in extended):  # a name in pieces: a file, whatever its name is
            options = {b"filename": b"", **options}
    given = options.get(b"filename")
    return None if given is None else _text(given)


def _decoded(part: _Part) -> bytes:
    """Return the content without a transfer encoding; RFC 7578 forbids them, and libraries for mail write them."""
    content = bytes(part.content)
    match part.headers.get(b"content-transfer-encoding", b"binary").strip().lower():
        case b"7bit" | b"8bit" | b"binary" | b"":
            return content
        case b"quoted-printable":
            return decodestring(content)
        case b"base64":
            try:
                return binascii.a2b_base64(content.translate(None, b"\r\n"), strict_mode=True)
            except binascii.Error:
                raise _malformed("a part is not in base64, as it says") from None
        case _:
            raise _malformed("a part has an unknown Content-Transfer-Encoding")


def _text(written: bytes, charset: str | None = "utf-8") -> str:
    try:
        text = written.decode(charset or "", "strict")
    except (UnicodeDecodeError, LookupError):
        raise RejectedInbound("the form is not UTF-8", code="form.not_utf8", hint="encode it as UTF-8") from None
    if "\x00" in text:
        raise RejectedInbound("the form contains the character NUL", code="form.nul", hint="leave it out")
    return text


def _malformed(why: str) -> RejectedInbound:
    return RejectedInbound(
        f"the form cannot be read: {why}",
        code="form.malformed",
        hint="let an HTTP library write the form and its Content-Type",
    )
