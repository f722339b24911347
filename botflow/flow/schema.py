"""What pydantic found wrong, as problems: codes of ours, sentences that authors understand, and "did you mean"."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from botflow.flow.problems import Path, Report, did_you_mean, dotted


def report_invalid(
    failure: ValidationError,
    model: type[BaseModel],
    report: Report,
    *,
    family: str = "document",
    prefix: Path = (),
    node: str = "",
) -> None:
    """Add an error to `report` for each of pydantic's; codes are `family`.unknown_key, .missing_key and .invalid.

    `prefix` is where the validated value stands in the document.
    """
    for error in failure.errors(include_url=False):
        path = _within_document(error["loc"])
        code, message, hint = _explain(error, path, model, family)
        report.error(code, message, (*prefix, *path), hint=hint, node=node)


def _explain(error: ErrorDetails, path: Path, model: type[BaseModel], family: str) -> tuple[str, str, str]:
    kind, spot = error["type"], dotted(path)
    if kind == "extra_forbidden":
        word = str(path[-1])
        known = _keys_at(model, path[:-1])
        return f"{family}.unknown_key", f"there is no {spot}", did_you_mean(word, known, f"known here: {_list(known)}")
    if kind == "missing":
        return f"{family}.missing_key", f"{spot} is missing", ""
    if "." in kind:
        return kind, f"{spot}: {error['msg']}" if spot else error["msg"], ""
    hint = "put it in quotes" if kind == "string_type" and isinstance(error["input"], int | float) else ""
    message = error["msg"].removeprefix("Value error, ").removeprefix("Assertion failed, ")
    return f"{family}.invalid", f"{spot}: {message[:1].lower()}{message[1:]}" if spot else message, hint


def _within_document(loc: tuple[int | str, ...]) -> Path:
    """Drop what pydantic adds to a path: union members (`function-after[...]`, `str`) and `[key]`."""
    return tuple(step for step in loc if isinstance(step, int) or not (step == "[key]" or "[" in step))


def _keys_at(model: type[BaseModel], path: Path) -> list[str]:
    """Return the keys that may stand at `path` below `model`."""
    models: list[type[BaseModel]] = [model]
    for step in path:
        if isinstance(step, int):
            continue
        below = [
            inner
            for outer in models
            for name, field in outer.model_fields.items()
            if step in (name, field.alias)
            for inner in _models_in(field.annotation)
        ]
        if not below:
            break
        models = below
    return sorted({field.alias or name for outer in models for name, field in outer.model_fields.items()})


def _models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in get_args(annotation):
        yield from _models_in(argument)


def _list(known: list[str]) -> str:
    return ", ".join(known) if known else "nothing"
