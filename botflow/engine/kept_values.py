"""Large values of a run: each is stored once, under the hash of its JSON, and the run's state holds only that name.

So a loop over a long list does not write the list with each turn, and the branches of a fan-out share one copy. A value
is recognised by its identity, without reading it again: values of a session are never changed in place.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from typing import Any

import orjson

from botflow.values import value

SMALLEST = 1_024  # bytes of JSON; smaller values stay in the state
SMALLEST_SHARED = 256  # of the variables that all branches of a fan-out get
PREFIX = "value:"  # of the key under which a value is stored with its execution


@value(frozen=True, slots=True, kw_only=True)
class Shared:
    """Variables that several runs get: the small ones, and the names of the large ones, which are stored with the
    execution `kept_of`."""

    variables: Mapping[str, Any]
    kept: Mapping[str, str]
    kept_of: str


class KeptValues:
    """The large values of one turn: those that the session had, and those that are new.

    A name is `<SHA-256 in hex>-<bytes of JSON>`. The values are stored with the execution `of`.
    """

    def __init__(self, stored: Mapping[str, Any], of: str) -> None:
        self.of = of
        self.new: dict[str, bytes] = {}
        self._values = dict(stored)
        self._names = {id(kept): name for name, kept in stored.items()}
        self._seen: list[Any] = []  # what `_names` knows must not be freed, or its identity would be another's

    def __getitem__(self, name: str) -> Any:
        return self._values[name]

    def name_of(self, given: Any, smallest: int = SMALLEST) -> str:
        """Return the name of a large value, which is new if it has none yet; "" for a small one."""
        if (known := self._names.get(id(given))) is not None:
            return known
        if not isinstance(given, str | list | dict) or not given or (isinstance(given, str) and len(given) < smallest):
            return ""
        try:
            stored = orjson.dumps(given)
        except TypeError:  # only a node's notes can be no JSON, and storing the state reports them
            return ""
        if len(stored) < smallest:
            return ""
        name = f"{hashlib.sha256(stored).hexdigest()}-{len(stored)}"
        if name not in self._values:
            self._values[name] = given
            self.new[name] = stored
        self._names[id(given)] = name
        self._seen.append(given)
        return name

    def names_of(self, values: Mapping[str, Any], smallest: int = SMALLEST) -> dict[str, str]:
        """Return the names of those of `values` that are large."""
        return {key: name for key, kept in values.items() if (name := self.name_of(kept, smallest))}

    def share(self, variables: Mapping[str, Any]) -> Shared:
        """Return variables for runs that this turn starts."""
        names = self.names_of(variables, SMALLEST_SHARED)
        small = {name: kept for name, kept in variables.items() if name not in names}
        return Shared(variables=small, kept=names, kept_of=self.of)


def size_of(name: str) -> int:
    """Return the bytes of JSON of the value with this name."""
    return int(name.rpartition("-")[2])


def reference(name: str, execution: str = "") -> dict[str, str]:
    """Return what a list of variables shows instead of the value: the artifact that holds it, of `execution` if that is
    another one than the run's own."""
    return {"artifact": f"{PREFIX}{name}", **({"execution": execution} if execution else {})}


class LentVariables(dict[str, Any]):
    """Variables for an action, which gets copies of the shared values that it reads: it may change what it got."""

    def __init__(self, variables: Mapping[str, Any], shared: Mapping[str, str]) -> None:
        super().__init__(variables)
        self._shared = set(shared)

    def __getitem__(self, name: str) -> Any:
        if name in self._shared:
            self._shared.discard(name)
            super().__setitem__(name, orjson.loads(orjson.dumps(super().__getitem__(name))))
        return super().__getitem__(name)

    def __iter__(self) -> Iterator[str]:  # with its own iterator, `dict(variables)` reads by `__getitem__` too
        return super().__iter__()

    def __or__(self, other: Any) -> Any:
        return dict(self.items()) | other

    def get(self, name: str, default: Any = None) -> Any:
        try:
            return self[name]
        except KeyError:
            return default

    def items(self) -> Any:  # the type of a dict's own is private
        self._copy_all()
        return super().items()

    def values(self) -> Any:
        self._copy_all()
        return super().values()

    def copy(self) -> dict[str, Any]:
        return dict(self.items())

    def _copy_all(self) -> None:
        for name in list(self._shared):
            self[name]
