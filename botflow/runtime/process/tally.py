"""Counters and histograms that cost a turn almost nothing: a cell of a dictionary for each combination of labels.

prometheus_client's own counters take a lock for each change, and another to find their labels. All changes here come
from the thread of the event loop, which also reads them, so that no lock is needed. What Prometheus reads is written by
prometheus_client all the same.

The number of combinations is bounded. What would be one more is counted under OTHER, so that no text from outside can
fill the memory of this process, or of Prometheus. Where the first label names whose event it is, each has a bound of
its own, and is counted under its own name and OTHER beyond it: one that fails in a thousand ways hides no other.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Hashable, Iterator, Sequence
from itertools import accumulate
from typing import Any

from prometheus_client.core import CounterMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

OTHER = "other"
MOST = 500  # combinations of labels
MOST_EACH = 40  # of those that have the same first label, where each has a bound
MOST_KEYS = 10_000
LONGEST_LABEL = 80  # characters

Labels = tuple[object, ...]
LabelsOf = Callable[[Any], Labels]


def _as_they_are(key: Labels) -> Labels:
    return key


class Cells:
    """Lists of numbers by their labels, found by a key from which `of` makes the labels when it is first seen.

    There are at most `most` combinations; with `each`, that many for a first label, and one more for what is beyond.
    """

    def __init__(self, labels: int, size: int, of: LabelsOf, most: int, each: int | None = None) -> None:
        self.by_labels: dict[tuple[str, ...], list[float]] = {}
        self._by_key: dict[Hashable, list[float]] = {}
        self.get = self._by_key.get
        self._size = size
        self._of = of
        self._most = most
        self._each = each
        self._by_first: dict[tuple[str, ...], int] = {}  # how many combinations have this first label
        self._rest = (OTHER,) * labels

    def new(self, key: Hashable) -> list[float]:
        """Return the cell of a key that `get` does not find."""
        labels = tuple(str(label)[:LONGEST_LABEL] for label in self._of(key))
        if labels not in self.by_labels:
            labels = self._within_bounds(labels)
        cell = self.by_labels.setdefault(labels, [0.0] * self._size)
        if len(self._by_key) < MOST_KEYS:
            self._by_key[key] = cell
        return cell

    def _within_bounds(self, labels: tuple[str, ...]) -> tuple[str, ...]:
        """Return what a new combination is counted under."""
        first = labels[:1]
        count = self._by_first.get(first, 0)
        if len(self.by_labels) < self._most and (self._each is None or count < self._each):
            self._by_first[first] = count + 1
            return labels
        beyond = first + self._rest[1:]
        has_room = beyond in self.by_labels or len(self.by_labels) < 2 * self._most
        return beyond if self._each is not None and has_room else self._rest


class Tally(Collector):
    """A counter. `name` is without the ending `_total`."""

    def __init__(
        self,
        name: str,
        meaning: str,
        labels: Sequence[str],
        *,
        of: LabelsOf = _as_they_are,
        most: int = MOST,
        each: int | None = None,
    ) -> None:
        self._name, self._meaning, self._labels = name, meaning, labels
        self._cells = Cells(len(labels), 1, of, most, each)

    def add(self, key: Hashable, amount: float = 1) -> None:
        """Count `amount` more for `key`."""
        (self._cells.get(key) or self._cells.new(key))[0] += amount

    def collect(self) -> Iterator[Metric]:
        family = CounterMetricFamily(self._name, self._meaning, labels=self._labels)
        for labels, (count,) in sorted(self._cells.by_labels.items()):
            family.add_metric(labels, count)
        yield family


class Timed(Collector):
    """A counter and a histogram of the same events: one cell for both. The histogram has the first `shown` labels only,
    because each of its combinations is a line for each bucket. `bounds_s` are the buckets, without the infinite one."""

    def __init__(
        self,
        counted: tuple[str, str],
        timed: tuple[str, str],
        labels: Sequence[str],
        *,
        shown: int,
        bounds_s: Sequence[float],
        of: LabelsOf = _as_they_are,
        most: int = MOST,
    ) -> None:
        self._counted, self._timed = counted, timed  # name and meaning of each
        self._labels = labels
        self._shown = shown
        self._bounds_s = tuple(bounds_s)
        # For each bucket how many are in it and not in the one before; then the sum of seconds.
        self._cells = Cells(len(labels), len(self._bounds_s) + 2, of, most)

    def observe(self, key: Hashable, seconds: float) -> None:
        """Count an event that took so long; less than nothing, after a clock was set, is nothing."""
        cell = self._cells.get(key) or self._cells.new(key)
        cell[bisect_left(self._bounds_s, seconds)] += 1
        if seconds > 0:
            cell[-1] += seconds

    def collect(self) -> Iterator[Metric]:
        counted = CounterMetricFamily(*self._counted, labels=self._labels)
        merged: dict[tuple[str, ...], list[float]] = {}
        for labels, cell in sorted(self._cells.by_labels.items()):
            counted.add_metric(labels, sum(cell[:-1]))
            before = merged.get(labels[: self._shown]) or [0.0] * len(cell)
            merged[labels[: self._shown]] = [one + more for one, more in zip(before, cell, strict=True)]
        yield counted
        yield histogram(*self._timed, self._labels[: self._shown], self._bounds_s, merged)


class Histogram(Timed):
    """A histogram whose number of events needs no counter of its own."""

    def __init__(
        self, name: str, meaning: str, labels: Sequence[str], *, bounds_s: Sequence[float], of: LabelsOf = _as_they_are
    ) -> None:
        super().__init__(("", ""), (name, meaning), labels, shown=len(labels), bounds_s=bounds_s, of=of)

    def collect(self) -> Iterator[Metric]:
        yield histogram(*self._timed, self._labels, self._bounds_s, self._cells.by_labels)


def histogram(
    name: str,
    meaning: str,
    labels: Sequence[str],
    bounds_s: Sequence[float],
    cells: dict[tuple[str, ...], list[float]],
) -> Metric:
    """Return the family of cells that hold a number for each bucket, and then the sum."""
    family = HistogramMetricFamily(name, meaning, labels=labels)
    bounds = [*(str(float(bound_s)) for bound_s in bounds_s), "+Inf"]
    for written, cell in sorted(cells.items()):
        family.add_metric(written, list(zip(bounds, accumulate(cell[:-1]), strict=True)), sum_value=cell[-1])
    return family
