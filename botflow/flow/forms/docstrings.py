"""What docstrings say: paragraphs of a text, and the docstring below each field of a model.

A field's docstring is read from the source of its class, once; where there is no source, only `Field(description=...)`
says what a field is for.
"""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Mapping
from functools import lru_cache
from itertools import pairwise

from pydantic import BaseModel


def paragraphs(text: str) -> list[str]:
    """Return the paragraphs of a docstring, each on one line; an example, which begins with `{`, keeps its lines."""
    parts = inspect.cleandoc(text).split("\n\n")
    return [part if part.startswith("{") else " ".join(part.split()) for part in parts if part.strip()]


@lru_cache(maxsize=1_000)
def field_docstrings(model: type[BaseModel]) -> Mapping[str, str]:
    """Return what each field of `model`, those that it inherits too, says of itself; one without words is left out."""
    found: dict[str, str] = {}
    for each in reversed([each for each in model.__mro__ if issubclass(each, BaseModel) and each is not BaseModel]):
        found.update(_own_docstrings(each))
    found.update({name: field.description for name, field in model.model_fields.items() if field.description})
    return found


def _own_docstrings(model: type[BaseModel]) -> dict[str, str]:
    try:
        [definition] = ast.parse(textwrap.dedent(inspect.getsource(model))).body
    except (OSError, TypeError, SyntaxError, ValueError):  # typed into a shell, or installed without its source
        return {}
    found: dict[str, str] = {}
    body = definition.body if isinstance(definition, ast.ClassDef) else []
    for field, below in pairwise(body):
        match field, below:
            case ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(value=ast.Constant(value=str(text))):
                found[name] = " ".join(text.split())
    return found
