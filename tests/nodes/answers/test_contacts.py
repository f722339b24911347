"""E-mail addresses and telephone numbers."""

from __future__ import annotations

import pytest

from botflow.nodes.answers.expectation import Accepted, Expectation, Refused
from botflow.nodes.answers.read_answer import read
from tests.engine.inbounds import message

EMAIL, PHONE = Expectation(kind="email"), Expectation(kind="phone")


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("ann@botflow.dev", "ann@botflow.dev"),
        ("  Ann.Lee+news@Botflow.DEV ", "Ann.Lee+news@botflow.dev"),
        ("my address is ann@botflow.dev.", "ann@botflow.dev"),
        ("<ann@botflow.dev>", "ann@botflow.dev"),
        ("mailto:ann@botflow.dev", "ann@botflow.dev"),
        ("jörg@münchen.de", "jörg@münchen.de"),
    ],
)
def test_an_email_address_is_found_and_normalised(text: str, address: str) -> None:
    assert read(EMAIL, message(text), "en", None) == Accepted(address)


@pytest.mark.parametrize(
    "text",
    ["ann", "ann@", "@botflow.dev", "ann@botflow", "ann@bot flow.dev", "a@b.dev or c@d.dev", "ann@@botflow.dev", "no",
     "x" * 300 + "@botflow.dev"],
)  # fmt: skip
def test_what_is_no_email_address_is_refused(text: str) -> None:
    assert read(EMAIL, message(text), "en", None) == Refused("not_an_email")


@pytest.mark.parametrize(
    ("text", "language", "region", "number"),
    [
        ("+44 20 7946 0958", "en", None, "+442079460958"),
        ("+1 (202) 555-0123", "en", None, "+12025550123"),
        ("202-555-0123", "en", "US", "+12025550123"),
        ("030 901820", "de", "DE", "+4930901820"),
        ("0171 1234567 bitte", "de-DE", None, "+491711234567"),
        ("912 345 678", "es", "ES", "+34912345678"),
        ("my number is 020 7946 0958, thanks", "en", "GB", "+442079460958"),
    ],
)
def test_a_phone_number_becomes_e164(text: str, language: str, region: str | None, number: str) -> None:
    assert read(PHONE, message(text), language, region) == Accepted(number)


def test_a_number_without_a_country_code_is_one_of_the_senders_country() -> None:
    inbound = message("030 901820", channel="sms", sender="+491711234567")
    assert read(PHONE, inbound, "en", None) == Accepted("+4930901820")


@pytest.mark.parametrize(
    "text", ["no", "12", "+1", "+44 20 7946 0958 or +44 20 7946 0959", "555", "call me", "030 901820"]
)
def test_what_is_no_phone_number_is_refused(text: str) -> None:
    assert read(PHONE, message(text), "en", None) == Refused("not_a_phone")
