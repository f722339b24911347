"""Amounts of money: {"amount", "currency"}, the currency as its ISO 4217 code."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from botflow.engine.inbound import Inbound
from botflow.languages import country_in
from botflow.nodes.answers.accounting import Grammar, Harmless, Match, Said, only_value
from botflow.nodes.answers.expectation import Accepted, Expectation, Reading, Refused
from botflow.nodes.answers.lexicons import lexicon_of
from botflow.nodes.answers.lexicons.lexicon import Lexicon
from botflow.nodes.answers.numbers.beside_numbers import BesideNumber
from botflow.nodes.answers.numbers.number_grammar import NumberGrammar
from botflow.nodes.answers.numbers.number_sum import Number
from botflow.nodes.answers.numbers.numbers import has_decimal_comma
from botflow.nodes.answers.tokens import Token, tokenize

_SIGNS = {"€": "EUR", "£": "GBP", "¥": "JPY", "₹": "INR", "$": "$"}
_DOLLARS = frozenset("USD CAD AUD NZD SGD HKD MXN".split())  # noqa: SIM905  a list of codes reads better so
Amount = tuple[Number, str]  # "" without a currency


def read_money(expectation: Expectation, inbound: Inbound, language: str, region: str | None) -> Reading:
    """Accept one amount within the bounds; without a currency it is in that of the person's country."""
    found = find_money(inbound.text, language, region, expectation.question)
    if found is None:
        return Refused("not_money")
    amount = found["amount"]
    if isinstance(expectation.least, (int, float)) and amount < expectation.least:
        return Refused("too_small")
    is_too_much = isinstance(expectation.most, (int, float)) and amount > expectation.most
    return Refused("too_large") if is_too_much else Accepted(found)


def find_money(text: str, language: str, region: str | None, question: str = "") -> dict[str, Any] | None:
    """Return {"amount", "currency"} of the one amount in `text`; None without one, with several, with a word that may
    change it, or when neither the text nor the region names the currency."""
    lexicon = lexicon_of(language)
    country = (region or country_in(language)).upper()
    tokens = tokenize(text, elides=lexicon.elides)
    harmless = BesideNumber(Harmless(lexicon, question=question))
    found = only_value(tokens, amount_grammar(language, region), harmless, lexicon, _amended, adds_up=True)
    if found is None:
        return None
    amount, named = found
    currency = _currency(named, country)
    return {"amount": amount, "currency": currency} if currency and amount >= 0 else None


def amount_grammar(language: str, region: str | None) -> Grammar[Amount]:
    """Return what reads the amount that begins at a token, with or without a currency."""
    lexicon = lexicon_of(language)
    numbers = NumberGrammar(lexicon, has_decimal_comma(language, region))
    return lambda tokens, at: _amount(tokens, at, numbers, lexicon)


def _amended(former: Said[Amount], second: Said[Amount]) -> Amount:
    """Return what "20 euros, no, 30" means: an amount without a currency keeps the other one's."""
    return second.value[0], second.value[1] or former.value[1]


def _amount(tokens: Sequence[Token], at: int, numbers: NumberGrammar, lexicon: Lexicon) -> Match[Amount] | None:
    before = _named(tokens, at, lexicon)
    start = at + 1 if before else at
    number = numbers(tokens, start) if start < len(tokens) else None
    if number is None:
        return None
    end = number.end
    if end < len(tokens) and tokens[end].text in lexicon.cents and not before:
        return Match((round(number.value / 100, 4), ""), end + 1)
    after = _named(tokens, end, lexicon)
    if before and after:
        return None
    amount, end = number.value, end + (1 if after else 0)
    if (before or after) and isinstance(amount, int):
        cents = _cents(tokens, end, lexicon)
        if cents is not None:
            amount, end = amount + cents.value / 100, cents.end
    return Match((amount, before or after), end)


def _named(tokens: Sequence[Token], at: int, lexicon: Lexicon) -> str:
    """Return the currency that is named at `at`: by its sign, its code or a word; "" without one."""
    if at >= len(tokens):
        return ""
    token = tokens[at]
    sign = _SIGNS.get(token.text) or lexicon.currencies.get(token.text)
    if sign:
        return sign
    is_code = len(token.raw) == 3 and token.raw.isupper() and token.raw in _codes()
    return token.raw if is_code else ""


def _cents(tokens: Sequence[Token], at: int, lexicon: Lexicon) -> Match[int] | None:
    """Read the second half of "20 euros 50" and "3 dollars and 20 cents"."""
    start = at + (at < len(tokens) and tokens[at].text in lexicon.and_words)
    if start >= len(tokens) or tokens[start].kind != "digits" or len(tokens[start].text) != 2:
        return None
    has_word = start + 1 < len(tokens) and tokens[start + 1].text in lexicon.cents
    if start > at and not has_word:
        return None
    return Match(int(tokens[start].text), start + 1 + has_word)


def _currency(named: str, country: str) -> str:
    """Return the ISO code that is meant: a dollar is the person's own, if the country has one."""
    if named and named != "$":
        return named
    own = _currency_of(country)
    if named == "$":
        return own if own in _DOLLARS else "USD"
    return own


@lru_cache(maxsize=256)
def _currency_of(country: str) -> str:
    from babel.numbers import get_territory_currencies

    found: list[str] = get_territory_currencies(country) if country else []
    return found[0] if found else ""


@lru_cache(maxsize=1)
def _codes() -> frozenset[str]:
    from babel.numbers import list_currencies

    return frozenset(list_currencies())
