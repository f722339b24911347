"""The results that a node keeps of the runs it started: how each ended, and their outputs within a size limit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson

from botflow.engine.node_type import NodeFailure
from botflow.engine.scene import Scene

LARGEST_OUTPUT = 20_000  # characters of JSON of one run's output
LARGEST_RESULTS = 30_000  # characters of JSON of all runs that one node waits for
_STATUS_ALONE = 30  # about what `"999":{"status":"completed"},` takes
_LONGEST_MESSAGE = 200


def ended(scene: Scene) -> tuple[str, dict[str, Any]]:
    """Return the branch that has ended, and its `{status, output | error}`."""
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
    """Return a result that takes at most `room` characters: whole, without its large parts, or its status alone.

    A result without its output names the execution, where the output can be looked up.
    """
    size = len(orjson.dumps(result))
    if size <= room:
        return dict(result)
    short = {"status": result["status"], "execution": execution, "characters": size}
    return short if execution and len(orjson.dumps(short)) <= room else {"status": result["status"]}


def room_for(results: Mapping[str, Any], count: int) -> int:
    """Return how many characters the next result may take, so that at least the status of all `count` fits."""
    used = len(orjson.dumps(results))
    others = max(count - len(results) - 1, 0)
    return max(LARGEST_RESULTS - used - others * _STATUS_ALONE, _STATUS_ALONE)


def failed(error: Mapping[str, Any], otherwise: str) -> NodeFailure:
    """Return a run's failure as a failure of the node that started it."""
    return NodeFailure(str(error.get("message") or "the run has failed"), code=str(error.get("code") or otherwise))
