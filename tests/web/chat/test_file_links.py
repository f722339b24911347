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
    expires, signature = signed(links().given("photo", FILE, "/bot"))

    assert links().admits(FILE, expires, signature)
    assert not links().admits(replace(FILE, id="b" * 32), expires, signature)
    assert not links().admits(replace(FILE, session=2), expires, signature)
    assert not links().admits(FILE, str(int(expires) + 1), signature)
    assert not links().admits(FILE, expires, signature[:-1])


@pytest.mark.parametrize("expires", ["", "-1", "1e9", "٣", "9" * 13, "0"])
def test_an_expiry_is_a_number_of_seconds_that_has_not_passed(expires: str) -> None:
    _, signature = signed(links().given("photo", FILE, "/bot"))
    assert not links().admits(FILE, expires, signature)


def test_a_signature_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    expires, signature = signed(links().given("photo", FILE, "/bot"))
    monkeypatch.setattr("botflow.web.chat.file_links.time.time", lambda: float(expires) + 1)
    assert not links().admits(FILE, expires, signature)


def test_a_former_secret_still_opens_and_a_foreign_one_does_not() -> None:
    expires, signature = signed(links("former-0123456789").given("photo", FILE, "/bot"))

    assert links("newest-0123456789", "former-0123456789").admits(FILE, expires, signature)
    assert not links("newest-0123456789").admits(FILE, expires, signature)


def test_a_reader_gets_the_files_of_its_session_signed_anew_and_others_as_they_are() -> None:
    given = links().given("photo", FILE, "/bot")
    shown = links().shown({"url": given, "contentType": "image/png"}, 1, "/bot")

    assert shown["id"] == FILE.id
    assert shown["url"].startswith(f"/bot/chat/photo/files/{FILE.id}/a%20b%2F%C3%BC.png?expires=")
    assert links().admits(FILE, *signed(shown["url"]))
    for foreign in (f"https://elsewhere.example{given.removeprefix(BASE)}", f"{BASE}/chat/photo/files/short", "x"):
        assert links().shown({"url": foreign}, 1, "") == {"url": foreign}


def test_a_file_of_another_session_keeps_the_address_that_the_flow_passed_on() -> None:
    given = links().given("photo", FILE, "/bot")

    assert links().shown({"url": given}, 2, "/bot") == {"url": given}
    without_base = given.removeprefix(BASE)
    assert links().shown({"url": without_base}, 2, "/bot") == {"url": f"/bot{without_base}"}
    with_root = f"/bot{without_base}"
    assert links().shown({"url": with_root}, 2, "/bot") == {"url": with_root}
    unsigned = links().shown({"url": given.partition("?")[0]}, 2, "")
    assert not links().admits(FILE, *signed(unsigned["url"]))  # signed for session 2, and the file is of session 1


def test_an_address_is_signed_anew_when_it_has_expired_or_its_secret_is_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    given = links("former-0123456789").given("photo", FILE, "/bot")
    monkeypatch.setattr("botflow.web.chat.file_links.time.time", lambda: float(signed(given)[0]) + 1)

    renewed = links("newest-0123456789", "former-0123456789").shown({"url": given}, 1, "")
    sent = links("newest-0123456789").shown({"url": given}, 1, "", is_own=True)

    for shown in (renewed, sent):
        assert links("newest-0123456789").admits(FILE, *signed(shown["url"]))
