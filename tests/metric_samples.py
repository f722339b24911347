"""What Prometheus would read at an address of metrics, for tests."""

from __future__ import annotations

from collections.abc import Mapping

from prometheus_client.parser import text_string_to_metric_families


class Samples:
    """The samples of one scrape."""

    def __init__(self, text: str) -> None:
        self._families = list(text_string_to_metric_families(text))
        self._found: dict[tuple[str, frozenset[tuple[str, str]]], float] = {
            (sample.name, frozenset(sample.labels.items())): sample.value
            for family in self._families
            for sample in family.samples
        }

    def __len__(self) -> int:
        return len(self._found)

    def value(self, name: str, **labels: str) -> float:
        """Return the sum of the samples of this name with these labels; 0 if there are none."""
        wanted = labels.items()
        return sum(value for (found, its), value in self._found.items() if found == name and wanted <= its)

    def labels(self, name: str) -> list[Mapping[str, str]]:
        """Return the labels of each sample of this name."""
        return [dict(its) for found, its in self._found if found == name]

    def names(self) -> set[str]:
        return {name for name, _ in self._found}
