"""Comparing a value with one that an author wrote: exactly, or as people do."""

from __future__ import annotations

from typing import Any

_LONGEST_NUMBER = 32  # characters


def equal(expected: Any, value: Any) -> bool:
    """Compare as JSON does: true is not 1, but 1 is 1.0."""
    return isinstance(expected, bool) == isinstance(value, bool) and bool(expected == value)


def alike(expected: Any, value: Any) -> bool:
    """Compare as people do: texts without case and outer blanks; a text equals the number or the truth value that it
    spells. Builders that people come from compare in this way by default."""
    if isinstance(expected, str) and isinstance(value, str):
        return expected.strip().casefold() == value.strip().casefold()
    if isinstance(value, str):
        expected, value = value, expected
    if not isinstance(expected, str):
        return equal(expected, value)
    text = expected.strip()
    if isinstance(value, bool):
        return text.casefold() == ("true" if value else "false")
    if not isinstance(value, int | float) or not _spells_number(text):
        return False
    return (float(text) if "." in text else int(text)) == value


def is_number(value: Any) -> bool:
    """Say whether a value is a number, or a text that spells one."""
    if isinstance(value, str):
        return _spells_number(value.strip())
    return isinstance(value, int | float) and not isinstance(value, bool)


def _spells_number(text: str) -> bool:
    """Say whether the text is a number as people write it in a flow: digits, maybe a sign and a point."""
    whole, point, fraction = text.removeprefix("-").removeprefix("+").partition(".")
    digits = whole + fraction
    return (
        len(text) <= _LONGEST_NUMBER
        and digits.isascii()
        and digits.isdigit()
        and bool(whole)
        and bool(fraction or not point)
    )
