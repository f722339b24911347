"""What a place in a flow relies on: the variables and outputs that every way there sets, and that may be read later.

A session that comes there from another version has not gone these ways, so it must have the values already. What the
workflow declares with a default is not wanted: a moved session gets the default.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

from botflow.engine.node_type import NodeType
from botflow.flow.checking.variables import variables_read
from botflow.flow.fields import texts
from botflow.flow.graph import Flow, Node
from botflow.flow.templates.template import node_references

Names = frozenset[str]
OUTPUT = "$"  # before a node's id: its output
_NONE: Names = frozenset()


class WantedValues:
    """The wanted values of one flow, without its subflows, by node. An output is named like `$node`."""

    def __init__(self, flow: Flow, node_types: Mapping[str, NodeType]) -> None:
        self._flow = flow
        self._node_types = node_types
        self._after: dict[str, set[str]] = {}
        for (source, _), target in flow.targets.items():
            self._after.setdefault(source, set()).add(target)

    def at(self, node: str) -> Names:
        """Return what a session that waits at `node` must have."""
        return (self._set_before.get(node, _NONE) & self._read_from.get(node, _NONE)) - self._flow.variables.keys()

    @cached_property
    def _sets(self) -> dict[str, Names]:
        return {name: self._set_by(node) for name, node in self._flow.nodes.items()}

    def _set_by(self, node: Node) -> Names:
        output = {f"{OUTPUT}{node.id}"} if node.id in self._flow.kept_outputs else set()
        return frozenset(self._node_types[node.type].sets(node.properties)) | output

    @cached_property
    def _set_before(self) -> dict[str, Names]:
        """What all ways from a trigger or an interrupt to a node set: the greatest solution, by descending to it."""
        begins = {node.id for node in self._flow.triggers} | {each.target for each in self._flow.interrupts}
        before: dict[str, Names] = dict.fromkeys(begins, _NONE)
        waiting = list(begins)
        while waiting:
            node = waiting.pop()
            leaves = before[node] | self._sets.get(node, _NONE)
            for target in self._after.get(node, ()):
                arrives = leaves if target not in before else before[target] & leaves
                if before.get(target) != arrives:
                    before[target] = arrives
                    waiting.append(target)
        return before

    @cached_property
    def _read_from(self) -> dict[str, Names]:
        """What may be read at a node or after it before it is set there: the least solution, by rising to it."""
        reads = {name: _reads(node) for name, node in self._flow.nodes.items()}
        found = dict(reads)
        is_changed = True
        while is_changed:
            is_changed = False
            for node, targets in self._after.items():
                later = _NONE.union(*(found.get(target, _NONE) for target in targets))
                rises = reads.get(node, _NONE) | (later - self._sets.get(node, _NONE))
                if rises != found.get(node):
                    found[node] = rises
                    is_changed = True
        return found


def _reads(node: Node) -> Names:
    names: set[str] = set()
    for text in texts(node.properties):
        names |= variables_read(text)
        if text.kind in ("template", "condition"):
            names |= {f"{OUTPUT}{name}" for name in node_references(text.text, bare=text.kind == "condition")}
    return frozenset(names)
