"""What a service gets, and what of its response a flow reads."""

from __future__ import annotations

import gzip
import zlib
from typing import Any

import pytest

from tests.http.calls import ask
from tests.http.service import answer, open_service

PICTURE = bytes(range(256)) * 40


async def test_each_method_and_body_is_sent_as_it_is_written() -> None:
    async with open_service() as service:
        service.answers["/"] = answer({"ok": 1})
        for method in ("GET", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"):
            assert (await ask(f"{service.url}/", method=method))["status"] == 200
        service.answers["/"] = answer()
        assert (await ask(f"{service.url}/", method="HEAD"))["body"] is None
        await ask(f"{service.url}/", method="PUT", json=None)
        await ask(f"{service.url}/", method="POST", form={"a": "1 &=é", "b": ["x", "y"]})
        *plain, nothing, form = service.heard
    assert [heard.method for heard in plain] == ["GET", "OPTIONS", "POST", "PUT", "PATCH", "DELETE", "HEAD"]
    assert {heard.body for heard in plain} == {b""}
    assert (nothing.body, nothing.headers["content-type"]) == (b"null", "application/json")
    assert form.body == b"a=1+%26%3D%C3%A9&b=x&b=y"
    assert form.headers["content-type"] == "application/x-www-form-urlencoded"


async def test_a_multipart_form_carries_files_from_their_addresses_within_bounds() -> None:
    parts = {"note": 'a"b', "photo": {"file": "URL/media/p%20q.png", "name": ""}}
    async with open_service() as service:
        service.answers["/media/p%20q.png"] = answer(PICTURE, kind="image/png")
        service.answers["/up"] = answer({"ok": 1})
        parts["photo"] = {"file": f"{service.url}/media/p%20q.png"}
        credential = {"token": "a-secret-token"}
        for _ in range(2):
            output = await ask(f"{service.url}/up", method="POST", multipart=parts, credential=credential)
            assert output["status"] == 200
        media, first, _, again = service.heard
        missing = {"photo": {"file": f"{service.url}/none"}}
        failed = await ask(f"{service.url}/up", method="POST", multipart=missing)
        service.answers["/large"] = answer(bytes(17 * 1024 * 1024), kind="image/png")
        large = await ask(f"{service.url}/up", method="POST", multipart={"p": {"file": f"{service.url}/large"}})
        private = await ask(f"{service.url}/up", method="POST", multipart={"p": {"file": "https://127.0.0.2/x"}})
        assert service.paths().count("/up") == 2
    assert "authorization" not in media.headers, "a file's host gets no credential"
    assert PICTURE in first.body
    assert b'name="photo"; filename="p q.png"\r\nContent-Type: image/png' in first.body
    assert b'name="note"\r\n\r\na"b\r\n' in first.body
    assert first.body == again.body, "one visit sends the same bytes again"
    for output, said in ((failed, "404"), (large, "more than"), (private, "127.0.0.2")):
        assert (output["code"], said in output["message"]) == ("http.file", True), output


READ: list[tuple[bytes, str, Any]] = [
    (b'{"a": [1, 2.5, null]}', "application/json", {"a": [1, 2.5, None]}),
    (b'{"type": "x"}', "application/problem+json; charset=utf-8", {"type": "x"}),
    (b'\xef\xbb\xbf{"a": 1}', "application/json", {"a": 1}),
    ('{"a": "é"}'.encode("latin-1"), "application/json; charset=iso-8859-1", {"a": "é"}),
    (b'{"id": 123456789012345678901234567890}', "application/json", {"id": "123456789012345678901234567890"}),
    (b'{"id": 18446744073709551615}', "application/json", {"id": 18446744073709551615}),
    (b'{"id": 18446744073709551616}', "application/json", {"id": "18446744073709551616"}),
    (b"[" * 64 + b"]" * 64, "application/json", ...),
    ("Grüße".encode(), "text/plain", "Grüße"),
    ("Grüße".encode("utf-16"), "text/plain; charset=utf-16", "Grüße"),
    (b"<a/>", "application/xml", "<a/>"),
    (PICTURE, "image/png", None),
    (b"", "application/json", None),
    (b"anything", "", None),
]
UNREAD: list[tuple[bytes, str, str]] = [
    (b'{"a": 1', "application/json", "http.body"),
    (b"<html>", "application/json", "http.body"),
    (b'{"a": NaN}', "application/json", "http.body"),
    (b'{"a": "\\ud800"}', "application/json", "http.body"),
    (b'{"a": "\\u0000"}', "application/json", "http.body"),
    (b"a\0b", "text/plain", "http.body"),
    (b"[" * 65 + b"]" * 65, "application/json", "http.body"),
    (b"[" * 100_000, "application/json", "http.body"),
    (b'"' + rb"\"" * 99_000, "application/json", "http.body"),  # a text that never ends, in linear time
    (b'{"a": 1e400}', "application/json", "http.body"),
    (b'{"a": 1e400, "id": 18446744073709551616}', "application/json", "http.body"),
    (b"Gr\xfc\xdfe", "text/plain", "http.charset"),
    (b"Gr\xfc\xdfe", "application/json; charset=utf-8", "http.charset"),
    (b"abc", "text/plain; charset=no-such", "http.charset"),
    (b"abc", "text/plain; charset=rot13", "http.charset"),
    (b"abc", "text/plain; charset=zip", "http.charset"),
    (b"abc", "text/plain; charset=undefined", "http.charset"),
]


async def test_a_body_is_read_by_its_content_type_exactly_or_not_at_all() -> None:
    async with open_service() as service:
        for content, kind, value in READ:
            service.answers["/"] = answer(content, kind=kind)
            output = await ask(f"{service.url}/")
            assert "code" not in output, (content[:40], kind, output)
            assert value is ... or output["body"] == value, (kind, output)
            assert type(output["body"]) is type(value) or value is ...
        for content, kind, code in UNREAD:
            service.answers["/"] = answer(content, kind=kind)
            output = await ask(f"{service.url}/")
            assert (output["code"], output["status"], output["body"]) == (code, 200, None), (content[:40], kind, output)


async def test_decompressed_bytes_are_counted() -> None:
    fits, large = b'"' + b"a" * 150_000 + b'"', bytes(200_001)
    async with open_service() as service:
        for encoding, packed in (("gzip", gzip.compress(fits)), ("deflate", zlib.compress(fits)), ("identity", fits)):
            service.answers["/"] = answer(packed, headers={"content-encoding": encoding})
            assert len((await ask(f"{service.url}/"))["body"]) == 150_000
        bomb = gzip.compress(bytes(100_000_000))
        for content, encoding, code in (
            (gzip.compress(large), "gzip", "http.too_large"),
            (zlib.compress(large), "deflate", "http.too_large"),
            (large, "identity", "http.too_large"),
            (bomb, "gzip", "http.too_large"),
            (gzip.compress(bomb), "gzip, gzip", "http.encoding"),
            (fits, "br", "http.encoding"),
            (b"no gzip", "gzip", "http.encoding"),
            (gzip.compress(fits)[:-9], "gzip", "http.encoding"),
            (gzip.compress(fits) + gzip.compress(b"more"), "gzip", "http.encoding"),
        ):
            service.answers["/"] = answer(content, headers={"content-encoding": encoding})
            output = await ask(f"{service.url}/")
            assert (output["code"], output["status"]) == (code, 200), (encoding, output)
        assert {heard.headers["accept-encoding"] for heard in service.heard} == {"gzip"}


async def test_headers_of_a_response_are_read_without_cookies_and_within_a_bound() -> None:
    async with open_service() as service:
        many = {f"x-{number}": "v" * 100 for number in range(90)}
        service.answers["/"] = answer({}, headers={"ETag": '"1"', "Set-Cookie": "session=secret", **many})
        headers = (await ask(f"{service.url}/"))["headers"]
        assert headers["etag"] == '"1"'
        assert "set-cookie" not in headers
        assert sum(len(name) + len(value) for name, value in headers.items()) <= 8_000
        await ask(f"{service.url}/")
    assert "cookie" not in service.heard[1].headers, "no call knows of the one before"


async def test_a_body_that_is_too_large_is_not_sent() -> None:
    async with open_service() as service:
        for body in (
            {"json": "a" * 1_000_001},
            {"form": {"a": "a" * 1_000_001}},
            {"multipart": {"a": "a" * 1_000_001}},
        ):
            output = await ask(f"{service.url}/", method="POST", **body)
            assert output["code"] == "http.request_too_large"
        assert service.connections == 0


@pytest.mark.parametrize(
    ("value", "header"), [("Zoë", "Zoë".encode().decode("latin-1")), ("  plain ", "plain"), ("a\tb", "a\tb")]
)
async def test_a_header_is_sent_as_utf_8(value: str, header: str) -> None:
    async with open_service() as service:
        service.answers["/"] = answer({})
        await ask(f"{service.url}/", headers={"X-Name": value.strip()})
        assert service.heard[0].headers["x-name"] == header
