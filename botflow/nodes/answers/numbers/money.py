"""Amounts of money: {"amount", "currency"}, the currency as its ISO 4217 code."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from botflow.engine.inbound import Inbound
from botflow.languages import country_in
from botflow.nodes.answers.accounting import Harmless, Match, Said, only_value
from botflow.nodes.answers.expectation import Accepted, Expectation, Reading, Refused
from botflow.nodes.answers.lexicons import lexicon_of
from botflow.nodes.answers.lexicons.lexicon import Lexicon
from botflow.nodes.answers.numbers.beside_numbers import BesideNumber
from botflow.nodes.answers.numbers.currencies import (
    SIGNS,
    currency_named,
    currency_of,
    has_hundredths,
    hundredth_at,
    is_hundredth,
    name_at,
)
from botflow.nodes.answers.numbers.number_grammar import NumberGrammar
from botflow.nodes.answers.numbers.number_sum import Number
from botflow.nodes.answers.numbers.numbers import has_decimal_comma
from botflow.nodes.answers.tokens import Token, tokenize

Amount = tuple[Number, str]  # the name of its currency, "" without one


def read_money(expectation: Expectation, inbound: Inbound, language: str, region: str | None) -> Reading:
    """Accept one amount within the bounds; without a currency it is in that of the person's country."""
    found = find_money(inbound.text, language, region, expectation.question, former=expectation.former or "")
    if found is None:
        return Refused("not_money")
    amount = found["amount"]
    if isinstance(expectation.least, (int, float)) and amount < expectation.least:
        return Refused("too_small")
    is_too_much = isinstance(expectation.most, (int, float)) and amount > expectation.most
    return Refused("too_large") if is_too_much else Accepted(found)


def find_money(
    text: str, language: str, region: str | None, question: str = "", *, former: str = ""
) -> dict[str, Any] | None:
    """Return {"amount", "currency"} of the one amount in `text`; None without one, with several, with a word that may
    change it, or when neither the text nor the region names the currency, nor `former`, the one of the amount that it
    replaces."""
    lexicon = lexicon_of(language)
    tokens = tokenize(text, elides=lexicon.elides)
    harmless = BesideNumber(Harmless(lexicon, question=question))
    found = only_value(tokens, amount_grammar(language, region), harmless, lexicon, _amended, adds_up=True)
    if found is None:
        return None
    amount, name = found
    if not name and any(token.text in lexicon.counting for token in tokens):
        return None  # "we are 4", "for 4"
    currency = former if former and not name else currency_named(name, _own_currency(language, region))
    return {"amount": amount, "currency": currency} if currency and amount >= 0 else None


def amount_grammar(language: str, region: str | None) -> AmountGrammar:
    """Return what reads the amount that begins at a token, with or without a currency."""
    own = _own_currency(language, region)
    return AmountGrammar(lexicon_of(language), own, has_decimal_comma(language, region))


def _own_currency(language: str, region: str | None) -> str:
    return currency_of((region or country_in(language)).upper())


def _amended(former: Said[Amount], second: Said[Amount]) -> Amount | None:
    """Return what "20 euros, no, 30" means: an amount without a currency keeps the other one's. In "50 cents, no, 60"
    it may be cents again."""
    amount, name = second.value
    if not name and is_hundredth(former.value[1]):
        return None
    return amount, name or former.value[1]


@dataclass(frozen=True, slots=True)
class AmountGrammar:
    """Reads the amount that begins at a token; `own` is the currency of the person's country."""

    lexicon: Lexicon
    own: str
    decimal_comma: bool

    def __call__(self, tokens: Sequence[Token], at: int) -> Match[Amount] | None:
        before = self._name_at(tokens, at)
        start = at + 1 if before else at
        number = self._number(tokens, start) if start < len(tokens) else None
        if number is None or self._has_three_decimals(tokens, start, number.end):
            return None
        end = number.end
        hundredth = hundredth_at(tokens[end], self.lexicon) if end < len(tokens) and not before else ""
        if hundredth:
            return Match((round(number.value / 100, 4), hundredth), end + 1)
        dash = _length_of_dash(tokens, end)  # 50,-
        after = "" if begins_amount(tokens, end + dash) else self._name_at(tokens, end + dash)
        if before and after:
            return None
        amount, end = number.value, end + dash + (1 if after else 0)
        if (before or after) and isinstance(amount, int) and not dash:
            cents = self._cents(tokens, end, currency_named(before or after, self.own))
            if cents is not None:
                amount, end = amount + cents.value / 100, cents.end
        return Match((amount, before or after), end)

    def _number(self, tokens: Sequence[Token], at: int) -> Match[Number] | None:
        return NumberGrammar(self.lexicon, self.decimal_comma, frozenset(self.lexicon.cents))(tokens, at)

    def _name_at(self, tokens: Sequence[Token], at: int) -> str:
        return name_at(tokens[at], self.lexicon, self.own) if at < len(tokens) else ""

    def _has_three_decimals(self, tokens: Sequence[Token], start: int, end: int) -> bool:
        """Say whether the digits end like thousands that another country writes: "1,000 Euro", "£2.500"."""
        decimal = "," if self.decimal_comma else "."
        marks = sum(token.text == decimal for token in tokens[start:end])
        last = tokens[end - 1]
        return marks == 1 and last.kind == "digits" and len(last.text) == 3 and tokens[end - 2].text == decimal

    def _cents(self, tokens: Sequence[Token], at: int, currency: str) -> Match[int] | None:
        """Read the second half of "20 euros 50" and "3 dollars and 20 cents"."""
        start = at + (at < len(tokens) and tokens[at].text in self.lexicon.and_words)
        if start >= len(tokens) or tokens[start].kind != "digits" or len(tokens[start].text) != 2:
            return None
        behind = tokens[start + 1] if start + 1 < len(tokens) else None
        if behind is not None and behind.text in self.lexicon.calendar.units:  # 20 euros 90 minutes
            return None
        hundredth = hundredth_at(behind, self.lexicon) if behind is not None else ""
        if (start > at and not hundredth) or (hundredth and not has_hundredths(currency, hundredth)):
            return None
        return Match(int(tokens[start].text), start + 1 + bool(hundredth))


def begins_amount(tokens: Sequence[Token], at: int) -> bool:
    """Say whether a sign belongs to the digits behind it: "six $20"."""
    if at + 1 >= len(tokens) or tokens[at].text not in SIGNS or tokens[at].glued:
        return False
    return tokens[at + 1].glued and tokens[at + 1].kind == "digits"


def _length_of_dash(tokens: Sequence[Token], at: int) -> int:
    """Return how many tokens the dash of "50,-" or "50.--" takes, which says that there are no cents."""
    if at + 1 >= len(tokens) or not (tokens[at].text in (",", ".") and tokens[at].glued):
        return 0
    end = at + 1
    while end < len(tokens) and tokens[end].text == "-" and tokens[end].glued:
        end += 1
    return end - at if end > at + 1 else 0
