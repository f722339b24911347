"""What the log says of a failure that is tried again: its cause and its place, without anybody's words."""

from __future__ import annotations

import traceback
from pathlib import Path
from typing import Any

from botflow.errors import BotflowError

LONGEST_CAUSE = 300


def facts_of(failure: BaseException) -> dict[str, object]:
    """Return code and message of a failure that botflow knows; of any other, its type and where it was raised: its
    message may quote what a person wrote."""
    if isinstance(failure, BotflowError):
        return {"code": failure.code, "cause": failure.message[:LONGEST_CAUSE]}
    frames = traceback.extract_tb(failure.__traceback__)
    at = f"{Path(frames[-1].filename).name}:{frames[-1].lineno} in {frames[-1].name}" if frames else ""
    return {"reason": type(failure).__name__, "at": at}


def log_failure(log: Any, event: str, failure: BaseException, **facts: object) -> None:
    """Log a failure that is tried again: a warning, but only for debugging when `database_away` tells of it."""
    write = log.debug if is_known_outage(failure) else log.warning
    write(event, **facts, **facts_of(failure))


def code_of(failure: BaseException) -> str:
    """Return the code of a failure that botflow knows; of any other, its type."""
    return failure.code if isinstance(failure, BotflowError) else type(failure).__name__


def is_known_outage(failure: BaseException) -> bool:
    """Say whether `database_away` tells of it already: then a line for each message would only hide the others."""
    return isinstance(failure, BotflowError) and failure.code == "database.unavailable"
