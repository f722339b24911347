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
BY_COUNTRY = [
    ("fr", "FR", "20 cents", 0.2, "EUR"),
    ("fr", "FR", "vingt cents", 0.2, "EUR"),
    ("fr", "FR", "cinquante cents", 0.5, "EUR"),
    ("fr", "FR", "5 cents", 0.05, "EUR"),
    ("fr", "FR", "cinq cents euros", 500, "EUR"),
    ("fr", "FR", "onze cents euros", 1100, "EUR"),
    ("fr", "CA", "50 cents", 0.5, "CAD"),
    ("fr", "CA", "40 dollars", 40, "CAD"),
    ("fr", "SN", "5000 francs", 5000, "XOF"),
    ("fr", "CH", "50 francs", 50, "CHF"),
    ("fr", "CH", "50 balles", 50, "CHF"),
    ("fr", "FR", "50 livres", 50, "GBP"),
    ("es", "CO", "50000 pesos", 50000, "COP"),
    ("es", "CO", "$50000", 50000, "COP"),
    ("es", "AR", "5000 pesos", 5000, "ARS"),
    ("es", "CL", "5 mil pesos", 5000, "CLP"),
    ("es", "MX", "50 pesos", 50, "MXN"),
    ("es", "MX", "50 centavos", 0.5, "MXN"),
    ("es", "MX", "50 dólares", 50, "USD"),
    ("es", "ES", "50 céntimos", 0.5, "EUR"),
    ("en", "PH", "500 pesos", 500, "PHP"),
    ("en", "PK", "5000 rupees", 5000, "PKR"),
    ("en", "IN", "5000 rupees", 5000, "INR"),
    ("en", "EG", "500 pounds", 500, "EGP"),
    ("en", "US", "500 pounds", 500, "GBP"),
    ("en", "CN", "¥500", 500, "CNY"),
    ("en", "JP", "¥500", 500, "JPY"),
    ("en", "US", "50 cents", 0.5, "USD"),
    ("en", "US", "50 pence", 0.5, "GBP"),
    ("en", "IE", "50 cents", 0.5, "EUR"),
    ("en", "GB", "50p", 0.5, "GBP"),
    ("en", "TR", "50 TRY", 50, "TRY"),
    ("en", "GB", "50 PLZ", 50, "GBP"),
    ("en", "GB", "PLN 50", 50, "PLN"),
    ("de", "DE", "50 Rappen", 0.5, "CHF"),
    ("de", "DE", "50 Cent", 0.5, "EUR"),
    ("de", "CH", "50 Rappen", 0.5, "CHF"),
    ("de", "DE", "50,-", 50, "EUR"),
    ("de", "DE", "50,- €", 50, "EUR"),
    ("de", "CH", "50.--", 50, "CHF"),
    ("de", "DE", "1.000 Euro", 1000, "EUR"),
]
ELSEWHERE = [
    ("en", "GB", "50 cents"),
    ("de", "CH", "50 Cent"),
    ("es", "ES", "500 pesos"),
    ("es", "ES", "50 centavos"),
    ("fr", "FR", "500 francs"),
    ("en", "US", "500 rupees"),
    ("en", "GB", "¥500"),
    ("en", "GB", "20 pounds 50 cents"),
    ("de", "DE", "1,000 Euro"),
    ("en", "GB", "£2.500"),
    ("en", "DE", "2.500 €"),
    ("en", "GB", "5.555"),
    ("fr", "FR", "1.250,500 €"),
    ("en", "GB", "50 TRY"),
    ("en", "GB", "TRY 50"),
    ("en", "GB", "50 TOP"),
    ("en", "GB", "50 ALL"),
    ("es", "ES", "50 MAD"),
    ("en", "US", "50 cents, no, 60"),
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


@pytest.mark.parametrize(("language", "region", "text", "amount", "currency"), [*SAID, *BY_COUNTRY])
def test_an_amount_has_its_currency(language: str, region: str, text: str, amount: float, currency: str) -> None:
    assert read_answer("money", text, language=language, region=region) == {"amount": amount, "currency": currency}


@pytest.mark.parametrize("text", UNCLEAR)
def test_what_is_no_single_amount_is_asked_again(text: str) -> None:
    assert read_answer("money", text, language="en", region="US") is None


def test_without_a_country_a_currency_must_be_named() -> None:
    assert read_answer("money", "20", language="en") is None


@pytest.mark.parametrize(("language", "region", "text"), ELSEWHERE)
def test_what_may_be_another_amount_or_another_currency_is_asked_again(language: str, region: str, text: str) -> None:
    assert read_answer("money", text, language=language, region=region) is None
