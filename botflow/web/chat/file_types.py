"""The kinds of files that a visitor may send, recognised by their first bytes: pictures, PDF, sound and video.

What the sender declares only decides between the kinds of one container (sound or video), and must not contradict the
bytes. Never a kind that a browser runs, such as SVG or HTML. Not by a library of signatures: those know hundreds of
kinds, and guess; this is a closed list.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

ENOUGH = 64  # bytes from the beginning of a file that tell its kind
PICTURES = frozenset(("image/jpeg", "image/png", "image/gif", "image/webp", "image/avif"))  # that each browser shows
TYPES = (
    *("image/jpeg", "image/png", "image/gif", "image/webp", "image/avif", "image/heic", "application/pdf"),
    *(
        "audio/mpeg",
        "audio/mp4",
        "audio/aac",
        "audio/ogg",
        "audio/wav",
        "audio/flac",
        "audio/amr",
        "audio/3gpp",
        "audio/webm",
    ),
    *("video/mp4", "video/quicktime", "video/3gpp", "video/webm", "video/ogg"),
)
_AT_THE_START = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"%PDF-", "application/pdf"),
    (b"ID3", "audio/mpeg"),
    (b"OggS", "audio/ogg"),
    (b"fLaC", "audio/flac"),
    (b"#!AMR", "audio/amr"),
    (b"\x1aE\xdf\xa3", "video/webm"),
)
_RIFF: Mapping[bytes, str] = MappingProxyType({b"WEBP": "image/webp", b"WAVE": "audio/wav"})
# The brands of ISO base media files (ISO/IEC 14496-12, 4.3); https://mp4ra.org/registered-types/brands
_BRANDS: Mapping[bytes, str] = MappingProxyType(
    {
        **dict.fromkeys((b"heic", b"heix", b"heim", b"heis", b"mif1", b"msf1"), "image/heic"),
        **dict.fromkeys((b"avif", b"avis"), "image/avif"),
        **dict.fromkeys((b"M4A ", b"M4B "), "audio/mp4"),
        b"qt  ": "video/quicktime",
        **dict.fromkeys((b"isom", b"iso2", b"iso4", b"iso5", b"iso6", b"mp41", b"mp42", b"avc1"), "video/mp4"),
        **dict.fromkeys((b"M4V ", b"MSNV", b"dash"), "video/mp4"),
        **dict.fromkeys((b"3gp4", b"3gp5", b"3gp6", b"3gp7", b"3g2a"), "video/3gpp"),
    }
)
# Containers that hold sound or video: the declared type decides.
_SIBLINGS: Mapping[str, str] = MappingProxyType(
    {
        "audio/ogg": "video/ogg",
        "video/webm": "audio/webm",
        "video/mp4": "audio/mp4",
        "video/3gpp": "audio/3gpp",
    }
)
_UNDECLARED = ("", "application/octet-stream", "binary/octet-stream")


def type_of(beginning: bytes, declared: str) -> str | None:
    """Return the MIME type of a file that begins with these bytes; None when it is no kind that a visitor may send, or
    when the declared type says that it is something else."""
    found = _recognised(beginning)
    stated = declared.partition(";")[0].strip().lower()
    if found is None or stated in _UNDECLARED:
        return found
    family = stated.partition("/")[0]
    if found.partition("/")[0] == family:
        return found
    sibling = _SIBLINGS.get(found)
    return sibling if sibling is not None and sibling.partition("/")[0] == family else None


def _recognised(beginning: bytes) -> str | None:
    for signature, kind in _AT_THE_START:
        if beginning.startswith(signature):
            return kind
    if beginning[:4] == b"RIFF":
        return _RIFF.get(beginning[8:12])
    if beginning[4:8] == b"ftyp":
        return _BRANDS.get(beginning[8:12])
    if len(beginning) > 1 and beginning[0] == 0xFF and beginning[1] & 0xE0 == 0xE0:
        return _frame_kind(beginning[1])
    return None


def _frame_kind(second: int) -> str | None:
    """Return the kind of a stream of frames without a container: ADTS has layer 0, MPEG audio 1 to 3."""
    version, layer = second >> 3 & 3, second >> 1 & 3
    if layer == 0:
        return "audio/aac" if version in (2, 3) else None
    return None if version == 1 else "audio/mpeg"
