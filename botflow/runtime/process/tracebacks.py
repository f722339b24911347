"""Tracebacks of foreign code, for the log: where an action or a node crashed."""

from __future__ import annotations

import traceback

from botflow.redaction.redactor import Redactor

LONGEST = 8_000  # characters; the end is kept, which names the cause
LONGEST_PART = 600  # of a frame, or of an exception's own words: they may quote a whole message


def traceback_of(crash: BaseException, redactor: Redactor | None = None) -> str:
    """Return the traceback without local variables: those hold people's words, numbers and secrets.

    The secrets of `redactor` are masked before the text is shortened, which could leave the half of one.
    """
    lines = traceback.format_exception(crash)
    parts = ((redactor.text(part) if redactor else part).rstrip("\n")[:LONGEST_PART] for part in lines)
    return "\n".join(parts)[-LONGEST:]
