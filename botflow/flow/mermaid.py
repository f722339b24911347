"""A flow as a Mermaid flowchart: nodes with their types, edges with their handles, interrupts dotted."""

from __future__ import annotations

import re

from botflow.flow.graph import Flow, Node

_LONGEST_LABEL = 60
# Mermaid reads these as syntax or HTML, also inside quotes; its own entities are written #number;
# https://mermaid.js.org/syntax/flowchart.html#entity-codes-to-escape-characters
_SPECIAL = re.compile(r"[^\w .,:!?()'/+=$-]")


def mermaid(flow: Flow) -> str:
    """Return the flowchart of `flow`; it is valid Mermaid for any texts."""
    names = {node_id: f"n{position}" for position, node_id in enumerate(flow.nodes)}
    triggers = {node.id for node in flow.triggers}
    lines = ["flowchart TD"]
    for node in flow.nodes.values():
        lines.append(f"  {names[node.id]}{_shape(node, node.id in triggers)}")
    for edge in flow.edges:
        label = "" if edge.source_handle == "next" else f'|"{_escape(edge.source_handle)}"|'
        lines.append(f"  {names[edge.source]} -->{label} {names[edge.target]}")
    for position, interrupt in enumerate(flow.interrupts):
        ways = [*interrupt.match, interrupt.pattern or "", interrupt.intent or ""]
        words = ", ".join(way for way in ways if way) or interrupt.examples[0]
        lines.append(f'  i{position}{{{{"{_escape(words)}"}}}} -.-> {names[interrupt.target]}')
    return "\n".join(lines) + "\n"


def _shape(node: Node, is_trigger: bool) -> str:
    text = f'"{_escape(node.label or node.id)}<br/>{_escape(node.type)}"'
    if is_trigger:
        return f"([{text}])"
    return f"{{{text}}}" if node.type.startswith("conditional.") else f"[{text}]"


def _escape(text: str) -> str:
    flat = " ".join(text.split())
    short = flat if len(flat) <= _LONGEST_LABEL else flat[: _LONGEST_LABEL - 1] + "…"
    return _SPECIAL.sub(lambda character: f"#{ord(character[0])};", short)
