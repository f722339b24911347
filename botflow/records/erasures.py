"""Erasing a person: who they are, how far it is, and what the provider is asked to delete."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any, Literal

import orjson

FEWEST_CHARACTERS = 6  # of a name that is looked for in other texts: a shorter one is a word or a number there
FEWEST_DIGITS = 8
ERASED = "[erased]"
_PHONE = re.compile(rf"\+\d{{{FEWEST_DIGITS},}}")

ErasureState = Literal["running", "done"]
RedactionState = Literal["pending", "done", "unknown", "failed"]


@dataclass(frozen=True, kw_only=True)
class Person:
    """Whom to erase. `keys` are the person's external ids and addresses; `user` is the user of executions."""

    keys: tuple[str, ...] = ()
    user: str | None = None

    @cached_property
    def needles(self) -> tuple[str, ...]:
        """What to look for in texts and JSON, each as it may be written there."""
        found: dict[str, None] = {}
        for name in self._distinct:
            plain = name.removeprefix("+") if _PHONE.fullmatch(name) else name
            escaped = orjson.dumps(plain).decode()[1:-1]
            found.update(dict.fromkeys((plain, escaped, _ascii(plain))))
        return tuple(found)

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """Match a name of the person as a whole word."""
        names = (rf"\+?{name[1:]}" if _PHONE.fullmatch(name) else re.escape(name) for name in self._distinct)
        return re.compile(rf"(?<![\w])(?:{'|'.join(names)})(?![\w])")

    @property
    def counted(self) -> dict[str, int]:
        """How many of the names are looked for in texts, and how many are too short for that."""
        searched = len(self._distinct)
        return {"searched": searched, "tooShort": len(self._names) - searched}

    @cached_property
    def _distinct(self) -> tuple[str, ...]:
        return tuple(name for name in self._names if len(name) >= FEWEST_CHARACTERS and not _is_short_number(name))

    @property
    def _names(self) -> dict[str, None]:
        return dict.fromkeys((*self.keys, *((self.user,) if self.user else ())))

    def is_in(self, value: Any) -> bool:
        """Say whether plain JSON, or bytes of text, name the person."""
        return bool(without(value, self) != value)

    def to_json(self) -> dict[str, Any]:
        return {"keys": list(self.keys), "user": self.user}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Person:
        return cls(keys=tuple(stored["keys"]), user=stored["user"])


def without(value: Any, person: Person) -> Any:
    """Return plain JSON, or bytes of text, with the person's names replaced by ERASED."""
    if not person.needles:
        return value
    match value:
        case str():
            return person.pattern.sub(ERASED, value)
        case bytes():
            text = value.decode("utf-8", "surrogateescape")
            return person.pattern.sub(ERASED, text).encode("utf-8", "surrogateescape")
        case bool():
            return value
        case int():
            return ERASED if person.pattern.fullmatch(str(value)) else value
        case dict():
            return {without(name, person): without(each, person) for name, each in value.items()}
        case list() | tuple():
            return [without(each, person) for each in value]
        case _:
            return value


@dataclass(slots=True, kw_only=True)
class Erasing:
    """An erasure under way: its stage, where it is there, and what it has counted."""

    id: int
    organization: int
    person: Person
    stage: str
    cursor: list[Any]
    counts: dict[str, dict[str, int]]
    requested_at: datetime
    age_s: float

    def count(self, kind: str, what: str, more: int = 1) -> None:
        if more:
            sums, name = self.counts.setdefault(kind, {}), str(what)  # SQLAlchemy's names are a class of their own
            sums[name] = sums.get(name, 0) + more


@dataclass(frozen=True, slots=True, kw_only=True)
class ErasureRecord:
    """An erasure as it is listed. `person` is a keyed hash; `providers` counts the redactions of each by state."""

    id: int
    state: ErasureState
    stage: str
    person: str
    requested_by: str
    requested_at: datetime
    finished_at: datetime | None
    counts: Mapping[str, Mapping[str, int]]
    receipt: Mapping[str, Any] | None
    signature: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Redaction:
    """A message at a provider that is to be deleted there. `reference` is the provider's id of it."""

    id: int
    erasure: int
    workflow: int
    channel: str
    reference: str
    attempts: int


def _is_short_number(name: str) -> bool:
    return name.lstrip("+").isdigit() and len(name.lstrip("+")) < FEWEST_DIGITS


def _ascii(text: str) -> str:
    import json

    return json.dumps(text)[1:-1]
