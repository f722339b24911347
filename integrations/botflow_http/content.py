"""The body of a request: JSON, a form, or a multipart form with files, which are fetched from their addresses."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from urllib.parse import unquote, urlencode, urlsplit

import httpx2
import orjson

from botflow_http.exchange import Exchange
from botflow_http.failure import RequestFailed
from botflow_http.properties import FilePart, RequestProperties

LARGEST = 1_000_000  # bytes of JSON or of a form
LARGEST_FILES = 16 * 1024 * 1024  # bytes of all files of a request
LONGEST_NAME = 200
_MULTIPART = "https://multipart.invalid/"  # of a request that is only built for its body


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """The bytes that are sent, and their MIME type; "" for no body."""

    body: bytes = b""
    type: str = ""


async def content_of(properties: RequestProperties, exchange: Exchange, key: str) -> Content:
    """Return the body; RequestFailed `http.request_too_large` or `http.file`. The same `key` makes the same bytes."""
    if "json_body" in properties.model_fields_set:
        return _bounded(Content(body=orjson.dumps(properties.json_body), type="application/json"))
    if properties.form:
        written = urlencode(properties.form, doseq=True).encode()
        return _bounded(Content(body=written, type="application/x-www-form-urlencoded"))
    if properties.multipart:
        return await _multipart(properties, exchange, key)
    return Content()


async def _multipart(properties: RequestProperties, exchange: Exchange, key: str) -> Content:
    parts: list[tuple[str, tuple[str | None, bytes, str | None]]] = []
    left, texts = LARGEST_FILES, 0
    for name, part in properties.multipart.items():
        if isinstance(part, FilePart):
            file_name, content, kind = await _fetched(part, exchange, left)
            left -= len(content)
            parts.append((name, (file_name, content, kind)))
        else:
            texts += len(part)
            parts.append((name, (None, part.encode("utf-8", "replace"), None)))
    if texts > LARGEST:
        raise _too_large(LARGEST)
    kind = f"multipart/form-data; boundary={hashlib.sha256(key.encode()).hexdigest()}"
    request = httpx2.Request("POST", _MULTIPART, headers={"content-type": kind}, files=parts)
    return Content(body=request.read(), type=kind)


async def _fetched(part: FilePart, exchange: Exchange, left: int) -> tuple[str, bytes, str]:
    """Fetch a file without a credential; RequestFailed `http.file`."""
    try:
        response = await exchange.send(httpx2.Request("GET", part.file), largest=left)
    except RequestFailed as failed:
        raise RequestFailed(
            "http.file", f"a file cannot be fetched: {failed.message}", may_pass=failed.may_pass
        ) from None
    if response.fault is not None:
        raise RequestFailed("http.file", f"a file cannot be fetched: {response.fault.message}")
    if response.status != 200:
        raise RequestFailed("http.file", f"a file cannot be fetched: its address answered {response.status}")
    kind = part.content_type or response.headers.get("content-type", "application/octet-stream")
    name = part.name or unquote(urlsplit(part.file).path.rpartition("/")[2]) or "file"
    return name[:LONGEST_NAME], response.content, kind[:LONGEST_NAME]


def _bounded(content: Content) -> Content:
    if len(content.body) > LARGEST:
        raise _too_large(LARGEST)
    return content


def _too_large(largest: int) -> RequestFailed:
    return RequestFailed("http.request_too_large", f"the body of the request has more than {largest:,} bytes")
