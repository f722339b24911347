"""Warnings that node types give about their own properties, such as one without effect at the node's place."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from botflow.flow.problems import Report
from botflow.flow.typed_document import Linked, LinkedNode

_OUTPUT = re.compile(r"\$(\w+)\.value")
_VARIABLE = re.compile(r"(?:\$var\.)?([^\W0-9]\w*)")


def check_advice(linked: Linked, report: Report) -> None:
    """Ask each node type about its nodes."""
    for node in linked.nodes.values():
        for advice in node.spec.advice(node.properties, Around(linked, node)):
            report.warning(
                advice.code,
                f"{node.id!r}: {advice.message}",
                (*node.path, "properties", *advice.path),
                hint=advice.hint,
                node=node.id,
            )


@dataclass(frozen=True, slots=True)
class Around:
    """The surroundings of one node: what `Surroundings` promises to node types."""

    linked: Linked
    node: LinkedNode

    def connected(self, handle: str) -> bool:
        return (self.node.id, handle) in self.linked.targets

    def is_variable(self, name: str) -> bool:
        return name in self.linked.document.variables or any(name in node.sets for node in self.linked.nodes.values())

    def may_be(self, expression: str, value: Any) -> bool:
        """A variable may be what its nodes store in it; one with a default, or that others set, may be anything."""
        if (output := _OUTPUT.fullmatch(expression.strip())) is not None:
            source = self.linked.nodes.get(output[1])
            return source is None or source.spec.may_store(source.properties, value)
        variable = _VARIABLE.fullmatch(expression.strip())
        if variable is None or variable[1] in self.linked.document.variables:
            return True
        sources = [node for node in self.linked.nodes.values() if variable[1] in node.sets]
        return not sources or any(node.spec.may_store(node.properties, value) for node in sources)
