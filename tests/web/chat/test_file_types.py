"""Which files a visitor may send: their first bytes decide, and what is declared must not contradict them."""

from __future__ import annotations

import pytest

from botflow.web.chat.file_types import TYPES, type_of

PNG = b"\x89PNG\r\n\x1a\n" + bytes(20)
JPEG = b"\xff\xd8\xff\xe0" + bytes(20)
SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


def box(brand: bytes) -> bytes:
    return b"\x00\x00\x00\x18ftyp" + brand + bytes(20)


@pytest.mark.parametrize(
    ("beginning", "declared", "kind"),
    [
        (PNG, "image/png", "image/png"),
        (JPEG, "image/jpg", "image/jpeg"),
        (JPEG, "image/png", "image/jpeg"),
        (JPEG, "", "image/jpeg"),
        (JPEG, "application/octet-stream", "image/jpeg"),
        (b"GIF89a" + bytes(9), "image/gif", "image/gif"),
        (b"RIFF\x10\x00\x00\x00WEBPVP8 ", "image/webp", "image/webp"),
        (b"RIFF\x10\x00\x00\x00WAVEfmt ", "audio/x-wav", "audio/wav"),
        (box(b"heic"), "image/heic", "image/heic"),
        (box(b"avif"), "image/avif", "image/avif"),
        (box(b"mp42"), "video/mp4", "video/mp4"),
        (box(b"isom"), "audio/mp4", "audio/mp4"),
        (box(b"M4A "), "audio/x-m4a", "audio/mp4"),
        (box(b"qt  "), "video/quicktime", "video/quicktime"),
        (box(b"3gp4"), "audio/3gpp", "audio/3gpp"),
        (b"%PDF-1.7\n", "application/pdf", "application/pdf"),
        (b"ID3\x04\x00", "audio/mpeg", "audio/mpeg"),
        (b"\xff\xfb\x90\x44", "audio/mp3", "audio/mpeg"),
        (b"\xff\xf1\x50\x80", "audio/aac", "audio/aac"),
        (b"OggS\x00", "audio/ogg; codecs=opus", "audio/ogg"),
        (b"OggS\x00", "video/ogg", "video/ogg"),
        (b"\x1aE\xdf\xa3", "audio/webm;codecs=opus", "audio/webm"),
        (b"#!AMR\n", "audio/amr", "audio/amr"),
    ],
)
def test_a_file_is_what_its_bytes_say(beginning: bytes, declared: str, kind: str) -> None:
    assert type_of(beginning, declared) == kind
    assert kind in TYPES


@pytest.mark.parametrize(
    ("beginning", "declared"),
    [
        (SVG, "image/svg+xml"),
        (SVG, "image/png"),
        (b"\xef\xbb\xbf" + SVG, "image/svg+xml"),
        (b"<!doctype html><script>", "image/png"),
        (b"  <html>", ""),
        (b"MZ\x90\x00", "application/octet-stream"),
        (b"PK\x03\x04", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        (b"plain words", "text/plain"),
        (b"", "image/png"),
        (b"\xff", "audio/mpeg"),
        (b"\xff\xfe<\x00h\x00t\x00m\x00l\x00", "text/html"),  # HTML in UTF-16
        (PNG, "text/html"),
        (PNG, "application/pdf"),
        (b"%PDF-1.7", "image/png"),
        (JPEG, "video/mp4"),
        (box(b"xxxx"), "video/mp4"),
    ],
)
def test_any_other_file_and_a_contradiction_are_refused(beginning: bytes, declared: str) -> None:
    assert type_of(beginning, declared) is None
