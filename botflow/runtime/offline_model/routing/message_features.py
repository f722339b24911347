"""A message as features with their worth: words, concepts and neighbouring words, its slips of the finger mended."""

from __future__ import annotations

from collections.abc import Iterable

from botflow.runtime.offline_model.features import Words
from botflow.runtime.offline_model.routing.spelling import Spelling

STOP_WORD = 0.15  # the worth of features; a plain word has 1
CONCEPT = 1.1
IN_PHRASE = 0.5
NEIGHBOURS = 0.5
STOP_NEIGHBOURS = 0.1


class MessageFeatures:
    """Reads messages against what a set of routes says."""

    def __init__(self, texts: Iterable[str], words: Words) -> None:
        self._words = words
        vocabulary = {words.stem(token) for text in texts for token in words.tokens(text)}
        self._spelling = Spelling(vocabulary | set(words.vocabulary()))

    def read(self, text: str) -> dict[str, float]:
        """Return the features of `text` with their worth."""
        tokens = self._words.tokens(text)
        stop = [self._words.is_stop_word(token) for token in tokens]
        stems = [self._words.stem(token) for token in tokens]
        known = [stem if is_stop else self._spelling.correct(stem) for stem, is_stop in zip(stems, stop, strict=True)]
        worth = {stem: STOP_WORD if is_stop else 1.0 for stem, is_stop in zip(known, stop, strict=True)}
        for start, length, concept in self._words.concepts(known):
            worth[concept] = CONCEPT
            if length > 1:  # the phrase says it: "pay me back" is not about paying
                worth |= {stem: min(worth[stem], IN_PHRASE) for stem in known[start : start + length]}
        for place in range(len(known) - 1):
            both = stop[place] and stop[place + 1]
            worth[f"{known[place]} {known[place + 1]}"] = STOP_NEIGHBOURS if both else NEIGHBOURS
        return worth


def is_derived(feature: str) -> bool:
    """Say whether a feature is more than one word: a concept, or two neighbours."""
    return feature.startswith("#") or " " in feature
