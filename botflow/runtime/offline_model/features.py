"""A text as features: stems, concepts and neighbouring words. Light on purpose: no dictionary, no download."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType

import Stemmer

from botflow.engine.text_folding import fold
from botflow.languages import base_language
from botflow.runtime.offline_model.concepts import CONCEPTS, SLANG, STOP_WORDS

_STEMMERS: Mapping[str, str] = MappingProxyType(
    {
        "ca": "catalan",
        "da": "danish",
        "de": "german",
        "en": "english",
        "es": "spanish",
        "fi": "finnish",
        "fr": "french",
        "hu": "hungarian",
        "id": "indonesian",
        "it": "italian",
        "nb": "norwegian",
        "nl": "dutch",
        "no": "norwegian",
        "pt": "portuguese",
        "ro": "romanian",
        "sv": "swedish",
        "tr": "turkish",
    }
)
_LONGEST_PHRASE = 3  # words of one concept's phrase
_LONGEST_KEPT = 40  # characters
MOST_WORDS = 60  # a longer message says what it wants at its beginning
_LONGEST_TEXT = MOST_WORDS * (_LONGEST_KEPT + 1)  # characters of a text that are looked at


class Words:
    """One language's reading of texts."""

    def __init__(self, language: str) -> None:
        self.language = base_language(language)
        algorithm = _STEMMERS.get(self.language)
        self._stem_word = str if algorithm is None else Stemmer.Stemmer(algorithm).stemWord
        self._stems: dict[str, str] = {}
        self._stop_words = frozenset(STOP_WORDS.get(self.language, "").split())
        self._concepts = {
            " ".join(self.stem(word) for word in fold(phrase).split()): f"#{name}"
            for name, phrases in CONCEPTS.items()
            for phrase in phrases.split(",")
        }

    def tokens(self, text: str) -> list[str]:
        """Return the first words of `text`, folded, slang written out."""
        words = fold(text[:_LONGEST_TEXT]).replace("'", "").replace("’", "").split()[:MOST_WORDS]
        return [SLANG.get(word, word) for word in words]

    def is_stop_word(self, token: str) -> bool:
        return token in self._stop_words

    def vocabulary(self) -> Iterator[str]:
        """Return every stem that some concept's phrase holds."""
        for phrase in self._concepts:
            yield from phrase.split()

    def stem(self, token: str) -> str:
        """Return what is the same for the forms of a word; not a word itself."""
        stem = self._stems.get(token)
        if stem is None:
            stem = self._stem_word(token)
            if len(self._stems) < 20_000 and len(token) <= _LONGEST_KEPT:  # people's words must not fill the memory
                self._stems[token] = stem
        return stem

    def concepts(self, stems: list[str]) -> Iterator[tuple[int, int, str]]:
        """Return (start, words, concept) for the phrases in `stems`; the longest one wins where several begin."""
        start = 0
        while start < len(stems):
            for length in range(min(_LONGEST_PHRASE, len(stems) - start), 0, -1):
                concept = self._concepts.get(" ".join(stems[start : start + length]))
                if concept is not None:
                    yield start, length, concept
                    break
            else:
                length = 1
            start += length
