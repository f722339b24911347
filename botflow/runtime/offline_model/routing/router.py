"""Choosing a route by its author's own words: which of them a message shares, and how much of it they explain.

It needs no package besides botflow. Where the extra `understanding` is installed, `trained_router.py` chooses instead.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from math import log1p

from botflow.engine.asks import Choice
from botflow.runtime.offline_model.features import Words
from botflow.runtime.offline_model.routing.decision import Decision
from botflow.runtime.offline_model.routing.example_index import ExampleIndex
from botflow.runtime.offline_model.routing.message_features import STOP_WORD, MessageFeatures, is_derived
from botflow.runtime.offline_model.routing.own_texts import OwnTexts

UNSAID = 0.4  # keeps a message of stop words alone from meaning anything
UNKNOWN = 0.58  # a word that no route knows speaks against all of them
EXAMPLE, DESCRIPTION, HANDLE = 1.0, 1.0, 2.0
LIKENESS = 0.7  # how much being like one single example counts
THRESHOLD = 0.37
LEAD = 0.035  # by how much the best must lead


class Router:
    """One set of choices, indexed. Deterministic; a choice costs well under a millisecond."""

    def __init__(self, choices: Sequence[Choice], words: Words) -> None:
        self._handles = [choice.handle for choice in choices]
        texts = [_texts(choice) for choice in choices]
        self._features = MessageFeatures((text for group in texts for text, _ in group), words)
        self._shares: dict[str, list[tuple[int, float]]] = {}
        self._examples: list[tuple[int, frozenset[str]]] = []
        self._index(texts)
        self._exactly = ExampleIndex(choices)
        self.own_texts = OwnTexts(choices, words, self._exactly)

    def _index(self, texts: list[list[tuple[str, float]]]) -> None:
        masses: defaultdict[str, defaultdict[int, float]] = defaultdict(lambda: defaultdict(float))
        for route, group in enumerate(texts):
            for text, weight in group:
                features = self._features.read(text)
                for feature in features:
                    masses[feature][route] += weight
                self._examples.append((route, frozenset(name for name, worth in features.items() if worth > STOP_WORD)))
        for feature, mass in masses.items():
            damped = {route: log1p(amount) for route, amount in mass.items()}
            total = sum(damped.values())
            self._shares[feature] = [(route, amount / total) for route, amount in damped.items()]

    def choose(self, text: str) -> Decision:
        """Decide which route `text` means: none when no route explains enough of it. An example means its route."""
        if (exactly := self._exactly.find(text)) is not None:
            return Decision(chosen=exactly, confidence=1.0, runner_up="")
        scores = self.scores(text)
        ranked = sorted(range(len(scores)), key=lambda route: (-scores[route], route))
        if not ranked or not scores[ranked[0]]:
            return Decision(chosen=None, confidence=0.0, runner_up="")
        best = scores[ranked[0]]
        second = scores[ranked[1]] if len(ranked) > 1 else 0.0
        is_clear = best >= THRESHOLD and best - second >= LEAD
        left = ranked[1:] if is_clear else ranked
        return Decision(
            chosen=self._handles[ranked[0]] if is_clear else None,
            confidence=round(min(best, 1.0), 3),
            runner_up=self._handles[left[0]] if left and scores[left[0]] else "",
        )

    def scores(self, text: str) -> list[float]:
        """Return how well each choice explains `text`: 0 for not at all, about 1 for wholly."""
        explained = [0.0] * len(self._handles)
        weight = UNSAID
        features = self._features.read(text)
        for feature, worth in features.items():
            shares = self._shares.get(feature)
            if shares is None:
                weight += 0.0 if is_derived(feature) else worth * UNKNOWN
                continue
            weight += worth
            for route, share in shares:
                explained[route] += worth * share
        said = frozenset(name for name, worth in features.items() if worth > STOP_WORD)
        likeness = [0.0] * len(self._handles)
        for route, example in self._examples:
            if common := len(said & example):
                likeness[route] = max(likeness[route], common / (len(said) * len(example)) ** 0.5)
        return [score / weight + LIKENESS * like for score, like in zip(explained, likeness, strict=True)]


def _texts(choice: Choice) -> list[tuple[str, float]]:
    """Return what the author wrote about `choice`, with what it counts."""
    texts = [(choice.handle.replace("_", " "), HANDLE), (choice.description, DESCRIPTION)]
    return texts + [(example, EXAMPLE) for example in choice.examples]
