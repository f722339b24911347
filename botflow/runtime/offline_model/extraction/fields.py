"""The fields of an `ai.extract` as the readers of answers know them: a kind, by type and description, and own words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType

from botflow.engine.asks import ExtractField
from botflow.engine.text_folding import fold
from botflow.nodes.answers.accounting import units_asked
from botflow.nodes.answers.expectation import Expectation, Kind, Option
from botflow.nodes.answers.lexicons import lexicon_of
from botflow.nodes.answers.lexicons.lexicon import words as word_set
from botflow.nodes.chatbot.forms.words import is_harmless
from botflow.runtime.offline_model.extraction.words import asking, turning
from botflow.runtime.offline_model.features import Words

_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])")
_OPTIONS = re.compile(r",|/|\||;|\bor\b|\boder\b|\bo\b|\bou\b|\band\b|\bund\b|\by\b|\bet\b", re.IGNORECASE)
_MOST_OPTION_WORDS = 2
_REFERENCE = word_set("number nummer numero nr id reference referencia code codigo referenz")
_COUNT = re.compile(
    r"\b(?:how many|number of|count of|wie viele|anzahl|zahl der|cuantos|cuantas|numero de|cantidad de|combien|"
    r"nombre de)\b"
)
_AMOUNT = word_set("amount qty quantity count anzahl menge stuckzahl cantidad quantite")
_MONEY = word_set(
    "budget price cost costs money fee preis betrag kosten geld presupuesto precio importe "
    "dinero prix montant cout argent"
)
_CURRENCY: Mapping[str, str] = MappingProxyType(
    {"euro": "EUR", "euros": "EUR", "eur": "EUR", "dollars": "USD", "usd": "USD", "pounds": "GBP", "gbp": "GBP"}
)
_HINTS: tuple[tuple[Kind, frozenset[str]], ...] = (
    ("email", word_set("email mail correo emailadresse courriel")),
    ("phone", word_set("phone telefon telefono telephone mobile handy movil telefonnummer")),
    ("url", word_set("link url website webseite homepage")),
    ("time", word_set("time uhrzeit hora heure")),
)
_WORDS_OF_KIND: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "email": word_set("mail email address adresse correo direccion write schreiben schreibt"),
        "phone": word_set(
            "phone number call text reach ring mobile cell whatsapp telefon nummer handy anrufen erreichbar telefono "
            "numero movil llamar llameme telephone portable"
        ),
    }
)
_NO_TIME = word_set("how long much period zone span times")
_NAMES: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "en": word_set("name names surname"),
        "de": word_set("name vorname nachname namen"),
        "es": word_set("nombre apellido apellidos"),
        "fr": frozenset(("nom", "prenom")),
    }
)
# Beside them, what a field for the name of the one who writes may say; "the pet's name" is another's.
_OF_PERSON = word_set(
    "person persons guest guests customer customers user users caller client full first last family "
    "given s whole contact visitor kunde kunden gast gasts gastes person voller vollstandiger "
    "cliente completo huesped usuario persona personne complet client pronom famille their your his "
    "her"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sought:
    """A field, and how it is read. `kind` None: a free text, a name or a reference, which no reader of answers knows.

    `stems`: those of its own words. `counts`: it is a number of things, `is_amount`: of things that it does not name.
    `currency`: that of an amount of money, "" for any.
    """

    name: str
    type: str
    expectation: Expectation | None
    stems: frozenset[str]
    words: frozenset[str]
    is_name: bool = False
    part: str = ""
    is_reference: bool = False
    counts: bool = False
    is_amount: bool = False
    currency: str = ""

    @property
    def is_free(self) -> bool:
        return self.expectation is None and self.type == "text" and not self.is_name and not self.is_reference


def sought(field: ExtractField, words: Words) -> Sought:
    """Return how `field` is read."""
    return _sought(field, words.language, words)


@lru_cache(maxsize=512)
def _sought(field: ExtractField, language: str, words: Words) -> Sought:
    description = field.description
    if field.type == "text" and _listed(description):  # its options are no words of its own
        description = description.rpartition(":")[0]
    about = fold(f"{_HUMP.sub(' ', field.name).replace('_', ' ')} {description}")
    about = about.replace("e mail", "email").replace("'s ", " ")
    said = frozenset(about.split())
    own = frozenset(word for word in said if _is_own(word, words))
    counts = _COUNT.search(about) is not None
    is_reference = not _REFERENCE.isdisjoint(said) and not counts
    expectation = _expectation(field, said, about, language, is_reference=is_reference)
    is_name = field.type == "text" and expectation is None and _is_name(own, language)
    kind = expectation.kind if expectation is not None else ""
    units = frozenset().union(*units_asked(about, language)) if field.type in ("integer", "number") else frozenset()
    return Sought(
        name=field.name,
        type=field.type,
        expectation=expectation,
        stems=frozenset(words.stem(word) for word in own),
        words=own | units | _WORDS_OF_KIND.get(kind, frozenset()),
        is_name=is_name,
        part=_part_of_name(said) if is_name else "",
        is_reference=is_reference and expectation is None,
        counts=counts,
        is_amount=not own - _AMOUNT and field.type in ("integer", "number"),
        currency=next((_CURRENCY[word] for word in said if word in _CURRENCY), ""),
    )


def _is_own(word: str, words: Words) -> bool:
    """Say whether a word of a field's name and description may lead to its value, and changes none."""
    language = words.language
    is_known = word in lexicon_of(language).changing or word in turning(language) or word in asking(language)
    return not (is_known or words.is_stop_word(word) or is_harmless(word, language) or len(word) == 1)


def _expectation(
    field: ExtractField, said: frozenset[str], about: str, language: str, *, is_reference: bool
) -> Expectation | None:
    match field.type:
        case "integer" | "number" if is_reference:
            return None
        case "integer" | "number" if not _MONEY.isdisjoint(said) and "how" not in said:
            return Expectation(kind="money")
        case "integer" | "number":
            return Expectation(kind=field.type, question=about)
        case "date":
            return Expectation(kind="date", question=field.description)
        case "boolean":
            return None
        case _:
            return _of_text(field, said, language)


def _of_text(field: ExtractField, said: frozenset[str], language: str) -> Expectation | None:
    if options := _listed(field.description):
        return Expectation(kind="choice", choices=tuple(Option(id=option, label=option) for option in options))
    for kind, hints in _HINTS:
        if not hints.isdisjoint(said) and not (kind == "time" and not _NO_TIME.isdisjoint(said)):
            return Expectation(kind=kind)
    return None


def _listed(description: str) -> list[str]:
    """Return the values that a description such as "size: small, medium or large" lists; none for a sentence."""
    _, colon, after = description.rpartition(":")
    options = [option.strip() for option in _OPTIONS.split(after if colon else description)]
    options = [option for option in options if option]
    return options if len(options) > 1 and all(len(one.split()) <= _MOST_OPTION_WORDS for one in options) else []


def _is_name(own: Iterable[str], language: str) -> bool:
    """Say whether a field is for the name of the person who writes."""
    own = frozenset(own)
    names = _NAMES.get(language, frozenset()) | _NAMES["en"]
    return not own.isdisjoint(names) and not own - names - _OF_PERSON


def _part_of_name(said: frozenset[str]) -> str:
    if not said.isdisjoint(("first", "given", "vorname", "prenom")):
        return "first"
    return "last" if not said.isdisjoint(("last", "family", "surname", "nachname", "apellido", "apellidos")) else ""
