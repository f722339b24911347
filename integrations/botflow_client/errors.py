"""What a call raises. None of it holds the API key."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any


class BotflowClientError(Exception):
    """The root of all errors of this package."""


class ApiError(BotflowClientError):
    """The server refused the call.

    `code` is stable, such as `workflow.not_found`; `detail` says what is wrong and `hint` what to do; `status` is the
    HTTP status; `problem` is the whole document, with fields that some codes have besides.
    """

    def __init__(self, status: int, problem: Mapping[str, Any], retry_after_s: float | None = None) -> None:
        self.status = status
        self.problem = problem
        self.code = str(problem.get("code", ""))
        self.detail = str(problem.get("detail", "") or problem.get("title", ""))
        self.hint = str(problem.get("hint", ""))
        self.retry_after_s = retry_after_s
        said = f"{self.code or f'HTTP {status}'}: {self.detail}"
        super().__init__(f"{said} ({self.hint})" if self.hint else said)

    def __reduce__(self) -> tuple[Any, ...]:
        return (type(self), (self.status, self.problem, self.retry_after_s))


class NoAnswer(BotflowClientError):
    """The server could not be reached, or its answer was lost.

    With `may_have_arrived` a change may have been made: look, before you call again with a new Idempotency-Key.
    """

    def __init__(self, message: str, may_have_arrived: bool = True) -> None:
        self.may_have_arrived = may_have_arrived
        super().__init__(message)


class UnexpectedAnswer(BotflowClientError):
    """An answer that is not what the API describes: it is too large, no JSON, or from something else than botflow."""


def refusal(status: int, content: bytes, retry_after_s: float | None) -> ApiError:
    """Return the error for an answer that is no success; a proxy's page has no code."""
    try:
        problem = json.loads(content)
    except ValueError:
        problem = None
    if not isinstance(problem, dict):
        problem = {"detail": f"the server, or a proxy before it, answered {status} without saying why"}
    return ApiError(status, problem, retry_after_s)
