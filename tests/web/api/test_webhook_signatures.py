"""The schemes of signatures, by the examples that the services publish."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from botflow.nodes.triggers.runs import Signature
from botflow.web.api.webhook_signatures import delivery_keys, is_fresh, is_signed, read_signature

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
    ],
)
def test_headers_that_are_missing_or_malformed_are_no_signature(scheme: Any, headers: Mapping[str, str]) -> None:
    assert read_signature(Signature(scheme=scheme), headers, b"{}") is None


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
