"""A difference between two documents in words: a sentence for each thing that a person did."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from botflow.flow.editing.diff import Change, Difference, EdgeChange, NodeChange, handle_of

LONGEST_VALUE = 120  # characters
MOST_NAMED = 5  # nodes that were only moved
Plain = Mapping[str, Any]


def diff_text(found: Difference) -> list[str]:
    """Return the sentences, of nodes first; edges that went with their node are not mentioned."""
    return [*_nodes(found), *_edges(found), *_settings(found)] or ["Nothing is different."]


def _nodes(found: Difference) -> Iterator[str]:
    for node in found.nodes_added:
        yield f"Added {_introduced(node)}."
    for node in found.nodes_removed:
        yield f"Removed {_introduced(node)}."
    for renamed in found.nodes_renamed:
        yield f"Renamed the node {renamed.before} to {renamed.after}."
    for changed in found.nodes_changed:
        yield from _node_changes(changed)
    moved = [each.id for each in found.nodes_moved]
    if moved:
        yield f"Moved {_named(moved)}."


def _introduced(node: Plain) -> str:
    label = f" {_quoted(node['label'])}" if node.get("label") else ""
    return f"the node {node['id']}{label} ({node['type']}.{node['actionType']})"


def _node_changes(changed: NodeChange) -> Iterator[str]:
    for change in changed.changes:
        yield f"{changed.id}: {_change(change)}."


def _settings(found: Difference) -> Iterator[str]:
    for change in found.settings:
        yield f"The workflow's {_change(change)}."


def _change(change: Change) -> str:
    path = change.path.removeprefix("properties.")
    match change.kind:
        case "added":
            return f"{path} is now {_quoted(change.after)}, was not set"
        case "removed":
            return f"{path} is not set any more, was {_quoted(change.before)}"
        case "reordered":
            return f"{path} are in another order: {', '.join(change.after)}"
    return f"{path} is now {_quoted(change.after)}, was {_quoted(change.before)}"


def _edges(found: Difference) -> Iterator[str]:
    removed = {node["id"] for node in found.nodes_removed}
    for edge in found.edges_added:
        yield f"Connected {_exit(edge)} to {edge['target']}."
    for edge in found.edges_removed:
        if edge["source"] not in removed and edge["target"] not in removed:
            yield f"Disconnected {_exit(edge)} from {edge['target']}."
    for changed in found.edges_changed:
        yield _edge_change(changed)


def _edge_change(changed: EdgeChange) -> str:
    before, after = changed.before, changed.after
    if _exit(before) != _exit(after):
        return f"{_exit(after)} leads to {after['target']}; the edge was from {_exit(before)} to {before['target']}."
    if before["target"] != after["target"]:
        return f"{_exit(after)} leads to {after['target']}, no longer to {before['target']}."
    return f"The edge from {_exit(after)} to {after['target']} has other data for editors."


def _exit(edge: Plain) -> str:
    handle = handle_of(edge)
    return str(edge["source"]) if handle == "next" else f"{edge['source']} at {_quoted(handle)}"


def _named(ids: Sequence[str]) -> str:
    others = f" and {len(ids) - MOST_NAMED} more" if len(ids) > MOST_NAMED else ""
    return f"{', '.join(ids[:MOST_NAMED])}{others}"


def _quoted(value: Any) -> str:
    written = json.dumps(value, ensure_ascii=False)
    return written if len(written) <= LONGEST_VALUE else f"{written[: LONGEST_VALUE - 1]}…"
