"""What of a response a conversation keeps. Its whole state is small (see engine/limits.py), and a body may be large."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import orjson

from botflow.engine.scene import Scene
from botflow.flow.fields import texts

MOST_KEPT = 32_000  # bytes of JSON: half of what a conversation may hold


def is_too_large(value: Any, scene: Scene) -> bool:
    """Say whether a value is too large for the state of a conversation. Large values of a run are kept beside it."""
    return not scene.is_run and len(orjson.dumps(value)) > MOST_KEPT


def kept_output(output: Mapping[str, Any], scene: Scene) -> Mapping[str, Any] | None:
    """Return the output without a body that is too large and that no node reads; None if one reads it."""
    if scene.node.id not in scene.flow.kept_outputs or not is_too_large(output["body"], scene):
        return output
    return None if _reads_body(scene) else {**output, "body": None}


def _reads_body(scene: Scene) -> bool:
    """Say whether a node of the flow may read more of this node's output than its other fields."""
    read = re.compile(rf"\${re.escape(scene.node.id)}(?!\w)(?!\s*\.\s*(?:status|headers|code|message|node)\b)")
    return any(read.search(text.text) for node in scene.flow.nodes.values() for text in texts(node.properties))
