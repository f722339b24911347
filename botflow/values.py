"""Immutable values that cost as little as plain objects.

A frozen dataclass sets each field by `object.__setattr__`, which takes seven times as long as a plain assignment. A
turn makes about thirty values, and spent 6 % of its CPU time there. So only the type checker forbids assignments to
these fields; at runtime they are plain slots. Values are compared and hashed by their fields, like frozen dataclasses.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dataclasses import dataclass as value
else:
    from dataclasses import dataclass

    def value(*, frozen, slots, kw_only=False):
        """Decorate a class as `dataclass(frozen=True, slots=True)` does for the type checker."""
        assert frozen, "a value is declared frozen=True, so that the type checker protects it"
        return dataclass(slots=slots, kw_only=kw_only, unsafe_hash=True)


__all__ = ["value"]
