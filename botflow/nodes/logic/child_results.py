"""What a node keeps of the runs that it started: how each ended, and their outputs as far as there is room."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson

from botflow.engine.node_type import NodeFailure
from botflow.engine.scene import Scene

LARGEST_OUTPUT = 20_000  # characters of JSON of one run's output
LARGEST_RESULTS = 30_000  # of all that one node waits for
_STATUS_ALONE = 30  # about what `"999":{"status":"completed"},` takes
_LONGEST_MESSAGE = 200


def ended(scene: Scene) -> tuple[str, dict[str, Any]]:
    """Return the branch whose end has arrived, and its `{status, output | error}`."""
    parameters = scene.inbound.parameters
    error = parameters.get("error") or {}
    result: dict[str, Any] = {"status": str(parameters.get("status", "failed"))}
    if result["status"] == "completed":
        result["output"] = parameters.get("output")
    else:
        words = str(error.get("message", ""))[:_LONGEST_MESSAGE]
        result["error"] = {**{name: str(error.get(name, "")) for name in ("code", "node")}, "message": words}
    return str(parameters.get("branch", "")), result


def clipped_result(result: Mapping[str, Any], room: int, execution: str) -> dict[str, Any]:
    """Return a result that takes at most `room` characters: whole, without what is large, or its status alone.

    Whose output is left out is named by its execution, where it can be looked up.
    """
    size = len(orjson.dumps(result))
    if size <= room:
        return dict(result)
    short = {"status": result["status"], "execution": execution, "characters": size}
    return short if execution and len(orjson.dumps(short)) <= room else {"status": result["status"]}


def room_for(results: Mapping[str, Any], count: int) -> int:
    """Return how many characters the next result may take, so that all `count` can at least say their status."""
    used = len(orjson.dumps(results))
    others = max(count - len(results) - 1, 0)
    return max(LARGEST_RESULTS - used - others * _STATUS_ALONE, _STATUS_ALONE)


def failed(error: Mapping[str, Any], otherwise: str) -> NodeFailure:
    """Return a run's failure as its starter's own."""
    return NodeFailure(str(error.get("message") or "the run has failed"), code=str(error.get("code") or otherwise))
