"""The schemes of signatures, by the examples that the services publish."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from botflow.nodes.triggers.runs import Signature
from botflow.web.hooks.webhook_signatures import MOST_SIGNATURES, delivery_keys, is_fresh, is_signed, read_signature
from tests.web.hooks.signing_services import SECRETS, sign

# https://docs.slack.dev/authentication/verifying-requests-from-slack
SLACK_BODY = (
    b"token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V"
    b"&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text="
    b"&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN"
    b"&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c"
)
SLACK = {
    "x-slack-signature": "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503",
    "x-slack-request-timestamp": "1531420618",
}
# Standard Webhooks' own test of its libraries.
SVIX_BODY = b'{"test": 2432232314}'
SVIX = {
    "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
    "webhook-timestamp": "1614265330",
    "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
}
# https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries
GITHUB = {"x-hub-signature-256": "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"}

EXAMPLES = [
    ("slack", "8f742231b10e8888abcd99yyyzzz85a5", SLACK, SLACK_BODY),
    ("svix", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", SVIX, SVIX_BODY),
    ("svix", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", SVIX, SVIX_BODY),
    (
        "svix",
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        {name.replace("webhook", "svix"): value for name, value in SVIX.items()},
        SVIX_BODY,
    ),
    (
        "svix",
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        {
            **SVIX,
            "webhook-signature": f"v1a,hnO3f9T8Ytu9HwrXslvumlUpqtNVqkhqw/enGzPCXe5 v1,AAAA {SVIX['webhook-signature']}",
        },
        SVIX_BODY,
    ),
    ("github", "It's a Secret to Everybody", GITHUB, b"Hello, World!"),
    ("shopify", "hush", {"x-shopify-hmac-sha256": "E9XxLgppVNX12rqWuu0/CN/43MeuZC0xdhRuMq1MPWg="}, b'{"id": 1}'),
    ("shopify", "hush", {"shopify-hmac-sha256": "E9XxLgppVNX12rqWuu0/CN/43MeuZC0xdhRuMq1MPWg="}, b'{"id": 1}'),
]


@pytest.mark.parametrize(("scheme", "secret", "headers", "body"), EXAMPLES)
def test_the_published_examples_are_signed(scheme: Any, secret: str, headers: Mapping[str, str], body: bytes) -> None:
    signature = Signature(scheme=scheme)
    signed = read_signature(signature, headers, body)

    assert signed is not None
    assert is_signed(signature, signed, ["another one", secret])
    assert not is_signed(signature, signed, [secret + "x"])
    assert not is_signed(signature, signed, [])
    changed = read_signature(signature, headers, body + b" ")
    assert changed is not None
    assert not is_signed(signature, changed, [secret])


@pytest.mark.parametrize(
    ("scheme", "headers"),
    [
        ("slack", {**SLACK, "x-slack-request-timestamp": ""}),
        ("slack", {**SLACK, "x-slack-request-timestamp": "١٥٣١"}),
        ("slack", {**SLACK, "x-slack-request-timestamp": "-1531420618"}),
        ("slack", {**SLACK, "x-slack-request-timestamp": "1" * 400}),
        ("slack", {**SLACK, "x-slack-signature": SLACK["x-slack-signature"][3:]}),
        ("svix", {**SVIX, "webhook-id": ""}),
        ("svix", {**SVIX, "webhook-timestamp": "1614265330.5"}),
        ("svix", {**SVIX, "webhook-signature": ""}),
        ("github", {"x-hub-signature": "sha1=00"}),
        ("github", {"x-hub-signature-256": "sha1=00"}),
        ("stripe", {"stripe-signature": "v1=00"}),
        ("stripe", {"stripe-signature": "t=1,v0=00"}),
        ("stripe", {"stripe-signature": "t=1,t=2,v1=00"}),
        ("stripe", {"stripe-signature": "," * 5_000}),
        ("stripe", {}),
        ("shopify", {}),
        ("shopify", {"x-shopify-hmac-sha256": " ,"}),
        ("slack", {**SLACK, "x-slack-request-timestamp": "1531420618, 1531420619"}),
        ("slack", {**SLACK, "x-slack-request-timestamp": "1531420618000"}),
        ("svix", {**SVIX, "webhook-timestamp": "1614265330, 1614265331"}),
    ],
)
def test_headers_that_are_missing_or_malformed_are_no_signature(scheme: Any, headers: Mapping[str, str]) -> None:
    assert read_signature(Signature(scheme=scheme), headers, b"{}") is None


@pytest.mark.parametrize(
    ("prefix", "encoding", "header"),
    [
        ("", "hex", "{0},{1}"),
        ("", "hex", "{0}, {1}"),
        ("", "base64", "{0} {1}"),
        ("sha256=", "hex", "sha256={0}, sha256={1}"),
        ("sha256=", "base64", "sha1=00 sha256={0} sha256={1}"),
        ("v1,", "base64", "v1,{0} v1,{1}"),
        ("v1,", "base64", "v1,{0}, v1,{1}"),
        ("HMAC ", "hex", "HMAC {0},HMAC {1}"),
        ("v1=", "hex", "t=1492774577,v1={0},v1={1},v0=00"),
    ],
)
def test_each_signature_of_a_header_is_read(prefix: str, encoding: Any, header: str) -> None:
    pair = (b"\x01" * 32, b"\xfb" * 32)
    written = [each.hex() if encoding == "hex" else b64encode(each).decode() for each in pair]
    signature = Signature(prefix=prefix, encoding=encoding)

    signed = read_signature(signature, {"x-signature": header.format(*written)}, b"{}")

    assert signed is not None
    assert tuple(signed.signatures) == pair


@pytest.mark.parametrize("scheme", list(SECRETS))
def test_of_very_many_signatures_only_the_first_are_compared(scheme: Any) -> None:
    """So that a stranger's header costs no more than a few comparisons."""
    signature, (right, _), other = Signature(scheme=scheme), SECRETS[scheme], "whsec_b3RoZXItb3RoZXItb3RoZXItb3RoZXI="

    for others, is_found in ((MOST_SIGNATURES - 1, True), (MOST_SIGNATURES, False)):
        signed = read_signature(signature, sign(scheme, [*[other] * others, right], b"{}", 0), b"{}")
        assert signed is not None
        assert is_signed(signature, signed, [right]) is is_found


def test_a_signature_is_fresh_within_the_tolerance_in_both_directions() -> None:
    signature = Signature(scheme="slack", tolerance="2m")
    signed = read_signature(signature, SLACK, SLACK_BODY)
    assert signed is not None
    at = datetime.fromtimestamp(1531420618, UTC)

    seconds = (-121, -120, 0, 120, 121)
    assert [is_fresh(signature, signed, at + timedelta(seconds=each)) for each in seconds] == [
        False,
        True,
        True,
        True,
        False,
    ]


def test_a_delivery_of_an_unnamed_service_has_another_key_after_the_replay_window() -> None:
    signature = Signature(replay_window="1h")
    signed = read_signature(signature, {"x-signature": "00"}, b"{}")
    assert signed is not None
    now = datetime(2026, 11, 26, 12, tzinfo=UTC)

    first, _ = delivery_keys(signature, signed, b"{}", now)
    assert delivery_keys(signature, signed, b"{}", now + timedelta(minutes=59))[0] == first
    assert delivery_keys(signature, signed, b"{}", now + timedelta(minutes=61))[1] == first
    assert first not in delivery_keys(signature, signed, b"{}", now + timedelta(hours=2))
    assert delivery_keys(signature, signed, b"{ }", now)[0] != first
