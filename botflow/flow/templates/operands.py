"""The operands of an operator in an expression's tokens, and its rewriting to a call of a function of ours."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from botflow.flow.templates.tokens import KEYWORDS, Token

_COMPARING = frozenset(("==", "!=", "<", "<=", ">", ">=", "=", ",", ":"))
_PAIRS = {"(": ")", "[": "]", "{": "}"}
# Says whether the token at a position ends the operand before or after it.
Ends = Callable[[Sequence[Token], int], bool]


def operand_start(words: Sequence[Token], operator: int, ends: Ends) -> int:
    """Return where the left operand of the operator at this position starts: after a token that ends it, or a bracket.

    It is the operator's own position if there is no operand.
    """
    depth, position = 0, operator
    while position > 0:
        word = words[position - 1]
        if _closes(word):
            depth += 1
        elif _opens(word):
            if not depth:
                break
            depth -= 1
        elif not depth and ends(words, position - 1):
            break
        position -= 1
    return position


def operand_end(words: Sequence[Token], operator: int, ends: Ends) -> int:
    """Return the position after the right operand: of a token that ends it, or of a bracket."""
    depth, position = 0, operator + 1
    while position < len(words):
        word = words[position]
        if _opens(word):
            depth += 1
        elif _closes(word):
            if not depth:
                break
            depth -= 1
        elif not depth and ends(words, position):
            break
        position += 1
    return position


def ends_comparison(words: Sequence[Token], position: int) -> bool:
    """Say whether the token ends an operand of a comparison, such as `==` or `<`."""
    word = words[position]
    return (word.kind == "operator" and word.text in _COMPARING) or (word.kind == "name" and word.text in KEYWORDS)


def as_call(function: str, words: list[Token], start: int, operator: int, end: int) -> list[Token]:
    """Return the words with `left operator right`, from `start` to `end`, as `function(left, right)`."""
    offset = words[operator].offset
    return [
        *words[:start],
        Token("guard", f"{function}(", offset),
        *words[start:operator],
        Token("guard", ",", offset),
        *words[operator + 1 : end],
        Token("guard", ")", offset),
        *words[end:],
    ]


def spaced(words: Sequence[Token]) -> list[Token]:
    """Return the words with a blank after each."""
    return [token for word in words for token in (word, Token("space", " ", word.offset))]


def _opens(word: Token) -> bool:
    return word.kind in ("operator", "guard") and word.text[-1] in _PAIRS


def _closes(word: Token) -> bool:
    return word.kind in ("operator", "guard") and word.text[-1] in _PAIRS.values()
