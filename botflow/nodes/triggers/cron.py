"""Cron expressions: checked when a document is read, by the library that also finds their moments."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

_ANY_DAY = datetime(2026, 1, 1, tzinfo=UTC)
_FIELDS = (("second", 60), ("minute", 60), ("hour", 24), ("day", 31), ("month", 12), ("weekday", 7))


def _cron(expression: str) -> str:
    try:
        from cronsim import CronSim, CronSimError  # an optional dependency: only schedules need it
    except ImportError:  # then it is checked when it is published
        return expression
    try:
        next(CronSim(expression, _ANY_DAY))
    except StopIteration:
        raise _wrong(expression, "it never comes") from None
    except CronSimError as problem:
        raise _wrong(expression, str(problem).lower()) from None
    if step := _senseless_step(expression):
        raise _wrong(expression, step)
    return expression


def _senseless_step(expression: str) -> str:
    """Return what is wrong with a step that cronsim accepts and ignores: `*/90` minutes would come each hour."""
    fields = expression.split()
    for field, (name, most) in zip(reversed(fields), reversed(_FIELDS), strict=False):
        for term in field.split(","):
            start, _, step = term.partition("/")
            if step and start.upper() in ("L", "LW"):
                return f"{start} in the {name} takes no step"
            if step and int(step) > most:
                return f"a step of the {name} is at most {most}"
    return ""


def _wrong(expression: str, reason: str) -> PydanticCustomError:
    return PydanticCustomError(
        "cron.invalid",
        "{text} is no cron expression: {reason}; write minute hour day month weekday, such as 30 8 * * 1-5, or six "
        "fields with the second first; the day may be L or LW, the weekday 5L or 1#2",
        {"text": repr(expression[:64]), "reason": reason},
    )


Cron = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(_cron)]
