"""The keys of deliveries: which header names one, and what a trigger's own key may be."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import orjson
import pytest

from botflow.errors import RejectedInbound
from botflow.nodes.triggers.runs import Signature, WebhookProperties
from botflow.runtime.runs.starts.validation import LONGEST_KEY
from botflow.web.hooks.hook_keys import DeliveryKey, HookKeys, HookRequest
from botflow.web.hooks.webhook_signatures import Signed

TIME = {"webhook-timestamp": "1674087231", "svix-timestamp": "1674087231"}
NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
OWN_IDS: list[dict[str, str]] = [
    {"x-github-delivery": "72d3162e-cc78-11e3-81ab-4c9367dc0958"},
    {"webhook-id": "msg_1", **TIME},
    {"svix-id": "msg_1", **TIME},
    {"x-shopify-webhook-id": "b54557e4-bdd9-4b37-8a5f-bf7d70bcd043"},
    {"shopify-webhook-id": "b54557e4-bdd9-4b37-8a5f-bf7d70bcd043"},
    {"x-atlassian-webhook-identifier": "4711"},
    {"x-contentful-idempotency-key": "a" * 64},
    {"x-pandadoc-webhook-event-id": "pd-1"},
    {"ce-id": "A234", "ce-source": "/orders"},
    {"x-github-delivery": "x" * 5_000},
    {"x-github-delivery": "a\x85\u00fc"},
]
SHARED_IDS = [{"x-shopify-event-id": "98880550"}, {"x-gitlab-event-uuid": "13792a34"}]


def key(
    headers: dict[str, str] | None = None,
    body: Any = None,
    *,
    query: bytes = b"",
    of: str | None = None,
    signature: Signature | None = None,
) -> DeliveryKey:
    """Return the key of a request with these headers, to a trigger whose own key is `of`."""
    written = orjson.dumps(body)
    values = {name: tuple(value.split("\n")) for name, value in (headers or {}).items()}
    request = HookRequest(headers=values, query=query, body=written, input=body, received_at=NOW)
    signed = Signed(signatures=(), content=written) if signature else None
    return HookKeys().of(WebhookProperties(secret="shop", key=of, signature=signature), signed, request)


def why_none(*arguments: Any, **more: Any) -> str:
    with pytest.raises(RejectedInbound) as refused:
        key(*arguments, **more)
    assert (refused.value.status, refused.value.code) == (422, "hook.key")
    return refused.value.message


@pytest.mark.parametrize("headers", OWN_IDS + SHARED_IDS)
def test_a_header_in_which_a_service_names_a_delivery_is_its_key(headers: dict[str, str]) -> None:
    first, again, other = key(headers), key(headers), key({**headers, next(iter(headers)): "another"})

    assert first == again != other
    assert first.is_delivery
    assert first.value.isprintable()
    assert 0 < len(first.value) <= LONGEST_KEY


@pytest.mark.parametrize("headers", OWN_IDS)
def test_a_delivery_that_has_changed_has_the_same_key(headers: dict[str, str]) -> None:
    assert key(headers, {"attempt": 1}) == key(headers, {"attempt": 2})


@pytest.mark.parametrize("headers", SHARED_IDS)
def test_deliveries_that_share_the_id_of_their_event_are_told_apart_by_their_bodies(headers: dict[str, str]) -> None:
    assert key(headers, "paid") == key(headers, "paid") != key(headers, "packed")


def test_events_of_two_sources_are_told_apart() -> None:
    assert key({"ce-id": "1", "ce-source": "/a"}) != key({"ce-id": "1", "ce-source": "/b"})


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"webhook-id": "the-subscription"},
        {"webhook-id": "the-subscription", "webhook-timestamp": ""},
        {"svix-id": "the-subscription", "webhook-timestamp": "1674087231"},
        {"ce-id": "1"},
        {"x-github-delivery": ""},
        {"x-github-hook-id": "1"},
        {"x-hook-uuid": "1"},
        {"x-webhook-id": "1"},
        {"x-request-id": "1"},
        {"idempotency-key": ""},
    ],
)
def test_a_header_that_is_no_deliverys_id_is_no_key(headers: dict[str, str]) -> None:
    assert key(headers).value == ""


def test_of_several_headers_the_first_of_the_table_is_the_key() -> None:
    own = {"idempotency-key": "k-1", "x-gitlab-event-uuid": "e-1", "x-github-delivery": "d-1"}
    shopify = {"x-shopify-webhook-id": "w-1", "x-shopify-event-id": "e-1"}

    assert key(own) == DeliveryKey("k-1", is_delivery=False)
    assert (
        key(shopify) == key({**shopify, "x-shopify-event-id": "e-2"}) != key({**shopify, "x-shopify-webhook-id": "w"})
    )
    assert key({**TIME, "webhook-id": "a", "svix-id": "b"}) == key({**TIME, "webhook-id": "a", "svix-id": "c"})


@pytest.mark.parametrize("headers", [*OWN_IDS[:9], *SHARED_IDS, {"idempotency-key": "k"}])
def test_a_header_that_is_there_twice_with_different_values_is_no_key(headers: dict[str, str]) -> None:
    name = next(iter(headers))

    assert "twice" in why_none({**headers, name: f"{headers[name]}\nanother"})
    assert key({**headers, name: f"{headers[name]}\n"}) == key(headers)


@pytest.mark.parametrize("scheme", ["github", "shopify", "slack", "hmac"])
def test_of_a_signed_request_no_header_counts_that_is_not_signed(scheme: Any) -> None:
    signature = Signature(scheme=scheme)
    unsigned: list[dict[str, str]] = [{}, *OWN_IDS, *SHARED_IDS, {"idempotency-key": "k"}]

    assert len({key(headers, "body", signature=signature) for headers in unsigned}) == 1
    assert key({}, "body", signature=signature) != key({}, "another", signature=signature)


@pytest.mark.parametrize("id", ["a", 7, -1, 1.5, 2**63, "\u00fc", " a b", "x" * 15_000, "a\u2028b", "a\nb"])
def test_a_triggers_key_is_the_only_one_that_counts(id: Any) -> None:
    by_body = "{{ $input.id }}"
    first = key({}, {"id": id}, of=by_body)
    again = key({"idempotency-key": "k", "x-github-delivery": "d"}, {"id": id, "attempt": 2}, of=by_body)

    assert first == again != key({}, {"id": "another"}, of=by_body)
    assert first.is_delivery
    assert first.value.isprintable()
    assert len(first.value) <= LONGEST_KEY


@pytest.mark.parametrize(
    ("of", "request_of", "same", "other"),
    [
        ("{{ $input.id }}", {"body": {"id": 7}}, {"body": {"id": "7"}}, {"body": {"id": "07"}}),
        ("{{ $input }}", {"body": "a"}, {"body": "a"}, {"body": "b"}),
        ("{{ $input[0].id }}", {"body": [{"id": 1}]}, {"body": [{"id": 1}, 2]}, {"body": [{"id": 2}]}),
        ("{{ $request.query.id }}", {"query": b"id=a%20b&x=1"}, {"query": b"x=2&id=a+b"}, {"query": b"id=ab"}),
        (
            '{{ $request.headers["X-Delivery"] }}',
            {"headers": {"x-delivery": "1"}},
            {"headers": {"x-delivery": "1", "x-other": "2"}},
            {"headers": {"x-delivery": "2"}},
        ),
        (
            '{{ $request.headers["x-delivery"] or $input.id }}',
            {"body": {"id": 1}},
            {"body": {"id": 1, "n": 2}},
            {"body": {"id": 1}, "headers": {"x-delivery": "9"}},
        ),
        (
            "{{ $input.kind }}-{{ $input.id }}",
            {"body": {"kind": "a-b", "id": "c"}},
            {"body": {"kind": "a-b", "id": "c", "n": 1}},
            {"body": {"kind": "a", "id": "b-c"}},
        ),
        ("order {{ $input.id | upper }}", {"body": {"id": "a"}}, {"body": {"id": "A"}}, {"body": {"id": "b"}}),
    ],
)
def test_a_triggers_key_reads_body_headers_and_query(
    of: str, request_of: dict[str, Any], same: dict[str, Any], other: dict[str, Any]
) -> None:
    assert key(of=of, **request_of) == key(of=of, **same) != key(of=of, **other)


@pytest.mark.parametrize(
    ("of", "request_of", "why"),
    [
        *(
            ("{{ $input.id }}", {"body": body}, why)
            for body, why in (
                ({}, "is not there"),
                ({"id": None}, "is not there"),
                ({"id": ""}, "is empty"),
                ({"id": " \n"}, "is empty"),
                ({"id": True}, "is a truth"),
                ({"id": [1]}, "is a list"),
                ({"id": {"a": 1}}, "is an object"),
                ([], "is not there"),
                (7, "is not there"),
                (None, "is not there"),
                ({"id": "x" * 30_000}, "fails"),
            )
        ),
        ("{{ $input.kind }}-{{ $input.id }}", {"body": {"kind": "a"}}, "$input.id"),
        ("{{ $input.kind }}-{{ $input.id }}", {"body": {"id": "a"}}, "$input.kind"),
        ('{{ $request.headers["X-Delivery"] }}', {"headers": {"x-delivery": ""}}, "is empty"),
        ("{{ $request.headers }}", {"headers": {"x-delivery": "1"}}, "is an object"),
        ("{{ $request.query.id }}", {"query": b"id=1&id=2"}, "is a list"),
        ("{{ $request.query.id }}", {"query": b"id="}, "is empty"),
        ("{{ $request.query.id }}", {"query": b"a=1&" * 600}, "more than 500 fields"),
        ("{{ $input.id + 1 }}", {"body": {"id": "a"}}, "fails"),
        ("{{ 1 / $input.id }}", {"body": {"id": 0}}, "fails"),
        *(
            (f'{{{{ $request.headers["{name}"] }}}}', {"headers": {name.lower(): "secret"}}, "is not there")
            for name in ("Authorization", "X-Webhook-Secret", "Proxy-Authorization", "Cookie")
        ),
    ],
)
def test_what_is_no_text_and_no_number_is_no_key(of: str, request_of: dict[str, Any], why: str) -> None:
    assert why in why_none(of=of, **request_of)
