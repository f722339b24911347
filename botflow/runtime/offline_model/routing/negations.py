"""Words that deny: "I don't want to book", "keine Rechnung", "n'annulez pas"."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

# Folded, without apostrophes.
_DENYING: Mapping[str, str] = MappingProxyType(
    {
        "en": "not no never dont doesnt didnt isnt arent wasnt wont cant cannot couldnt wouldnt havent hasnt without "
        "nothing none neither nor",
        "de": "nicht kein keine keinen keinem keiner keines nie niemals nichts ohne weder",
        "es": "no nunca nada sin ni ninguno ninguna ningun tampoco",
        "fr": "pas jamais sans ni rien aucun aucune plus",
    }
)
_WORDS: Mapping[str, frozenset[str]] = MappingProxyType(
    {language: frozenset(words.split()) for language, words in _DENYING.items()}
)
# A "no" that answers what was said before, and denies nothing of what follows it: "no, I want to talk to a person".
_PLAIN_NO = re.compile(r"\s*(?:no|nope|nein|nee|non)\s*[,.;!…-]\s*(?=\S)", re.IGNORECASE)


def is_denying(token: str, language: str) -> bool:
    """Say whether a folded word without apostrophes denies something; `language` has no region."""
    return token in _WORDS.get(language, frozenset())


def without_plain_no(text: str) -> str:
    """Return `text` without a "no" in front of its first clause."""
    found = _PLAIN_NO.match(text)
    return text[found.end() :] if found else text
