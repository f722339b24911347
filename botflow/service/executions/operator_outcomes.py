"""How an execution ends when an operator decides it: over HTTP, in Python, and on the command line."""

from __future__ import annotations

from typing import Any

from botflow.records.runs import Outcome
from botflow.runtime.runs.starts.validation import plain_input

LONGEST_REASON = 2_000  # characters


def completed(output: Any) -> Outcome:
    """Return the end with this output. RejectedInbound for what is not plain JSON, or is too large."""
    return Outcome(status="completed", output=plain_input(output))


def failed(message: str, data: Any = None) -> Outcome:
    """Return the end for this reason, with data for programs if there is some."""
    error = {"code": "execution.failed_by_operator", "message": message[:LONGEST_REASON]}
    if data is not None:
        error["data"] = plain_input(data)
    return Outcome(status="failed", error=error)
