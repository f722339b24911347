"""Makes `*` multiply numbers only: minijinja repeats strings too, and its fuel and limits do not stop `"x" * 10 ** 9`.

Every `a * b` is rewritten to a call, `__product(a, b)`, of a function that takes numbers only.
"""

from __future__ import annotations

from botflow.flow.templates.tokens import KEYWORDS, TemplateRefused, Token

PRODUCT = "__product"
_WEAKER = frozenset(("~", "==", "!=", "<", "<=", ">", ">=", "=", ",", ":"))
_AS_STRONG = frozenset(("*", "/", "//", "%"))
_PAIRS = {"(": ")", "[": "]", "{": "}"}


def guard_products(words: list[Token]) -> list[Token]:
    """Rewrite every `a * b` to a call of the product function, from left to right, with blanks between all tokens."""
    position = 0
    while position < len(words):
        if words[position].kind == "operator" and words[position].text == "*":
            start, end = _operand_start(words, position), _operand_end(words, position)
            if start == position or end == position + 1:
                raise TemplateRefused("'*' needs a number on both sides", words[position].offset)
            call = [Token("guard", f"{PRODUCT}(", words[position].offset)]
            comma = [Token("guard", ",", words[position].offset)]
            close = [Token("guard", ")", words[position].offset)]
            words = [
                *words[:start],
                *call,
                *words[start:position],
                *comma,
                *words[position + 1 : end],
                *close,
                *words[end:],
            ]
            position = start  # an operand may contain products, inside parentheses
        position += 1
    spaced: list[Token] = []
    for word in words:
        spaced += [word, Token("space", " ", word.offset)]
    return spaced


def _operand_end(words: list[Token], product: int) -> int:
    """Return where the right operand of the product ends: before an operator that binds no tighter, or a bracket."""
    depth, position = 0, product + 1
    while position < len(words):
        word = words[position]
        if _opens(word):
            depth += 1
        elif _closes(word):
            if not depth:
                break
            depth -= 1
        elif not depth and (_ends_operand(words, position) or word.text in _AS_STRONG):
            break
        position += 1
    return position


def _operand_start(words: list[Token], product: int) -> int:
    """Return where the left operand of the product starts: after an operator that binds less tightly, or a bracket."""
    depth, position = 0, product
    while position > 0:
        word = words[position - 1]
        if _closes(word):
            depth += 1
        elif _opens(word):
            if not depth:
                break
            depth -= 1
        elif not depth and _ends_operand(words, position - 1):
            break
        position -= 1
    return position


def _ends_operand(words: list[Token], position: int) -> bool:
    """Say whether the token ends an operand of a product; a sign, as in `-2`, is a part of the operand."""
    word = words[position]
    if word.text in ("+", "-"):
        return position > 0 and words[position - 1].is_operand_end
    return (word.kind == "operator" and word.text in _WEAKER) or (word.kind == "name" and word.text in KEYWORDS)


def _opens(word: Token) -> bool:
    return word.kind in ("operator", "guard") and word.text[-1] in _PAIRS


def _closes(word: Token) -> bool:
    return word.kind in ("operator", "guard") and word.text[-1] in _PAIRS.values()
