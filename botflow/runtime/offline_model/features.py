"""A text as features: stems, concepts and neighbouring words. Light on purpose: no dictionary, no download."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from botflow.engine.text_folding import fold
from botflow.languages import base_language
from botflow.runtime.offline_model.concepts import CONCEPTS, SLANG, STOP_WORDS

_SUFFIXES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "en": ("ations", "ation", "ments", "ment", "ings", "ing", "ies", "ied", "ed", "es", "ly", "s"),
        "de": ("ungen", "ung", "en", "em", "er", "es", "st", "e", "n", "s", "t"),
        "es": (
            *("aciones", "acion", "iendo", "ando", "adas", "ados", "ada", "ado", "idos", "ido", "aron", "amos", "emos"),
            *("ar", "er", "ir", "es", "as", "os", "an", "en", "a", "o", "e", "s"),
        ),
    }
)
_SHORTEST_STEM = 3
_LONGEST_PHRASE = 3  # words of one concept's phrase
MOST_WORDS = 60  # a longer message says what it wants at its beginning


class Words:
    """One language's reading of texts."""

    def __init__(self, language: str) -> None:
        self.language = base_language(language)
        self._stems: dict[str, str] = {}
        self._stop_words = frozenset(STOP_WORDS.get(self.language, "").split())
        self._concepts = {
            " ".join(self.stem(word) for word in fold(phrase).split()): f"#{name}"
            for name, phrases in CONCEPTS.items()
            for phrase in phrases.split(",")
        }

    def tokens(self, text: str) -> list[str]:
        """Return the first words of `text`, folded, slang written out."""
        words = fold(text).replace("'", "").replace("’", "").split()[:MOST_WORDS]
        return [SLANG.get(word, word) for word in words]

    def is_stop_word(self, token: str) -> bool:
        return token in self._stop_words

    def vocabulary(self) -> Iterator[str]:
        """Return every stem that some concept's phrase holds."""
        for phrase in self._concepts:
            yield from phrase.split()

    def stem(self, token: str) -> str:
        """Strip one ending; what is left is the same for the forms of a word, not a word itself."""
        stem = self._stems.get(token)
        if stem is None:
            stem = self._strip(token)
            if len(self._stems) < 20_000:  # what people type must not fill the memory
                self._stems[token] = stem
        return stem

    def _strip(self, token: str) -> str:
        for suffix in _SUFFIXES.get(self.language, ("s",)):
            if token.endswith(suffix) and len(token) - len(suffix) >= _SHORTEST_STEM:
                token = token[: -len(suffix)]
                break
        if self.language == "en":
            if len(token) > _SHORTEST_STEM and token[-1] in "ey":
                token = token[:-1]
            if len(token) > _SHORTEST_STEM and token[-1] == token[-2]:
                token = token[:-1]
        return token

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
