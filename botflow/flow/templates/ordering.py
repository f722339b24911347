"""`<`, `<=`, `>` and `>=` in conditions: minijinja puts every text after every number, so "7" would be at least 18.

Every `a < b` is rewritten to a call, such as `__lt(a, b)`. Numbers are compared as numbers, and so is a text that is
wholly a number; other texts are compared as texts, so ISO dates by time. Nothing (null, unset) comes before all else.
All other pairs are an error, which names kinds and never values: these may be secret.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from minijinja import Environment

from botflow.flow.templates.operands import as_call, ends_comparison, operand_end, operand_start
from botflow.flow.templates.tokens import TemplateRefused, Token

_FUNCTION_OF = {"<": "__lt", "<=": "__le", ">": "__gt", ">=": "__ge"}
_COMPARE: Mapping[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
ORDERING_OPERATORS = frozenset(_FUNCTION_OF)
ORDERING_FUNCTIONS = frozenset(_FUNCTION_OF.values())
# Words of an expression that may compare an order: the operators, and the tests of the same kind (`x is lt 9`).
ORDERING_WORDS = ORDERING_OPERATORS | {name.removeprefix("__") for name in ORDERING_FUNCTIONS}
_NUMBER = re.compile(r"[+-]?[0-9]{1,30}(?:\.[0-9]{1,30})?")
_LONGEST_NUMBER = 64  # characters, with blanks around it
_NUMBERS = frozenset((int, float))  # not bool


def guard_ordering(words: list[Token]) -> list[Token]:
    """Rewrite every comparison of an order to a call, from left to right; TemplateRefused for `1 < x < 9`.

    The tests of the same kind (`x is lt 9`) are renamed.
    """
    words = [_own_test(words, position) for position in range(len(words))]
    position = 0
    while position < len(words):
        word = words[position]
        if word.kind == "operator" and word.text in ORDERING_OPERATORS:
            start, end = operand_start(words, position, ends_comparison), operand_end(words, position, ends_comparison)
            if start == position or end == position + 1:
                raise TemplateRefused(f"{word.text!r} needs a value on both sides", word.offset)
            if words[end : end + 1] and words[end].text in ORDERING_OPERATORS:
                raise TemplateRefused(
                    f"{word.text!r} and {words[end].text!r} cannot be chained",
                    words[end].offset,
                    hint="join two comparisons with and: 1 < x and x < 9",
                )
            words = as_call(_FUNCTION_OF[word.text], words, start, position, end)
            position = start  # an operand may contain comparisons, inside parentheses
        position += 1
    return words


def add_ordering(environment: Environment) -> None:
    """Add the functions and tests that the rewritten comparisons call."""
    for sign, name in _FUNCTION_OF.items():
        environment.add_global(name, _FUNCTIONS[sign])
        environment.add_test(name, _FUNCTIONS[sign])


def number_in(text: str) -> int | float | None:
    """Return the number that a text is, blanks around it aside; None if it is not wholly a number such as `-12.50`."""
    if len(text) > _LONGEST_NUMBER or not _NUMBER.fullmatch(bare := text.strip()):
        return None
    return float(bare) if "." in bare else int(bare)


def _own_test(words: Sequence[Token], position: int) -> Token:
    word = words[position]
    before = [earlier.text for earlier in words[max(0, position - 2) : position]]
    is_test = before[-1:] == ["is"] or before == ["is", "not"]
    own = f"__{word.text}"
    return Token("guard", own, word.offset) if is_test and own in ORDERING_FUNCTIONS else word


def _ordered(sign: str) -> Callable[[Any, Any], bool]:
    compare = _COMPARE[sign]

    def ordered(left: Any, right: Any) -> bool:
        if type(left) in _NUMBERS and type(right) in _NUMBERS:
            return compare(left, right)
        return compare(*_comparable(left, right, sign))

    return ordered


def _comparable(left: Any, right: Any, sign: str) -> tuple[Any, Any]:
    """Return both values as they are compared; TypeError when they have no common order."""
    if left is None or right is None:
        return left is not None, right is not None
    kinds = type(left), type(right)
    if kinds == (bool, bool):
        return left, right
    numbers = _number_of(left), _number_of(right)
    if None not in numbers:
        return numbers
    if isinstance(left, str) and isinstance(right, str):
        return left, right
    raise TypeError(f"{sign} cannot compare {_kind_of(left)} with {_kind_of(right)}")


def _number_of(value: Any) -> int | float | None:
    if isinstance(value, str):
        return number_in(value)
    return value if type(value) in _NUMBERS else None


def _kind_of(value: Any) -> str:
    if isinstance(value, bool):
        return "true or false"
    if isinstance(value, int | float):
        return "a number"
    if isinstance(value, str):
        return "a text" if number_in(value) is None else "a text that is a number"
    return "an object" if isinstance(value, Mapping) else "a list"


_FUNCTIONS = {sign: _ordered(sign) for sign in _FUNCTION_OF}
