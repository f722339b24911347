"""A clause of a hot statement on Postgres, what stands there without it, and the promise that is then broken."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import pytest

Promise = Callable[..., Awaitable[None]]  # a test function that takes a database


@dataclass(frozen=True, slots=True)
class Fence:
    """`statements` names one or several texts in `module`, where they are executed. The clause is cut out wherever it
    stands in them."""

    module: ModuleType
    statements: str | tuple[str, ...]
    clause: str
    instead: str
    promise: Promise

    @property
    def name(self) -> str:
        promise: Any = getattr(self.promise, "func", self.promise)
        return f"{self._names[0]}[{self.clause[:50]}]-{promise.__name__.removeprefix('test_')}"

    def cut_out(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Take the clause away until the test ends; AssertionError when it is not there any more."""
        for name in self._names:
            whole = " ".join(getattr(self.module, name).split())
            assert self.clause in whole, f"{name} has no {self.clause!r} any more: change the list of fences"
            monkeypatch.setattr(self.module, name, whole.replace(self.clause, self.instead))

    @property
    def _names(self) -> tuple[str, ...]:
        return (self.statements,) if isinstance(self.statements, str) else self.statements
