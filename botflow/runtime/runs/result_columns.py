"""Which variables a table of results shows: what was collected, or what the workflow's author names.

Left out are constants, which are in the document with the same value, and the variables that a loop or a parallel fills
with its items.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

_LOOPS = ("loop", "parallel")


@dataclass(frozen=True, slots=True)
class _Design:
    """What a version of the workflow says of its variables."""

    number: int
    named: tuple[str, ...]
    constants: Mapping[str, Any]
    passing: frozenset[str]


@dataclass(slots=True)
class ResultColumns:
    """The columns of the executions that were added, once the documents of their versions are learnt."""

    _designs: dict[int, _Design] = field(default_factory=dict)
    _names: set[str] = field(default_factory=set)
    _newest: _Design | None = None

    def unknown(self, versions: Iterable[int]) -> set[int]:
        """Return those of the versions whose documents are not known yet."""
        return {*versions} - self._designs.keys()

    def learn(self, version: int, number: int, document: Mapping[str, Any]) -> None:
        """Take the document of a version, in its canonical form."""
        design = _Design(
            number, tuple(document.get("results", ())), document.get("variables", {}), frozenset(_passing(document))
        )
        self._designs[version] = design
        if self._newest is None or design.number > self._newest.number:
            self._newest = design

    def add(self, version: int, variables: Mapping[str, Any]) -> None:
        """Take what an execution of a version stored."""
        design = self._designs.get(version)
        for name, value in variables.items():
            if design is None or not (name in design.passing or _is_constant(design.constants, name, value)):
                self._names.add(name)

    @property
    def names(self) -> tuple[str, ...]:
        """Return the columns: those that the newest version names, else all, in the order of the alphabet."""
        named = self._newest.named if self._newest is not None else ()
        return named or tuple(sorted(self._names))


def _is_constant(constants: Mapping[str, Any], name: str, value: Any) -> bool:
    return name in constants and type(constants[name]) is type(value) and constants[name] == value


def _passing(document: Mapping[str, Any]) -> Iterable[str]:
    """Yield the variables that only a loop's or a parallel's items are stored in."""
    placed = [node.get("properties", {}) for node in document.get("nodes", ())]
    asked = {properties.get("variable") for properties in placed}
    for node in document.get("nodes", ()):
        if node.get("type") == "logic" and node.get("actionType") in _LOOPS:
            properties = node.get("properties", {})
            yield from {properties.get("as", "item"), properties.get("index", "item")} - asked
