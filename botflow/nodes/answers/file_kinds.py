"""The kinds of files that a question may ask for: families, extensions and MIME types, and how large a file may be.

An attachment is judged by its MIME type. Its name decides only where that type is a container's or says nothing, and
must not contradict it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, WithJsonSchema

from botflow.engine.inbound import Media

FAMILIES = ("image", "audio", "video")
_OFFICE = "application/vnd.openxmlformats-officedocument"
_OPEN = "application/vnd.oasis.opendocument"
# By extension: the MIME types of the files, the registered one first (https://www.iana.org/assignments/media-types).
TYPES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "pdf": ("application/pdf", "application/x-pdf"),
        "doc": ("application/msword",),
        "docx": (f"{_OFFICE}.wordprocessingml.document",),
        "xls": ("application/vnd.ms-excel",),
        "xlsx": (f"{_OFFICE}.spreadsheetml.sheet",),
        "ppt": ("application/vnd.ms-powerpoint",),
        "pptx": (f"{_OFFICE}.presentationml.presentation",),
        "odt": (f"{_OPEN}.text",),
        "ods": (f"{_OPEN}.spreadsheet",),
        "odp": (f"{_OPEN}.presentation",),
        "rtf": ("application/rtf", "text/rtf"),
        "txt": ("text/plain",),
        "csv": ("text/csv", "application/csv"),
        "md": ("text/markdown",),
        "json": ("application/json",),
        "xml": ("application/xml", "text/xml"),
        "zip": ("application/zip", "application/x-zip-compressed"),
        "epub": ("application/epub+zip",),
        "ics": ("text/calendar",),
        "vcf": ("text/vcard", "text/x-vcard"),
        "jpg": ("image/jpeg", "image/jpg", "image/pjpeg"),
        "jpeg": ("image/jpeg", "image/jpg", "image/pjpeg"),
        "png": ("image/png",),
        "gif": ("image/gif",),
        "webp": ("image/webp",),
        "avif": ("image/avif",),
        "heic": ("image/heic", "image/heif"),
        "tiff": ("image/tiff",),
        "bmp": ("image/bmp",),
        "svg": ("image/svg+xml",),
        "mp3": ("audio/mpeg", "audio/mp3"),
        "m4a": ("audio/mp4", "audio/x-m4a", "audio/m4a"),
        "aac": ("audio/aac",),
        "ogg": ("audio/ogg", "video/ogg"),
        "wav": ("audio/wav", "audio/x-wav", "audio/wave"),
        "flac": ("audio/flac",),
        "amr": ("audio/amr",),
        "mp4": ("video/mp4",),
        "mov": ("video/quicktime",),
        "webm": ("video/webm", "audio/webm"),
        "3gp": ("video/3gpp", "audio/3gpp"),
    }
)
_OF_ZIP = frozenset(("docx", "xlsx", "pptx", "odt", "ods", "odp", "epub"))
_OF_TEXT = frozenset(("csv", "md", "json", "xml", "rtf", "ics", "vcf"))
# MIME types that hold other ones: the extensions that may say which. Browsers on Windows call a CSV file an Excel one.
_CONTAINERS: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "": frozenset(TYPES),
        "application/octet-stream": frozenset(TYPES),
        "binary/octet-stream": frozenset(TYPES),
        "application/zip": _OF_ZIP,
        "application/x-zip-compressed": _OF_ZIP,
        "text/plain": _OF_TEXT,
        "application/vnd.ms-excel": frozenset(("csv",)),
    }
)
_MIME = re.compile(r"[a-z]+/(?:\*|[a-z0-9][a-z0-9.+-]{0,100})")
_SIZE = re.compile(r"([0-9]{1,6}(?:\.[0-9]{1,3})?) ?(kb|mb)", re.IGNORECASE)
SIZE_PATTERN = r"^\s*[0-9]{1,6}(?:\.[0-9]{1,3})? ?(?:[Kk][Bb]|[Mm][Bb])\s*$"  # what _SIZE takes, for JSON Schema
_BYTES = {"kb": 1_000, "mb": 1_000_000}


def _checked_kind(written: str) -> str:
    kind = written.strip().lower().removeprefix(".")
    if kind in FAMILIES or kind in TYPES or _MIME.fullmatch(kind):
        return kind
    raise ValueError(
        f"{written!r} is no kind of file: write {', '.join(FAMILIES)}, an extension such as pdf or docx, "
        "or a MIME type such as image/png"
    )


def _bytes(written: object) -> object:
    """Return the bytes of `5 MB`; a plain number is left to be checked as bytes."""
    if not isinstance(written, str):
        return written
    found = _SIZE.fullmatch(written.strip())
    if found is None:
        raise ValueError(f"{written!r} is no size; write 500 KB or 5 MB")
    return int(float(found[1]) * _BYTES[found[2].lower()])


FileKind = Annotated[str, AfterValidator(_checked_kind)]
FileSize = Annotated[
    int,
    BeforeValidator(_bytes),
    WithJsonSchema({"anyOf": [{"type": "string", "pattern": SIZE_PATTERN}, {"type": "integer", "minimum": 1}]}),
]


def is_of_kind(medium: Media, kind: str) -> bool:
    """Say whether an attachment is of a kind as `accept` names it: `image`, `docx`, `image/png` or `image/*`."""
    mime = mime_type(medium)
    family = mime.partition("/")[0]
    if kind in FAMILIES:
        return family == kind
    if kind.endswith("/*"):
        return family == kind[:-2]
    return mime == kind or mime in TYPES.get(kind, ())


def mime_type(medium: Media) -> str:
    """Return the MIME type of an attachment, "" where it is unknown or its name contradicts it."""
    declared = medium.content_type.partition(";")[0].strip().lower()
    extension = medium.name.rpartition(".")[2].lower() if "." in medium.name else ""
    if extension not in TYPES:
        return declared
    named = TYPES[extension]
    if declared in named:
        return declared
    if extension in _CONTAINERS.get(declared, ()):
        return named[0]
    # A photo may be called .jpg and be a PNG; a program that is called .pdf is no PDF file.
    is_alike = declared.partition("/")[0] == named[0].partition("/")[0] and declared.startswith(FAMILIES)
    return declared if is_alike else ""
