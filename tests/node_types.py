"""Every node type there is in this checkout: botflow's own, and those of the integrations."""

from __future__ import annotations

from botflow.engine.node_type import NodeType
from botflow.nodes import built_in
from botflow.plugins import installed_plugins, node_types_of

EVERY: dict[str, NodeType] = dict(node_types_of(installed_plugins(), built_in()))


def with_types(*types: NodeType) -> dict[str, NodeType]:
    """Return all of them, and a test's own."""
    return {**EVERY, **{kind.name: kind for kind in types}}
