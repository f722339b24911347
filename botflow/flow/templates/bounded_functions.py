"""A minijinja environment whose filters and functions cannot produce output larger than their limits.

Fuel counts instructions, not bytes: one `replace`, `join` or `format` can write gigabytes. The versions here cannot.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import minijinja
from minijinja import pass_state
from minijinja._lowlevel import State

from botflow.flow.templates.bounded_multiplication import PRODUCT
from botflow.flow.templates.language_filters import add_language_filters
from botflow.flow.templates.ordering import add_ordering
from botflow.flow.whole_numbers import is_storable

FUEL = 20_000  # instructions; a sentence needs about ten
_LONGEST_RANGE = 1_000
_LONGEST_TEXT = 65_536  # characters of an intermediate value; a session cannot hold more
_REMOVED_FILTERS = (
    *("batch", "chain", "e", "escape", "filesizeformat", "indent", "pluralize", "pprint", "safe", "slice"),
    *("striptags", "wordwrap", "zip"),
)
_REMOVED_FUNCTIONS = ("cycler", "debug", "dict", "joiner", "namespace")
# Possessive (`*+`): a run of zeros is flags or a width, and trying each division of it would take quadratic time.
_PLACEHOLDER = re.compile(r"%(?:%|[-+ 0#]*+(?P<width>\d*+)(?:\.(?P<precision>\d*+))?[sdifgex])")


TRUTHS = "__truths"  # in a template's context: the words for true and for false
DIGITS = 15  # of a number in a text: what a binary fraction holds exactly


def guarded_environment() -> minijinja.Environment:
    """Return an environment whose filters are bounded; undefined values are empty, and so are their attributes."""
    environment = minijinja.Environment(undefined_behavior="chainable", pycompat=False, fuel=FUEL)
    for name in _REMOVED_FILTERS:
        environment.remove_filter(name)
    for name in _REMOVED_FUNCTIONS:
        environment.remove_global(name)
    environment.add_filter("replace", _replace)
    environment.add_filter("join", _join)
    environment.add_filter("format", _format)
    environment.add_filter("tojson", _to_json)
    add_language_filters(environment)
    environment.add_global("range", _range)
    environment.add_global(PRODUCT, _product)
    add_ordering(environment)
    return environment


def measured_environment(largest: int, escape: Callable[[str], str] | None = None) -> minijinja.Environment:
    """Return an environment that stops a template after `largest` characters, and writes null as nothing.

    A truth is written by the pair of words that the context has as TRUTHS, a number with at most DIGITS digits. Texts,
    lists and objects are written by `escape`.
    """
    environment = guarded_environment()

    def count(state: State, value: Any) -> Any:
        if value is None:
            return ""
        if isinstance(value, bool):
            value = state.lookup(TRUTHS)[0 if value else 1]
        elif isinstance(value, float) and abs(value) < 10**DIGITS:
            value = _decimal(value)
        if escape is not None and not isinstance(value, int):
            value = escape(value if isinstance(value, str) else _to_json(value))
        written = (state.get_temp("written") or 0) + (len(value) if isinstance(value, str) else 20)
        if written > largest:
            raise ValueError(f"the text grew beyond {largest} characters")
        state.set_temp("written", written)
        return value

    environment.finalizer = pass_state(count)
    return environment


def _decimal(value: float) -> str:
    """Write a number with at most DIGITS digits: 0.3, and not 0.30000000000000004."""
    written = format(Decimal(f"{value:.{DIGITS}g}"), "f")
    return written if "." in written else f"{written}.0"


def plain_value(value: Any, largest: int) -> Any:
    """Return an expression's result as plain JSON; ValueError when JSON cannot hold it, or it is too large."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        if len(value) > largest:
            raise ValueError(f"the text has {len(value)} characters, at most {largest}")
        return str(value)
    if isinstance(value, int):
        if not is_storable(value):
            raise ValueError("the number is too large")
        return value
    if isinstance(value, float):
        if not math.isfinite(value):
            raise ValueError("the result is no number")
        return value
    if isinstance(value, list | tuple):
        return [plain_value(item, largest) for item in value]
    if isinstance(value, dict):
        return {str(name): plain_value(item, largest) for name, item in value.items()}
    raise ValueError(f"the result is a {type(value).__name__}, no JSON")


def _product(left: Any, right: Any) -> int | float:
    for factor in (left, right):
        if not isinstance(factor, int | float):
            what = "nothing" if factor is None else f"a {type(factor).__name__}"
            raise TypeError(f"* multiplies numbers, not {what}")
    product: int | float = left * right
    if isinstance(product, int) and not is_storable(product):
        raise ValueError("the product is too large")
    return product


def _range(start: int, stop: int | None = None, step: int = 1) -> list[int]:
    numbers = range(start) if stop is None else range(start, stop, step)
    if len(numbers) > _LONGEST_RANGE:
        raise ValueError(f"range makes at most {_LONGEST_RANGE} numbers")
    return list(numbers)


def _replace(text: Any, old: Any, new: Any = "") -> str:
    whole, word, other = _text(text), _text(old), _text(new)
    _bound(len(whole) + whole.count(word) * (len(other) - len(word)))
    return whole.replace(word, other)


def _join(items: Any, separator: Any = "", attribute: str | None = None) -> str:
    if items is None:
        return ""
    listed = list(items)
    if attribute is not None:
        listed = [item.get(attribute) if isinstance(item, dict) else None for item in listed]
    between = _text(separator)
    _bound(len(between) * len(listed))
    words = [_text(item) for item in listed]
    _bound(len(between) * len(words) + sum(map(len, words)))
    return between.join(words)


def _format(pattern: Any, *values: Any) -> str:
    """printf-style formatting, for prices: `"%.2f"|format(price)`."""
    written = _text(pattern)
    if "%" in _PLACEHOLDER.sub("", written):
        raise ValueError("format knows %s, %d, %f, %g, %e and %x")
    for placeholder in _PLACEHOLDER.finditer(written):
        if any(len(digits or "") > 2 for digits in placeholder.group("width", "precision")):
            raise ValueError("format pads to at most 99 characters")
    _bound(len(written) + sum(len(_text(value)) for value in values))
    return written % values


def _to_json(value: Any) -> str:
    written = json.dumps(value, ensure_ascii=False)
    _bound(len(written))  # each time that a text passes, its quotes and backslashes double
    return written


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    return "" if value is None else str(value)


def _bound(length: int) -> None:
    if length > _LONGEST_TEXT:
        raise ValueError(f"the text grew beyond {_LONGEST_TEXT} characters")
