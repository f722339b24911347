"""Choosing a route by its author's own words: which of them a message shares, and how much of it they explain."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from math import log1p

from botflow.engine.asks import Choice
from botflow.engine.text_folding import fold
from botflow.runtime.offline_model.features import Words
from botflow.runtime.offline_model.spelling import Spelling

STOP_WORD = 0.15  # the weights of features; a plain word has 1
CONCEPT = 1.1
IN_PHRASE = 0.5
NEIGHBOURS = 0.5
STOP_NEIGHBOURS = 0.1
UNSAID = 0.4  # keeps a message of stop words alone from meaning anything
UNKNOWN = 0.58  # a word that no route knows speaks against all of them
EXAMPLE, DESCRIPTION, HANDLE = 1.0, 1.0, 2.0
LIKENESS = 0.7  # how much being like one single example counts
THRESHOLD = 0.37
LEAD = 0.035  # by how much the best must lead


class Router:
    """One set of choices, indexed. Deterministic; a choice costs well under a millisecond."""

    def __init__(self, choices: Sequence[Choice], words: Words) -> None:
        self._words = words
        self._handles = [choice.handle for choice in choices]
        texts = [_texts(choice) for choice in choices]
        vocabulary = {words.stem(token) for group in texts for text, _ in group for token in words.tokens(text)}
        self._spelling = Spelling(vocabulary | set(words.vocabulary()))
        self._shares: dict[str, list[tuple[int, float]]] = {}
        self._examples: list[tuple[int, frozenset[str]]] = []
        self._index(texts)
        self._exactly = _exact(choices)

    def _index(self, texts: list[list[tuple[str, float]]]) -> None:
        masses: defaultdict[str, defaultdict[int, float]] = defaultdict(lambda: defaultdict(float))
        for route, group in enumerate(texts):
            for text, weight in group:
                features = dict(self._features(text))
                for feature in features:
                    masses[feature][route] += weight
                self._examples.append((route, frozenset(name for name, worth in features.items() if worth > STOP_WORD)))
        for feature, mass in masses.items():
            damped = {route: log1p(amount) for route, amount in mass.items()}
            total = sum(damped.values())
            self._shares[feature] = [(route, amount / total) for route, amount in damped.items()]

    def choose(self, text: str) -> str | None:
        """Return the handle that `text` means, or None when no route explains enough of it.

        An author's example means its route, whatever its words are: "hello" holds nothing but a stop word.
        """
        if (exactly := self._exactly.get(_plain(text))) is not None:
            return exactly
        scores = self.scores(text)
        ranked = sorted(range(len(scores)), key=lambda route: (-scores[route], route))
        best = scores[ranked[0]] if ranked else 0.0
        second = scores[ranked[1]] if len(ranked) > 1 else 0.0
        return self._handles[ranked[0]] if best >= THRESHOLD and best - second >= LEAD else None

    def scores(self, text: str) -> list[float]:
        """Return how well each choice explains `text`: 0 for not at all, about 1 for wholly."""
        explained = [0.0] * len(self._handles)
        weight = UNSAID
        features = self._features(text)
        for feature, worth in features:
            shares = self._shares.get(feature)
            if shares is None:
                weight += 0.0 if _is_derived(feature) else worth * UNKNOWN
                continue
            weight += worth
            for route, share in shares:
                explained[route] += worth * share
        said = frozenset(name for name, worth in features if worth > STOP_WORD)
        likeness = [0.0] * len(self._handles)
        for route, example in self._examples:
            if common := len(said & example):
                likeness[route] = max(likeness[route], common / (len(said) * len(example)) ** 0.5)
        return [score / weight + LIKENESS * like for score, like in zip(explained, likeness, strict=True)]

    def _features(self, text: str) -> list[tuple[str, float]]:
        """Return the features of `text` with their worth: words, concepts, and neighbouring words."""
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
        return list(worth.items())


def _exact(choices: Sequence[Choice]) -> dict[str, str]:
    """Return the handle of each example; not of one that several routes claim, and their other words must decide."""
    claimed: defaultdict[str, set[str]] = defaultdict(set)
    for choice in choices:
        for example in choice.examples:
            if plain := _plain(example):
                claimed[plain].add(choice.handle)
    return {plain: next(iter(handles)) for plain, handles in claimed.items() if len(handles) == 1}


def _plain(text: str) -> str:
    return fold(text).replace("'", "").replace("’", "")


def _is_derived(feature: str) -> bool:
    return feature.startswith("#") or " " in feature


def _texts(choice: Choice) -> list[tuple[str, float]]:
    """Return what the author wrote about `choice`, with what it counts."""
    texts = [(choice.handle.replace("_", " "), HANDLE), (choice.description, DESCRIPTION)]
    return texts + [(example, EXAMPLE) for example in choice.examples]
