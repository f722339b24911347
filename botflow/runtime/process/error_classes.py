"""The five classes of errors, for alerts that shall not know every code: a timeout, the network, what is not valid, a
refused key, and all others.

A code says its class by its words, also one that a plugin made up: `shop.timeout`, `shop.not_valid`, `http.403`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal

ErrorClass = Literal["timeout", "network", "validation", "auth", "unknown"]
_BY_WORD: Mapping[str, ErrorClass] = {
    **dict.fromkeys(("timeout", "408", "504"), "timeout"),
    **dict.fromkeys(("unauthorized", "forbidden", "auth", "credential", "401", "403"), "auth"),
    **dict.fromkeys(("network", "unreachable", "unavailable", "away", "interrupted", "502", "503"), "network"),
    **dict.fromkeys(("validation", "invalid", "valid", "mismatch", "missing", "json", "400", "422"), "validation"),
    **dict.fromkeys(("input", "value", "template", "condition", "property"), "validation"),
}
_WORDS = re.compile(r"[._]")


def error_class(code: str) -> ErrorClass:
    """Return the class of an error by its code: that of the first of its words which has one."""
    words = _WORDS.split(code)
    return next((_BY_WORD[word] for word in words if word in _BY_WORD), "unknown")
