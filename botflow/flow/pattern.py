"""Regular expressions by RE2: linear time whatever the text, so a pattern can never hang a turn."""

from __future__ import annotations

import re2

from botflow.errors import FlowError

LONGEST_PATTERN = 1_000  # characters


def check_pattern(pattern: str) -> None:
    """Raise FlowError `pattern.invalid` when RE2 cannot compile `pattern` (look-around and back-references, too)."""
    if len(pattern) > LONGEST_PATTERN:
        raise FlowError(
            f"the pattern has {len(pattern)} characters, at most {LONGEST_PATTERN}",
            code="pattern.invalid",
            hint="split it into several nodes or words",
        )
    options = re2.Options()
    options.log_errors = False
    try:
        re2.compile(pattern, options)
    except re2.error as failure:
        reason = failure.args[0].decode() if failure.args and isinstance(failure.args[0], bytes) else str(failure)
        raise FlowError(
            f"the pattern {pattern!r} cannot be used: {reason}",
            code="pattern.invalid",
            hint="patterns run in linear time (RE2 syntax): no look-around, no back-references",
        ) from failure


def search(pattern: str, text: str) -> bool:
    """Say whether `pattern` is found anywhere in `text`. RE2 keeps compiled patterns itself."""
    return re2.search(pattern, text) is not None


def full_match(pattern: str, text: str) -> bool:
    """Say whether `pattern` matches the whole of `text`."""
    return re2.fullmatch(pattern, text) is not None
