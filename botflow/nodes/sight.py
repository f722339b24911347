"""Which values an expression looks at, worked out once when a flow compiles."""

from __future__ import annotations

from typing import NamedTuple

import minijinja

from botflow.errors import FlowError
from botflow.flow.templates.template import INPUT, NODES, VARIABLES, plain_expression


class Sight(NamedTuple):
    """One value: its name as the author writes it (`$ask.value`), and its path in a template's context."""

    name: str
    path: tuple[str, ...]


def sights(expression: str) -> tuple[Sight, ...]:
    """Return what `expression` reads, by name; nothing when it does not parse, which the checker reports."""
    try:
        source = f"{{{{ {plain_expression(expression)} }}}}"
        found = minijinja.Environment().undeclared_variables_in_str(source, nested=True)
    except (minijinja.TemplateError, FlowError):
        return ()
    seen = (_sight(*path.split(".")) for path in found)
    return tuple(sorted(sight for sight in seen if sight is not None))


def _sight(space: str, *rest: str) -> Sight | None:
    path = (space, *rest)
    if space == VARIABLES:
        return Sight(".".join(rest), path)
    if space == NODES:
        return Sight("$" + ".".join(rest), path)
    if space == INPUT:
        return Sight(".".join(("$input", *rest)), path)
    if space == "range" or space.startswith("__"):  # a function, not a value
        return None
    return Sight(".".join(path), path)
