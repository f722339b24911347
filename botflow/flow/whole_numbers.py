"""Which whole numbers there are: those of 64 bits, with or without a sign, as JSON is read and stored here.

Larger ones would become fractions without a word, so every door, every template and every node refuses them alike.
"""

from __future__ import annotations

LONGEST = 20  # characters of a number of 64 bits, its sign included


def is_storable(number: int) -> bool:
    """Say whether a whole number has at most 64 bits: from -2^63 to 2^64 - 1."""
    return -(2**63) <= number < 2**64
