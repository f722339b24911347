"""Amounts of money with their currency."""

from __future__ import annotations

import pytest

from botflow.testing import read_answer

SAID = [
    *(("en", "US", text, 20, "USD") for text in ("$20", "20 dollars", "20 bucks", "USD 20", "20", "about $20")),
    *(("en", "US", text, 20.5, "EUR") for text in ("€20.50", "20.50 euros", "20 euros 50", "EUR 20.5")),
    ("en", "CA", "$20", 20, "CAD"),
    ("en", "GB", "20 quid", 20, "GBP"),
    ("en", "GB", "50 pence", 0.5, "GBP"),
    ("en", "US", "3 dollars and 20 cents", 3.2, "USD"),
    ("en", "US", "2 million dollars", 2_000_000, "USD"),
    ("en", "US", "$20, no wait, $30", 30, "USD"),
    ("en", "US", "20 euros, no, 30", 30, "EUR"),
    ("de", "DE", "20,50 €", 20.5, "EUR"),
    ("de", "DE", "1.500 Euro", 1500, "EUR"),
    ("de", "CH", "20 Franken", 20, "CHF"),
    ("es", "MX", "$1,500", 1500, "MXN"),
    ("fr", "FR", "1 500,50 €", 1500.5, "EUR"),
]
UNCLEAR = (
    "20-30 euros",
    "more than 20 euros",
    "20 or 30",
    "not 20 euros",
    "free",
    "20 euros or so each",
    "$20 £30",
    "-5 €",
)


@pytest.mark.parametrize(("language", "region", "text", "amount", "currency"), SAID)
def test_an_amount_has_its_currency(language: str, region: str, text: str, amount: float, currency: str) -> None:
    assert read_answer("money", text, language=language, region=region) == {"amount": amount, "currency": currency}


@pytest.mark.parametrize("text", UNCLEAR)
def test_what_is_no_single_amount_is_asked_again(text: str) -> None:
    assert read_answer("money", text, language="en", region="US") is None


def test_without_a_country_a_currency_must_be_named() -> None:
    assert read_answer("money", "20", language="en") is None
