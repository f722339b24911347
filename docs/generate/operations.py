"""The operations of the API by resource: their address, their method in Python, the scope that they need."""

from __future__ import annotations

from itertools import groupby

from botflow.web.app import OPERATIONS
from botflow.web.rest.operation import Operation
from docs.generate.models import table

_HEAD = ("request", "Python", "scope", "does")


def operations() -> str:
    """Return a table for each resource."""
    parts = [
        f"### {tag}\n\n{table(_HEAD, [_row(operation) for operation in found])}"
        for tag, found in groupby(OPERATIONS, lambda operation: operation.tag)
    ]
    return "\n\n".join(parts)


def _row(operation: Operation) -> tuple[str, ...]:
    doc = " ".join((operation.handler.__doc__ or "").split())
    return (
        f"`{operation.method} {operation.address}`",
        f"`{operation.handler.__name__}`",
        f"`{operation.scope}`",
        doc,
    )
