"""Files and places that a person sends in the terminal: the same kinds and sizes as in the chat."""

from __future__ import annotations

import mimetypes
from pathlib import Path

from botflow.engine.inbound import Location, Media
from botflow.web.chat.file_types import ENOUGH, type_of
from botflow.web.chat.files import LARGEST_FILE


class NotSent(Exception):
    """Why a file or a place cannot be sent."""


def read_file(written: str) -> Media:
    """Return the file at a path; its address is the path, because the flow runs on this machine."""
    path = Path(written.strip("'\" ")).expanduser().resolve()
    try:
        size = path.stat().st_size
        with path.open("rb") as opened:
            beginning = opened.read(ENOUGH)
    except OSError as failure:
        raise NotSent(f"{path}: {failure.strerror or failure}") from None
    if size > LARGEST_FILE:
        raise NotSent(f"{path.name} is larger than {LARGEST_FILE:,} bytes")
    kind = type_of(beginning, mimetypes.guess_type(path.name)[0] or "")
    if kind is None:
        raise NotSent(f"{path.name} is no picture, PDF, sound or video")
    return Media(url=path.as_uri(), content_type=kind, name=path.name, size=size)


def read_place(written: str) -> Location:
    """Return the place of two numbers in degrees, and a label if one follows them."""
    parts = written.replace(",", " ", 1).split(maxsplit=2)
    try:
        latitude, longitude = map(float, parts[:2])
    except ValueError:
        raise NotSent("a place is two numbers, in degrees: /place 48.2082 16.3738 Vienna") from None
    if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
        raise NotSent("a latitude is from -90 to 90, a longitude from -180 to 180")
    return Location(latitude=latitude, longitude=longitude, label="".join(parts[2:]))
