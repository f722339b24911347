"""Ids of messages: the numbers of their keys, with dots between them, such as `7.3.0`."""

from __future__ import annotations

import re

_NUMBERS = re.compile(r"[0-9]{1,19}(\.[0-9]{1,10}){1,2}", re.ASCII)
# The largest values of the columns: bigint, integer, smallint.
_LARGEST = (2**63 - 1, 2**31 - 1, 2**15 - 1)


def numbers_in(id: str, count: int) -> tuple[int, ...] | None:
    """Return the `count` numbers of an id; None for what is no id, or has numbers that no column holds."""
    if not _NUMBERS.fullmatch(id) or id.count(".") != count - 1:
        return None
    numbers = tuple(int(part) for part in id.split("."))
    return numbers if all(given <= most for given, most in zip(numbers, _LARGEST, strict=False)) else None
