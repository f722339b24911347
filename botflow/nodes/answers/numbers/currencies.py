"""Which currency a sign, a word or a code means.

"Dollars" are those of the person's country, if it has any, and "50 cents" are hundredths of its currency only where it
has cents. A name that several countries use, and the person's does not, means none: the answer is asked again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from botflow.nodes.answers.lexicons.lexicon import Lexicon
from botflow.nodes.answers.tokens import Token

SIGNS = {"€": "EUR", "£": "pound", "¥": "yuan or yen", "₹": "INR", "$": "$", "¢": "cent"}
_DOLLARS = frozenset(
    "USD CAD AUD NZD SGD HKD TWD BBD BSD BZD BMD BND FJD GYD JMD KYD LRD NAD SBD SRD TTD XCD".split()  # noqa: SIM905
)
_PESOS = frozenset(("ARS", "CLP", "COP", "CUP", "DOP", "MXN", "PHP", "UYU"))
_FRANCS = frozenset(("CHF", "XOF", "XAF", "XPF", "CDF", "GNF", "RWF", "BIF", "DJF", "KMF"))
_POUNDS = frozenset(("GBP", "EGP", "LBP", "SYP", "SDG", "SSP", "GIP", "FKP", "SHP"))
# Codes that people write in capitals for words: "ALL", "TRY", "SOS". They are codes in their own country only.
_WORDS = frozenset(
    ("ALL", "BAM", "BOB", "COP", "CUP", "GEL", "LAK", "MAD", "MOP", "MUR", "PEN", "RON", "SOS", "TOP", "TRY")
)


@dataclass(frozen=True, slots=True)
class Family:
    """The currencies of one name, and the one that is meant where none of them is the country's own; "" for none."""

    members: frozenset[str]
    elsewhere: str = ""


_UNSURE = "a word or a code"
_FAMILIES: Mapping[str, Family] = {
    _UNSURE: Family(frozenset()),
    "$": Family(_DOLLARS | _PESOS - {"PHP"}, "USD"),
    "dollar": Family(_DOLLARS, "USD"),
    "pound": Family(_POUNDS, "GBP"),
    "peso": Family(_PESOS),
    "franc": Family(_FRANCS),
    "rupee": Family(frozenset(("INR", "PKR", "LKR", "NPR", "MUR", "SCR"))),
    "yuan or yen": Family(frozenset(("JPY", "CNY"))),
    "balles": Family(frozenset(("EUR", "CHF"))),
}
_HUNDREDTHS: Mapping[str, Family] = {
    "cent": Family(_DOLLARS | {"EUR", "ZAR", "KES", "MUR", "LKR"}),
    "pence": Family(frozenset(("GBP", "GIP", "FKP", "SHP")), "GBP"),
    "penny": Family(frozenset(("GBP", "GIP", "FKP", "SHP", "USD", "CAD"))),
    "rappen": Family(frozenset(("CHF",)), "CHF"),
    "centime": Family(_FRANCS | {"EUR", "CAD", "MAD", "DZD"}),
    "centimo": Family(frozenset(("EUR", "CRC", "PEN", "PYG", "VES"))),
    "centavo": Family(_PESOS | {"BOB", "BRL", "GTQ", "HNL", "NIO", "USD"}),
}


def name_at(token: Token, lexicon: Lexicon, own: str) -> str:
    """Return the code or the family of currencies that a token names, "" for none; `own` is the country's."""
    name = lexicon.currencies.get(token.text) or SIGNS.get(token.text)
    if name and name not in _HUNDREDTHS:
        return name
    is_code = len(token.raw) == 3 and token.raw.isupper() and token.raw in _codes()
    if not is_code:
        return ""
    return _UNSURE if token.raw in _WORDS and token.raw != own else token.raw


def hundredth_at(token: Token, lexicon: Lexicon) -> str:
    """Return the kind of hundredths that a token names, such as "cent"; "" for none."""
    name = lexicon.cents.get(token.text) or SIGNS.get(token.text, "")
    return name if name in _HUNDREDTHS else ""


def is_hundredth(name: str) -> bool:
    return name in _HUNDREDTHS


def has_hundredths(currency: str, name: str) -> bool:
    """Say whether hundredths of a currency are called so."""
    return currency in _HUNDREDTHS[name].members


def currency_named(name: str, own: str) -> str:
    """Return the code that a name means where `own` is the currency; "" when it may be one of several."""
    family = _FAMILIES.get(name) or _HUNDREDTHS.get(name)
    if family is None:
        return name or own
    return own if own in family.members else family.elsewhere


@lru_cache(maxsize=256)
def currency_of(country: str) -> str:
    """Return the currency of a country, by its ISO code; "" when it is unknown."""
    from babel.numbers import get_territory_currencies

    found: list[str] = get_territory_currencies(country) if country else []
    return found[0] if found else ""


@lru_cache(maxsize=1)
def _codes() -> frozenset[str]:
    """Return the codes of today's currencies: of former ones, PLZ is rather "please"."""
    from babel.core import get_global
    from babel.numbers import get_territory_currencies

    countries = get_global("territory_currencies")
    return frozenset(code for country in countries for code in get_territory_currencies(country))
