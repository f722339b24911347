"""Every metric, as the sources name and describe it."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator

from botflow.runtime.process import metrics
from docs.generate.models import table


def metrics_table() -> str:
    """Return a row for each metric, with its labels; `*` is a part of a name that is filled in."""
    return table(("metric", "meaning", "labels"), sorted(_metrics(ast.parse(inspect.getsource(metrics)))))


def _metrics(tree: ast.Module) -> Iterator[tuple[str, str, str]]:
    for node in ast.walk(tree):
        match node:
            case ast.Call(args=[name, description, *rest], keywords=keywords) if _text(name).startswith("botflow_"):
                given = [*rest, *(keyword.value for keyword in keywords if keyword.arg == "labels")]
                labels = [_text(each) for value in given if isinstance(value, ast.List) for each in value.elts]
                counts = isinstance(node.func, ast.Name) and node.func.id == "Counter"
                shown = _text(name) + ("_total" if counts else "")
                yield f"`{shown}`", _text(description), ", ".join(f"`{label}`" for label in labels)


def _text(value: ast.expr) -> str:
    match value:
        case ast.Constant(value=str(text)):
            return text
        case ast.JoinedStr(values=parts):
            return "".join(_text(part) if isinstance(part, ast.Constant) else "*" for part in parts)
    return ""
