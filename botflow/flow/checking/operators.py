"""Operators of other languages in an expression that cannot be read, and what to write instead."""

from __future__ import annotations

import re

_STRING = re.compile(r"\"[^\"]*\"|'[^']*'")
# These are never right. `===` is looked for before `=`.
_FOREIGN = (
    (re.compile(r"[!=]=="), "compare with == and !="),
    (re.compile(r"=>"), "write >= for =>"),
    (re.compile(r"=<"), "write <= for =<"),
    (re.compile(r"&&"), "write `and` for &&"),
    (re.compile(r"\|\|"), "write `or` for ||"),
    (re.compile(r"<>"), "write != for <>"),
)
# These may be right elsewhere in the expression: `default(value=3)`.
_DOUBTFUL = (
    (re.compile(r"!(?!=)"), "write `not` for !"),
    (re.compile(r"(?<![=!<>])=(?!=)"), "compare with =="),
    (re.compile(r"\?"), "write `a if condition else b`"),
)


def advice_on_operators(expression: str, otherwise: str = "") -> str:
    """Return a hint if the expression holds an operator that templates do not have; strings do not count.

    `otherwise` is another hint, which is returned unless an operator is certainly wrong.
    """
    bare = _STRING.sub("''", expression)
    patterns = _FOREIGN if otherwise else (*_FOREIGN, *_DOUBTFUL)
    return next((advice for pattern, advice in patterns if pattern.search(bare)), otherwise)
