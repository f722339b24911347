"""Signed addresses: good for one file of one session, for a time, and made by us alone."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import pytest

from botflow.keyring import Keyring
from botflow.records.files import SentFile
from botflow.web.chat.file_links import FileLinks

BASE = "https://bots.example.com"
FILE = SentFile(id="a" * 32, session=1, name="a b/ü.png", content_type="image/png", size=6)


def links(secret: str = "secret-0123456789", *former: str) -> FileLinks:
    return FileLinks(Keyring(secret, *former), lambda: BASE)


def signed(made: str) -> tuple[str, str]:
    query = parse_qs(urlsplit(made).query)
    return query["expires"][0], query["signature"][0]


def test_a_signature_opens_its_file_for_its_session_alone() -> None:
    expires, signature = signed(links().given("photo", FILE))

    assert links().admits(FILE, expires, signature)
    assert not links().admits(replace(FILE, id="b" * 32), expires, signature)
    assert not links().admits(replace(FILE, session=2), expires, signature)
    assert not links().admits(FILE, str(int(expires) + 1), signature)
    assert not links().admits(FILE, expires, signature[:-1])


@pytest.mark.parametrize("expires", ["", "-1", "1e9", "٣", "9" * 13, "0"])
def test_an_expiry_is_a_number_of_seconds_that_has_not_passed(expires: str) -> None:
    _, signature = signed(links().given("photo", FILE))
    assert not links().admits(FILE, expires, signature)


def test_a_signature_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    expires, signature = signed(links().given("photo", FILE))
    monkeypatch.setattr("botflow.web.chat.file_links.time.time", lambda: float(expires) + 1)
    assert not links().admits(FILE, expires, signature)


def test_a_former_secret_still_opens_and_a_foreign_one_does_not() -> None:
    expires, signature = signed(links("former-0123456789").given("photo", FILE))

    assert links("newest-0123456789", "former-0123456789").admits(FILE, expires, signature)
    assert not links("newest-0123456789").admits(FILE, expires, signature)


def test_a_reader_gets_our_own_files_signed_for_its_session_and_others_as_they_are() -> None:
    given = links().given("photo", FILE)
    shown = links().shown({"url": given, "contentType": "image/png"}, 2, "/bot")

    assert shown["id"] == FILE.id
    assert shown["url"].startswith(f"/bot/chat/photo/files/{FILE.id}/a%20b%2F%C3%BC.png?expires=")
    assert not links().admits(FILE, *signed(shown["url"]))  # signed for session 2, and the file is of session 1
    for foreign in (f"https://elsewhere.example{given.removeprefix(BASE)}", f"{BASE}/chat/photo/files/short", "x"):
        assert links().shown({"url": foreign}, 2, "") == {"url": foreign}
