"""Choosing a route by what a message means: a linear classifier on word-piece vectors beside word features.

It is trained on what the author wrote, in milliseconds, when a flow is loaded. It compares routes with each other, so
it needs two of them; for one alone the word router decides.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from math import log

import numpy

from botflow.engine.asks import Choice
from botflow.runtime.offline_model.features import Words
from botflow.runtime.offline_model.routing.decision import Decision
from botflow.runtime.offline_model.routing.embeddings import Embeddings
from botflow.runtime.offline_model.routing.example_index import ExampleIndex
from botflow.runtime.offline_model.routing.linear_classifier import Matrix, train
from botflow.runtime.offline_model.routing.message_features import MessageFeatures
from botflow.runtime.offline_model.routing.own_texts import OwnTexts

EXAMPLE, DESCRIPTION, HANDLE = 1.0, 1.0, 0.5  # what a text of the author counts
LEAD = 0.27  # by how much the probability of the best route must exceed that of the next one
LEAD_OF_FEW = 0.2  # shared by all routes: of two, one leads more easily
MOST_TEXTS = 1_000  # training costs the cube of it; of more texts, each route keeps its first ones


class TrainedRouter:
    """One set of two choices or more, learnt. Deterministic; any number of threads may choose at once."""

    def __init__(self, choices: Sequence[Choice], words: Words, embeddings: Embeddings) -> None:
        self._handles = [choice.handle for choice in choices]
        self._embeddings = embeddings
        self._exactly = ExampleIndex(choices)
        self.own_texts = OwnTexts(choices, words, self._exactly)
        rows = _rows(choices)
        texts = [text for _, text, _ in rows]
        self._features = MessageFeatures(texts, words)
        read = [self._features.read(text) for text in texts]
        self._columns, self._rarity = _columns(read)
        features = numpy.stack([self._row(text, worth) for text, worth in zip(texts, read, strict=True)])
        self._classifier = train(features, [route for route, _, _ in rows], [worth for _, _, worth in rows])

    def choose(self, text: str) -> Decision:
        """Decide which route `text` means: none when the best one does not lead clearly. An example means its route."""
        if (exactly := self._exactly.find(text)) is not None:
            return Decision(chosen=exactly, confidence=1.0, runner_up="")
        probabilities = self.probabilities(text)
        if probabilities is None:
            return Decision(chosen=None, confidence=0.0, runner_up="")
        best, second = numpy.argsort(-probabilities, kind="stable")[:2]
        lead = LEAD + LEAD_OF_FEW / len(self._handles)
        is_clear = bool(probabilities[best] - probabilities[second] >= lead)
        return Decision(
            chosen=self._handles[best] if is_clear else None,
            confidence=round(float(probabilities[best]), 3),
            runner_up=self._handles[second if is_clear else best],
        )

    def probabilities(self, text: str) -> Matrix | None:
        """Return the probability of each route, None for a text without any word."""
        row = self._row(text, self._features.read(text))
        return self._classifier.probabilities(row) if row.any() else None

    def _row(self, text: str, read: Mapping[str, float]) -> Matrix:
        """Return the features of a text: its vector, and its words by their rarity; each part has the length 1."""
        row = numpy.zeros(self._embeddings.dimensions + len(self._columns), numpy.float32)
        row[: self._embeddings.dimensions] = self._embeddings.vector(text)
        known = [
            (self._columns[name], worth * self._rarity[name]) for name, worth in read.items() if name in self._columns
        ]
        length = sum(value * value for _, value in known) ** 0.5
        for column, value in known:
            row[self._embeddings.dimensions + column] = value / length
        return row


def _rows(choices: Sequence[Choice]) -> list[tuple[int, str, float]]:
    """Return (route, text, worth) for what the author wrote; of too many texts each route's first ones."""
    most = max(1, MOST_TEXTS // len(choices))
    rows: list[tuple[int, str, float]] = []
    for route, choice in enumerate(choices):
        texts = [(choice.handle.replace("_", " "), HANDLE)]
        texts += [(choice.description, DESCRIPTION)] if choice.description.strip() else []
        texts += [(example, EXAMPLE) for example in choice.examples]
        rows += [(route, text, worth) for text, worth in texts[:most]]
    return rows


def _columns(read: Iterable[Mapping[str, float]]) -> tuple[dict[str, int], dict[str, float]]:
    """Return the column of each feature, and its weight: the fewer texts have it, the more it says."""
    features = list(read)
    counts = Counter(name for worth in features for name in worth)
    columns = {name: column for column, name in enumerate(counts)}
    return columns, {name: log((1 + len(features)) / (1 + count)) + 1 for name, count in counts.items()}
