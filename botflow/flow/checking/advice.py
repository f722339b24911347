"""Warnings that node types give about their own properties, such as one without effect at the node's place."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from botflow.flow.node_spec import Stored
from botflow.flow.problems import Report
from botflow.flow.typed_document import Linked, LinkedNode

_OUTPUT = re.compile(r"\$(\w+)\.value")
_VARIABLE = re.compile(r"(?:\$var\.)?([^\W0-9]\w*)")


def check_advice(linked: Linked, report: Report) -> None:
    """Ask each node type about its nodes."""
    for node in linked.nodes.values():
        told = set()
        for tag in (linked.document.language, *linked.document.languages):
            properties, language = node.spoken_in(tag)
            for advice in node.spec.advice(properties, Around(linked, node, language)):
                if advice not in told:
                    told.add(advice)
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
    spoken: str = ""

    @property
    def language(self) -> str:
        return self.spoken or self.linked.document.language

    def connected(self, handle: str) -> bool:
        return (self.node.id, handle) in self.linked.targets

    def is_variable(self, name: str) -> bool:
        return name in self.linked.document.variables or any(name in node.sets for node in self.linked.nodes.values())

    def keywords(self) -> tuple[tuple[str, str], ...]:
        document = self.linked.document
        spoken = document if self.language == document.language else document.spoken_in(self.language)
        return tuple((each.id, word) for each in spoken.interrupts for word in each.match)

    def stored(self, expression: str) -> tuple[Stored, ...]:
        """Return all that a variable, or an output `value`, may hold beside nothing; empty if that is not known."""
        if (output := _OUTPUT.fullmatch(expression)) is not None:
            source = self.linked.nodes.get(output[1])
            held = [source.spec.stored(source.properties, "")] if source else []
        elif (variable := _VARIABLE.fullmatch(expression)) is not None:
            name = variable[1]
            if name in self.linked.document.variables:
                return ()
            held = [node.spec.stored(node.properties, name) for node in self.linked.nodes.values() if name in node.sets]
        else:
            return ()
        return () if None in held else tuple(stored for stored in held if stored is not None)

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
