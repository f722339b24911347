"""Names of files that people send: a name is shown and stored, and never a path."""

from __future__ import annotations

import unicodedata

LONGEST_NAME = 120
_UNSEEN = frozenset(("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"))  # Unicode's kinds of what is not seen, and line breaks


def plain_name(given: str) -> str:
    """Return the last part of a path, on one line and of bounded length; the ending is kept. "" if it names no file."""
    name = given.replace("\\", "/").rpartition("/")[2]
    name = "".join(letter for letter in name if unicodedata.category(letter) not in _UNSEEN).strip()
    if name in (".", ".."):  # at the end of an address they would be taken for a folder
        return ""
    stem, dot, ending = name.rpartition(".")
    if len(name) > LONGEST_NAME and dot and len(ending) <= 10:
        return stem[: LONGEST_NAME - len(ending) - 1] + dot + ending
    return name[:LONGEST_NAME]
