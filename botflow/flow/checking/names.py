"""Which names of variables a template can read, and a name that is like another and can be read."""

from __future__ import annotations

import re

from botflow.flow.templates.bounded_multiplication import PRODUCT
from botflow.flow.templates.grammar import INPUT, NODES, VARIABLES
from botflow.flow.templates.ordering import ORDERING_FUNCTIONS
from botflow.flow.templates.tokens import KEYWORDS

FUNCTIONS = ORDERING_FUNCTIONS | {PRODUCT}
TAKEN = KEYWORDS | FUNCTIONS | {"true", "false", "none", "True", "False", "None", INPUT, NODES, VARIABLES}
READABLE = re.compile(r"[^\W0-9]\w*")
_WORD = re.compile(r"\w+")


def readable_name(name: str) -> str:
    """Return a name that is like `name`, and that templates can read."""
    word = "_".join(_WORD.findall(name)) or "value"
    return f"_{word}" if word[0].isdigit() or word in TAKEN else word
