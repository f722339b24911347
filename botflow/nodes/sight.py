"""Which values an expression looks at, worked out once when a flow compiles."""

from __future__ import annotations

from typing import NamedTuple

import minijinja

from botflow.flow.template import INPUT, NODES, VARIABLES, plain_expression


class Sight(NamedTuple):
    """One value: its name as the author writes it (`$ask.value`), and its path in a template's context."""

    name: str
    path: tuple[str, ...]


def sights(expression: str) -> tuple[Sight, ...]:
    """Return what `expression` reads, by name; nothing when it does not parse, which the checker reports."""
    environment = minijinja.Environment()
    try:
        found = environment.undeclared_variables_in_str("{{ " + plain_expression(expression) + " }}", nested=True)
    except minijinja.TemplateError:
        return ()
    return tuple(sorted(_sight(path.split(".")) for path in found))


def _sight(path: list[str]) -> Sight:
    space, *rest = path
    if space == VARIABLES:
        return Sight(".".join(rest), tuple(path))
    if space == NODES:
        return Sight("$" + ".".join(rest), tuple(path))
    if space == INPUT:
        return Sight(".".join(["$input", *rest]), tuple(path))
    return Sight(".".join(path), tuple(path))
