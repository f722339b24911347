"""The language of botflow's own words for a language tag (BCP 47)."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from botflow.languages import ar, de, en, es, fr, it, nl, pl, pt, tr
from botflow.languages.sentences import Sentences

LANGUAGES: Mapping[str, Sentences] = MappingProxyType(
    {
        "en": en.SENTENCES,
        "de": de.SENTENCES,
        "es": es.SENTENCES,
        "fr": fr.SENTENCES,
        "it": it.SENTENCES,
        "pt": pt.SENTENCES,
        "nl": nl.SENTENCES,
        "pl": pl.SENTENCES,
        "tr": tr.SENTENCES,
        "ar": ar.SENTENCES,
    }
)


def base_language(tag: str) -> str:
    """Return the language of a BCP 47 tag, which decides the words that are understood and said: "de" for "de-AT"."""
    return tag.replace("_", "-").partition("-")[0].lower()


def country_in(tag: str) -> str:
    """Return the country of a BCP 47 tag, which decides how dates, numbers and phone numbers are read: "AT" for
    "de-AT", "de_AT" and "de-Latn-AT"; "" without one."""
    for part in tag.replace("_", "-").split("-")[1:]:
        if (
            len(part) == 1
        ):  # what follows is no part of the language: https://www.rfc-editor.org/rfc/rfc5646#section-2.1
            break
        if len(part) == 2 and part.isalpha():
            return part.upper()
    return ""


def sentences_in(tag: str) -> Sentences:
    """Return the sentences in the language of `tag`; in English if botflow does not have that language."""
    return LANGUAGES.get(base_language(tag), en.SENTENCES)
