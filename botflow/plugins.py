"""A plugin is a value that bundles node types, channels and models.

Installed ones are found by entry point.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import entry_points

from botflow.clock import Clock
from botflow.engine.node_type import NodeType
from botflow.errors import UsageError
from botflow.interfaces import Channel, Model
from botflow.settings import Settings

GROUP = "botflow.plugins"


@dataclass(frozen=True, slots=True, kw_only=True)
class Plugin:
    """What an extension brings. A factory gets the settings and the clock; None means "not configured"."""

    name: str
    node_types: tuple[NodeType, ...] = ()
    channel: Callable[[Settings, Clock], Channel | None] | None = None
    model: Callable[[Settings], Model | None] | None = None


def installed_plugins() -> list[Plugin]:
    """Return the plugins of installed packages (entry point group `botflow.plugins`), by name."""
    found = [entry.load() for entry in entry_points(group=GROUP)]
    for plugin in found:
        if not isinstance(plugin, Plugin):
            raise UsageError(f"the entry point {plugin!r} is not a botflow Plugin", code="plugin.invalid")
    return sorted(found, key=lambda plugin: plugin.name)


def node_types_of(plugins: Sequence[Plugin], built_in: Sequence[NodeType]) -> Mapping[str, NodeType]:
    """Return every node type by name; UsageError `plugin.clash` when two have the same name."""
    types: dict[str, NodeType] = {}
    for node_type in (*built_in, *(kind for plugin in plugins for kind in plugin.node_types)):
        if node_type.name in types:
            raise UsageError(
                f"two node types are named {node_type.name!r}", code="plugin.clash", hint="rename one of them"
            )
        types[node_type.name] = node_type
    return types
