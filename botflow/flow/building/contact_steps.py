"""Steps about the person of a conversation, for `botflow.Flow`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from botflow.flow.building.step import Step


class ContactSteps(Protocol):
    """The methods that add nodes about the contact."""

    def node(self, type: str, /, *, id: str | None = None, label: str = "", **properties: Any) -> Step: ...

    def set_contact(self, fields: Mapping[str, Any], *, id: str | None = None) -> Step:
        """Set fields of the person, values or templates: `flow.set_contact({"name": "{{ name }}"})`. Handles `next`,
        `error`."""
        return self.node("contact.set", id=id, fields=fields)

    def group_contact(
        self, *, join: str | Sequence[str] = (), leave: str | Sequence[str] = (), id: str | None = None
    ) -> Step:
        """Put the person into groups, and take them out of others. Handles `next`, `error`."""
        return self.node("contact.group", id=id, join=_listed(join), leave=_listed(leave))


def _listed(groups: str | Sequence[str]) -> list[str] | None:
    return ([groups] if isinstance(groups, str) else list(groups)) or None
