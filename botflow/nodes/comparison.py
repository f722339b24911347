"""Comparing a value with one that an author wrote: exactly, or as people do."""

from __future__ import annotations

from typing import Any

from botflow.flow.templates.ordering import number_in


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
    if isinstance(value, bool):
        return expected.strip().casefold() == ("true" if value else "false")
    if not isinstance(value, int | float):
        return False
    return number_in(expected) == value


def is_number(value: Any) -> bool:
    """Say whether a value is a number, or a text that spells one."""
    if isinstance(value, str):
        return number_in(value) is not None
    return isinstance(value, int | float) and not isinstance(value, bool)
