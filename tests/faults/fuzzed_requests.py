"""Strategies for HTTP requests as bytes: near what each route expects, and far from it.

The routes are the application's own, so that a new one is fuzzed without a change here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import quote, quote_from_bytes, urlencode

import orjson
from hypothesis import strategies as st
from starlette.routing import Route
from twilio.request_validator import RequestValidator

from botflow.plugins import chat_protocols, installed_plugins
from botflow.web.app import Routes
from tests.faults.fuzzed_values import FIELDS, FIELDS_OF, MOMENTS, NAMES, ODD_BYTES, PREFLIGHTS, TEXTS, VALUES, some_of

PUBLIC_URL = "https://bots.example.com"
TWILIO_TOKEN = "0123456789abcdef0123456789abcdef"
WORKFLOWS = ("fuzzed", "fuzzed_run", "nowhere", "")
PARAMETER = re.compile(r"{(\w+)(?::path)?}")
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE", "PROPFIND")
JSON, FORM = "application/json", "application/x-www-form-urlencoded"


@dataclass(frozen=True, slots=True)
class Known:
    """What the server under test knows: real values, from which near ones are made."""

    api_key: str
    tokens: tuple[str, ...]
    executions: tuple[str, ...]
    cursors: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Request:
    """One request as it is sent. `is_whole`: its framing is right, so that the server can find its end."""

    sent: bytes
    method: str
    path: str
    is_whole: bool = True


@cache
def routes() -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Return path and methods of each route."""
    protocols = chat_protocols(installed_plugins()).values()
    every = Routes(dev=False, protocols=protocols, widget=None).router.routes
    return tuple((route.path, tuple(sorted(route.methods or METHODS))) for route in every if isinstance(route, Route))


def paths(known: Known, template: str) -> st.SearchStrategy[str]:
    """Return a route's path with its parameters filled in, now and then with bytes that no path should have."""
    values = {
        "workflow": st.sampled_from(
            [*WORKFLOWS, *(["fuzzed"] * 6 if template.startswith("/chat") else WORKFLOWS[1:2] * 6)]
        ),
        "provider": st.sampled_from(["twilio", "openai", "chat", "TWILIO"]),
        "id": st.sampled_from((*known.executions, *known.executions, "1", "0", "-1", "9" * 30)),
        "channel": st.sampled_from(["sms", "chat", "whatsapp", "fax"]),
        "address": st.sampled_from(["+14155550100", "whatsapp:+14155550100", "ann", "1"]),
    }
    odd = ODD_BYTES.map(quote_from_bytes)

    def filled(draw: st.DrawFn) -> str:
        def value(found: re.Match[str]) -> str:
            if draw(st.integers(0, 11)) == 0:
                return draw(st.one_of(odd, TEXTS.map(lambda text: quote(text[:200], safe=""))))
            return quote(draw(values.get(found[1], st.sampled_from(["hook", "told", "a"]))), safe="")

        return PARAMETER.sub(value, template)

    return st.composite(filled)()


def queries(known: Known) -> st.SearchStrategy[str]:
    value = st.one_of(st.sampled_from((*known.cursors, "10", "completed", "fuzzed", "csv")), TEXTS, MOMENTS)
    pairs = st.lists(st.tuples(st.one_of(st.sampled_from(NAMES), TEXTS), value), max_size=4).map(urlencode)
    many = st.integers(400, 1200).map(lambda count: "&".join(f"a{number}=1" for number in range(count)))
    return st.one_of(
        st.just(""), st.just(""), pairs, pairs, pairs, ODD_BYTES.map(quote_from_bytes), many, st.just("&&=&=%")
    )


