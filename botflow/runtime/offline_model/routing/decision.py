"""What a router decided, and how sure it is."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """The chosen handle, or None for none.

    `confidence` is between 0 and 1. `runner_up` is the best route that was not chosen ("" if there is none): after an
    abstention it is the nearest one, and the confidence is that of the nearest one.
    """

    chosen: str | None
    confidence: float
    runner_up: str
