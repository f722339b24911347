"""The language of botflow's own words for a language tag (BCP 47)."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from botflow.languages import de, en, es, fr
from botflow.languages.sentences import Sentences

LANGUAGES: Mapping[str, Sentences] = MappingProxyType(
    {"en": en.SENTENCES, "de": de.SENTENCES, "es": es.SENTENCES, "fr": fr.SENTENCES}
)


def base_language(tag: str) -> str:
    """Return the language of a BCP 47 tag, which decides the words that are understood and said: "de" for "de-AT"."""
    return tag.replace("_", "-").partition("-")[0].lower()


def sentences_in(tag: str) -> Sentences:
    """Return the sentences in the language of `tag`; in English if botflow does not have that language."""
    return LANGUAGES.get(base_language(tag), en.SENTENCES)
