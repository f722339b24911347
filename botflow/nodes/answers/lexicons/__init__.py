"""The words of each language that answers are read in."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from botflow.languages import base_language
from botflow.nodes.answers.lexicons.de import DE
from botflow.nodes.answers.lexicons.en import EN
from botflow.nodes.answers.lexicons.es import ES
from botflow.nodes.answers.lexicons.fr import FR
from botflow.nodes.answers.lexicons.lexicon import Lexicon
from botflow.nodes.answers.lexicons.unknown import UNKNOWN

LEXICONS: Mapping[str, Lexicon] = MappingProxyType({each.language: each for each in (EN, DE, ES, FR)})


def lexicon_of(language: str) -> Lexicon:
    """Return the lexicon of a BCP 47 tag's language; without one no word is known, so that none is guessed."""
    return LEXICONS.get(base_language(language), UNKNOWN)
