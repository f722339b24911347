"""A count that processes keep together, for limits."""

from __future__ import annotations

from typing import NamedTuple


class Count(NamedTuple):
    """`amount` more of `key`, which is forgotten after `window_s` seconds."""

    key: str
    window_s: int
    amount: int