def headers(known: Known, template: str) -> st.SearchStrategy[dict[str, str]]:
    """Return headers, by lower-case names: mostly with the right credentials. Values are Latin-1, as on the wire."""
    tampered = st.builds(
        lambda token, at, letter: token[: at % len(token)] + letter + token[at % len(token) + 1 :],
        st.sampled_from(known.tokens),
        st.integers(0, 200),
        st.sampled_from("aZ9.-_é"),
    )
    right = st.sampled_from(known.tokens if template.startswith("/chat") else (known.api_key,))
    wrong = st.one_of(st.just(known.api_key), st.sampled_from(known.tokens), tampered, st.just("x" * 300))
    bearer = st.one_of(right, right, right, right, wrong)
    written = st.text(st.characters(min_codepoint=0x20, max_codepoint=0xFF, exclude_characters="\x7f"), max_size=20)
    optional: dict[str, st.SearchStrategy[str]] = {
        "origin": st.sampled_from(["https://shop.example", "https://evil.example", "null", ""]),
        "access-control-request-method": st.sampled_from(["POST", "DELETE", ""]),
        "access-control-request-headers": st.sampled_from(["authorization", "x-odd", ",,"]),
        "accept": st.sampled_from(["*/*", "application/json;q=0", "text/event-stream"]),
        "accept-encoding": st.sampled_from(["gzip", "identity;q=0", "br, *;q=0"]),
        "content-encoding": st.sampled_from(["gzip", "identity", "br"]),
        "range": st.sampled_from(["bytes=0-1", "bytes=-", "bytes=5-2", "bytes=" + "0-1," * 500, "lines=1"]),
        "if-none-match": st.sampled_from(["*", '"a"', "W/"]),
        "if-modified-since": st.sampled_from(
            ["Sat, 29 Oct 1994 19:43:31 GMT", "never", "Sat, 99 Oct 99999 19:43:31 GMT"]
        ),
        "last-event-id": st.one_of(st.sampled_from(known.cursors), written),
        "idempotency-key": written,
        "x-webhook-secret": st.one_of(st.just("shop-secret-0123456789"), written),
        "host": st.sampled_from(["bots.example.com", "a b", "[::1", "x" * 300]),
        "upgrade": st.sampled_from(["websocket", "h2c"]),
        "expect": st.sampled_from(["100-continue", "odd"]),
        "x-odd": written,
    }
    few = some_of(optional, 3)
    sent = bearer.map(lambda token: {"authorization": f"Bearer {token}"})
    others = [{}, {"authorization": "Basic YTpi"}, {"authorization": ""}, {"authorization": "Bearer"}]
    authorization = st.one_of(sent, sent, sent, sent, st.sampled_from(others))
    caller = st.integers(0, 2**24 - 1).map(lambda number: f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}")
    return st.builds(lambda few, auth, caller: {**few, **auth, "x-forwarded-for": caller}, few, authorization, caller)


def bodies(template: str) -> st.SearchStrategy[tuple[str, bytes]]:
    """Return a content type and a body: mostly with fields of the route."""
    own = next((names for end, names in FIELDS_OF.items() if template.endswith(end)), ("input",))
    first, some = FIELDS[own[0]], some_of({name: FIELDS[name] for name in own}, 3)
    usual = st.builds(lambda value, more: {own[0]: value, **more}, first, some)
    documents = st.one_of(usual, usual, usual, some, some_of(FIELDS, 4), VALUES).map(_json)
    tampered = st.builds(
        lambda document, at, piece: document[: at % (len(document) + 1)] + piece + document[at % (len(document) + 1) :],
        documents,
        st.integers(0, 500),
        st.sampled_from([b"\x00", b"\\ud800", b"\xff", b",", b"}", b'"', b"\\u0000", b"1e400", b"NaN", b'"a":1,"a":2']),
    )
    deep = st.sampled_from([b"[" * 2_000 + b"]" * 2_000, b'{"text":' * 900 + b"1" + b"}" * 900, b"[" * 60_000])
    large = st.sampled_from([b'{"text":"' + b"x" * 300_000 + b'"}', b"9" * 50_000, b'{"input":' + b"9" * 5_000 + b"}"])
    json_bodies = st.one_of(documents, documents, tampered, tampered, deep, large, st.binary(max_size=60), st.just(b""))
    pairs = st.lists(st.tuples(TEXTS, TEXTS), max_size=6).map(lambda pairs: urlencode(pairs).encode())
    forms = st.one_of(pairs, st.binary(max_size=60), st.just(b"&" * 3_000), st.just(b"a=%ff&b=%00&%=%zz"))
    part = st.one_of(TEXTS.map(str.encode), json_bodies, st.binary(max_size=60))
    multipart = st.builds(_multipart, st.lists(st.tuples(st.sampled_from(PART_HEADS), part), max_size=4), ODD_BYTES)
    odd_kinds = [
        f"{JSON}; charset=utf-16",
        "application/problem+json",
        "text/plain",
        "multipart/form-data",
        "",
        "\xe9/;;=",
    ]
    kinds = st.sampled_from([JSON] * 12 + odd_kinds)
    return st.one_of(
        st.tuples(kinds, json_bodies),
        st.tuples(kinds, json_bodies),
        st.tuples(st.just(FORM), forms),
        st.tuples(kinds, forms),
        st.tuples(st.just("multipart/form-data; boundary=x"), multipart),
    )


PART_HEADS = (
    b'Content-Disposition: form-data; name="order"',
    b'Content-Disposition: form-data; name="a"; filename="a.txt"\r\nContent-Type: text/plain',
    b"Content-Disposition: form-data; name=\"a\"; filename*=utf-8''%ff%00.txt",
    b'Content-Disposition: form-data; name="a"\r\nContent-Type: application/json',
    b'Content-Disposition: form-data; name="a"\r\nContent-Transfer-Encoding: base64',
    b"Content-Disposition: form-data; name*0=a;;=\xff",
    b"\xff:",
)


