"""Values that nobody changes, at the price of plain objects.

A frozen dataclass sets each field by `object.__setattr__`, which makes it seven times as dear as a plain one; a turn
makes some thirty, and spent 6 % of its CPU time on that. So the type checker alone forbids to assign to a field here,
and at runtime the fields are plain slots. Values are compared and hashed by their fields, as frozen ones are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dataclasses import dataclass as value
else:
    from dataclasses import dataclass

    def value(*, frozen, slots, kw_only=False):
        """Decorate a class as `dataclass(frozen=True, slots=True)` does for the type checker."""
        assert frozen, "only for what nobody may assign to"
        return dataclass(slots=slots, kw_only=kw_only, unsafe_hash=True)


__all__ = ["value"]
