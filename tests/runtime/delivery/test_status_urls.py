"""Callback addresses: each names one part of ours, and nobody else can make one."""

from __future__ import annotations

from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

import pytest

from botflow.engine.effects import SendMessage
from botflow.errors import RejectedInbound
from botflow.keyring import Keyring
from botflow.records.outbounds import StoredOutbound
from botflow.records.sessions import SessionKey
from botflow.runtime.delivery.status_urls import CallbackUrls

PART = StoredOutbound(
    session=7,
    version=3,
    index=1,
    seq=3,
    state="handed",
    message=SendMessage(text="hi"),
    key=SessionKey(5, "sms", "+1"),
    created_at=datetime(2026, 3, 1, tzinfo=UTC),
)


def slug_of(workflow: int) -> str | None:
    return {5: "order"}.get(workflow)


def signed(urls: CallbackUrls) -> tuple[str, str]:
    """Return what a provider sends back: the part and the signature."""
    query = parse_qs(urlsplit(urls.of(PART, "twilio") or "").query)
    return query["o"][0], query["s"][0]


def test_an_address_names_provider_workflow_and_part() -> None:
    address = urlsplit(CallbackUrls("https://bots.example.com/", Keyring("secret"), slug_of).of(PART, "twilio") or "")
    assert f"{address.scheme}://{address.netloc}{address.path}" == "https://bots.example.com/twilio/order/status"
    assert parse_qs(address.query)["o"] == ["7.3.1"]


def test_what_we_signed_is_ours() -> None:
    urls = CallbackUrls("https://bots.example.com", Keyring("secret"), slug_of)
    urls.check(*signed(urls))


def test_another_part_another_secret_and_no_signature_are_forged() -> None:
    urls = CallbackUrls("https://bots.example.com", Keyring("secret"), slug_of)
    part, signature = signed(urls)
    others = CallbackUrls("https://bots.example.com", Keyring("another secret"), slug_of)
    for forged in ((urls, "7.3.2", signature), (others, part, signature), (urls, part, ""), (urls, part, "\xff\x00")):
        with pytest.raises(RejectedInbound) as refused:
            forged[0].check(*forged[1:])
        assert (refused.value.code, refused.value.status) == ("callback.forged", 403)


def test_without_a_public_address_or_its_workflow_there_is_no_callback() -> None:
    assert CallbackUrls(None, Keyring("secret"), slug_of).of(PART, "twilio") is None
    assert CallbackUrls("https://bots.example.com", Keyring("secret"), lambda _: None).of(PART, "twilio") is None
