"""Answers that are files: which kinds and sizes fit, and how many."""

from __future__ import annotations

import pytest

from botflow.engine.inbound import Media
from botflow.nodes.answers.expectation import Accepted, Expectation, Kind, Refused
from botflow.nodes.answers.file_kinds import TYPES, is_of_kind
from botflow.nodes.answers.read_answer import read
from tests.engine.inbounds import message

PHOTO = Media(url="https://files.test/1.jpg", content_type="image/jpeg")
CV = Media(url="https://files.test/2", content_type="application/pdf", name="cv.pdf", size=2_000_000)
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def test_a_file_is_accepted_where_one_is_expected() -> None:
    stored = {"url": "https://files.test/1.jpg", "contentType": "image/jpeg"}
    reading = read(Expectation(kind="media"), message("look", media=(PHOTO, PHOTO)), "en", None)
    assert reading == Accepted(stored, {"media": [stored, stored]})
    assert read(Expectation(kind="media"), message("look"), "en", None) == Refused("no_media")


@pytest.mark.parametrize(
    ("accept", "content_types", "expected"),
    [
        (("pdf",), ("application/pdf",), True),
        (("pdf",), ("Application/PDF; x=y",), True),
        (("image", "pdf"), ("image/jpeg", "application/pdf"), True),
        (("image",), ("image/jpeg", "application/pdf"), False),
        (("audio",), ("audio/ogg; codecs=opus",), True),
        (("video",), ("audio/ogg",), False),
        (("image", "audio", "video", "pdf"), ("text/vcard",), False),
        (("image",), ("",), False),
        ((), ("text/vcard",), True),
    ],
)
def test_only_files_of_the_kinds_that_fit_are_accepted(
    accept: tuple[str, ...], content_types: tuple[str, ...], expected: bool
) -> None:
    files = tuple(Media(url="https://files.test/1", content_type=each) for each in content_types)
    for many in (False, True):
        expectation = Expectation(kind="media", accept=accept, many=many)
        reading = read(expectation, message("", media=files), "en", None)
        stored = [file.to_json() for file in files]
        fitting = Accepted(stored if many else stored[0], {"media": stored})
        assert reading == (fitting if expected else Refused("wrong_file_kind"))


def test_one_file_is_stored_as_an_object() -> None:
    reading = read(
        Expectation(kind="file", accept=("pdf",), max_size=2_000_000), message("mine", media=(CV,)), "en", None
    )
    stored = {"url": "https://files.test/2", "contentType": "application/pdf", "name": "cv.pdf", "size": 2_000_000}
    assert reading == Accepted(stored)


@pytest.mark.parametrize(
    ("media", "reason"),
    [
        ((), "no_file"),
        ((CV, CV), "several_files"),
        ((PHOTO,), "wrong_file_kind"),
        ((Media(url="https://files.test/3", content_type="application/pdf", size=2_000_001),), "file_too_large"),
    ],
)
def test_another_file_than_the_one_that_is_expected_is_refused(media: tuple[Media, ...], reason: str) -> None:
    expectation = Expectation(kind="file", accept=("pdf",), max_size=2_000_000)
    assert read(expectation, message("here", media=media), "en", None) == Refused(reason)


@pytest.mark.parametrize("kind", ["media", "file"])
def test_a_file_of_unknown_size_is_not_refused_for_its_size(kind: Kind) -> None:
    reading = read(Expectation(kind=kind, max_size=1), message("", media=(PHOTO,)), "en", None)
    assert isinstance(reading, Accepted)


@pytest.mark.parametrize("many", [True, False])
def test_each_file_of_several_is_bounded(many: bool) -> None:
    expectation = Expectation(kind="media", many=many, max_size=1_999_999)
    assert read(expectation, message("", media=(PHOTO, CV)), "en", None) == Refused("file_too_large")


@pytest.mark.parametrize(
    ("content_type", "name", "kind", "expected"),
    [
        (DOCX, "", "docx", True),
        (DOCX, "cv.docx", "docx", True),
        (DOCX, "cv.docx", "pdf", False),
        (DOCX, "", DOCX, True),
        ("application/octet-stream", "CV.DOCX", "docx", True),
        ("", "cv.pdf", "pdf", True),
        ("application/zip", "cv.docx", "docx", True),
        ("application/zip", "cv.docx", "zip", False),
        ("application/zip", "cv.zip", "docx", False),
        ("application/zip", "cv.pdf", "pdf", False),
        ("text/plain", "list.csv", "csv", True),
        ("text/plain", "list.csv", "txt", False),
        ("text/plain", "cv.pdf", "pdf", False),
        ("text/plain", "", "txt", True),
        ("application/vnd.ms-excel", "list.csv", "csv", True),
        ("application/pdf", "invoice.pdf.exe", "pdf", True),  # the type is what the bytes say
        ("application/x-msdownload", "invoice.pdf", "pdf", False),
        ("application/pdf", "photo.jpg", "pdf", False),
        ("application/pdf", "photo.jpg", "image", False),
        ("image/png", "photo.jpg", "png", True),
        ("image/png", "photo.jpg", "image", True),
        ("image/jpg", "", "jpeg", True),
        ("image/heif", "IMG_1.HEIC", "heic", True),
        ("image/svg+xml", "", "image/*", True),
        ("image/svg+xml", "", "image/png", False),
        ("application/octet-stream", "", "pdf", False),
        ("", "", "image", False),
        ("", "image", "image", False),
        ("video/webm", "sound.webm", "video", True),
        ("audio/ogg; codecs=opus", "", "ogg", True),
    ],
)
def test_a_file_is_of_a_kind_by_its_type_and_its_name(content_type: str, name: str, kind: str, expected: bool) -> None:
    assert is_of_kind(Media(url="https://files.test/1", content_type=content_type, name=name), kind) is expected


def test_every_extension_names_its_own_type() -> None:
    for extension, types in TYPES.items():
        for mime in types:
            assert is_of_kind(Media(url="x", content_type=mime, name=f"a.{extension}"), extension)
            assert is_of_kind(Media(url="x", content_type=mime), extension)
