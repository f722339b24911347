"""A multinomial logistic regression with a quadratic penalty, trained in the dual: few texts, many features."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

Matrix = NDArray[numpy.float32]

PENALTY = 0.1
BIAS = 0.1  # the square of the constant feature
STEPS = 40


@dataclass(frozen=True, slots=True)
class LinearClassifier:
    """A trained classifier: `weights` has a row for each feature and a column for each class."""

    weights: Matrix
    biases: Matrix

    def probabilities(self, features: Matrix) -> Matrix:
        """Return the probability of each class for one row of features.

        By einsum, which runs in this thread alone: a library of linear algebra would wake others for so little.
        """
        scores = numpy.einsum("f,fc->c", features, self.weights) + self.biases
        likelihood = numpy.exp(scores - scores.max())
        total: Matrix = likelihood / likelihood.sum()
        return total


def train(features: Matrix, classes: Sequence[int], worth: Sequence[float]) -> LinearClassifier:
    """Train on rows of features, their classes (0 to the number of classes less one), and what each row counts.

    All classes count the same, however many rows they have. Always the same result for the same rows: each step uses
    the same bound of the curvature (Böhning 1992), so there is nothing to choose and nothing by chance.
    """
    count = max(classes) + 1
    rows = len(classes)
    truth = numpy.zeros((rows, count), numpy.float32)
    truth[numpy.arange(rows), list(classes)] = 1
    with threadpool_limits(1, user_api="blas"):  # threads that wait for each other cost more than these small matrices
        return _solve(features, truth, numpy.asarray(worth, numpy.float32))


def _solve(features: Matrix, truth: Matrix, worth: Matrix) -> LinearClassifier:
    rows, count = truth.shape
    balance = truth @ (1 / (truth.T @ worth))
    row_worth = (worth * balance * (worth.sum() / count)).astype(numpy.float32)
    kernel = features @ features.T + numpy.float32(BIAS)
    step = numpy.linalg.inv(row_worth[:, None] * kernel / 2 + PENALTY * numpy.eye(rows, dtype=numpy.float32))
    dual = numpy.zeros((rows, count), numpy.float32)
    for _ in range(STEPS):
        scores = kernel @ dual
        likelihood = numpy.exp(scores - scores.max(axis=1, keepdims=True))
        likelihood /= likelihood.sum(axis=1, keepdims=True)
        dual -= step @ (row_worth[:, None] * (likelihood - truth) + PENALTY * dual)
    return LinearClassifier(features.T @ dual, BIAS * dual.sum(axis=0))
