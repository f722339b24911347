"""React Flow's JSON as a document: content may be under `data`; the editor's own canvas state is dropped.

The names are those of React Flow 12's Node and Edge types (https://reactflow.dev/api-reference/types).
"""

from __future__ import annotations

from typing import Any

from pydantic_core import PydanticCustomError

_NODE_CANVAS = frozenset(
    (
        *("measured", "width", "height", "initialWidth", "initialHeight", "origin", "handles", "dragHandle"),
        *("selected", "dragging", "resizing", "hidden", "zIndex", "style", "className", "ariaLabel", "ariaRole"),
        *("draggable", "selectable", "connectable", "deletable", "focusable", "domAttributes"),
        *("positionAbsolute", "sourcePosition", "targetPosition", "parentId", "extent", "expandParent"),
    )
)
_EDGE_CANVAS = frozenset(
    (
        *("type", "animated", "selected", "hidden", "zIndex", "style", "className", "ariaLabel", "ariaRole"),
        *("label", "labelStyle", "labelShowBg", "labelBgStyle", "labelBgPadding", "labelBgBorderRadius"),
        *("deletable", "selectable", "focusable", "reconnectable", "domAttributes"),
        *("markerStart", "markerEnd", "pathOptions", "interactionWidth"),
    )
)
_OTHER_NAMES = {"from": "source", "to": "target"}


def flat_document(raw: Any) -> Any:
    """Return the document without the editor's viewport."""
    return _without(raw, frozenset(("viewport",))) if isinstance(raw, dict) else raw


def flat_node(raw: Any) -> Any:
    """Return the node with the content of its `data` beside its id."""
    if not isinstance(raw, dict):
        return raw
    if isinstance(raw.get("handles"), dict):  # an editor's own are a list of places
        raise PydanticCustomError("document.invalid", "edges from a node's handles are under on, not under handles")
    flat = _without(raw, _NODE_CANVAS)
    content = flat.pop("data", None)
    if content is None:
        return flat
    if not isinstance(content, dict):
        raise PydanticCustomError("document.invalid", "data must hold actionType, properties and label")
    if twice := sorted(flat.keys() & content.keys()):
        raise PydanticCustomError("document.invalid", "{key} is in data and also beside it", {"key": twice[0]})
    return {**flat, **content}


def flat_edge(raw: Any) -> Any:
    """Return the edge without what only an editor needs; an error for the names that other tools give its ends."""
    wrong = (
        [name for name, right in _OTHER_NAMES.items() if name in raw and right not in raw]
        if isinstance(raw, dict)
        else []
    )
    if wrong:
        names = ", ".join(f"{name} is called {_OTHER_NAMES[name]}" for name in wrong)
        raise PydanticCustomError("document.invalid", "in an edge, {names}", {"names": names})
    return _without(raw, _EDGE_CANVAS) if isinstance(raw, dict) else raw


def _without(raw: dict[str, Any], names: frozenset[str]) -> dict[str, Any]:
    return {name: value for name, value in raw.items() if name not in names}
