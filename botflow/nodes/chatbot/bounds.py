"""The bounds of an answer, as an author writes them: numbers, dates, times and moments, words such as "tomorrow" and
"now", and templates."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time
from typing import Any, TypeVar

from botflow.engine.node_type import NodeFailure
from botflow.engine.scene import Scene
from botflow.flow.fields import WrongProperty
from botflow.flow.templates.template import is_template
from botflow.nodes.answers.calendar.dates import find_date
from botflow.nodes.answers.calendar.moments import find_moment, written_moment
from botflow.nodes.answers.calendar.times import find_time
from botflow.nodes.answers.expectation import Expectation, Kind
from botflow.nodes.answers.lexicons import LEXICONS

Bound = int | float | str
T = TypeVar("T")
BOUNDED = ("text", "integer", "number", "date", "time", "datetime", "choices", "money", "rating")
_NOW = "now"
_ANY_DAY = date(2024, 1, 1)  # only whether a word is a bound is of interest


def fixed_bound(kind: Kind, written: Bound | None, name: str) -> Bound | None:
    """Return a bound that is the same in every turn; None when there is none, or when it depends on the turn.

    WrongProperty when it can never be a bound; `name` is the property's.
    """
    if written is None or (isinstance(written, str) and is_template(written)):
        return None
    match kind:
        case "date":
            return _iso_date(written, name)
        case "datetime":
            return _iso_moment(written, name)
        case "time":
            found = find_time(str(written), "en")
            if found is None:
                raise WrongProperty(f"{written!r} is not a time such as 18:30", name)
            return found
        case _:
            if isinstance(written, str):
                raise WrongProperty(f"{written!r} is not a number", name)
            return written


def rendered_bound(kind: Kind, written: Bound | None, scene: Scene) -> Bound | None:
    """Return the bound in this turn; NodeFailure `ask.bound` when a template's result is not a bound."""
    if written is None:
        return None
    value = scene.render_value(written)
    found = _bound(kind, value, scene)
    if found is None:
        raise NodeFailure(f"the bound {written!r} gave {value!r}, which does not bound a {kind}", code="ask.bound")
    return found


def leaves_room(expectation: Expectation) -> bool:
    """Say whether an answer can lie between the bounds."""
    least, most = expectation.least, expectation.most
    if isinstance(least, str) and isinstance(most, str):
        return least <= most
    return isinstance(least, str) or isinstance(most, str) or least is None or most is None or least <= most


def _bound(kind: Kind, value: Any, scene: Scene) -> Bound | None:
    match kind:
        case "date":
            today, region = scene.local_now.date(), scene.flow.region
            day = _in_words(value, scene, lambda text, language: find_date(text, today, language, region))
            return day.isoformat() if day else None
        case "datetime":
            return _moment(str(value), scene)
        case "time":
            return _in_words(value, scene, find_time)
        case _:
            return _number(value)


def _in_words(value: Any, scene: Scene, find: Callable[[str, str], T | None]) -> T | None:
    """Read a bound in the flow's own language, else in English: `heute` or `today` in a German flow."""
    found = (find(str(value), language) for language in (scene.flow.written_in, "en"))
    return next((bound for bound in found if bound is not None), None)


def _moment(text: str, scene: Scene) -> str | None:
    if text == _NOW:
        return written_moment(scene.local_now)
    if (moment := _moment_or_none(text)) is None:
        now, region = scene.local_now, scene.flow.region
        return _in_words(text, scene, lambda text, language: find_moment(text, now, language, region))
    return written_moment(moment.astimezone(scene.zone) if moment.tzinfo else moment)


def _number(value: Any) -> float | None:
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return value
    try:
        return float(value)
    except (TypeError, ValueError):
        return None


def _iso_date(written: Bound, name: str) -> str | None:
    """Return an ISO date; None for words such as "today", which depend on the day."""
    try:
        return date.fromisoformat(str(written)).isoformat()
    except ValueError:
        if _has_letters(written) and any(find_date(str(written), _ANY_DAY, language, None) for language in LEXICONS):
            return None  # without letters, "3/4" is another day to each reader of the flow
        message = f"{written!r} is not a date such as 2026-03-12, nor a word such as today"
        raise WrongProperty(message, name) from None


def _iso_moment(written: Bound, name: str) -> str | None:
    """Return a moment on the person's clock; None for words such as "now", and for one of a zone that may be another
    than the person's."""
    moment = _moment_or_none(str(written))
    if moment is not None:
        return written_moment(moment) if moment.tzinfo is None else None
    noon = datetime.combine(_ANY_DAY, time(12), UTC)
    known = written == _NOW or any(find_moment(str(written), noon, language, None) for language in LEXICONS)
    if _has_letters(written) and known:
        return None
    raise WrongProperty(f"{written!r} is not a moment such as 2026-03-12T18:30, nor a word such as now", name)


def _has_letters(written: Bound) -> bool:
    return any(character.isalpha() for character in str(written))


def _moment_or_none(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def is_within(value: Any, least: Bound | None, most: Bound | None) -> bool:
    """Say whether a stored number, or a date or time in ISO form, is within bounds; what cannot be compared with them
    is."""

    def is_like(bound: Bound) -> bool:
        if isinstance(bound, str):
            return isinstance(value, str) and len(value) == len(bound)
        return isinstance(value, (int, float))

    is_less = least is not None and is_like(least) and value < least
    is_more = most is not None and is_like(most) and value > most
    return not is_less and not is_more
