"""Makes `*` multiply numbers only: minijinja repeats strings too, and its fuel and limits do not stop `"x" * 10 ** 9`.

Every `a * b` is rewritten to a call, `__product(a, b)`, of a function that takes numbers only.
"""

from __future__ import annotations

from collections.abc import Sequence

from botflow.flow.templates.operands import as_call, operand_end, operand_start
from botflow.flow.templates.tokens import KEYWORDS, TemplateRefused, Token

PRODUCT = "__product"
_WEAKER = frozenset(("~", "==", "!=", "<", "<=", ">", ">=", "=", ",", ":"))
_AS_STRONG = frozenset(("*", "/", "//", "%"))


def guard_products(words: list[Token]) -> list[Token]:
    """Rewrite every `a * b` to a call of the product function, from left to right."""
    position = 0
    while position < len(words):
        if words[position].kind == "operator" and words[position].text == "*":
            start, end = operand_start(words, position, _ends_left), operand_end(words, position, _ends_right)
            if start == position or end == position + 1:
                raise TemplateRefused("'*' needs a number on both sides", words[position].offset)
            words = as_call(PRODUCT, words, start, position, end)
            position = start  # an operand may contain products, inside parentheses
        position += 1
    return words


def _ends_right(words: Sequence[Token], position: int) -> bool:
    return words[position].text in _AS_STRONG or _ends_left(words, position)


def _ends_left(words: Sequence[Token], position: int) -> bool:
    """Say whether the token ends an operand of a product; a sign, as in `-2`, is a part of the operand."""
    word = words[position]
    if word.text in ("+", "-"):
        return position > 0 and words[position - 1].is_operand_end
    return (word.kind == "operator" and word.text in _WEAKER) or (word.kind == "name" and word.text in KEYWORDS)
