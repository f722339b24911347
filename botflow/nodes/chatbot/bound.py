"""The bounds of a question: numbers, dates and times as an author writes them, or templates for them."""

from __future__ import annotations

from datetime import date
from typing import Any

from botflow.engine.node_type import NodeFailure
from botflow.engine.scene import Scene
from botflow.flow.templates.template import is_template
from botflow.nodes.answers.dates import find_date
from botflow.nodes.answers.expectation import Kind
from botflow.nodes.answers.times import find_time
from botflow.nodes.time_zone import local_now


def fixed_bound(kind: Kind, written: float | str | None) -> float | str | None:
    """Return a bound that is the same in every turn; None when there is none, or when it must be worked out then.

    ValueError when it can never be one.
    """
    if written is None or (isinstance(written, str) and is_template(written)):
        return None
    if kind == "date":
        return _iso_date(written)
    if kind == "time":
        found = find_time(str(written), "en")
        if found is None:
            raise ValueError(f"{written!r} is not a time such as 18:30")
        return found
    if isinstance(written, str):
        raise ValueError(f"{written!r} is not a number")
    return written


def rendered_bound(kind: Kind, written: float | str | None, scene: Scene) -> float | str | None:
    """Return a bound as it is in this turn; NodeFailure `ask.bound` when what a template gives is none."""
    if written is None:
        return None
    value = scene.render_value(written)
    found = _bound(kind, value, scene)
    if found is None:
        raise NodeFailure(f"the bound {written!r} gave {value!r}, which does not bound a {kind}", code="ask.bound")
    return found


def _bound(kind: Kind, value: Any, scene: Scene) -> float | str | None:
    match kind:
        case "date":
            found = find_date(str(value), local_now(scene).date(), scene.flow.language, scene.flow.region)
            return found.isoformat() if found else None
        case "time":
            return find_time(str(value), scene.flow.language)
        case _:
            return _number(value)


def _number(value: Any) -> float | None:
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return value
    try:
        return float(value)
    except (TypeError, ValueError):
        return None


def _iso_date(written: float | str) -> str | None:
    """Return an ISO date; None for words such as "today", which depend on the day."""
    try:
        return date.fromisoformat(str(written)).isoformat()
    except ValueError:
        if any(character.isalpha() for character in str(written)):
            return None
        raise ValueError(f"{written!r} is not a date such as 2026-03-12, nor a word such as today") from None