def _multipart(parts: list[tuple[bytes, bytes]], end: bytes) -> bytes:
    """Return a form that is mostly whole; `end` follows its last boundary."""
    return (
        b"".join(b"--x\r\n%b\r\n\r\n%b\r\n" % part for part in parts) + b"--x" + (end if len(end) % 3 == 1 else b"--")
    )


def _json(value: Any) -> bytes:
    try:
        return orjson.dumps(value)
    except TypeError:  # a number that orjson does not write; others do
        import json

        return json.dumps(value).encode()


# -- requests


def framed(head: list[str], kind: str, body: bytes, framing: str) -> bytes:
    """Return a request with the body's length told in one way or another."""
    lines = [*head, *([f"content-type: {kind}"] if kind else [])]
    match framing:
        case "chunked":
            lines.append("transfer-encoding: chunked")
            half = len(body) // 2
            pieces = [piece for piece in (body[:half], body[half:]) if piece]
            body = b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"
        case "bad chunk":
            lines.append("transfer-encoding: chunked")
            body = b"zz\r\n" + body
        case "too long":
            lines.append(f"content-length: {len(body) + 10}")
        case "two lengths":
            lines += [f"content-length: {len(body)}", f"content-length: {len(body) + 1}"]
        case "no number":
            lines.append("content-length: -1")
        case "both":
            lines += [f"content-length: {len(body)}", "transfer-encoding: chunked"]
        case _:
            lines.append(f"content-length: {len(body)}")
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body


def requests(known: Known) -> st.SearchStrategy[Request]:
    """Return one request to one of the routes, or to none."""
    every_route = st.sampled_from(
        [(*route, headers(known, route[0]), bodies(route[0]), paths(known, route[0])) for route in routes()]
    )
    query = queries(known)
    framings = st.sampled_from(
        ["length"] * 12 + ["chunked"] * 3 + ["bad chunk", "too long", "two lengths", "no number", "both"]
    )

    @st.composite
    def made(draw: st.DrawFn) -> Request:
        template, methods, header, body, to = draw(every_route)
        method = draw(st.sampled_from(METHODS)) if draw(st.integers(0, 5)) == 0 else draw(st.sampled_from(methods))
        path = draw(to)
        if draw(st.integers(0, 15)) == 0:
            path = draw(
                st.sampled_from([path + "/", "//" + path, path.upper(), "/" + "a" * 5_000, "/%2e%2e" + path, "*"])
            )
        asked = draw(query)
        target = path + (f"?{asked}" if asked else "")
        given = {"host": "bots.example.com", **draw(header)}
        if method == "OPTIONS":
            given |= draw(PREFLIGHTS)
        kind, content = draw(body) if method not in ("GET", "HEAD") or draw(st.integers(0, 5)) == 0 else ("", b"")
        if template.startswith("/{provider}") and draw(st.integers(0, 3)):
            kind, content, given["x-twilio-signature"] = draw(signed(target))
        framing = draw(framings)
        head = [f"{method} {target} HTTP/1.1", *(f"{name}: {value}" for name, value in given.items())]
        whole = framing in ("length", "chunked") and "upgrade" not in given
        return Request(framed(head, kind, content, framing), method, target, whole)

    return made()


def signed(target: str) -> st.SearchStrategy[tuple[str, bytes, str]]:
    """Return a form with odd fields, signed as Twilio does it, and now and then wrongly."""
    usual = {"MessageSid": "SM1", "From": "+14155550100", "To": "+14155550199", "Body": "hi", "NumMedia": "0"}
    odd = st.dictionaries(
        st.sampled_from(
            [
                *usual,
                "MediaUrl0",
                "MediaContentType0",
                "Latitude",
                "Longitude",
                "ButtonPayload",
                "OptOutType",
                "MessageStatus",
                "ErrorCode",
                "x",
            ]
        ),
        st.one_of(
            TEXTS,
            st.sampled_from(
                [
                    "STOP",
                    "START",
                    "HELP",
                    "whatsapp:+14155550101",
                    "11",
                    "-1",
                    "SM2",
                    "delivered",
                    "http://[::1",
                    "1e400",
                ]
            ),
        ),
        max_size=4,
    )

    def form(more: dict[str, str], is_right: bool) -> tuple[str, bytes, str]:
        fields = {**usual, **more}
        signature = RequestValidator(TWILIO_TOKEN).compute_signature(PUBLIC_URL + target, fields)
        return FORM, urlencode(fields).encode(), signature if is_right else signature[::-1]

    return st.builds(form, odd, st.sampled_from([True, True, True, False]))
