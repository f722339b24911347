"""Tracebacks of foreign code, for the log: where an action or a node crashed."""

from __future__ import annotations

import traceback

LONGEST = 8_000  # characters; the end is kept, which names the cause
LONGEST_PART = 600  # of a frame, or of an exception's own words: they may quote a whole message


def traceback_of(crash: BaseException) -> str:
    """Return the traceback without local variables: those hold people's words, numbers and secrets."""
    parts = (part.rstrip("\n")[:LONGEST_PART] for part in traceback.format_exception(crash))
    return "\n".join(parts)[-LONGEST:]
