"""Cron expressions: checked when a document is read, by the library that also finds their moments."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

_ANY_DAY = datetime(2026, 1, 1, tzinfo=UTC)


def _cron(expression: str) -> str:
    try:
        from cronsim import CronSim, CronSimError  # an optional dependency: only schedules need it
    except ImportError:  # then it is checked when it is published
        return expression
    try:
        next(CronSim(expression, _ANY_DAY))
    except (CronSimError, StopIteration):
        raise PydanticCustomError(
            "cron.invalid",
            "{text} is no cron expression, or never comes; write one as 30 8 * * 1-5 (minute hour day month weekday)",
            {"text": repr(expression[:64])},
        ) from None
    return expression


Cron = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(_cron)]
