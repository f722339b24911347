"""Webhooks with multipart/form-data: fields, files, and forms that are broken."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import AsyncIterator
from typing import Any

import pytest

from botflow.errors import RejectedInbound
from botflow.nodes.triggers.input_schema import misfits
from botflow.nodes.triggers.runs import WebhookProperties
from botflow.web.hooks.hook_input import hook_input
from tests.triggering.workflows_to_start import runs
from tests.web.hooks.hook_site import BEARER, SECRET, hook, open_hooks, post, started
from tests.web.site import Site

KIND = {"content-type": "multipart/form-data; boundary=x"}
MARK = b"\xef\xbb\xbf"
SCHEMA = {
    "order": {"type": "integer"},
    "note": {"required": False},
    "sure": {"type": "boolean", "required": False},
    "tags": {"type": "list", "required": False},
    "photo": {"type": "object", "required": False},
    "photos": {"type": "list", "required": False},
}


@pytest.fixture
async def site(database_url: str) -> AsyncIterator[Site]:
    signed = hook(signature={"header": "X-Hub-Signature-256", "prefix": "sha256="})
    async with open_hooks(database_url, plain=hook(), strict=hook(schema=SCHEMA), signed=signed) as opened:
        yield opened


def part(name: str, content: bytes, more: str = "", *headers: str) -> bytes:
    lines = [f'Content-Disposition: form-data; name="{name}"{more}', *headers, "", ""]
    return "\r\n".join(lines).encode() + content


def form(*parts: bytes, boundary: bytes = b"x", end: bytes = b"--\r\n") -> bytes:
    return b"".join(b"--" + boundary + b"\r\n" + each + b"\r\n" for each in parts) + b"--" + boundary + end


def file(content: bytes, name: str = "a.txt", kind: str = "text/plain") -> dict[str, Any]:
    encoded = base64.b64encode(content).decode()
    return {"name": name, "contentType": kind, "size": len(content), "base64": encoded}


def read(body: bytes, kind: str = KIND["content-type"]) -> Any:
    """Return the input that a trigger without a schema makes of a body."""
    return hook_input(WebhookProperties(secret="shop"), kind, body)


def refusal(body: bytes, kind: str = KIND["content-type"]) -> tuple[int, str | None]:
    with pytest.raises(RejectedInbound) as refused:
        read(body, kind)
    return refused.value.status, refused.value.code


async def test_what_an_http_library_sends_is_an_object_of_texts_and_files(site: Site) -> None:
    picture = bytes(range(256))
    answer = await site.client.post(
        "/hooks/plain",
        data={"name": "Ännchen", "tag": ["a", "b"], "empty": ""},
        files={"photo": ("größe.png", picture, "image/png")},
        headers=BEARER,
    )

    started(answer)
    [run] = await runs(site.runtime.database)
    assert run.input == {
        "name": "Ännchen",
        "tag": ["a", "b"],
        "empty": "",
        "photo": file(picture, "größe.png", "image/png"),
    }


TEXT = 'filename="a.txt"'
PLAIN = "Content-Type: text/plain"
DOT_NET = "filename=\"=?utf-8?B?4oKs?=\"; filename*=utf-8''%E2%82%AC.txt"


@pytest.mark.parametrize(
    ("parts", "stored"),
    [
        ([], {}),
        ([part("a", b"1\r\n2\r\n")], {"a": "1\r\n2\r\n"}),
        ([part("a", b"--x")], {"a": "--x"}),
        ([part("a", b"\r\n--y\r\n--")], {"a": "\r\n--y\r\n--"}),
        ([part("a", MARK + b"b")], {"a": "b"}),
        ([part("a", b"b" + MARK)], {"a": "b\ufeff"}),
        ([part("a.b[0]", b"1"), part("__proto__", b"2")], {"a.b[0]": "1", "__proto__": "2"}),
        ([part("", b"1")], {"": "1"}),
        ([part("a;b=c", b"1")], {"a;b=c": "1"}),
        ([part(r"a\"b", b"1")], {'a"b': "1"}),
        ([part("ü", "ü".encode())], {"ü": "ü"}),
        ([part("a", b"\xfc", "", "Content-Type: text/plain; charset=ISO-8859-1")], {"a": "ü"}),
        ([part("a", b"\x80", "", 'Content-Type: text/plain; charset="windows-1252"')], {"a": "€"}),
        ([part("a", "ü".encode(), "", "Content-Type: text/plain; charset=UTF-8")], {"a": "ü"}),
        ([part("a", b"=C3=BC=\r\n!", "", "Content-Transfer-Encoding: quoted-printable")], {"a": "ü!"}),
        ([part("a", b"w7wh\r\n", "", "content-transfer-encoding: BASE64")], {"a": "ü!"}),
        ([part("a", b"1", "", "Content-Transfer-Encoding: 8bit")], {"a": "1"}),
        ([part("a", b'{"b": [1, null]}', "", "Content-Type: application/json")], {"a": {"b": [1, None]}}),
        ([part("a", b'{"b": 1}')], {"a": '{"b": 1}'}),
        ([part("a", b"b", f"; {TEXT}", PLAIN)], {"a": file(b"b")}),
        ([part("a", MARK + b"\x00\xff", f"; {TEXT}", PLAIN)], {"a": file(MARK + b"\x00\xff")}),
        ([part("a", b"", f"; {TEXT}", PLAIN)], {"a": file(b"")}),
        ([part("a", b"b", f"; {TEXT}")], {"a": file(b"b", kind="application/octet-stream")}),
        ([part("a", b"{", f"; {TEXT}", "Content-Type: Application/JSON")], {"a": file(b"{", kind="application/json")}),
        ([part("a", b"", '; filename=""', "Content-Type: application/octet-stream")], {"a": None}),
        ([part("a", b"b", '; filename=""', PLAIN)], {"a": file(b"b", "")}),
        ([part("a", b"b", r'; filename="..\..\etc/pass.txt"', PLAIN)], {"a": file(b"b", "pass.txt")}),
        ([part("a", b"b", '; filename="/etc/.."', PLAIN)], {"a": file(b"b", "")}),
        ([part("a", b"b", "; filename*=UTF-8''%e2%82%ac.txt", PLAIN)], {"a": file(b"b", "€.txt")}),
        ([part("a", b"b", f"; {DOT_NET}", PLAIN)], {"a": file(b"b", "€.txt")}),
        ([part("a", b"b", "; filename*=ISO-8859-1''%fc.txt", PLAIN)], {"a": file(b"b", "ü.txt")}),
        ([part("a", b"b", "; filename*0*=UTF-8''a; filename*1=b", PLAIN)], {"a": file(b"b", "")}),
        ([part("a;filename*=utf-8''b", b"c")], {"a;filename*=utf-8''b": "c"}),
        ([part("a", b"1"), part("a", b"b", f"; {TEXT}", PLAIN)], {"a": ["1", file(b"b")]}),
        ([part("payload", b'{"b": 1}')], {"payload": '{"b": 1}'}),
    ],
)  # fmt: skip
def test_each_part_is_what_it_says(parts: list[bytes], stored: Any) -> None:
    assert read(form(*parts)) == stored


@pytest.mark.parametrize(
    ("kind", "boundary"),
    [
        ('multipart/form-data; boundary="a b:c"', b"a b:c"),
        ("Multipart/Form-Data; charset=utf-8; Boundary=----WebKitFormBoundary7", b"----WebKitFormBoundary7"),
        ("multipart/form-data; boundary=" + "y" * 70, b"y" * 70),
        ("multipart/form-data;boundary=\u00fc", b"\xfc"),
    ],
)
def test_a_boundary_is_any_that_the_header_names(kind: str, boundary: bytes) -> None:
    assert read(form(part("a", b"1"), boundary=boundary), kind) == {"a": "1"}


@pytest.mark.parametrize(
    "body",
    [
        MARK + form(part("a", b"1")),
        b"\r\n" + form(part("a", b"1")),
        form(part("a", b"1"), end=b"--"),
        form(part("a", b"1"), end=b"--\r\nan epilogue --x\r\n"),
    ],
)
def test_what_stands_around_a_form_is_ignored(body: bytes) -> None:
    assert read(body) == {"a": "1"}


@pytest.mark.parametrize(
    ("parts", "stored"),
    [
        ([part("order", b"8")], {"order": 8}),
        ([part("order", MARK + b"8"), part("sure", b"true")], {"order": 8, "sure": True}),
        ([part("order", b"8", "", "Content-Type: application/json")], {"order": 8}),
        ([part("order", b"8"), part("tags", b"a")], {"order": 8, "tags": ["a"]}),
        ([part("order", b"8"), part("photo", b"b", f"; {TEXT}", PLAIN)], {"order": 8, "photo": file(b"b")}),
        ([part("order", b"8"), part("photos", b"b", f"; {TEXT}", PLAIN)], {"order": 8, "photos": [file(b"b")]}),
        ([part("order", b"8"), part("photo", b"", '; filename=""')], {"order": 8, "photo": None}),
    ],
)
def test_a_forms_parts_are_read_as_the_schema_says(parts: list[bytes], stored: Any) -> None:
    properties = WebhookProperties.model_validate({"secret": "shop", "schema": SCHEMA})

    given = hook_input(properties, KIND["content-type"], form(*parts))

    assert given == stored
    assert misfits(properties.input_schema, given) == []


@pytest.mark.parametrize(
    "parts",
    [
        [part("order", b"eight")],
        [part("order", b"8"), part("order", b"9")],
        [part("order", b"8", f"; {TEXT}", PLAIN)],
        [part("order", b"8"), part("note", b"8", f"; {TEXT}", PLAIN)],
        [part("order", b"8"), part("photo", b"8")],
        [part("order", b"8"), part("unknown", b"8")],
        [part("order", b"", '; filename=""')],
        [],
    ],
)
def test_a_part_that_is_not_of_its_type_does_not_fit(parts: list[bytes]) -> None:
    properties = WebhookProperties.model_validate({"secret": "shop", "schema": SCHEMA})

    assert misfits(properties.input_schema, hook_input(properties, KIND["content-type"], form(*parts)))


WHOLE = form(part("a", b"1"), part("b", b"22", f"; {TEXT}", PLAIN))


def test_a_form_that_is_cut_anywhere_is_refused() -> None:
    refused = {length: refusal(WHOLE[:length]) for length in range(len(WHOLE) - len("\r\n"))}

    assert {length: found for length, found in refused.items() if found != (400, "form.incomplete")} == {}


MANY = form(*[part("a", b"1")] * 501)
BROKEN = [
    (b"{}", "form.malformed"),
    (form(part("a", b"1"), boundary=b"y"), "form.malformed"),
    (b"a preamble\r\n" + form(part("a", b"1")), "form.malformed"),
    (form(part("a", b"1")).replace(b"\r\n", b"\n"), "form.malformed"),
    (form(b"1"), "form.malformed"),
    (form(b"\r\n1"), "form.malformed"),
    (form(b"Content-Type: text/plain\r\n\r\n1"), "form.malformed"),
    (form(b"Content-Disposition: form-data\r\n\r\n1"), "form.malformed"),
    (form(b'Content-Disposition: attachment; name="a"\r\n\r\n1'), "form.malformed"),
    (form(b"Content-Disposition: form-data; name*=utf-8''a\r\n\r\n1"), "form.malformed"),
    (form(b'Content-Disposition: form-data; name="a"\r\n' * 2 + b"\r\n1"), "form.malformed"),
    (form(b"Content-D\xff: 1\r\n\r\n1"), "form.malformed"),
    (form(part("a", b"1", "", *[f"X-{number}: 1" for number in range(20)])), "form.malformed"),
    (form(part("a", b"1", "; b=" + "c" * 5_000)), "form.malformed"),
    (form(part("a", b"????", "", "Content-Transfer-Encoding: base64")), "form.malformed"),
    (form(part("a", b"1", "", "Content-Transfer-Encoding: uuencode")), "form.malformed"),
    (form(part("n" * 201, b"1")), "form.name"),
    (form(part("a", b"\xff")), "form.not_utf8"),
    (form(part("a", b"1", "", "Content-Type: text/plain; charset=punycode")), "form.not_utf8"),
    (form(b'Content-Disposition: form-data; name="\xff"\r\n\r\n1'), "form.not_utf8"),
    (form(b'Content-Disposition: form-data; name="a"; filename="\xff"\r\n\r\n1'), "form.not_utf8"),
    (form(part("a", b"\x00")), "form.nul"),
    (form(part("a\x00", b"1")), "form.nul"),
    (form(part("a", b"1", '; filename="b\x00c"')), "form.nul"),
    (form(part("a", b"{", "", "Content-Type: application/json")), "body.not_json"),
    (form(part("a", b"", "", "Content-Type: application/json")), "body.empty"),
    (form(part("a", b"[" * 70 + b"]" * 70, "", "Content-Type: application/json")), "body.too_deep"),
    (MANY, "form.too_many_fields"),
]


@pytest.mark.parametrize(("body", "code"), BROKEN)
def test_a_broken_form_is_refused(body: bytes, code: str) -> None:
    assert refusal(body) == (400, code)


async def test_a_form_that_is_refused_starts_nothing(site: Site) -> None:
    before = await site.state_hash()
    for path, body, status, code in (
        ("plain", WHOLE[:-5], 400, "form.incomplete"),
        ("plain", form(part("a", b"1"), boundary=b"y"), 400, "form.malformed"),
        ("plain", b"", 400, "form.incomplete"),
        ("strict", form(part("order", b"eight")), 422, "input.invalid"),
        ("strict", form(part("order", b"8", f"; {TEXT}", PLAIN)), 422, "input.invalid"),
    ):
        answer = await post(site, path, body, {**BEARER, **KIND})
        assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    assert await site.state_hash() == before


@pytest.mark.parametrize(
    ("kind", "status", "code"),
    [
        ("multipart/form-data", 400, "form.boundary"),
        ("multipart/form-data; boundary=", 400, "form.boundary"),
        ('multipart/form-data; boundary=""', 400, "form.boundary"),
        ("multipart/form-data; boundary=" + "x" * 201, 400, "form.boundary"),
        ("multipart/form-data; " + ";" * 5_000, 400, "form.boundary"),
        ("multipart/form-data; boundary*=utf-8''x", 400, "form.boundary"),
        ("multipart/mixed; boundary=x", 415, "hook.content_type"),
        ("multipart/related; boundary=x", 415, "hook.content_type"),
    ],
)
def test_a_form_that_does_not_say_where_its_parts_end_is_refused(kind: str, status: int, code: str) -> None:
    assert refusal(form(part("a", b"1")), kind) == (status, code)


async def test_files_count_to_the_bound_of_the_input(site: Site) -> None:
    largest = b"\xff" * 786_000  # in base64 a little less than 1 MiB
    too_large = await post(site, "plain", form(part("a", largest + b"\xff" * 1_000, f"; {TEXT}")), {**BEARER, **KIND})
    refused = await post(site, "plain", form(part("a", b"\xff" * 1_200_000, f"; {TEXT}")), {**BEARER, **KIND})

    assert (too_large.status_code, too_large.json()["code"]) == (422, "input.too_large")
    assert (refused.status_code, refused.json()["code"]) == (413, "body.too_large")
    started(await post(site, "plain", form(part("a", largest, f"; {TEXT}")), {**BEARER, **KIND}))
    [run] = await runs(site.runtime.database)
    assert run.input["a"]["size"] == len(largest)


async def test_a_forms_signature_is_that_of_its_bytes(site: Site) -> None:
    body = MARK + form(part("a", b"1"))
    right = "sha256=" + hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()

    started(await post(site, "signed", body, {**KIND, "X-Hub-Signature-256": right}))
    forged = await post(site, "signed", form(part("a", b"1")), {**KIND, "X-Hub-Signature-256": right})

    assert (forged.status_code, forged.json()["code"]) == (403, "webhook.forged")
