"""What a flow may write about a request: bad properties are refused at their place, and a value changes no address."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from botflow.engine.asks import Answer, AskFailure, Invoke
from tests.engine.conversation import Talk, node, say
from tests.flow.read_documents import problems

FLOW = """
botflow: 1
id: shop
name: Shop
variables: {item: bell, order: {next: x}}
nodes:
  - {id: start, type: chatbot, actionType: message_received, next: ask}
  - {id: ask, type: http, actionType: request, properties: PROPERTIES, on: {next: done, error: done}}
  - {id: done, type: chatbot, actionType: say, properties: {text: "{{ $ask.body.x }} {{ $ask.status }}"}}
"""
URL = "https://shop.example/orders"
BAD: list[tuple[dict[str, Any], str]] = [
    ({}, "url"),
    ({"url": "shop.example/orders"}, "url"),
    ({"url": "ftp://shop.example/"}, "url"),
    ({"url": "https://{{ item }}/orders"}, "url"),
    ({"url": "https://{{ item }}.shop.example/"}, "url"),
    ({"url": "https://shop.example{{ item }}/"}, "url"),
    ({"url": "https://shop.example:{{ item }}/"}, "url"),
    ({"url": "{{ item }}/orders"}, "url"),
    ({"url": "{{ item }}{{ item }}"}, "url"),
    ({"url": "https://ann:secret@shop.example/"}, "url"),
    ({"url": "https://shop.example/{% if item %}a{% endif %}"}, "url"),
    ({"url": "https://shop.example/#part"}, "url"),
    ({"url": "https://shop.example/a b"}, "url"),
    ({"url": URL, "method": "TRACE"}, "method"),
    ({"url": URL, "method": "get"}, "method"),
    ({"url": URL, "headers": {"X Y": "a"}}, "headers.X Y"),
    ({"url": URL, "headers": {"Host": "a"}}, "headers.Host"),
    ({"url": URL, "headers": {"content-length": "1"}}, "headers.content-length"),
    ({"url": URL, "headers": {"Transfer-Encoding": "chunked"}}, "headers.Transfer-Encoding"),
    ({"url": URL, "headers": {"Proxy-Authorization": "x"}}, "headers.Proxy-Authorization"),
    ({"url": URL, "idempotencyKey": "a:b"}, "idempotencyKey"),
    ({"url": URL, "json": {"a": 1}}, "json"),
    ({"url": URL, "method": "POST", "json": 1, "form": {"a": 1}}, "form"),
    ({"url": URL, "method": "POST", "multipart": {"a": {"file": "file:///etc/passwd"}}}, "multipart.a.file"),
    ({"url": URL, "method": "POST", "multipart": {f"f{n}": {"file": URL} for n in range(11)}}, "multipart"),
    (
        {"url": URL, "method": "POST", "multipart": {"a": "b"}, "headers": {"Content-Type": "a/b"}},
        "headers.Content-Type",
    ),
    ({"url": URL, "timeout": "3m"}, "timeout"),
    ({"url": URL, "timeout": 10}, "timeout"),
    ({"url": URL, "retries": 6}, "retries"),
    ({"url": URL, "retryOn": [200]}, "retryOn[0]"),
    ({"url": URL, "redirects": 11}, "redirects"),
    ({"url": URL, "output": {"a": "{{ $respons.body }}"}}, "output.a"),
    ({"url": URL, "headers": {"X-A": "{{ $response.body }}"}}, "headers.X-A"),
    ({"url": URL, "bodyy": 1}, "bodyy"),
]


def found(properties: dict[str, Any]) -> list[tuple[str, str, str]]:
    written = FLOW.replace("PROPERTIES", orjson.dumps(properties).decode())
    return [(each.severity, each.code, str(each.path).partition("properties.")[2]) for each in problems(written)]


@pytest.mark.parametrize(("properties", "place"), BAD, ids=range(len(BAD)))
def test_a_bad_property_is_refused_at_its_place(properties: dict[str, Any], place: str) -> None:
    errors = [at for severity, _, at in found(properties) if severity == "error"]
    assert [at for at in errors if at in (place, "")] == errors != []


def test_good_properties_have_no_problems() -> None:
    for good in (
        {"url": URL + "/{{ item }}?a={{ item }}", "output": {"a": "{{ $response.body.a }}", "b": "{{ item }}"}},
        {"url": "{{ order.next }}"},
        {"url": "https://127.0.0.1:8443/x", "method": "POST", "form": {"a": "{{ item }}"}, "idempotencyKey": "X-Key"},
    ):
        assert found(good) == [], good


def test_a_secret_in_a_flow_and_an_address_without_encryption_are_warned_of() -> None:
    warned = found({"url": "http://shop.example/", "headers": {"Authorization": "Bearer x", "Cookie": "a=b"}})
    assert sorted(warned) == [
        ("warning", "http.not_encrypted", "url"),
        ("warning", "http.secret_in_flow", "headers.Authorization"),
        ("warning", "http.secret_in_flow", "headers.Cookie"),
    ]


def asked(url: str, *, credential: str | None = None, **variables: Any) -> tuple[dict[str, Any], str]:
    """Return the properties of the request, and the code of a failure before it."""
    asks: list[Invoke] = []

    def reply(ask: Any) -> Answer:
        asks.append(ask)
        return Answer(value={"status": 200, "headers": {}, "body": None})

    request = node("ask", "http.request", url=url, headers={"X-A": "{{ a }}"}, next="done", on={"error": "sorry"})
    request |= {"credential": credential} if credential else {}
    talk = Talk(
        request, say("done", "done"), say("sorry", "{{ $ask.code }}"), answer=reply, variables={"a": "", **variables}
    )
    [said] = talk.send("hi")
    return (asks[0].properties if asks else {}), "" if said == "done" else said


@pytest.mark.parametrize(
    ("value", "path"),
    [
        ("bell", "bell"),
        ("a/b", "a%2Fb"),
        ("../admin", "..%2Fadmin"),
        ("a?b=c&d#e", "a%3Fb%3Dc%26d%23e"),
        ("a%2Fb", "a%252Fb"),
        ("@evil.example", "%40evil.example"),
        (":80", "%3A80"),
        ("\\..\\x", "%5C..%5Cx"),
        ("a\r\nHost: evil", "a%0D%0AHost%3A%20evil"),
        ("Grüße", "Gr%C3%BC%C3%9Fe"),
        ("{{ secret }}", "%7B%7B%20secret%20%7D%7D"),
        ("...", "..."),
        (7, "7"),
        (1.5, "1.5"),
        (True, "true"),
    ],
)
def test_a_value_in_an_address_is_one_value(value: Any, path: str) -> None:
    properties, code = asked("https://shop.example/a/{{ v }}/b?q={{ v }}&r=1", v=value)
    assert (properties["url"], code) == (f"https://shop.example/a/{path}/b?q={path}&r=1", "")


@pytest.mark.parametrize("value", ["", None, ".", "..", {"a": 1}, [1]])
def test_a_value_that_would_change_the_path_is_refused(value: Any) -> None:
    assert asked("https://shop.example/orders/{{ v }}/items", v=value) == ({}, "http.url")


def test_dots_of_several_values_do_not_become_another_path() -> None:
    assert asked("https://shop.example/a/{{ v }}{{ v }}", v=".") == ({}, "http.url")
    assert asked("https://shop.example/a/%2e{{ v }}", v=".") == ({}, "http.url")
    assert asked("https://shop.example/a?b=..{{ v }}", v="")[1] == ""


def test_an_address_from_elsewhere_is_taken_whole_without_a_credential_alone() -> None:
    assert asked("{{ v }}", v="https://shop.example/next?page=2")[0]["url"] == "https://shop.example/next?page=2"
    for wrong in ("javascript:alert(1)", "shop.example", "", None, 7, "{{ v }}", "https://a.example\\@b.example/"):
        assert asked("{{ v }}", v=wrong) == ({}, "http.url"), wrong
    assert asked("{{ v }}", credential="Shop", v="https://shop.example/") == ({}, "http.url")
    assert asked("https://shop.example/{{ v }}", credential="Shop", v="x")[1] == ""


@pytest.mark.parametrize("value", ["a\r\nX-Evil: 1", "a\nb", "a\rb", "a\x01b", "a\x7fb"])
def test_a_value_cannot_begin_another_header(value: str) -> None:
    assert asked("https://shop.example/", a=value) == ({}, "http.header")


def test_a_failure_without_an_edge_ends_the_execution_with_its_code() -> None:
    failed = {"status": 503, "headers": {}, "body": None, "code": "http.status", "message": "it answered 503"}
    talk = Talk(node("ask", "http.request", url=URL), answer=lambda _: Answer(value=failed))
    talk.send("hi")
    assert "http.status" in str(talk.trace)


def test_a_node_that_may_be_tried_again_is_tried_again_after_a_failure() -> None:
    outcomes = [{"status": 500, "headers": {}, "body": None, "code": "http.status", "message": "it answered 500"}]
    outcomes.append({"status": 200, "headers": {}, "body": {"x": 1}})

    def reply(ask: Any) -> Answer:
        return Answer(value=outcomes.pop(0)) if isinstance(ask, Invoke) else Answer()

    request = node("ask", "http.request", url=URL, next="done", output={"x": "{{ $response.body.x }}"})
    talk = Talk(request | {"retry": {"attempts": 2, "delay": "1s"}}, say("done", "{{ x }}"), answer=reply)
    assert talk.send("hi") == ["1"]


LARGE = {"status": 200, "headers": {}, "body": {"x": 1, "all": "a" * 100_000}}


@pytest.mark.parametrize(
    ("properties", "text", "said"),
    [
        ({"output": {"x": "{{ $response.body.x }}"}}, "{{ x }} {{ $ask.status }}", "1 200"),
        ({"output": {"x": "{{ $response.body.x }}"}}, "{{ x }} {{ $ask.body.x }}", "http.too_large"),
        ({}, "{{ $ask }}", "http.too_large"),
        ({"variable": "whole"}, "{{ whole.x }}", "http.too_large"),
        ({"output": {"all": "{{ $response.body.all }}"}}, "{{ all }}", "condition.failed"),
    ],
)
def test_a_conversation_keeps_a_part_of_a_large_body_and_never_fails_for_its_size(
    properties: dict[str, Any], text: str, said: str
) -> None:
    request = node("ask", "http.request", url=URL, on={"next": "done", "error": "sorry"}, **properties)
    talk = Talk(request, say("done", text), say("sorry", "{{ $ask.code }}"), answer=lambda _: Answer(value=LARGE))
    assert talk.send("hi") == [said]


def test_a_large_page_of_a_failure_is_not_kept() -> None:
    page = {"status": 500, "headers": {}, "body": "a" * 100_000, "code": "http.status", "message": "it answered 500"}
    request = node("ask", "http.request", url=URL, on={"error": "sorry"})
    talk = Talk(request, say("sorry", "{{ $ask.code }} {{ $ask.body }}"), answer=lambda _: Answer(value=page))
    assert talk.send("hi") == ["http.status "]


def test_a_credential_that_is_not_there_leaves_by_error() -> None:
    missing = Answer(failure=AskFailure(code="credential.unknown", message="there is no credential"))
    talk = Talk(
        node("ask", "http.request", url=URL, on={"error": "sorry"}),
        say("sorry", "{{ $ask.code }}"),
        answer=lambda _: missing,
    )
    assert talk.send("hi") == ["credential.unknown"]
